//! Passwords changed and reset.

use super::support::{PASSWORD, Person, TestApp};
use super::{change_database, code, field, is_let_in, log_in, refresh};
use serde_json::json;

const NEW: &str = "another floor, same sky";

async fn change(person: &Person, current: &str, new: &str) -> (u16, serde_json::Value) {
    person.http().post("/api/v1/auth/password", &json!({ "current": current, "new": new })).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> (u16, serde_json::Value) {
    app.http().post("/api/v1/auth/reset", &json!({ "token": token, "password": password })).await
}

/// The token of the link that `maru user …` printed.
fn token(stdout: &str) -> &str {
    stdout.trim().split_once("/reset#").expect("a reset link").1
}

#[tokio::test]
async fn changing_a_password_ends_the_other_sessions_and_keeps_this_one() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let phone = mina.log_in().await;
    let (here, there) = (mina.connect().await, phone.connect().await);
    let (status, answer) = change(&mina, PASSWORD, NEW).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(there.hear("session:ended").await["reason"], "the password was changed");
    there.closed().await;
    assert!(!is_let_in(&phone).await);
    assert_eq!(code(&refresh(&app.http(), &phone.refresh_token).await), (401, "unauthenticated"));

    here.call_ok("heartbeat", json!({})).await;
    assert!(is_let_in(&mina).await);
    assert_eq!(refresh(&app.http(), &mina.refresh_token).await.0, 200);
    assert_eq!(code(&log_in(&app.http(), "mina", PASSWORD).await), (401, "unauthenticated"));
    assert_eq!(log_in(&app.http(), "mina", NEW).await.0, 200);
}

#[tokio::test]
async fn a_password_is_changed_only_by_who_knows_it() {
    let app = TestApp::builder().env("MARU_LIMITS_FAILED_LOGINS_PER_ACCOUNT", 3).spawn().await;
    let mina = app.person("mina").await;
    let phone = mina.log_in().await;
    let short = change(&mina, PASSWORD, "short").await;
    assert_eq!((code(&short), field(&short)), ((422, "invalid"), "new"));
    for _ in 0..3 {
        let refused = change(&mina, "a guess", NEW).await;
        assert_eq!((code(&refused), field(&refused)), ((422, "invalid"), "current"));
    }
    assert_eq!(code(&change(&mina, PASSWORD, NEW).await), (429, "rate_limited"), "a stolen token guesses no faster");
    assert!(is_let_in(&phone).await);
    let nobody = json!({ "current": PASSWORD, "new": NEW });
    assert_eq!(code(&app.http().post("/api/v1/auth/password", &nobody).await), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_reset_link_sets_a_password_once_and_the_old_one_is_void() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let first = app.run_cli(&["user", "reset-password", "--username", "MINA"], "").await;
    assert!(first.stdout.starts_with(&app.url()), "{first:?}");
    assert_eq!(socket.hear("session:ended").await["reason"], "the password was reset");
    socket.closed().await;
    assert!(!is_let_in(&mina).await);
    assert_eq!(code(&log_in(&app.http(), "mina", PASSWORD).await), (401, "unauthenticated"));

    let second = app.run_cli(&["user", "reset-password", "--username", "mina"], "").await;
    assert_eq!(code(&reset(&app, token(&first.stdout), NEW).await), (401, "unauthenticated"), "it was replaced");
    let short = reset(&app, token(&second.stdout), "short").await;
    assert_eq!((code(&short), field(&short)), ((422, "invalid"), "password"));
    assert_eq!(reset(&app, token(&second.stdout), NEW).await.0, 200, "a slip does not spend it");
    assert_eq!(code(&reset(&app, token(&second.stdout), PASSWORD).await), (401, "unauthenticated"), "it is spent");
    assert_eq!(log_in(&app.http(), "mina", NEW).await.0, 200);
}

#[tokio::test]
async fn a_reset_link_ends_every_session_when_it_is_used_and_expires() {
    let app = TestApp::spawn().await;
    app.admin().await;
    let made = app.run_cli(&["user", "create", "--username", "ada", "--display-name", "Ada"], "").await;
    let link = token(&made.stdout);
    assert_eq!(code(&log_in(&app.http(), "ada", "").await), (401, "unauthenticated"), "no password lets nobody in");
    change_database(&app, "UPDATE one_time_tokens SET expires_at = expires_at - 25 * 3600 * 1000").await;
    assert_eq!(code(&reset(&app, link, NEW).await), (401, "unauthenticated"), "it has expired");

    let again = app.run_cli(&["user", "reset-password", "--username", "ada"], "").await;
    assert_eq!(reset(&app, token(&again.stdout), NEW).await.0, 200);
    let (status, answer) = log_in(&app.http(), "ada", NEW).await;
    assert_eq!((status, &answer["user"]["displayName"]), (200, &json!("Ada")));
    let setup = app.setup_token().await;
    assert_eq!(code(&reset(&app, &setup, NEW).await), (401, "unauthenticated"), "another kind of token");
}

#[tokio::test]
async fn a_password_given_by_the_operator_ends_every_session() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let (one, two) = (mina.connect().await, mina.log_in().await.connect().await);
    let jisu = app.person("jisu").await;
    let done = app.run_cli(&["user", "reset-password", "--username", "mina", "--password-stdin"], NEW).await;
    assert!(done.status.success() && !done.stdout.contains(NEW), "{done:?}");
    for socket in [one, two] {
        socket.hear("session:ended").await;
        socket.closed().await;
    }
    assert_eq!(log_in(&app.http(), "mina", NEW).await.0, 200);
    assert!(is_let_in(&jisu).await);
}

/// Why a password was refused, in which field.
fn weakness(answer: &(u16, serde_json::Value)) -> (&str, &str) {
    assert_eq!(code(answer), (422, "invalid"));
    (field(answer), answer.1["error"]["weakness"].as_str().expect("a weakness"))
}

#[tokio::test]
async fn a_password_that_is_guessed_first_is_refused_wherever_one_is_chosen() {
    let app = TestApp::spawn().await;
    let setup = json!({
        "token": app.setup_token().await, "username": "admin", "displayName": "Ada", "password": "iloveyou1!",
    });
    assert_eq!(weakness(&app.http().post("/api/v1/setup", &setup).await), ("password", "common"));
    let mina = app.person("mina").await;
    let invite = app.admin().await.http().post_ok("/api/v1/invites", &json!({})).await["code"].clone();
    for (password, why) in [
        ("passw0rd", "common"),
        ("비밀번호2026", "common"),
        ("Jisu.Park2026", "name"),
        ("maru-maru!", "name"),
        ("qaqaqaqaq", "pattern"),
        ("short", "too_short"),
        (&"tea? ".repeat(60), "too_long"),
    ] {
        let registration =
            json!({ "inviteCode": invite, "username": "jisu", "displayName": "Jisu Park", "password": password });
        let refused = app.http().post("/api/v1/auth/register", &registration).await;
        assert_eq!(weakness(&refused), ("password", why), "{password}");
        if !password.starts_with("Jisu") {
            assert_eq!(weakness(&change(&mina, PASSWORD, password).await), ("new", why), "{password}");
        }
    }
    let refused = change(&mina, PASSWORD, "Mina-2026-mina").await;
    assert_eq!(weakness(&refused), ("new", "name"), "her own name is hers");
    let link = app.run_cli(&["user", "reset-password", "--username", "mina"], "").await;
    let link = token(&link.stdout);
    assert_eq!(weakness(&reset(&app, link, "Mina-2026-mina").await), ("password", "name"));
    for arguments in [&["user", "create", "--username", "haru"][..], &["user", "reset-password", "--username", "mina"]]
    {
        let refused = app.run_cli(&[arguments, &["--password-stdin"]].concat(), "sunshine12").await;
        assert!(!refused.status.success() && refused.stderr.contains("tried first"), "{refused:?}");
    }
    assert_eq!(reset(&app, link, NEW).await.0, 200, "nothing was changed, and the link is still good");
}
