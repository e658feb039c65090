//! What people change of their own account, and who is told.

use super::*;
use reqwest::Method;

async fn rename(http: &Http, body: Value) -> (u16, Value) {
    http.send(http.request(Method::PATCH, "/api/v1/me").json(&body)).await
}

#[tokio::test]
async fn a_new_name_is_told_to_who_shares_a_room_and_to_ones_own_devices() {
    let app = TestApp::spawn().await;
    let (mina, joon, stranger) = (app.person("mina").await, app.person("joon").await, app.person("stranger").await);
    let (socket, other, outside) = (mina.connect().await, joon.connect().await, stranger.connect().await);
    let general = socket.ready["rooms"][0]["id"].as_str().expect("an id").to_owned();
    outside.call_ok("room:leave", json!({ "roomId": general })).await;
    let room = socket.create_room("private", "Names", &[&joon]).await;
    let elsewhere = outside.create_room("private", "Without Mina", &[&joon]).await;

    let (status, answer) = rename(&mina.http(), json!({ "displayName": "  김미나 " })).await;
    assert_eq!((status, &answer["user"]["displayName"]), (200, &json!("김미나")));
    let user = json!({ "id": mina.id, "username": "mina", "displayName": "김미나" });
    for device in [&socket, &other] {
        assert_eq!(device.hear("user:updated").await, json!({ "user": user }));
    }
    assert_eq!(mina.connect().await.ready["user"]["displayName"], "김미나");
    socket.say(&room, "hello").await;
    let said = other.hear_where("message:new", |told| told["message"]["content"] == "hello").await;
    assert_eq!(said["message"]["user"]["displayName"], "김미나");
    let heard = outside.hear_the_rest(&other, &elsewhere).await;
    assert!(heard.iter().all(|heard| heard.event != "user:updated"), "{heard:?}");
}

#[tokio::test]
async fn a_name_that_shows_nothing_is_refused_and_changes_nothing() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    for name in ["", " ", "a\nb", "\u{200b}", "ad\u{200b}min", "Deleted person", &"가".repeat(81)] {
        let refused = rename(&mina.http(), json!({ "displayName": name })).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "displayName"), "{name:?}");
    }
    let unchanged = rename(&mina.http(), json!({})).await;
    assert_eq!((unchanged.0, &unchanged.1["user"]["displayName"]), (200, &json!("mina")));
    assert_eq!(code(&rename(&app.http(), json!({ "displayName": "Nobody" })).await), (401, "unauthenticated"));
}
