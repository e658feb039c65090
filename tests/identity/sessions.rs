//! One's own sessions: seen, and ended with everything that hangs on them.

use super::support::{Options, TestApp};
use super::{code, is_let_in, refresh, text};
use serde_json::{Value, json};

fn path(session: &str) -> String {
    format!("/api/v1/auth/sessions/{session}")
}

#[tokio::test]
async fn somebody_sees_their_own_sessions_and_which_is_the_present_one() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let login = json!({ "username": "mina", "password": super::support::PASSWORD, "tokenTransport": "body" });
    let agent = format!("Tablet\u{e9} {}", "x".repeat(400));
    let tablet = app.http().header("user-agent", agent).post_ok("/api/v1/auth/login", &login).await;
    app.person("jisu").await;

    let (_, listed) = mina.http().get("/api/v1/auth/sessions").await;
    let sessions = listed["sessions"].as_array().expect("sessions");
    assert_eq!(sessions.len(), 2, "{listed}");
    assert_eq!((&sessions[0]["id"], &sessions[0]["current"]), (&tablet["sessionId"], &json!(false)));
    assert_eq!((&sessions[1]["id"], &sessions[1]["current"]), (&json!(mina.session_id), &json!(true)));
    let agent = sessions[0]["userAgent"].as_str().expect("text");
    assert!(agent.starts_with("Tablet") && agent.chars().count() <= 256, "{agent}");
    assert_eq!(sessions[0]["address"], "127.0.0.1");
}

#[tokio::test]
async fn ending_a_session_ends_its_sockets_its_tokens_and_nothing_else() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = mina.log_in().await;
    let on_phone = phone.connect().await;
    let by_polling = phone.connect_with(Options::polling()).await.expect("connected");
    let here = mina.connect().await;

    assert_eq!(mina.http().delete(&path(&phone.session_id)).await.0, 200);
    for socket in [&on_phone, &by_polling] {
        let ended = socket.hear("session:ended").await;
        assert!(ended["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{ended}");
        socket.closed().await;
    }
    assert!(!is_let_in(&phone).await);
    assert_eq!(code(&refresh(&app.http(), &phone.refresh_token).await), (401, "unauthenticated"));
    let refused = phone.connect_with(Options::websocket()).await;
    assert!(refused.is_err_and(|error| error.message().starts_with("unauthenticated")));

    let heard = here.hear_the_rest(&here, text(&here.ready["rooms"][0]["id"])).await;
    assert!(heard.iter().all(|heard| heard.event != "session:ended"), "{heard:?}");
    assert_eq!(code(&mina.http().delete(&path(&phone.session_id)).await), (404, "not_found"), "it is over");
}

#[tokio::test]
async fn other_peoples_sessions_are_not_found() {
    let app = TestApp::spawn().await;
    let (admin, mina, jisu) = (app.admin().await, app.person("mina").await, app.person("jisu").await);
    let socket = mina.connect().await;
    for other in [&jisu, &admin] {
        let foreign = other.http().delete(&path(&mina.session_id)).await;
        let unknown = other.http().delete(&path("01HZZZZZZZZZZZZZZZZZZZZZZZ")).await;
        assert_eq!(code(&foreign), (404, "not_found"));
        assert_eq!((&foreign, &unknown), (&unknown, &other.http().delete(&path("nonsense")).await));
    }
    socket.call_ok("heartbeat", json!({})).await;
    assert!(is_let_in(&mina).await);
}

#[tokio::test]
async fn logging_out_ends_the_callers_session_alone() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = mina.log_in().await;
    let (here, there) = (mina.connect().await, phone.connect().await);
    mina.http().post_ok("/api/v1/auth/logout", &json!({})).await;
    here.hear("session:ended").await;
    here.closed().await;
    assert!(!is_let_in(&mina).await);
    assert_eq!(code(&refresh(&app.http(), &mina.refresh_token).await), (401, "unauthenticated"));
    there.call_ok("heartbeat", json!({})).await;

    phone_logs_out_by_refresh_token(&app, &phone.refresh_token).await;
    there.hear("session:ended").await;
    there.closed().await;
    assert_eq!(code(&app.http().post("/api/v1/auth/logout", &json!({})).await), (401, "unauthenticated"));
}

async fn phone_logs_out_by_refresh_token(app: &TestApp, token: &str) {
    app.http().post_ok("/api/v1/auth/logout", &json!({ "refreshToken": token })).await;
}

#[tokio::test]
async fn a_bot_has_neither_sessions_nor_a_password() {
    let app = TestApp::spawn().await;
    app.admin().await;
    let made = app.run_cli(&["bot", "create", "--username", "deploy", "--rooms", "General"], "").await;
    assert!(made.status.success(), "{made:?}");
    let bot = app.http().bearer(made.stdout.trim());
    let (status, me) = bot.get("/api/v1/me").await;
    assert_eq!((status, &me["user"]["bot"]), (200, &json!(true)), "{me}");
    let change = json!({ "current": "whatever it is", "new": "something better" });
    let refusals: [(u16, Value); 4] = [
        bot.get("/api/v1/auth/sessions").await,
        bot.delete(&path("01HZZZZZZZZZZZZZZZZZZZZZZZ")).await,
        bot.post("/api/v1/auth/password", &change).await,
        bot.post("/api/v1/auth/logout", &json!({})).await,
    ];
    for refused in refusals {
        assert_eq!(code(&refused), (403, "forbidden"));
    }
}
