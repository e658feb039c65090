//! What is not stored reaches people on every server, too.

use std::time::Duration;

use serde_json::{Value, json};

use super::Pair;
use super::support::{number, text};

/// A server that dies has 8 s until others do what it did.
const ENDED_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn typing_and_events_of_other_services_are_heard_on_every_server() {
    let pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.connect().await;
    let joon = joon_person.at(&pair.there.http()).connect().await;
    let room = mina.create_room("private", "Plans", &[&joon_person]).await;
    joon.hear("room:created").await;
    mina.call_ok("typing:start", json!({ "roomId": room })).await;
    let typing = joon.hear("typing:start").await;
    assert_eq!((&typing["roomId"], &typing["user"]["id"]), (&json!(room), &json!(mina_person.id)));
    let event = json!({ "event": "app:order", "data": { "number": 7 } });
    let admin = pair.here.admin().await;
    admin.http().post_ok(&format!("/api/v1/users/{}/events", joon_person.id), &event).await;
    assert_eq!(joon.hear("app:order").await["number"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_grows_on_every_server_and_ends_there() {
    let pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.connect().await;
    let joon = joon_person.at(&pair.there.http()).connect().await;
    let room = mina.create_room("private", "Plans", &[&joon_person]).await;
    let begun = mina.call_ok("message:send:stream", json!({ "roomId": room })).await;
    let id = text(&begun["messageId"]);
    for (index, chunk) in ["one ", "two ", "three"].iter().enumerate() {
        let fed = json!({ "messageId": id, "chunk": chunk, "index": index });
        mina.call_ok("message:stream:chunk", fed).await;
    }
    let mut so_far = String::new();
    for index in 0..3 {
        let chunk = joon.hear("message:stream:chunk").await;
        assert_eq!(number(&chunk["index"]), index);
        so_far += &text(&chunk["chunk"]);
    }
    assert_eq!(so_far, "one two three");
    // Who comes meanwhile has what there is, and hears what follows.
    let late = joon_person.at(&pair.there.http()).connect().await;
    let history = late.history(&room).await;
    let growing: &Value = history.iter().find(|message| message["id"] == id.as_str()).expect("the message");
    assert_eq!((&growing["content"], &growing["stream"]["nextIndex"]), (&json!("one two three"), &json!(3)));
    joon.call_ok("message:stream:stop", json!({ "messageId": id })).await;
    mina.hear("message:stream:stop").await;
    mina.call_ok("message:stream:chunk", json!({ "messageId": id, "chunk": ".", "index": 3 })).await;
    mina.call_ok("message:stream:end", json!({ "messageId": id })).await;
    for socket in [&joon, &late] {
        let rest = socket.hear_through("message:stream:end", |_| true).await;
        assert_eq!(rest.last().expect("the end").payload["message"]["content"], "one two three.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_that_dies_was_writing_ends_with_what_had_come() {
    let mut pair = Pair::start().await;
    let (mina_person, joon_person) = (pair.here.person("mina").await, pair.here.person("joon").await);
    let mina = mina_person.at(&pair.there.http()).connect().await;
    let joon = joon_person.connect().await;
    let room = joon.create_room("private", "Plans", &[&mina_person]).await;
    mina.hear("room:created").await;
    let id = text(&mina.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"]);
    mina.call_ok("message:stream:chunk", json!({ "messageId": id, "chunk": "half a", "index": 0 })).await;
    let mut database = pair.here.database().await;
    super::support::until("the text is on the disk", async || {
        let written: i64 = sqlx::query_scalar("SELECT count(*) FROM messages WHERE content = 'half a'")
            .fetch_one(&mut database)
            .await
            .unwrap();
        written == 1
    })
    .await;
    pair.there.kill9();
    let failed = joon.hear_within(ENDED_WITHIN, "message:stream:error", |_| true).await;
    assert_eq!(failed["message"]["content"], "half a");
}
