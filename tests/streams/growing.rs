//! Begun, fed, complete.

use crate::support::{Heard, Options, TestApp, number, text};
use crate::{begin, chunk, end, feed, hear_chunk, patient, stored};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What a listener made of a stream: the text of the chunks, which have to come in order.
fn assembled(heard: &[Heard], message: &str) -> String {
    let chunks =
        heard.iter().filter(|heard| heard.event == "message:stream:chunk" && heard.payload["messageId"] == message);
    let mut whole = String::new();
    for (index, heard) in chunks.enumerate() {
        assert_eq!(heard.payload["index"], index, "{heard}");
        whole.push_str(heard.payload["chunk"].as_str().expect("text"));
    }
    whole
}

#[tokio::test]
async fn a_room_hears_a_message_begin_grow_and_end() {
    let app = TestApp::spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (mina, joon_socket) = (mina.connect().await, joon.connect().await);
    let polling = joon.connect_with(Options::polling()).await.unwrap();
    let room = mina.create_room("private", "Stream", &[&joon]).await;
    let before = mina.say(&room, "before").await;

    let begun = mina.call_ok("message:send:stream", json!({ "roomId": room, "replyTo": before["messageId"] })).await;
    let id = text(&begun["messageId"]);
    assert_eq!(
        (number(&begun["seq"]), number(&begun["rev"])),
        (number(&before["seq"]) + 1, number(&before["rev"]) + 1)
    );
    assert_eq!(begun["nextIndex"], 0);
    feed(&mina, &id, 0, &["Good ", "morning, ", "@joon님", "! 👋", "\n안녕"]).await;
    let whole = "Good morning, @joon님! 👋\n안녕";
    let ended = end(&mina, &id).await;
    assert_eq!(number(&ended["rev"]), number(&begun["rev"]) + 1, "only start and end take a rev");

    for listener in [&mina, &joon_socket, &polling] {
        let heard = listener.hear_through("message:stream:end", |_| true).await;
        let start = heard.iter().find(|heard| heard.event == "message:stream:start").expect("the start");
        let message = &start.payload["message"];
        assert_eq!((&message["id"], &message["kind"], &message["content"]), (&json!(id), &json!("stream"), &json!("")));
        assert_eq!(message["stream"], json!({ "state": "open", "nextIndex": 0 }));
        assert_eq!((&message["rev"], &message["replyTo"]), (&begun["rev"], &before["messageId"]));
        assert_eq!(assembled(&heard, &id), whole);
        let done = &heard.last().expect("the end").payload["message"];
        assert_eq!((&done["content"], &done["rev"]), (&json!(whole), &ended["rev"]));
        assert_eq!(done["stream"], json!({ "state": "done", "nextIndex": 5 }));
        assert_eq!(done["mentions"], json!([joon.id]), "who is mentioned is known at the end");
        let of_it = |heard: &&Heard| heard.event == "message:new" && heard.payload["message"]["id"] == id.as_str();
        assert!(heard.iter().find(of_it).is_none(), "its start is not told twice");
        assert_eq!(stored(listener, &room, &id).await, *done);
    }
}

#[tokio::test]
async fn the_end_may_bring_another_text_and_what_was_ended_is_edited_as_any_message() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let id = begin(&mina, &room).await;
    feed(&mina, &id, 0, &["a draft"]).await;
    let edit = json!({ "messageId": id, "content": "edited" });
    assert_eq!(mina.call_refused("message:edit", edit.clone()).await["code"], "conflict", "not while it grows");
    mina.call_ok("message:stream:end", json!({ "messageId": id, "content": "the final text" })).await;
    assert_eq!(mina.hear("message:stream:end").await["message"]["content"], "the final text");
    for (event, fields) in [
        ("message:stream:chunk", chunk(&id, 1, "more")),
        ("message:stream:end", json!({ "messageId": id })),
        ("message:stream:error", json!({ "messageId": id, "error": "too late" })),
        ("message:stream:stop", json!({ "messageId": id })),
    ] {
        assert_eq!(mina.call_refused(event, fields).await["code"], "conflict", "{event} after the end");
    }
    mina.call_ok("message:edit", edit).await;
    let message = stored(&mina, &room, &id).await;
    assert_eq!((&message["content"], &message["kind"]), (&json!("edited"), &json!("stream")));
    mina.call_ok("message:delete", json!({ "messageId": id })).await;
    let tombstone = stored(&mina, &room, &id).await;
    assert_eq!((&tombstone["deleted"], tombstone.get("stream")), (&json!(true), None));
}

#[tokio::test]
async fn a_known_chunk_changes_nothing_and_a_hole_is_named() {
    let app = TestApp::spawn().await;
    let (mina, joon) = (app.person("mina").await.connect().await, app.person("joon").await);
    let room = mina.create_room("private", "Stream", &[&joon]).await;
    let joon = joon.connect().await;
    let id = begin(&mina, &room).await;
    feed(&mina, &id, 0, &["one ", "two "]).await;
    feed(&mina, &id, 1, &["another two"]).await;
    feed(&mina, &id, 0, &["another one"]).await;
    for index in [3, 100, i32::MAX as usize] {
        let error = mina.call_refused("message:stream:chunk", chunk(&id, index, "five")).await;
        let expected = (&json!("conflict"), &json!("index"), &json!(2));
        assert_eq!((&error["code"], &error["field"], &error["expectedIndex"]), expected, "{error}");
        assert!(text(&error["message"]).contains('2'), "{error}");
    }
    mina.emit("message:stream:chunk", chunk(&id, 5, "five"));
    let failed = mina.hear("command:failed").await;
    assert_eq!((&failed["field"], &failed["expectedIndex"]), (&json!("index"), &json!(2)), "without a callback, too");
    feed(&mina, &id, 2, &["three"]).await;
    end(&mina, &id).await;
    let heard = joon.hear_through("message:stream:end", |_| true).await;
    assert_eq!(assembled(&heard, &id), "one two three");
    assert_eq!(stored(&joon, &room, &id).await["content"], "one two three");
}

#[tokio::test]
async fn a_stream_is_begun_once_however_often_it_is_sent() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let other = mina.create_room("private", "Other", &[]).await;
    let begin = |room: &str| json!({ "roomId": room, "clientMessageId": "answer-1" });
    let first = mina.call_ok("message:send:stream", begin(&room)).await;
    let id = text(&first["messageId"]);
    feed(&mina, &id, 0, &["a", "b"]).await;
    let again = mina.call_ok("message:send:stream", begin(&room)).await;
    assert_eq!(
        (&again["messageId"], &again["rev"], &again["seq"]),
        (&first["messageId"], &first["rev"], &first["seq"])
    );
    assert_eq!((&again["duplicate"], &again["nextIndex"]), (&json!(true), &json!(2)), "it says where to go on");
    let as_message = json!({ "roomId": room, "content": "text", "clientMessageId": "answer-1" });
    assert_eq!(mina.call_ok("message:send", as_message).await["messageId"], first["messageId"]);
    assert_eq!(mina.call_refused("message:send:stream", begin(&other)).await["code"], "conflict");
    end(&mina, &id).await;
    let ended = mina.call_ok("message:send:stream", begin(&room)).await;
    assert_eq!((&ended["duplicate"], ended.get("nextIndex")), (&json!(true), None), "it has ended: {ended}");
    let starts = mina.heard_events().iter().filter(|heard| heard.event == "message:stream:start").count();
    assert_eq!(starts, 1);
}

#[tokio::test]
async fn it_counts_as_one_unread_message_from_its_start() {
    let app = TestApp::spawn().await;
    let (mina, joon) = (app.person("mina").await.connect().await, app.person("joon").await);
    let room = mina.create_room("private", "Stream", &[&joon]).await;
    let joon = joon.connect().await;
    let unread = async || number(&joon.summary(&room).await["unread"]);
    assert_eq!(unread().await, 0);
    let id = begin(&mina, &room).await;
    assert_eq!(unread().await, 1);
    feed(&mina, &id, 0, &["a", "b", "c"]).await;
    assert_eq!(unread().await, 1);
    end(&mina, &id).await;
    assert_eq!(unread().await, 1);
    let summary = mina.summary(&room).await;
    assert_eq!((&summary["unread"], &summary["readSeq"]), (&json!(0), &summary["lastSeq"]), "its sender has read it");
    let message = stored(&joon, &room, &id).await;
    joon.call_ok("message:read", json!({ "roomId": room, "seq": message["seq"] })).await;
    assert_eq!(unread().await, 0);
}

#[tokio::test]
async fn in_a_thread_it_is_a_reply() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let root = mina.say(&room, "question").await["messageId"].clone();
    let begun = mina.call_ok("message:send:stream", json!({ "roomId": room, "threadRoot": root })).await;
    let updated = mina.hear_where("message:updated", |updated| updated["message"]["id"] == root).await;
    assert_eq!(updated["message"]["thread"]["replies"], 1);
    let id = text(&begun["messageId"]);
    feed(&mina, &id, 0, &["answer"]).await;
    end(&mina, &id).await;
    let thread = mina.call_ok("messages:history", json!({ "roomId": room, "threadRoot": root })).await;
    let contents: Vec<&Value> =
        thread["messages"].as_array().unwrap().iter().map(|message| &message["content"]).collect();
    assert_eq!(contents, ["question", "answer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_found_when_it_has_ended_and_not_before() {
    let app = patient("30s").spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let found = async |query: &str| {
        let answer = mina.call_ok("messages:search", json!({ "query": query })).await;
        answer["hits"].as_array().unwrap().iter().map(|hit| text(&hit["message"]["content"])).collect::<Vec<_>>()
    };
    let indexed = async || while app.http().get("/readyz").await.1["search"]["state"] != "current" {};
    let id = begin(&mina, &room).await;
    feed(&mina, &id, 0, &["the pelican ", "lands"]).await;
    // What comes later is indexed, and what is still being written is passed over.
    mina.say(&room, "a flamingo").await;
    while found("flamingo").await.is_empty() {}
    indexed().await;
    assert!(found("pelican").await.is_empty());
    feed(&mina, &id, 2, &[" on water"]).await;
    end(&mina, &id).await;
    while found("pelican").await.is_empty() {}
    assert_eq!(found("\"pelican lands on water\"").await, ["the pelican lands on water"]);
}

#[tokio::test]
async fn any_member_may_ask_to_stop_and_the_sender_hears_it_on_every_device() {
    let app = TestApp::spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (laptop, phone) = (mina.connect().await, mina.connect().await);
    let (joon_socket, sora_socket) = (joon.connect().await, sora.connect().await);
    let room = laptop.create_room("private", "Stream", &[&joon, &sora]).await;
    let id = begin(&laptop, &room).await;
    joon_socket.call_ok("message:stream:stop", json!({ "messageId": id })).await;
    for device in [&laptop, &phone] {
        let stop = device.hear("message:stream:stop").await;
        assert_eq!(stop, json!({ "roomId": room, "messageId": id, "by": joon.id }));
    }
    phone.call_ok("message:stream:stop", json!({ "messageId": id })).await;
    assert_eq!(laptop.hear("message:stream:stop").await["by"], mina.id.as_str());
    feed(&laptop, &id, 0, &["enough"]).await;
    end(&laptop, &id).await;
    hear_chunk(&sora_socket, &id, 0).await;
    for other in [&sora_socket, &joon_socket] {
        let heard = other.hear_the_rest(&laptop, &room).await;
        assert!(heard.iter().all(|heard| heard.event != "message:stream:stop"), "{heard:?}");
    }
}

/// As often is looked on for its text to come to the disk.
const WRITES: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn its_text_comes_to_the_disk_four_times_a_second_and_no_oftener() {
    let app = patient("30s").spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let mut database = app.database().await;
    let id = begin(&mina, &room).await;
    let begun = Instant::now();
    let mut on_disk: Vec<(Duration, String)> = Vec::new();
    let mut index = 0;
    // The first is without text.
    while on_disk.len() < 1 + WRITES {
        assert!(begun.elapsed() < Duration::from_secs(20), "only {on_disk:?}");
        feed(&mina, &id, index, &["x"]).await;
        index += 1;
        let query = "SELECT content FROM messages WHERE stream IS NOT NULL";
        let text: String = sqlx::query_scalar(query).fetch_one(&mut database).await.unwrap();
        if on_disk.last().is_none_or(|(_, last)| *last != text) {
            on_disk.push((begun.elapsed(), text));
        }
    }
    let (last, _) = on_disk.last().unwrap();
    let at_most = 1.0 + last.as_secs_f64() * 4.0;
    assert!(WRITES as f64 <= at_most, "{on_disk:?}");
    end(&mina, &id).await;
}
