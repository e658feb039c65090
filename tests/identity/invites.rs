//! Invites: who makes them, what they are good for, and when not any more.

use super::support::{PASSWORD, TestApp};
use super::{change_database, code, field, message, text};
use serde_json::{Value, json};

fn registration(code: &Value, username: &str) -> Value {
    json!({
        "inviteCode": code, "username": username, "displayName": username, "password": PASSWORD,
        "tokenTransport": "body",
    })
}

#[tokio::test]
async fn who_accepts_an_invite_is_in_general_and_its_rooms_and_the_others_hear_it() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let outsider = app.person("outsider").await.connect().await;
    let socket = admin.connect().await;
    let create = json!({ "kind": "private", "name": "Plans" });
    let plans = socket.call_ok("room:create", create).await["room"]["id"].clone();
    let invite = admin.http().post_ok("/api/v1/invites", &json!({ "rooms": [plans] })).await;
    assert_eq!(invite["invite"]["rooms"], json!([plans]));

    let answer = app.http().post_ok("/api/v1/auth/register", &registration(&invite["code"], "mina")).await;
    let id = &answer["user"]["id"];
    let joined = |payload: &Value| payload["roomId"] == plans && payload["user"]["id"] == *id;
    socket.hear_where("member:joined", joined).await;
    let line = |payload: &Value| payload["message"]["roomId"] == plans && payload["message"]["user"]["id"] == *id;
    let line = socket.hear_where("message:new", line).await;
    assert_eq!((&line["message"]["kind"], &line["message"]["system"]["event"]), (&json!("system"), &json!("joined")));

    let (_, rooms) = app.http().bearer(text(&answer["accessToken"])).get("/api/v1/rooms").await;
    let names: Vec<_> = rooms["rooms"].as_array().expect("rooms").iter().map(|room| room["name"].clone()).collect();
    assert!(names.len() == 2 && names.contains(&json!("General")) && names.contains(&json!("Plans")), "{names:?}");
    // Both are in General, whose joining is told behind nothing of the private room.
    let general = |payload: &Value| payload["user"]["id"] == *id;
    outsider.hears_nothing_of(text(&plans), "member:joined", general).await;
}

#[tokio::test]
async fn an_invite_lets_in_as_many_as_it_is_for() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let invite = admin.http().post_ok("/api/v1/invites", &json!({ "uses": 2 })).await;
    let attempts = (0..6).map(|number| {
        let (http, payload) = (app.http(), registration(&invite["code"], &format!("person{number}")));
        async move { http.post("/api/v1/auth/register", &payload).await }
    });
    let answers = futures_util::future::join_all(attempts).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 2);
    for refused in answers.iter().filter(|(status, _)| *status != 200) {
        assert_eq!((code(refused), message(refused)), ((403, "forbidden"), "the invite has been used up"));
    }
    let (_, users) = admin.http().get("/api/v1/users").await;
    assert_eq!(users["users"].as_array().map(Vec::len), Some(3), "{users}");
}

#[tokio::test]
async fn an_invite_that_expired_was_revoked_or_never_was_lets_nobody_in() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let register = async |code: &Value| app.http().post("/api/v1/auth/register", &registration(code, "mina")).await;
    let preview = async |code: &Value| app.http().post("/api/v1/invites/preview", &json!({ "inviteCode": code })).await;

    let unknown = json!("0000-0000-0000-0000");
    assert_eq!(code(&register(&unknown).await), (404, "not_found"));
    assert_eq!(code(&preview(&unknown).await), (404, "not_found"));

    let invite = admin.http().post_ok("/api/v1/invites", &json!({})).await;
    change_database(&app, "UPDATE invites SET expires_at = 1000 * unixepoch() - 1").await;
    for refused in [register(&invite["code"]).await, preview(&invite["code"]).await] {
        assert_eq!((code(&refused), message(&refused)), ((403, "forbidden"), "the invite has expired"));
    }

    let invite = admin.http().post_ok("/api/v1/invites", &json!({})).await;
    let path = format!("/api/v1/invites/{}", text(&invite["invite"]["id"]));
    assert_eq!(admin.http().delete(&path).await.0, 200);
    assert_eq!(code(&admin.http().delete(&path).await), (404, "not_found"));
    for refused in [register(&invite["code"]).await, preview(&invite["code"]).await] {
        assert_eq!((code(&refused), message(&refused)), ((403, "forbidden"), "the invite was revoked"));
    }
    assert_eq!(admin.http().get("/api/v1/invites").await.1["invites"], json!([]));
}

#[tokio::test]
async fn a_refused_registration_does_not_spend_the_invite() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    app.person("mina").await;
    let invite = admin.http().post_ok("/api/v1/invites", &json!({})).await;
    for (name, bad, expected) in [
        ("username", "MINA", (409, "conflict")),
        ("username", "m", (422, "invalid")),
        ("displayName", "\u{200b}", (422, "invalid")),
        ("password", "short", (422, "invalid")),
    ] {
        let mut payload = registration(&invite["code"], "jisu");
        payload[name] = bad.into();
        let refused = app.http().post("/api/v1/auth/register", &payload).await;
        assert_eq!(code(&refused), expected, "{name} {bad}");
    }
    // As somebody types it: without hyphens, in lower case.
    let typed = text(&invite["code"]).replace('-', " ").to_lowercase();
    app.http().post_ok("/api/v1/auth/register", &registration(&json!(typed), "jisu")).await;
}

#[tokio::test]
async fn an_invite_shows_who_invites_and_its_link_carries_the_code_behind_the_hash() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let invite = admin.http().post_ok("/api/v1/invites", &json!({ "uses": 5, "expiresInSeconds": 3600 })).await;
    let url = text(&invite["url"]);
    assert_eq!(url, format!("{}/invite#{}", app.url(), text(&invite["code"])));
    assert_eq!((&invite["invite"]["uses"], &invite["invite"]["maxUses"]), (&json!(0), &json!(5)));
    let preview = json!({ "inviteCode": invite["code"] });
    let preview = app.http().post_ok("/api/v1/invites/preview", &preview).await;
    assert_eq!(preview["invitedBy"]["id"], admin.id);
    assert_eq!(preview["expiresAt"], invite["invite"]["expiresAt"]);
    let (_, listed) = admin.http().get("/api/v1/invites").await;
    assert_eq!(listed["invites"], json!([invite["invite"]]));
    assert!(!listed.to_string().contains(text(&invite["code"])), "the code is told once");
}

#[tokio::test]
async fn only_administrators_make_see_and_revoke_invites() {
    let app = TestApp::spawn().await;
    let (admin, member) = (app.admin().await, app.person("mina").await);
    let invite = admin.http().post_ok("/api/v1/invites", &json!({})).await;
    let path = format!("/api/v1/invites/{}", text(&invite["invite"]["id"]));
    for (http, expected) in [(member.http(), (403, "forbidden")), (app.http(), (401, "unauthenticated"))] {
        assert_eq!(code(&http.post("/api/v1/invites", &json!({})).await), expected);
        assert_eq!(code(&http.get("/api/v1/invites").await), expected);
        assert_eq!(code(&http.delete(&path).await), expected);
    }
    app.http().post_ok("/api/v1/auth/register", &registration(&invite["code"], "jisu")).await;
}

#[tokio::test]
async fn an_invite_leads_only_into_rooms_that_its_maker_is_in() {
    let app = TestApp::spawn().await;
    let (admin, member) = (app.admin().await, app.person("mina").await);
    let socket = member.connect().await;
    let secret = socket.call_ok("room:create", json!({ "kind": "private", "name": "Secret" })).await;
    for room in [secret["room"]["id"].clone(), json!("nonsense")] {
        let refused = admin.http().post("/api/v1/invites", &json!({ "rooms": [room] })).await;
        assert_eq!(code(&refused), (404, "not_found"));
    }
    // The maker leaves the room after the invite was made.
    let own = admin.connect().await.call_ok("room:create", json!({ "kind": "private", "name": "Own" })).await;
    let own = own["room"]["id"].clone();
    let invite = admin.http().post_ok("/api/v1/invites", &json!({ "rooms": [own] })).await;
    admin.connect().await.call_ok("room:leave", json!({ "roomId": own })).await;
    let answer = app.http().post_ok("/api/v1/auth/register", &registration(&invite["code"], "jisu")).await;
    let (_, rooms) = app.http().bearer(text(&answer["accessToken"])).get("/api/v1/rooms").await;
    assert_eq!(rooms["rooms"].as_array().map(Vec::len), Some(1), "{rooms}");
}

#[tokio::test]
async fn an_invite_out_of_bounds_is_refused_with_its_field() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    for (payload, wrong) in [
        (json!({ "uses": 0 }), "uses"),
        (json!({ "uses": 10_001 }), "uses"),
        (json!({ "uses": "1" }), "uses"),
        (json!({ "expiresInSeconds": 59 }), "expiresInSeconds"),
        (json!({ "expiresInSeconds": 31_536_001 }), "expiresInSeconds"),
        (json!({ "rooms": "General" }), "rooms"),
    ] {
        let refused = admin.http().post("/api/v1/invites", &payload).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), wrong), "{payload}");
    }
}
