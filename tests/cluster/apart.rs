//! What people are told, and what holds, while servers do not hear each other.

use std::time::Duration;

use serde_json::json;

use super::support::{back, number, revs, text, until};
use super::{Pair, state};

/// A server that stands still is forgotten after 8 s, and its people count as gone 10 s later.
const FORGOTTEN_WITHIN: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_when_their_server_does_not_hear_the_others_and_when_it_does_again() {
    let mut pair = Pair::start().await;
    let mina_person = pair.here.person("mina").await;
    let mina = mina_person.connect().await;
    pair.redis.kill();
    assert_eq!(mina.hear("server:cluster").await, json!({ "connected": false }));
    let late = mina_person.at(&pair.there.http());
    until("the other server tells it, too", async || {
        let socket = late.connect().await;
        let room = text(&socket.ready["rooms"][0]["id"]);
        socket.say(&room, "what comes first has come").await;
        socket.heard_events().iter().any(|heard| heard.event == "server:cluster")
    })
    .await;
    pair.redis.restart().await;
    assert_eq!(mina.hear("server:cluster").await, json!({ "connected": true }));
    let room = text(&mina.ready["rooms"][0]["id"]);
    let after = mina_person.connect().await;
    after.say(&room, "what comes first has come").await;
    let heard = after.heard_events();
    assert!(heard.iter().all(|heard| heard.event != "server:cluster"), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_cannot_be_heard_are_not_counted_among_the_servers_that_are() {
    const TOKEN: &str = "a-token-that-is-long-enough-for-anybody";
    let mut pair = Pair::with(|builder| builder.env("MARU_METRICS_TOKEN", TOKEN)).await;
    let counted = async || {
        let metrics = text(&pair.here.http().bearer(TOKEN).get("/metrics").await.1);
        let servers = metrics.lines().find_map(|line| line.strip_prefix("maru_cluster_servers "));
        servers.expect("they are counted").to_owned()
    };
    until("both are heard of", async || counted().await == "2").await;
    pair.redis.kill();
    until("one is heard of", async || counted().await == "1").await;
    pair.redis.restart().await;
    until("both are heard of again", async || counted().await == "2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_blinks_is_no_news() {
    let mut pair = Pair::start().await;
    let mina = pair.here.person("mina").await.connect().await;
    pair.redis.kill();
    pair.here.logged("is away").await;
    pair.redis.restart().await;
    until("the servers hear each other", async || state(&pair.here).await["servers"] == 2).await;
    let room = text(&mina.ready["rooms"][0]["id"]);
    mina.say(&room, "told in order").await;
    let heard = mina.heard_events();
    assert!(heard.iter().all(|heard| heard.event != "server:cluster"), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_full_counts_as_away_until_it_has_room() {
    let pair = Pair::start().await;
    let mina_person = pair.here.person("mina").await;
    let mina = mina_person.connect().await;
    let there = mina_person.at(&pair.there.http()).connect().await;
    pair.redis.tell(&["config", "set", "maxmemory", "1"]).await;
    until("it counts as away", async || state(&pair.here).await["state"] == "alone").await;
    pair.here.logged("OOM").await;
    let room = text(&mina.ready["rooms"][0]["id"]);
    mina.say(&room, "all the same").await;
    there.hear_where("message:new", |new| new["message"]["content"] == "all the same").await;
    pair.redis.tell(&["config", "set", "maxmemory", "0"]).await;
    for server in [&pair.here, &pair.there] {
        until("it is there again", async || state(server).await["state"] == "connected").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_on_a_server_that_stood_still_is_here_again_when_it_goes_on() {
    let pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.connect().await;
    let _joon = joon_person.at(&pair.there.http()).connect().await;
    mina.hear_where("user:online", |told| told["userId"] == joon_person.id.as_str()).await;
    pair.stop_the_other().await;
    mina.hear_within(FORGOTTEN_WITHIN, "user:offline", |told| told["userId"] == joon_person.id.as_str()).await;
    pair.there.send_signal("CONT");
    mina.hear_where("user:online", |told| told["userId"] == joon_person.id.as_str()).await;
    // Also for whoever asks Redis, which had been cleared of it.
    let listed = async || pair.redis.tell(&["--raw", "eval", COUNT_NODES, "0"]).await.trim() == "2";
    until("both servers are listed", listed).await;
    let admin = pair.here.admin().await;
    let found = admin.http().get(&format!("/api/v1/users/{}/connections", joon_person.id)).await.1;
    assert_eq!(found["connections"].as_array().map(Vec::len), Some(1), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_cleared_while_it_runs_learns_anew_who_is_there() {
    let pair = Pair::start().await;
    let mina_person = pair.here.person("mina").await;
    let _mina = mina_person.connect().await;
    let kept = async || pair.redis.tell(&["--raw", "eval", COUNT_CONNECTIONS, "0"]).await.trim().to_owned();
    until("the connection is written down", async || kept().await == "1").await;
    pair.redis.tell(&["flushall"]).await;
    until("the connection is written down anew", async || kept().await == "1").await;
    let listed = async || pair.redis.tell(&["--raw", "eval", COUNT_NODES, "0"]).await.trim() == "2";
    until("both servers are listed", listed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_servers_agree_on_are_not_of_a_clock_that_is_set() {
    let pair = Pair::start().await;
    let mut database = pair.here.database().await;
    let leases: Vec<i64> = sqlx::query_scalar("SELECT until FROM leases").fetch_all(&mut database).await.unwrap();
    let now = i64::try_from(maru::clock::steady().as_millis()).unwrap();
    assert_eq!(leases.len(), 3, "two servers, and what one does for all");
    assert!(leases.iter().all(|until| (now - 10_000..now + 10_000).contains(until)), "{leases:?} at {now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_ended_of_a_server_that_stood_still_is_not_gone_on_with() {
    let pair = Pair::start().await;
    let mina_person = pair.here.person("mina").await;
    let mina = mina_person.at(&pair.there.http()).connect().await;
    let listening = mina_person.connect().await;
    let room = text(&mina.ready["rooms"][0]["id"]);
    let id = text(&mina.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"]);
    mina.call_ok("message:stream:chunk", json!({ "messageId": id, "chunk": "half a", "index": 0 })).await;
    pair.stop_the_other().await;
    listening.hear_within(FORGOTTEN_WITHIN, "message:stream:error", |_| true).await;
    // As if it had stood still for longer than what was told is kept.
    let mut database = pair.here.database().await;
    sqlx::query("DELETE FROM cluster_log").execute(&mut database).await.unwrap();
    pair.there.send_signal("CONT");
    pair.there.logged("this server fell behind the others").await;
    let again = mina_person.at(&pair.there.http()).connect().await;
    let mut index = 1;
    until("it has ended here, too", async || {
        let fed = again.call("message:stream:chunk", json!({ "messageId": id, "chunk": ".", "index": index })).await;
        index += i64::from(fed["success"] == true);
        fed["error"]["code"] == "conflict"
    })
    .await;
    let newest = again.history(&room).await;
    let ended = newest.iter().find(|message| message["id"] == id.as_str()).expect("the message");
    assert_eq!((&ended["stream"]["state"], number(&ended["seq"]) > 0), (&json!("error"), true), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_a_server_that_is_further_behind_than_is_kept_are_cut_and_recover_exactly() {
    let pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.connect().await;
    let joon = joon_person.at(&pair.there.http()).connect().await;
    let room = mina.create_room("private", "Plans", &[&joon_person]).await;
    mina.say(&room, "before").await;
    let known = joon.hear_where("message:new", |new| new["message"]["content"] == "before").await;
    let rev = number(&known["message"]["rev"]);
    pair.stop_the_other().await;
    for number in 0..30 {
        mina.say(&room, &format!("missed {number}")).await;
    }
    // As if it had stood still for longer than what was told is kept.
    let mut database = pair.here.database().await;
    sqlx::query("DELETE FROM cluster_log").execute(&mut database).await.unwrap();
    pair.there.send_signal("CONT");
    joon.closed().await;
    let told = joon.heard_events();
    assert!(
        told.iter().all(|heard| !heard.mentions("missed")),
        "cut before it hears what has a hole before it: {told:?}"
    );
    let joon = joon_person.at(&pair.there.http()).connect_with(back(&joon, &room, rev)).await.unwrap();
    let sync = joon.hear("sync").await;
    assert_eq!((&sync["complete"], revs(&sync["messages"])), (&json!(true), (rev + 1..=rev + 30).collect()));
    mina.say(&room, "after").await;
    let after = joon.hear("message:new").await;
    assert_eq!((&after["message"]["content"], number(&after["message"]["rev"])), (&json!("after"), rev + 31));
}

const COUNT_NODES: &str = "return redis.call('SCARD', redis.call('KEYS', 'maru:*:nodes')[1] or 'none')";
const COUNT_CONNECTIONS: &str = "local found = 0
for _, key in ipairs(redis.call('KEYS', 'maru:*:connections')) do found = found + redis.call('HLEN', key) end
return found";
