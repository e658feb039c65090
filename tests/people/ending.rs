//! Accounts that end, come back, and lose their password.

use super::support::{PASSWORD, TestApp, text};
use super::{PEOPLE, code};
use serde_json::{Value, json};

#[tokio::test]
async fn a_deactivated_account_ends_every_connection_at_once_and_the_others_see_that_it_is_gone() {
    let app = TestApp::builder().generous().spawn().await;
    let (owner, mina, joon) = (app.admin().await, app.person("mina").await, app.person("joon").await);
    let (desk, phone) = (mina.connect().await, mina.log_in().await.connect().await);
    let other = joon.connect().await;
    let general = text(&other.ready["rooms"][0]["id"]);
    let stream = desk.call_ok("message:send:stream", json!({ "roomId": general })).await["messageId"].clone();
    let path = format!("{PEOPLE}/{}", mina.id);
    let answer = owner.http().post_ok(&format!("{path}/deactivate"), &json!({})).await;
    assert!(answer["person"]["deactivatedAt"].is_string(), "{answer}");
    for socket in [&desk, &phone] {
        socket.hear("session:ended").await;
        socket.closed().await;
    }
    other.hear_where("message:stream:error", |told| told["message"]["id"] == stream).await;
    let told = other.hear_where("user:updated", |told| told["user"]["id"] == mina.id.as_str()).await;
    assert_eq!(told["user"], json!({ "id": mina.id, "displayName": "mina", "deactivated": true }));
    assert_eq!(code(&mina.http().get("/api/v1/me").await), (401, "unauthenticated"));
    let login = json!({ "username": "mina", "password": PASSWORD });
    assert_eq!(code(&app.http().post("/api/v1/auth/login", &login).await), (401, "unauthenticated"));
    assert_eq!(code(&owner.http().post(&format!("{path}/deactivate"), &json!({})).await), (409, "conflict"));
    assert_eq!(code(&owner.http().post(&format!("{path}/reset"), &json!({})).await), (409, "conflict"));
}

#[tokio::test]
async fn a_reactivated_account_is_the_same_and_chooses_a_password_with_a_link() {
    let app = TestApp::builder().generous().spawn().await;
    let (owner, mina, joon) = (app.admin().await, app.person("mina").await, app.person("joon").await);
    let other = joon.connect().await;
    let general = text(&other.ready["rooms"][0]["id"]);
    let path = format!("{PEOPLE}/{}", mina.id);
    assert_eq!(code(&owner.http().post(&format!("{path}/reactivate"), &json!({})).await), (409, "conflict"));
    owner.http().post_ok(&format!("{path}/deactivate"), &json!({})).await;
    let link = owner.http().post_ok(&format!("{path}/reactivate"), &json!({})).await;
    let is_back = |told: &Value| told["user"]["id"] == mina.id.as_str() && told["user"]["username"] == "mina";
    other.hear_where("user:updated", is_back).await;
    let token = text(&link["url"]).split('#').nth(1).expect("a token").to_owned();
    let login = |password: &str| json!({ "username": "mina", "password": password, "tokenTransport": "body" });
    assert_eq!(code(&app.http().post("/api/v1/auth/login", &login(PASSWORD)).await), (401, "unauthenticated"));
    let chosen = "another wooden floor";
    app.http().post_ok("/api/v1/auth/reset", &json!({ "token": token, "password": chosen })).await;
    let back = app.http().post_ok("/api/v1/auth/login", &login(chosen)).await;
    assert_eq!(back["user"]["id"], mina.id.as_str());
    let (_, rooms) = app.http().bearer(text(&back["accessToken"])).get("/api/v1/rooms").await;
    assert_eq!(rooms["rooms"][0]["id"], general.as_str(), "where they were before");
}

#[tokio::test]
async fn a_reset_link_takes_the_password_and_every_session_away() {
    let app = TestApp::builder().generous().spawn().await;
    let (owner, mina) = (app.admin().await, app.person("mina").await);
    let socket = mina.connect().await;
    let link = owner.http().post_ok(&format!("{PEOPLE}/{}/reset", mina.id), &json!({})).await;
    assert!(text(&link["url"]).starts_with(&format!("{}/reset#", app.url())), "{link}");
    socket.hear("session:ended").await;
    socket.closed().await;
    let login = json!({ "username": "mina", "password": PASSWORD });
    assert_eq!(code(&app.http().post("/api/v1/auth/login", &login).await), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_bot_has_neither_role_nor_sessions_nor_a_way_back() {
    let app = TestApp::builder().generous().spawn().await;
    let http = app.admin().await.http();
    app.run_cli(&["bot", "create", "--username", "builder"], "").await;
    let (_, list) = http.get(&format!("{PEOPLE}?kind=bot")).await;
    let path = format!("{PEOPLE}/{}", text(&list["people"][0]["user"]["id"]));
    assert_eq!(code(&super::patch(&http, &path, json!({ "role": "admin" })).await), (409, "conflict"));
    assert_eq!(code(&http.get(&format!("{path}/sessions")).await), (409, "conflict"));
    assert_eq!(code(&http.post(&format!("{path}/reset"), &json!({})).await), (409, "conflict"));
    http.post_ok(&format!("{path}/deactivate"), &json!({})).await;
    assert_eq!(code(&http.post(&format!("{path}/reactivate"), &json!({})).await), (409, "conflict"));
}
