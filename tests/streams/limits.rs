//! How much, how fast, how many.

use crate::support::{TestApp, number};
use crate::{begin, chunk, end, feed, patient, stored};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_chunk_that_is_too_much_or_none_is_refused_and_the_stream_goes_on() {
    let app = patient("30s").env("MARU_LIMITS_STREAM_CHARS", 20_000).spawn().await;
    let mina = app.person("mina").await.connect().await;
    assert_eq!(mina.ready["limits"]["streamChars"], 20_000);
    let room = mina.create_room("private", "Stream", &[]).await;
    let id = begin(&mina, &room).await;
    let half = "가".repeat(10_000);
    feed(&mina, &id, 0, &[&half]).await;
    for (text, code) in [("", "invalid"), ("a\0b", "invalid"), (&*"x".repeat(10_001), "too_large")] {
        let error = mina.call_refused("message:stream:chunk", chunk(&id, 1, text)).await;
        assert_eq!(error["code"], code, "{error}");
    }
    let negative = json!({ "messageId": id, "index": -1, "chunk": "x" });
    assert_eq!(mina.call_refused("message:stream:chunk", negative).await["field"], "index");
    feed(&mina, &id, 1, &[&half]).await;
    assert_eq!(mina.call_refused("message:stream:chunk", chunk(&id, 2, "x")).await["code"], "too_large");
    for (content, code) in
        [("x".repeat(20_001), "too_large"), (" ".to_owned(), "invalid"), ("\0".to_owned(), "invalid")]
    {
        let refused = mina.call_refused("message:stream:end", json!({ "messageId": id, "content": content })).await;
        assert_eq!(refused["code"], code);
    }
    for error in [String::new(), "x".repeat(501), "two\nlines".to_owned()] {
        let refused = mina.call_refused("message:stream:error", json!({ "messageId": id, "error": error })).await;
        assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid"), &json!("error")));
    }
    end(&mina, &id).await;
    assert_eq!(stored(&mina, &room, &id).await["content"], half.repeat(2));
}

#[tokio::test]
async fn each_stream_has_its_rate_beside_that_of_everything_else() {
    let app = TestApp::builder()
        .env("MARU_LIMITS_STREAM_CHUNKS_PER_SECOND", 20)
        .env("MARU_LIMITS_EVENTS_PER_SECOND", 1)
        .env("MARU_LIMITS_EVENTS_BURST", 8)
        .spawn()
        .await;
    let mina = app.person("mina").await.connect().await;
    assert_eq!(mina.ready["limits"]["streamChunksPerSecond"], 20);
    let room = mina.create_room("private", "Stream", &[]).await;
    let (one, two) = (begin(&mina, &room).await, begin(&mina, &room).await);
    let texts = ["x"; 20];
    feed(&mina, &one, 0, &texts).await;
    let refused = mina.call_refused("message:stream:chunk", chunk(&one, 20, "x")).await;
    assert_eq!(refused["code"], "rate_limited", "{refused}");
    assert!((1..=50).contains(&number(&refused["retryAfterMs"])), "{refused}");
    feed(&mina, &two, 0, &texts).await;
    // As fast as it may go, nothing is lost: what was refused is sent again.
    let begun = Instant::now();
    for index in 20..30 {
        while mina.call("message:stream:chunk", chunk(&one, index, "y")).await["success"] != true {}
    }
    assert!(begun.elapsed() >= Duration::from_millis(400), "10 chunks at 20 a second took {:?}", begun.elapsed());
    end(&mina, &one).await;
}

#[tokio::test]
async fn so_many_streams_are_open_and_no_more() {
    let app = TestApp::builder().env("MARU_LIMITS_OPEN_STREAMS", 2).spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let mina_socket = mina.connect().await;
    let room = mina_socket.create_room("private", "Stream", &[&joon]).await;
    let keyed = json!({ "roomId": room, "clientMessageId": "one" });
    let one = mina_socket.call_ok("message:send:stream", keyed.clone()).await["messageId"].clone();
    begin(&mina_socket, &room).await;
    let phone = mina.connect().await;
    let refused = phone.call_refused("message:send:stream", json!({ "roomId": room })).await;
    assert_eq!(refused["code"], "conflict", "{refused}");
    assert_eq!(phone.call_ok("message:send:stream", keyed).await["duplicate"], true, "that one is open already");
    begin(&joon.connect().await, &room).await;
    mina_socket.call_ok("message:stream:error", json!({ "messageId": one, "error": "enough" })).await;
    begin(&phone, &room).await;
}
