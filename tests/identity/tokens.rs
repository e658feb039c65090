//! Access tokens: what is not ours, or not good any more, opens no door.

use super::support::{Options, TestApp};
use super::{code, message};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::Duration;

/// What each door says to a token: the HTTP answer, and the socket's `connect_error`.
async fn at_both_doors(app: &TestApp, token: &str) -> ((u16, Value), String) {
    let answer = app.http().bearer(token).get("/api/v1/me").await;
    let socket = super::support::Socket::connect(&app.url(), Options::websocket().auth("token", token)).await;
    let refusal = match socket {
        Ok(_) => panic!("{token} opened a socket"),
        Err(error) => error.message().to_owned(),
    };
    (answer, refusal)
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn read(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

fn signed(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key");
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn forged_tokens_are_refused_over_http_and_on_the_socket() {
    let app = TestApp::spawn().await;
    let (admin, mina) = (app.admin().await, app.person("mina").await);
    let (header, claims) = (read(&mina.access_token, 0), read(&mina.access_token, 1));
    let mut as_admin = claims.clone();
    as_admin["sub"] = admin.id.clone().into();
    let mut none = header.clone();
    none["alg"] = "none".into();
    let mut nameless = header.clone();
    nameless.as_object_mut().expect("an object").remove("kid");
    let signature = mina.access_token.rsplit('.').next().expect("three parts");

    for forged in [
        String::new(),
        "nonsense".to_owned(),
        "a.b.c".to_owned(),
        format!("{}.{}.", part(&none), part(&claims)),
        format!("{}.{}.{signature}", part(&none), part(&claims)),
        format!("{}.{}.{signature}", part(&header), part(&as_admin)),
        signed(&header, &claims, b"secret"),
        signed(&header, &as_admin, b""),
        signed(&nameless, &claims, b"secret"),
        mina.refresh_token.clone(),
        format!("maru_bot_{}", "A".repeat(43)),
        "x".repeat(8_000),
    ] {
        let (answer, refusal) = at_both_doors(&app, &forged).await;
        assert_eq!(code(&answer), (401, "unauthenticated"), "{forged}");
        assert!(refusal.starts_with("unauthenticated: "), "{forged}: {refusal}");
    }
    let (status, me) = mina.http().get("/api/v1/me").await;
    assert_eq!((status, &me["user"]["username"], &me["user"]["role"]), (200, &json!("mina"), &json!("member")));
}

#[tokio::test]
async fn a_token_says_who_and_until_when_and_is_refused_after_that() {
    let app = TestApp::builder()
        .env("MARU_ACCESS_TOKEN_LIFETIME", "2s")
        // The wait below asks without a pause.
        .env("MARU_LIMITS_EVENTS_BURST", 100_000)
        .spawn()
        .await;
    let mina = app.person("mina").await;
    let claims = read(&mina.access_token, 1);
    assert_eq!((&claims["sub"], &claims["sid"]), (&json!(mina.id), &json!(mina.session_id)));
    assert_eq!(claims["exp"].as_i64().expect("exp") - claims["iat"].as_i64().expect("iat"), 2);
    let socket = mina.connect().await;

    let expires = async { while mina.http().get("/api/v1/me").await.0 != 401 {} };
    tokio::time::timeout(Duration::from_secs(10), expires).await.expect("it expires");
    let (answer, refusal) = at_both_doors(&app, &mina.access_token).await;
    assert_eq!((code(&answer), message(&answer)), ((401, "unauthenticated"), "the token has expired"));
    assert_eq!(refusal, "unauthenticated: the token has expired");
    socket.call_ok("heartbeat", json!({})).await;
    assert_eq!(super::refresh(&app.http(), &mina.refresh_token).await.0, 200);
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_or_with_anothers_id() {
    let app = TestApp::spawn().await;
    let (mina, jisu) = (app.person("mina").await, app.person("jisu").await);
    for path in ["/api/v1/me", "/api/v1/auth/sessions", "/api/v1/invites", "/api/v1/rooms"] {
        assert_eq!(code(&app.http().get(path).await), (401, "unauthenticated"), "{path}");
    }
    let basic = app.http().header("authorization", "Basic bWluYTpzZWNyZXQ=");
    assert_eq!(code(&basic.get("/api/v1/me").await), (401, "unauthenticated"));
    let refused = super::support::Socket::connect(&app.url(), Options::websocket()).await;
    assert!(refused.is_err_and(|error| error.message().starts_with("unauthenticated")));
    let refused = mina.connect_with(Options::websocket().auth("userId", jisu.id)).await;
    assert!(refused.is_err_and(|error| error.message().starts_with("unauthenticated")));
}
