//! What one server does for all goes on when that one dies.

use serde_json::json;

use super::Pair;
use super::support::{text, until};

#[tokio::test(flavor = "multi_thread")]
async fn reminders_are_given_once_and_messages_found_after_the_server_that_saw_to_it_died() {
    let mut pair = Pair::start().await;
    // The first server sees to it.
    pair.here.logged("this server does what one does for all").await;
    let mina = pair.here.person("mina").await;
    let there = mina.at(&pair.there.http()).connect().await;
    let general = text(&there.ready["rooms"][0]["id"]);
    there.call_ok("reminder:create", json!({ "text": "call", "inSeconds": 1 })).await;
    there.hear("reminder:due").await;
    pair.here.kill9();
    there.say(&general, "pomegranate").await;
    there.call_ok("reminder:create", json!({ "text": "write", "inSeconds": 1 })).await;
    pair.there.logged("this server does what one does for all").await;
    there.hear("reminder:due").await;
    until("the message is found", async || {
        let found = there.call_ok("messages:search", json!({ "query": "pomegranate" })).await;
        found["hits"].as_array().is_some_and(|hits| hits.len() == 1)
    })
    .await;
    let heard = there.heard_events();
    assert_eq!(heard.iter().filter(|heard| heard.event == "reminder:due").count(), 2, "{heard:?}");
}
