//! Refresh tokens: they rotate, forgive a lost answer, and betray a thief.

use super::support::{Options, PASSWORD, TestApp};
use super::{change_database, code, is_let_in, log_in, refresh, text};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_refresh_token_is_traded_for_a_successor_of_the_same_session() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let mut token = mina.refresh_token.clone();
    for _ in 0..3 {
        let (status, answer) = refresh(&app.http(), &token).await;
        assert_eq!((status, &answer["sessionId"]), (200, &json!(mina.session_id)), "{answer}");
        assert_eq!(answer["user"]["id"], mina.id);
        assert_ne!(answer["refreshToken"], token);
        let (status, _) = app.http().bearer(text(&answer["accessToken"])).get("/api/v1/me").await;
        assert_eq!(status, 200);
        token = text(&answer["refreshToken"]).to_owned();
    }
}

#[tokio::test]
async fn a_token_spent_just_now_answers_with_the_same_successor() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let tabs = (0..4).map(|_| {
        let (http, token) = (app.http(), mina.refresh_token.clone());
        async move { refresh(&http, &token).await }
    });
    let answers = futures_util::future::join_all(tabs).await;
    for (status, answer) in &answers {
        assert_eq!((*status, &answer["refreshToken"]), (200, &answers[0].1["refreshToken"]), "{answer}");
    }
    assert_eq!(refresh(&app.http(), text(&answers[0].1["refreshToken"])).await.0, 200);
}

#[tokio::test]
async fn a_token_spent_long_ago_ends_its_session_and_the_sockets_of_it() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let other = mina.log_in().await;
    let (_, answer) = refresh(&app.http(), &mina.refresh_token).await;
    change_database(&app, "UPDATE sessions SET rotated_at = rotated_at - 31000 WHERE generation = 1").await;

    assert_eq!(code(&refresh(&app.http(), &mina.refresh_token).await), (401, "unauthenticated"));
    assert_eq!(socket.hear("session:ended").await["reason"], "a refresh token was used twice");
    socket.closed().await;
    assert!(!is_let_in(&mina).await);
    let newest = text(&answer["refreshToken"]);
    assert_eq!(code(&refresh(&app.http(), newest).await), (401, "unauthenticated"), "the thief's is void as well");
    assert!(is_let_in(&other).await, "her other session goes on");
}

#[tokio::test]
async fn a_token_two_generations_old_is_reuse_however_soon() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let (_, second) = refresh(&app.http(), &mina.refresh_token).await;
    assert_eq!(refresh(&app.http(), text(&second["refreshToken"])).await.0, 200);
    assert_eq!(code(&refresh(&app.http(), &mina.refresh_token).await), (401, "unauthenticated"));
    assert!(!is_let_in(&mina).await);
}

#[tokio::test]
async fn what_is_no_refresh_token_refreshes_nothing_and_ends_nothing() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let mut forged = mina.refresh_token.clone().into_bytes();
    forged[60] = if forged[60] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("text");
    for wrong in ["", "x", &forged, &mina.access_token, &"A".repeat(5_000)] {
        assert_eq!(code(&refresh(&app.http(), wrong).await), (401, "unauthenticated"), "{wrong}");
    }
    let nothing = app.http().post("/api/v1/auth/refresh", &json!({})).await;
    assert_eq!(code(&nothing), (401, "unauthenticated"));
    assert!(is_let_in(&mina).await);
    assert_eq!(refresh(&app.http(), &mina.refresh_token).await.0, 200);
}

#[tokio::test]
async fn a_session_that_nobody_refreshes_expires() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    change_database(&app, "UPDATE sessions SET expires_at = 1000 * unixepoch() - 1").await;
    assert_eq!(code(&refresh(&app.http(), &mina.refresh_token).await), (401, "unauthenticated"));
    assert!(!is_let_in(&mina).await);
    let ended = socket.hear_within(Duration::from_secs(15), "session:ended", |_| true).await;
    assert_eq!(ended["reason"], "the session has expired");
    socket.closed().await;
    let refused = mina.connect_with(Options::polling()).await;
    assert!(refused.is_err_and(|error| error.message().starts_with("unauthenticated")));
}

#[tokio::test]
async fn sessions_outlive_a_restart_and_a_new_signing_key() {
    let mut app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    app.restart().await;
    assert!(is_let_in(&mina).await);
    for _ in 0..2 {
        let rotated = app.run_cli(&["rotate-key"], "").await;
        assert!(rotated.status.success(), "{rotated:?}");
    }
    assert!(is_let_in(&mina).await);
    let (status, answer) = refresh(&app.http(), &mina.refresh_token).await;
    assert_eq!(status, 200, "{answer}");
    let kid = |token: &str| token.split('.').next().map(str::to_owned);
    assert_ne!(kid(text(&answer["accessToken"])), kid(&mina.access_token), "the new key signs");
    app.restart().await;
    assert!(is_let_in(&mina).await);
    assert_eq!(log_in(&app.http(), "mina", PASSWORD).await.0, 200);
}
