//! A send that is repeated stores once, is told once, and is answered the same.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Socket, TestApp, text};

fn send(room: &str, key: &str, content: &str) -> Value {
    json!({ "roomId": room, "clientMessageId": key, "content": content })
}

/// What of an answer has to be the same each time.
fn place(ack: &Value) -> [&Value; 4] {
    [&ack["messageId"], &ack["seq"], &ack["rev"], &ack["timestamp"]]
}

/// The contents of a room's texts.
async fn contents(socket: &Socket, room: &str) -> Vec<String> {
    let messages = socket.history(room).await;
    messages.iter().filter(|message| message["kind"] == "text").map(|message| text(&message["content"])).collect()
}

#[tokio::test]
async fn a_repeated_send_is_stored_and_told_once_and_answers_the_first_result() {
    let app = TestApp::spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (mina, joon_socket) = (mina.connect().await, joon.connect().await);
    let room = mina.create_room("private", "Once", &[&joon]).await;

    let first = mina.call_ok("message:send", send(&room, "key", "first")).await;
    assert!(first.get("duplicate").is_none(), "{first}");
    let again = mina.call_ok("message:send", send(&room, "key", "first")).await;
    assert_eq!((place(&again), &again["duplicate"]), (place(&first), &json!(true)));
    let other = mina.call_ok("message:send", send(&room, "key", "another text")).await;
    assert_eq!((place(&other), &other["duplicate"]), (place(&first), &json!(true)), "the id alone decides");
    let unusable = mina.call_ok("message:send", send(&room, "key", "")).await;
    assert_eq!(place(&unusable), place(&first), "whatever the content");

    mina.call_ok("message:edit", json!({ "messageId": first["messageId"], "content": "edited" })).await;
    mina.call_ok("message:delete", json!({ "messageId": first["messageId"] })).await;
    let deleted = mina.call_ok("message:send", send(&room, "key", "first")).await;
    assert_eq!(place(&deleted), place(&first), "a message stays sent when it is deleted");

    let heard = joon_socket.hear_the_rest(&mina, &room).await;
    let told = heard.iter().filter(|heard| heard.event == "message:new" && heard.payload["message"]["kind"] == "text");
    let told: Vec<_> = told.map(|heard| heard.payload["message"]["clientMessageId"].clone()).collect();
    assert_eq!(told, ["key"]);
}

#[tokio::test]
async fn a_key_is_ones_own_and_belongs_to_one_room() {
    let app = TestApp::spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (mina, joon_socket) = (mina.connect().await, joon.connect().await);
    let room = mina.create_room("private", "First", &[&joon]).await;
    let other = mina.create_room("private", "Second", &[&joon]).await;

    let first = mina.call_ok("message:send", send(&room, "key", "mine")).await;
    let theirs = joon_socket.call_ok("message:send", send(&room, "key", "theirs")).await;
    assert!(theirs.get("duplicate").is_none() && theirs["seq"] != first["seq"], "{theirs}");
    let error = mina.call_refused("message:send", send(&other, "key", "mine")).await;
    assert_eq!(error["code"], "conflict");
    assert_eq!(contents(&mina, &other).await, Vec::<String>::new());
    assert_eq!(contents(&mina, &room).await, ["mine", "theirs"]);

    mina.call_ok("room:leave", json!({ "roomId": room })).await;
    let gone = mina.call_refused("message:send", send(&room, "key", "mine")).await;
    assert_eq!(gone["code"], "not_found", "who left is told nothing, not even of an earlier send");
    for key in [String::new(), "k".repeat(65), "a\0b".to_owned()] {
        let error = mina.call_refused("message:send", send(&other, &key, "text")).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("clientMessageId")), "{key:?}");
    }
}

#[tokio::test]
async fn a_send_repeated_after_a_restart_or_a_crash_is_still_the_first_one() {
    let mut app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let room = mina.create_room("private", "Kept", &[]).await;
    let first = mina.call_ok("message:send", send(&room, "before", "text")).await;

    app.restart().await;
    let mina = person.connect().await;
    let again = mina.call_ok("message:send", send(&room, "before", "text")).await;
    assert_eq!((place(&again), &again["duplicate"]), (place(&first), &json!(true)));
    let second = mina.call_ok("message:send", send(&room, "crash", "next")).await;
    app.kill9();
    app.restart().await;
    let mina = person.connect().await;
    for (key, sent) in [("before", &first), ("crash", &second)] {
        let again = mina.call_ok("message:send", send(&room, key, "text")).await;
        assert_eq!((place(&again), &again["duplicate"]), (place(sent), &json!(true)));
    }
    assert_eq!(contents(&mina, &room).await, ["text", "next"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_send_with_the_same_keys_at_once_post_each_once() {
    let app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let devices = [person.connect().await, person.connect().await];
    let room = devices[0].create_room("private", "Race", &[]).await;
    let other = devices[0].create_room("private", "Other", &[]).await;

    let mut calls = Vec::new();
    for at in 0..50 {
        let key = at.to_string();
        calls.push(devices.each_ref().map(|device| device.start_call("message:send", send(&room, &key, &key))));
    }
    for [one, two] in calls {
        let (one, two) = (one.answer().await, two.answer().await);
        assert_eq!(place(&one), place(&two));
        let duplicates = [&one, &two].iter().filter(|ack| ack["duplicate"] == true).count();
        assert_eq!(duplicates, 1, "{one} {two}");
    }
    let expected: Vec<String> = (0..50).map(|at| at.to_string()).collect();
    let mut stored = contents(&devices[0], &room).await;
    stored.sort_by_key(|content| content.parse::<i32>().unwrap());
    assert_eq!(stored, expected);

    // The same key into two rooms at once: one of them has it, the other conflicts.
    let calls = [(0, &room), (1, &other)]
        .map(|(device, room)| devices[device].start_call("message:send", send(room, "contested", "x")));
    let mut outcomes = Vec::new();
    for call in calls {
        let ack = call.answer().await;
        outcomes.push(if ack["success"] == true { "stored".to_owned() } else { text(&ack["error"]["code"]) });
    }
    outcomes.sort();
    assert_eq!(outcomes, ["conflict", "stored"]);
}

#[tokio::test]
async fn the_idempotency_key_of_http_is_the_same_as_a_client_message_id() {
    let app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let room = mina.create_room("private", "Twins", &[]).await;
    let path = format!("/api/v1/rooms/{room}/messages");
    let keyed = person.http().header("Idempotency-Key", "twin");

    let first = keyed.post_ok(&path, &json!({ "content": "once" })).await;
    let again = keyed.post_ok(&path, &json!({ "content": "once" })).await;
    assert_eq!((place(&again), &again["duplicate"]), (place(&first), &json!(true)));
    let socket = mina.call_ok("message:send", send(&room, "twin", "once")).await;
    assert_eq!(place(&socket), place(&first));
    assert_eq!(contents(&mina, &room).await, ["once"]);

    let unreadable = reqwest::header::HeaderValue::from_bytes(b"caf\xe9").unwrap();
    let request = person.http().request(Method::POST, &path).header("Idempotency-Key", unreadable);
    let (status, answer) = person.http().send(request.json(&json!({ "content": "lost key" }))).await;
    assert_eq!((status, &answer["error"]["code"]), (422, &json!("invalid")), "a key that cannot be kept is refused");
    assert_eq!(contents(&mina, &room).await, ["once"]);
}
