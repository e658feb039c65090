//! The first account.

use super::support::{PASSWORD, TestApp};
use super::{change_database, code, field, message};
use serde_json::{Value, json};

fn account(token: &str) -> Value {
    json!({ "token": token, "username": "mina", "displayName": "Mina Kim", "password": PASSWORD, "tokenTransport": "body" })
}

async fn needs_setup(app: &TestApp) -> Value {
    app.http().get("/api/v1/server").await.1["needsSetup"].clone()
}

#[tokio::test]
async fn the_setup_link_makes_the_first_administrator_and_general_and_works_once() {
    let app = TestApp::spawn().await;
    assert_eq!(needs_setup(&app).await, true);
    let token = app.setup_token().await;
    let answer = app.http().post_ok("/api/v1/setup", &account(&token)).await;
    assert_eq!((&answer["user"]["username"], &answer["user"]["role"]), (&json!("mina"), &json!("owner")));
    assert_eq!(answer["user"]["displayName"], "Mina Kim");

    let mina = app.http().bearer(answer["accessToken"].as_str().expect("a token"));
    let (_, rooms) = mina.get("/api/v1/rooms").await;
    assert_eq!(rooms["rooms"].as_array().map(Vec::len), Some(1), "{rooms}");
    let general = &rooms["rooms"][0];
    assert_eq!((&general["name"], &general["kind"]), (&json!("General"), &json!("public")));
    assert_eq!((&general["role"], &general["memberCount"]), (&json!("owner"), &json!(1)));

    assert_eq!(needs_setup(&app).await, false);
    let again = app.http().post("/api/v1/setup", &account(&token)).await;
    assert_eq!(code(&again), (409, "conflict"));
}

#[tokio::test]
async fn the_first_room_is_called_as_the_team_calls_it_and_everybody_joins_it() {
    let app = TestApp::spawn().await;
    let mut setup = account(&app.setup_token().await);
    for wrong in ["", " ", "two\nlines", &"x".repeat(81)] {
        setup["roomName"] = json!(wrong);
        let refused = app.http().post("/api/v1/setup", &setup).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "roomName"), "{wrong:?}");
    }
    assert_eq!(needs_setup(&app).await, true);
    setup["roomName"] = json!(" 일반 ");
    let answer = app.http().post_ok("/api/v1/setup", &setup).await;
    let mina = app.http().bearer(answer["accessToken"].as_str().expect("a token"));
    let invite = mina.post_ok("/api/v1/invites", &json!({})).await;
    let joon = json!({ "inviteCode": invite["code"], "username": "joon", "displayName": "Joon", "password": PASSWORD, "tokenTransport": "body" });
    let answer = app.http().post_ok("/api/v1/auth/register", &joon).await;
    let joon = app.http().bearer(answer["accessToken"].as_str().expect("a token"));
    let (_, rooms) = joon.get("/api/v1/rooms").await;
    assert_eq!((&rooms["rooms"][0]["name"], &rooms["rooms"][0]["memberCount"]), (&json!("일반"), &json!(2)), "{rooms}");
}

#[tokio::test]
async fn a_wrong_or_expired_setup_token_makes_nobody() {
    let app = TestApp::spawn().await;
    let token = app.setup_token().await;
    for wrong in ["", "x", &token[1..], &token.to_uppercase()] {
        let refused = app.http().post("/api/v1/setup", &account(wrong)).await;
        assert_eq!(code(&refused), (401, "unauthenticated"), "{wrong:?}");
    }
    change_database(&app, "UPDATE one_time_tokens SET expires_at = 1000 * unixepoch() - 1").await;
    let refused = app.http().post("/api/v1/setup", &account(&token)).await;
    assert_eq!(code(&refused), (401, "unauthenticated"));
    assert!(message(&refused).contains("restart"), "{refused:?}");
    assert_eq!(needs_setup(&app).await, true);
}

#[tokio::test]
async fn a_restart_without_a_user_prints_a_new_setup_link_and_voids_the_old_one() {
    let mut app = TestApp::spawn().await;
    let old = app.setup_token().await;
    app.restart().await;
    let new = app.setup_token().await;
    assert_ne!(old, new);
    assert_eq!(code(&app.http().post("/api/v1/setup", &account(&old)).await), (401, "unauthenticated"));
    app.http().post_ok("/api/v1/setup", &account(&new)).await;

    let links = app.transcript().matches("/setup#").count();
    app.restart().await;
    // Somebody logs in, so the start is long over.
    assert_eq!(super::log_in(&app.http(), "mina", PASSWORD).await.0, 200);
    assert_eq!(app.transcript().matches("/setup#").count(), links, "nobody is to set up a server that has people");
}

#[tokio::test]
async fn the_setup_link_never_reaches_the_log() {
    let app = TestApp::builder().env("MARU_LOG_LEVEL", "trace").spawn().await;
    let token = app.setup_token().await;
    app.http().post_ok("/api/v1/setup", &account(&token)).await;
    let transcript = app.transcript();
    let (_, log) = transcript.split_once("--- standard error").expect("both streams");
    assert!(log.contains("listening"), "there is a log: {log}");
    for secret in [token.as_str(), PASSWORD] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}

#[tokio::test]
async fn a_setup_with_a_bad_field_names_it_and_leaves_the_link_good() {
    let app = TestApp::spawn().await;
    let token = app.setup_token().await;
    for (name, bad) in [
        ("username", json!("a")),
        ("username", json!("a b")),
        ("displayName", json!("  ")),
        ("displayName", json!("two\nlines")),
        ("displayName", json!("x".repeat(81))),
        ("password", json!("1234567")),
        ("password", json!("x".repeat(257))),
        ("password", json!(12345678)),
        ("tokenTransport", json!("pigeon")),
    ] {
        let mut payload = account(&token);
        payload[name] = bad.clone();
        let refused = app.http().post("/api/v1/setup", &payload).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), name), "{bad}");
    }
    app.http().post_ok("/api/v1/setup", &account(&token)).await;
}

#[tokio::test]
async fn of_many_who_use_the_setup_link_at_once_one_gets_in() {
    let app = TestApp::spawn().await;
    let token = app.setup_token().await;
    let attempts = (0..5).map(|number| {
        let mut payload = account(&token);
        payload["username"] = format!("person{number}").into();
        let http = app.http();
        async move { http.post("/api/v1/setup", &payload).await.0 }
    });
    let mut statuses = futures_util::future::join_all(attempts).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409]);
}
