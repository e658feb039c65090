//! A socket lives as long as its session, over every transport; not shorter, not longer.

mod support;

use std::time::Duration;

use serde_json::json;
use support::{Options, TestApp, text};

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_takes_its_sockets_with_it_over_every_transport_and_no_others() {
    let app = TestApp::spawn().await;
    let here = app.person("mina").await;
    let elsewhere = here.log_in().await;
    let other = elsewhere.connect().await;
    let mut sockets = Vec::new();
    for options in [Options::websocket(), Options::polling(), Options::upgrade()] {
        sockets.push(here.connect_with(options).await.unwrap());
    }
    let general = text(&other.ready["rooms"][0]["id"]);
    assert_eq!(elsewhere.http().delete(&format!("/api/v1/auth/sessions/{}", here.session_id)).await.0, 200);
    // From the answer on nothing of the session is carried out any more.
    for socket in &sockets {
        let call = socket.start_call("message:send", json!({ "roomId": general, "content": "too late" }));
        if let Some(ack) = call.answer_unless_closed().await {
            assert_eq!(ack["error"]["code"], "unavailable", "a command of an ended session was answered with {ack}");
        }
        assert!(text(&socket.hear("session:ended").await["reason"]).len() > 5);
        socket.closed().await;
    }
    let refused = here.connect_with(Options::websocket()).await.err().unwrap();
    assert!(refused.message().starts_with("unauthenticated: "), "{refused}");
    let history = other.history(&general).await;
    assert!(history.iter().all(|message| message["content"] != "too late"));
    let heard = other.hear_the_rest(&other, &general).await;
    assert!(heard.iter().all(|heard| heard.event != "session:ended"), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_outlives_its_access_token_and_ends_with_its_session() {
    let app = TestApp::builder()
        .generous()
        .env("MARU_ACCESS_TOKEN_LIFETIME", "1s")
        .env("MARU_SESSION_LIFETIME", "3s")
        .spawn()
        .await;
    let person = app.person("mina").await;
    let (speaking, silent) = (person.connect().await, person.connect().await);
    let refused = loop {
        if let Err(refused) = person.connect_with(Options::websocket()).await {
            break refused;
        }
    };
    assert!(refused.message().contains("expired"), "{refused}");
    speaking.call_ok("heartbeat", json!({})).await;

    let last = loop {
        match speaking.start_call("heartbeat", json!({})).answer_unless_closed().await {
            Some(ack) if ack["success"] == true => {}
            last => break last,
        }
    };
    if let Some(ack) = last {
        assert_eq!(ack["error"]["code"], "unavailable", "{ack}");
    }
    speaking.hear("session:ended").await;
    speaking.closed().await;
    // Who only listens is not forgotten either.
    silent.hear_within(Duration::from_secs(10), "session:ended", |_| true).await;
    silent.closed().await;
}
