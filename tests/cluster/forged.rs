//! What is published in a server's name, by a fault or by somebody else, holds nothing up and ends nothing.

use std::fs::read_to_string;

use serde_json::{Value, json};

use super::support::text;
use super::{Pair, state};

const TOKEN: &str = "a-token-that-is-long-enough-for-anybody";

impl Pair {
    async fn watched() -> Self {
        Self::with(|builder| builder.env("MARU_METRICS_TOKEN", TOKEN)).await
    }

    /// Says this in the name of each server; each takes what the others are said to say.
    async fn forge(&self, what: &Value) {
        let name = read_to_string(self.here.data_dir().join("cluster.name")).expect("a name");
        let name = name.trim();
        for node in self.redis.tell(&["--raw", "smembers", &format!("maru:{name}:nodes")]).await.lines() {
            let packet = json!({ "from": node, "number": 1, "what": what }).to_string();
            let heard = self.redis.tell(&["--raw", "publish", &format!("maru:{name}:bus"), &packet]).await;
            assert_eq!(heard.trim(), "2", "both servers listen");
        }
    }

    /// How many of what others passed on were not told here.
    async fn not_told(&self) -> u64 {
        let metrics = text(&self.here.http().bearer(TOKEN).get("/metrics").await.1);
        let counted = metrics.lines().find_map(|line| line.strip_prefix("maru_cluster_not_told_total "));
        counted.expect("it is counted").parse().expect("a number")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_told_behind_a_commit_that_there_is_not_holds_up_nothing() {
    let pair = Pair::watched().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let (mina, joon) = (mina_person.connect().await, joon_person.at(&pair.there.http()).connect().await);
    let room = text(&mina.ready["rooms"][0]["id"]);
    for number in [i64::MAX, 1_000_000] {
        pair.forge(&json!({ "Committed": number })).await;
        pair.forge(&json!({ "Pass": { "behind": number, "notices": "[]" } })).await;
    }
    joon.call_ok("typing:start", json!({ "roomId": room })).await;
    mina.hear("typing:start").await;
    joon.say(&room, "in order").await;
    mina.hear_where("message:new", |new| new["message"]["content"] == "in order").await;
    assert_eq!(pair.not_told().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_passed_on_ends_what_somebody_has() {
    let pair = Pair::watched().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let (mina, joon) = (mina_person.connect().await, joon_person.at(&pair.there.http()).connect().await);
    let room = text(&mina.ready["rooms"][0]["id"]);
    for forged in [
        json!([{ "EndUser": { "user": mina_person.id, "reason": "because" } }]),
        json!([{ "EndSession": { "session": mina_person.session_id, "reason": "because" } }]),
        json!([{ "Leave": { "user": mina_person.id, "room": room } }]),
        json!([{ "Close": { "room": room } }]),
    ] {
        pair.forge(&json!({ "Pass": { "behind": 0, "notices": forged.to_string() } })).await;
    }
    joon.call_ok("typing:start", json!({ "roomId": room })).await;
    mina.hear("typing:start").await;
    joon.say(&room, "in order").await;
    mina.hear_where("message:new", |new| new["message"]["content"] == "in order").await;
    mina.say(&room, "still here").await;
    assert_eq!(pair.not_told().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_not_acknowledged_for_a_server_that_is_said_to_be_further_than_there_is_to_tell() {
    let pair = Pair::start().await;
    let here = pair.here.person("mina").await;
    let elsewhere = here.log_in().await;
    let socket = here.at(&pair.there.http()).connect().await;
    let busy = elsewhere.connect().await;
    let room = busy.create_room("private", "Plans", &[]).await;
    let said = busy.say(&room, "a plan").await["messageId"].clone();
    pair.stop_the_other().await;
    pair.forge(&json!({ "Reached": i64::MAX })).await;
    let address = format!("/api/v1/auth/sessions/{}", here.session_id);
    let ended = tokio::spawn(async move { elsewhere.http().delete(&address).await });
    for number in 0..20 {
        busy.call_ok("message:edit", json!({ "messageId": said, "content": format!("plan {number}") })).await;
    }
    assert!(!ended.is_finished(), "it waits for the server that stands still");
    let (status, answer) = ended.await.expect("an answer");
    pair.there.send_signal("CONT");
    assert_eq!(status, 200, "{answer}");
    socket.hear("session:ended").await;
    assert_eq!(state(&pair.here).await["state"], "connected");
}
