//! Who may make an account without an invite.

use super::code;
use super::support::{PASSWORD, TestApp};
use serde_json::{Value, json};

fn registration(username: &str) -> Value {
    json!({ "username": username, "displayName": username, "password": PASSWORD, "tokenTransport": "body" })
}

async fn register(app: &TestApp, payload: &Value) -> (u16, Value) {
    app.http().post("/api/v1/auth/register", payload).await
}

#[tokio::test]
async fn without_an_invite_nobody_registers_by_default() {
    let app = TestApp::spawn().await;
    assert_eq!(code(&register(&app, &registration("mina")).await), (403, "forbidden"), "not before the setup");
    app.admin().await;
    assert_eq!(app.http().get("/api/v1/server").await.1["registration"], "invite");
    assert_eq!(code(&register(&app, &registration("mina")).await), (403, "forbidden"));
}

#[tokio::test]
async fn where_registration_is_closed_an_invite_does_not_help() {
    let app = TestApp::builder().env("MARU_REGISTRATION", "closed").spawn().await;
    let invite = app.admin().await.http().post_ok("/api/v1/invites", &json!({})).await;
    let mut payload = registration("mina");
    payload["inviteCode"] = invite["code"].clone();
    assert_eq!(code(&register(&app, &payload).await), (403, "forbidden"));
}

#[tokio::test]
async fn where_registration_is_open_everybody_gets_into_general_as_a_member() {
    let app = TestApp::builder().env("MARU_REGISTRATION", "open").spawn().await;
    assert_eq!(code(&register(&app, &registration("early")).await), (403, "forbidden"), "no first visitor wins");
    let socket = app.admin().await.connect().await;
    let (status, answer) = register(&app, &registration("김민수")).await;
    assert_eq!((status, &answer["user"]["role"]), (200, &json!("member")), "{answer}");
    let joined = socket.hear("member:joined").await;
    assert_eq!(joined["user"]["id"], answer["user"]["id"]);
    assert_eq!(code(&register(&app, &registration("김민수")).await), (409, "conflict"));
}

#[tokio::test]
async fn nobody_registers_under_a_name_that_is_taken_for_anothers() {
    let app = TestApp::builder().env("MARU_REGISTRATION", "open").spawn().await;
    app.admin().await;
    for name in ["\u{430}dmin", "\u{3b1}dmin", "ﬁsh", "ａdmin2"] {
        let (status, answer) = register(&app, &registration(name)).await;
        assert_eq!((status, &answer["error"]["field"]), (422, &json!("username")), "{name}: {answer}");
    }
    for name in ["here", "Room", "channel", "everyone"] {
        assert_eq!(code(&register(&app, &registration(name)).await), (409, "conflict"), "{name}");
    }
    for name in ["Deleted person", "ad\u{200b}min"] {
        let mut asked = registration("mina");
        asked["displayName"] = json!(name);
        let (status, answer) = register(&app, &asked).await;
        assert_eq!((status, &answer["error"]["field"]), (422, &json!("displayName")), "{name}: {answer}");
    }
    let login = async |name: &str| {
        let login = json!({ "username": name, "password": PASSWORD, "tokenTransport": "body" });
        app.http().post("/api/v1/auth/login", &login).await.0
    };
    assert_eq!(register(&app, &registration("mina")).await.0, 200);
    let older = "UPDATE users SET username = '\u{43c}ina', username_key = '\u{43c}ina' WHERE username = 'mina'";
    sqlx::query(older).execute(&mut app.database().await).await.expect("an account from before");
    assert_eq!(login("\u{43c}ina").await, 200, "who is called so already logs in");
    let reset = app.run_cli(&["user", "reset-password", "--username", "\u{43c}ina"], "").await;
    assert!(reset.status.success(), "and is found: {reset:?}");
}

#[tokio::test]
async fn an_address_that_makes_accounts_by_the_dozen_is_slowed_down() {
    let app = TestApp::builder()
        .env("MARU_REGISTRATION", "open")
        .env("MARU_LIMITS_REGISTRATIONS_PER_ADDRESS", 2)
        .env("MARU_TRUSTED_PROXIES", "127.0.0.1")
        .spawn()
        .await;
    app.admin().await;
    let from = |address: &str| app.http().header("x-forwarded-for", address);
    let register = async |address: &str, username: &str| {
        from(address).post("/api/v1/auth/register", &registration(username)).await
    };
    for username in ["one", "two"] {
        assert_eq!(register("192.0.2.1", username).await.0, 200);
    }
    let refused = register("192.0.2.1", "three").await;
    assert_eq!(code(&refused), (429, "rate_limited"));
    assert!(refused.1["error"]["retryAfterMs"].as_u64().is_some_and(|wait| wait > 60_000), "{refused:?}");
    assert_eq!(register("192.0.2.2", "three").await.0, 200);
}
