//! The same on the command line, beside a running server and without one.

use super::support::{PASSWORD, TestApp, succeeded, text, until};
use super::{PEOPLE, code, seen};
use serde_json::json;

#[tokio::test]
async fn the_operator_changes_roles_and_the_last_owner_stays() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let phone = mina.connect().await;
    let made = succeeded(app.run_cli(&["user", "role", "--username", "Mina", "--role", "owner"], "").await);
    assert_eq!(made.stdout.trim(), "Mina is owner now");
    assert_eq!(phone.hear("user:role").await, json!({ "role": "owner" }));
    succeeded(app.run_cli(&["user", "role", "--username", "mina", "--role", "guest"], "").await);
    for refused in [
        app.run_cli(&["user", "role", "--username", "admin", "--role", "member"], "").await,
        app.run_cli(&["user", "deactivate", "--username", "admin"], "").await,
        app.run_cli(&["user", "erase", "--username", "admin", "--messages", "keep", "--yes"], "").await,
    ] {
        assert!(!refused.status.success() && refused.stderr.contains("only owner"), "{refused:?}");
    }
}

#[tokio::test]
async fn the_operator_lists_and_ends_sessions() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let phone = mina.log_in().await;
    let listed = succeeded(app.run_cli(&["user", "sessions", "--username", "mina"], "").await);
    for session in [&mina.session_id, &phone.session_id] {
        assert!(listed.stdout.contains(session.as_str()), "{listed:?}");
    }
    let (desk, phone_socket) = (mina.connect().await, phone.connect().await);
    let one = ["user", "end-sessions", "--username", "mina", "--session", &phone.session_id];
    assert_eq!(succeeded(app.run_cli(&one, "").await).stdout.trim(), "ended one session");
    phone_socket.closed().await;
    assert!(!desk.is_closed());
    succeeded(app.run_cli(&["user", "end-sessions", "--username", "mina"], "").await);
    desk.closed().await;
    assert_eq!(seen(&app, &mina).await["sessions"], 0);
}

#[tokio::test]
async fn the_operator_lets_somebody_in_again() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    succeeded(app.run_cli(&["user", "deactivate", "--username", "mina"], "").await);
    let back = succeeded(app.run_cli(&["user", "reactivate", "--username", "mina"], "").await);
    let (_, token) = back.stdout.trim().split_once("/reset#").expect("a link");
    let chosen = json!({ "token": token, "password": "another wooden floor" });
    app.http().post_ok("/api/v1/auth/reset", &chosen).await;
    assert_eq!(seen(&app, &mina).await["user"]["username"], "mina");
}

#[tokio::test]
async fn the_operator_erases_beside_a_server_and_without_one_and_only_when_it_is_meant() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    for person in [&mina, &joon] {
        let socket = person.connect().await;
        let general = text(&socket.ready["rooms"][0]["id"]);
        socket.say(&general, "hello").await;
    }
    let erase = |username: &'static str| ["user", "erase", "--username", username, "--messages", "delete"];
    let unsure = app.run_cli(&erase("mina"), "").await;
    assert!(!unsure.status.success() && unsure.stderr.contains("--yes"), "{unsure:?}");
    succeeded(app.run_cli(&[&erase("mina")[..], &["--yes"]].concat(), "").await);
    let owner = app.admin().await;
    assert_eq!(code(&owner.http().get(&format!("{PEOPLE}/{}", mina.id)).await), (404, "not_found"));
    let count = async |app: &TestApp, query: &'static str| -> i64 {
        sqlx::query_scalar(query).fetch_one(&mut app.database().await).await.expect("a count")
    };
    until("the erasure ends", async || count(&app, "SELECT count(*) FROM erasures").await == 0).await;
    assert!(app.terminate().await.success());
    succeeded(app.run_cli(&[&erase("joon")[..], &["--yes"]].concat(), "").await);
    assert_eq!(count(&app, "SELECT count(*) FROM erasures").await, 0, "to the end, since nobody else goes on with it");
    assert_eq!(count(&app, "SELECT count(*) FROM messages WHERE kind = 'text' AND deleted_at IS NULL").await, 0);
}

#[tokio::test]
async fn a_printed_invite_makes_guests_of_the_rooms_that_it_names() {
    let app = TestApp::builder().generous().spawn().await;
    let owner = app.admin().await.connect().await;
    let room = owner.create_room("private", "Shop", &[]).await;
    let alone = app.run_cli(&["invite", "create", "--role", "guest"], "").await;
    assert!(!alone.status.success() && alone.stderr.contains("name at least one"), "{alone:?}");
    let unknown = app.run_cli(&["invite", "create", "--role", "guest", "--rooms", "nowhere"], "").await;
    assert!(!unknown.status.success() && unknown.stderr.contains("no room called nowhere"), "{unknown:?}");
    let made = succeeded(app.run_cli(&["invite", "create", "--role", "guest", "--rooms", "shop"], "").await);
    let (_, code) = made.stdout.trim().split_once("/invite#").expect("a link");
    let registration = json!({ "inviteCode": code, "username": "guest", "displayName": "Guest", "password": PASSWORD,
        "tokenTransport": "body" });
    let guest = app.http().post_ok("/api/v1/auth/register", &registration).await;
    assert_eq!(guest["user"]["role"], "guest");
    let (_, rooms) = app.http().bearer(text(&guest["accessToken"])).get("/api/v1/rooms").await;
    let rooms: Vec<String> = rooms["rooms"].as_array().expect("rooms").iter().map(|room| text(&room["id"])).collect();
    assert_eq!(rooms, [room]);
    let mina = app.person("mina").await.connect().await;
    mina.create_room("private", "Theirs", &[]).await;
    let theirs = app.run_cli(&["invite", "create", "--rooms", "Theirs"], "").await;
    assert!(!theirs.status.success() && theirs.stderr.contains("no administrator is in all"), "{theirs:?}");
}
