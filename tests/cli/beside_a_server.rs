//! Commands beside the running server, which carries them out itself.

use super::support::{Options, PASSWORD, Socket, TestApp};
use super::{SECRET, failure, log_in, rooms, succeeded};
use serde_json::json;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

#[tokio::test]
async fn somebody_made_beside_the_server_logs_in_at_once_and_is_in_general_with_the_others() {
    let app = TestApp::spawn().await;
    let first = app.admin().await.connect().await;
    let made = ["user", "create", "--username", "ada", "--display-name", "Ada", "--role", "admin", "--password-stdin"];
    succeeded(app.run_cli(&made, &format!("{SECRET}\n")).await);
    let (status, answer) = log_in(&app.http(), "Ada", SECRET).await;
    assert_eq!((status, answer["user"]["role"].as_str()), (200, Some("admin")), "{answer}");
    assert_eq!(rooms(&app, answer["accessToken"].as_str().expect("a token")).await, ["General"]);
    let joined = first.hear("member:joined").await;
    assert_eq!((&joined["roomId"], &joined["user"]["displayName"]), (&first.ready["rooms"][0]["id"], &json!("Ada")));
    assert!(failure(&app.run_cli(&made, SECRET).await).contains("is taken"));
    let listed = succeeded(app.run_cli(&["user", "list"], "").await).stdout;
    assert!(listed.lines().count() == 3 && listed.contains("ada"), "{listed}");
    assert!(!app.transcript().contains(SECRET));
}

#[tokio::test]
async fn a_long_list_comes_whole() {
    let app = TestApp::spawn().await;
    app.admin().await;
    let url = format!("sqlite://{}/maru.db", app.data_dir().display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.expect("the database");
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO users (pid, username, username_key, display_name, role, created_at)
        SELECT printf('01HZ%022d', i), 'person' || i, 'person' || i, 'Person ' || i, 'member', 0 FROM n";
    sqlx::query(many).execute(&mut database).await.expect("a thousand people");
    let listed = succeeded(app.run_cli(&["user", "list"], "").await).stdout;
    assert_eq!(listed.lines().count(), 1_002);
    assert!(listed.lines().last().is_some_and(|line| line.starts_with("person1000 ")), "{listed}");
}

#[tokio::test]
async fn a_printed_invite_leads_in_as_often_as_it_says() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await;
    let made = succeeded(app.run_cli(&["invite", "create", "--uses", "2", "--expires", "1h"], "").await);
    let (base, code) = made.stdout.split_once("/invite#").expect("a link");
    assert_eq!(base, app.url());
    let preview = app.http().post_ok("/api/v1/invites/preview", &json!({ "inviteCode": code })).await;
    assert_eq!(preview["invitedBy"]["id"], admin.id, "in the name of the first administrator");
    for (username, expected) in [("mina", 200), ("jisu", 200), ("haru", 403)] {
        let registration =
            json!({ "inviteCode": code, "username": username, "displayName": username, "password": PASSWORD });
        assert_eq!(app.http().post("/api/v1/auth/register", &registration).await.0, expected, "{username}");
    }
}

#[tokio::test]
async fn a_bot_is_in_its_rooms_and_the_others_hear_it_come() {
    let app = TestApp::spawn().await;
    let admin = app.admin().await.connect().await;
    let create = json!({ "kind": "private", "name": "Builds, nightly" });
    let builds = admin.call_ok("room:create", create).await["room"]["id"].clone();
    for name in ["Twin", "twin"] {
        admin.call_ok("room:create", json!({ "kind": "public", "name": name })).await;
    }
    let named = format!("general, {}", builds.as_str().expect("an id"));
    let bot = ["bot", "create", "--username", "deploy", "--display-name", "Deploy Bot", "--rooms", &named];
    let made = succeeded(app.run_cli(&bot, "").await);
    assert!(made.stdout.starts_with("maru_bot_") && made.stdout.lines().count() == 1, "{made:?}");
    let joined = admin.hear_where("member:joined", |payload| payload["roomId"] == builds).await;
    assert_eq!((&joined["user"]["displayName"], &joined["user"]["bot"]), (&json!("Deploy Bot"), &json!(true)));

    let mut names = rooms(&app, &made.stdout).await;
    names.sort_unstable();
    assert_eq!(names, ["Builds, nightly", "General"]);
    let socket = Socket::connect(&app.url(), Options::websocket().auth("token", made.stdout.as_str())).await;
    let socket = socket.unwrap_or_else(|error| panic!("{error}"));
    socket.call_ok("message:send", json!({ "roomId": builds, "content": "it is green" })).await;
    admin.hear_where("message:new", |payload| payload["message"]["content"] == "it is green").await;

    let ambiguous = app.run_cli(&["bot", "create", "--username", "other", "--rooms", "Twin"], "").await;
    assert!(failure(&ambiguous).contains("several rooms are called Twin"));
    succeeded(app.run_cli(&["user", "deactivate", "--username", "deploy"], "").await);
    socket.hear("session:ended").await;
    socket.closed().await;
    assert_eq!(app.http().bearer(made.stdout).get("/api/v1/me").await.0, 401);
}

#[tokio::test]
async fn a_bot_that_gets_another_token_is_let_in_with_that_one_alone() {
    let app = TestApp::spawn().await;
    app.person("mina").await;
    let bot = ["bot", "create", "--username", "deploy", "--rooms", "General"];
    let former = succeeded(app.run_cli(&bot, "").await).stdout;
    let connect = async |token: &str| Socket::connect(&app.url(), Options::websocket().auth("token", token)).await;
    let before = connect(&former).await.unwrap_or_else(|error| panic!("{error}"));
    let rotated = succeeded(app.run_cli(&["bot", "rotate-token", "--username", "Deploy"], "").await);
    let token = rotated.stdout;
    assert!(token.starts_with("maru_bot_") && token != former && rotated.stderr.contains("not shown again"), "{token}");
    assert_eq!(before.hear("session:ended").await["reason"], "the bot has another token now");
    before.closed().await;
    assert_eq!(app.http().bearer(&former).get("/api/v1/me").await.0, 401);
    assert!(connect(&former).await.is_err_and(|error| error.message().starts_with("unauthenticated")));
    assert_eq!(rooms(&app, &token).await, ["General"], "it is who it was");
    connect(&token).await.unwrap_or_else(|error| panic!("{error}")).call_ok("heartbeat", json!({})).await;
    for (username, said) in [("mina", "is no bot"), ("nobody", "no user called nobody")] {
        let refused = app.run_cli(&["bot", "rotate-token", "--username", username], "").await;
        assert!(failure(&refused).contains(said), "{refused:?}");
    }
    assert!(!app.transcript().contains(&token), "a token does not reach the log");
}

#[tokio::test]
async fn former_signing_keys_are_forgotten_at_once_when_that_is_asked_for() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    succeeded(app.run_cli(&["rotate-key"], "").await);
    assert_eq!(mina.http().get("/api/v1/me").await.0, 200, "nobody is logged out unless it is asked for");
    succeeded(app.run_cli(&["rotate-key", "--forget-former"], "").await);
    assert_eq!(socket.hear("session:ended").await["reason"], "the keys that sign logins were replaced");
    socket.closed().await;
    assert_eq!(mina.http().get("/api/v1/me").await.0, 401);
    let refresh = json!({ "refreshToken": mina.refresh_token });
    assert_eq!(app.http().post("/api/v1/auth/refresh", &refresh).await.0, 401);
    let again = mina.log_in().await;
    let listed = again.http().get("/api/v1/auth/sessions").await.1;
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1), "{listed}");
}

#[tokio::test]
async fn when_forgotten_keys_cannot_be_noted_nobody_stays_and_the_operator_is_told_both() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let mut database = app.database().await;
    let full = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'it is full'); END";
    sqlx::query(full).execute(&mut database).await.expect("nothing can be noted");
    let failed = app.run_cli(&["rotate-key", "--forget-former"], "").await;
    let told = failure(&failed);
    assert!(told.contains("the former keys are forgotten") && told.contains("do it again"), "{failed:?}");
    assert_eq!(socket.hear("session:ended").await["reason"], "the keys that sign logins were replaced");
    socket.closed().await;
    assert_eq!(mina.http().get("/api/v1/me").await.0, 401);
    let live = "SELECT count(*) FROM sessions WHERE ended_at IS NULL";
    let ended = async |database: &mut sqlx::SqliteConnection| {
        sqlx::query_scalar::<_, i64>(live).fetch_one(database).await.expect("a count") == 0
    };
    assert!(!ended(&mut database).await, "nothing was written");
    sqlx::query("DROP TRIGGER full").execute(&mut database).await.expect("it can be noted again");
    succeeded(app.run_cli(&["rotate-key", "--forget-former"], "").await);
    assert!(ended(&mut database).await);
}

#[tokio::test]
async fn health_is_that_of_the_server_that_runs() {
    let mut app = TestApp::spawn().await;
    let healthy = succeeded(app.run_cli(&["health"], "").await);
    assert_eq!(healthy.stdout, format!("serving on {}", app.url().replace("http://", "")));
    let mut database = app.database().await;
    sqlx::query("DROP TABLE settings").execute(&mut database).await.expect("it is broken");
    assert_eq!(app.run_cli(&["health"], "").await.status.code(), Some(1), "it cannot be read");
    app.kill9();
    let gone = app.run_cli(&["health"], "").await;
    assert!(failure(&gone).contains("no server runs on"), "{gone:?}");
}

#[tokio::test]
async fn the_control_socket_is_the_owners_alone_and_bears_nonsense() {
    let app = TestApp::spawn().await;
    app.admin().await;
    let path = app.data_dir().join("control.sock");
    let found = std::fs::symlink_metadata(&path).expect("the socket is there");
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    let long = format!("{}\n", "x".repeat(70_000));
    for nonsense in ["\n", "[]\n", "{}\n", "{\"command\":\"dance\"}\n", "{\"command\":\"createUser\"}\n", &long] {
        let mut stream = UnixStream::connect(&path).await.expect("somebody listens");
        // A request that is too long is answered before it has been read to its end.
        let _cut_short = stream.write_all(nonsense.as_bytes()).await;
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer).await;
        assert!(answer.starts_with("{\"failed\":") || (nonsense.len() > 65_536 && read.is_err()), "{answer:?}");
    }
    // One who says nothing holds nobody up.
    let _silent = UnixStream::connect(&path).await.expect("somebody listens");
    succeeded(app.run_cli(&["user", "list"], "").await);
}
