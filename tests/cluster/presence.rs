//! Who is here, and where, is known on every server.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::timeout;

use super::support::{Options, TestApp, until};
use super::{Pair, state};

/// A server that dies is forgotten within 15 s; then there are 10 s until somebody counts as gone.
const GONE_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_here_on_whichever_server_and_gone_when_the_last_device_went_with_its_server() {
    let mut pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.connect().await;
    let _joon_here = joon_person.connect().await;
    let (_joon_there, sora_person) =
        (joon_person.at(&pair.there.http()).connect().await, pair.here.person("sora").await);
    let _sora_there = sora_person.at(&pair.there.http()).connect().await;
    mina.hear_where("user:online", |told| told["userId"] == sora_person.id.as_str()).await;

    let admin = pair.here.admin().await;
    let path = format!("/api/v1/users/{}/connections", joon_person.id);
    for server in [&pair.here, &pair.there] {
        let known = admin.at(&server.http());
        until("both connections are known", async || {
            known.http().get(&path).await.1["connections"].as_array().is_some_and(|all| all.len() == 2)
        })
        .await;
    }
    let asked = json!({ "userIds": [joon_person.id, sora_person.id] });
    let presence = mina.call_ok("presence:get", asked.clone()).await["presence"].clone();
    assert_eq!(presence[&joon_person.id]["connections"], 2, "{presence}");
    assert_eq!(presence[&sora_person.id]["online"], true, "{presence}");

    pair.there.kill9();
    mina.hear_within(GONE_WITHIN, "user:offline", |told| told["userId"] == sora_person.id.as_str()).await;
    let presence = mina.call_ok("presence:get", asked).await["presence"].clone();
    assert_eq!(presence[&joon_person.id]["connections"], 1, "{presence}");
    assert_eq!(presence[&joon_person.id]["online"], true, "{presence}");
    assert_eq!(presence[&sora_person.id]["online"], false, "{presence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_server_with_many_devices_is_noted_for_each_and_holds_up_nobody() {
    const DEVICES: i64 = 300;
    let mut pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let there = mina.at(&pair.there.http());
    let devices = join_all((0..DEVICES).map(|_| there.connect())).await;
    let admin = pair.here.admin().await;
    let path = format!("/api/v1/users/{}/connections", mina.id);
    let known = async || {
        let found = admin.http().get(&path).await.1;
        found["connections"].as_array().map_or(0, Vec::len)
    };
    until("all are known here", async || known().await == devices.len()).await;
    pair.there.kill9();
    let mut database = pair.here.database().await;
    let gone = async |database: &mut _| -> i64 {
        let query = "SELECT count(*) FROM departures WHERE departed_at IS NOT NULL";
        sqlx::query_scalar(query).fetch_one(database).await.unwrap()
    };
    timeout(GONE_WITHIN, async { while gone(&mut database).await < DEVICES {} }).await.expect("each is noted");
    assert_eq!(gone(&mut database).await, DEVICES, "nobody else went");
    assert_eq!(known().await, 0);
    // It says each second that it lives, whatever else it does.
    let until_then: i64 =
        sqlx::query_scalar("SELECT until FROM leases WHERE name = 'jobs'").fetch_one(&mut database).await.unwrap();
    assert!(until_then > i64::try_from(maru::clock::steady().as_millis()).unwrap());
    mina.connect().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_connection_of_too_many_is_replaced_on_whichever_server_it_is() {
    let pair = Pair::with(|builder| builder.env("MARU_CONNECTIONS_PER_USER", 1)).await;
    let mina = pair.here.person("mina").await;
    let old = mina.at(&pair.there.http()).connect().await;
    until("it is known here", async || {
        let admin = pair.here.admin().await;
        let found = admin.http().get(&format!("/api/v1/users/{}/connections", mina.id)).await.1;
        found["connections"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    let _new = mina.connect().await;
    old.hear("connection:replaced").await;
    old.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_redis_says_nothing_is_gone_for_the_others_once_it_speaks() {
    let pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let socket = mina.connect().await;
    let admin = pair.here.admin().await;
    let path = format!("/api/v1/users/{}/connections", mina.id);
    let known = async |server: &TestApp| {
        let found = admin.at(&server.http()).http().get(&path).await.1;
        found["connections"].as_array().expect("connections").len()
    };
    until("she is known there", async || known(&pair.there).await == 1).await;
    pair.redis.stand_still();
    pair.here.logged("is away").await;
    socket.disconnect().await;
    until("she has left", async || known(&pair.here).await == 0).await;
    pair.redis.go_on();
    for server in [&pair.here, &pair.there] {
        until("the servers hear each other", async || state(server).await["state"] == "connected").await;
    }
    until("she is gone there, too", async || known(&pair.there).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_know_when_a_connection_has_become_a_websocket() {
    let pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let _moved = mina.connect_with(Options::upgrade()).await.expect("a connection");
    let admin = pair.here.admin().await;
    let path = format!("/api/v1/users/{}/connections", mina.id);
    for server in [&pair.here, &pair.there] {
        until("it is known to be one", async || {
            let found = admin.at(&server.http()).http().get(&path).await.1;
            found["connections"].as_array().is_some_and(|all| all.len() == 1 && all[0]["transport"] == "websocket")
        })
        .await;
    }
}
