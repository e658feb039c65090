//! What a member could do to others through rooms, and cannot.

mod support;

use serde_json::json;
use support::TestApp;

#[tokio::test]
async fn rooms_that_are_left_to_somebody_do_not_use_up_their_quota() {
    let app = TestApp::builder().env("MARU_LIMITS_ROOMS_PER_USER", "3").spawn().await;
    let (victim, eve) = (app.person("mina").await, app.person("eve").await);
    let (theirs, hers) = (victim.connect().await, eve.connect().await);
    for number in 0..3 {
        let room = json!({ "kind": "private", "name": format!("room {number}"), "participants": [victim.id] });
        let made = hers.call_ok("room:create", room).await;
        hers.call_ok("room:leave", json!({ "roomId": made["room"]["id"] })).await;
    }
    let again = hers.call_refused("room:create", json!({ "kind": "public", "name": "one more" })).await;
    assert_eq!(again["code"], "conflict", "who made them has used up the quota: {again}");
    theirs.call_ok("room:create", json!({ "kind": "public", "name": "mine" })).await;
}

#[tokio::test]
async fn general_is_neither_inherited_nor_deleted() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let (owner, mina) = (admin.connect().await, app.person("mina").await.connect().await);
    let general = owner.ready["rooms"][0]["id"].clone();
    assert_eq!(owner.ready["rooms"][0]["name"], "General");
    owner.call_ok("room:leave", json!({ "roomId": general })).await;
    let refused = mina.call_refused("room:delete", json!({ "roomId": general })).await;
    assert_eq!(refused["code"], "forbidden");
    owner.call_ok("room:join", json!({ "roomId": general })).await;
    let refused = owner.call_refused("room:delete", json!({ "roomId": general })).await;
    assert_eq!(refused["code"], "forbidden", "not even by an administrator: {refused}");
    let joon = app.person("joon").await.connect().await;
    assert_eq!(joon.ready["rooms"][0]["name"], "General", "who registers still begins there");
}

#[tokio::test]
async fn a_name_that_shows_nothing_or_turns_the_text_around_it_is_refused() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await.connect().await;
    for name in ["\u{200b}", "\u{3164}", "a\u{202e}b", "a\u{2028}b", "a\nb", "a\u{0}b"] {
        let refused = mina.call_refused("room:create", json!({ "kind": "public", "name": name })).await;
        assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid"), &json!("name")), "{name:?}: {refused}");
    }
}

#[tokio::test]
async fn typing_in_a_thread_of_another_room_is_not_found() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.call_ok("room:create", json!({ "kind": "public", "name": "one" })).await["room"]["id"].clone();
    let other = mina.call_ok("room:create", json!({ "kind": "public", "name": "two" })).await["room"]["id"].clone();
    let sent = mina.call_ok("message:send", json!({ "roomId": other, "content": "root" })).await;
    let typing = json!({ "roomId": room, "threadRoot": sent["messageId"] });
    assert_eq!(mina.call_refused("typing:start", typing).await["code"], "not_found");
}

/// The system's allocator kept more than 300 MB after this.
#[tokio::test]
async fn many_logins_at_once_leave_little_memory_behind() {
    let app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let log_in = || async {
        let body = json!({ "username": "mina", "password": support::PASSWORD, "tokenTransport": "body" });
        person.http().post_ok("/api/v1/auth/login", &body).await
    };
    futures_util::future::join_all((0..20).map(|_| log_in())).await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", app.process_id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let resident: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(resident < 120 * 1024, "{line}");
}
