//! Commands on a data folder that no server uses.

use super::support::{self, TestApp, text};
use super::{SECRET, failure, log_in, maru, succeeded};
use serde_json::json;

#[tokio::test]
async fn version_tells_version_commit_and_sqlite() {
    let output = succeeded(support::run_maru(&["--version"], &[], "").await);
    let version = env!("CARGO_PKG_VERSION");
    assert!(output.stdout.starts_with(&format!("maru {version} (commit ")), "{output:?}");
    let (_, sqlite) = output.stdout.split_once("SQLite 3.").expect("the version of SQLite");
    assert!(sqlite.chars().next().is_some_and(|digit| digit.is_ascii_digit()), "{output:?}");
}

#[tokio::test]
async fn people_made_before_the_first_start_are_there_and_in_general() {
    let mut app = TestApp::spawn().await;
    app.terminate().await;
    let made = ["user", "create", "--username", "김민수", "--display-name", "김 민수", "--role", "admin"];
    let made = app.run_cli(&[&made[..], &["--password-stdin"]].concat(), &format!("{SECRET}\n")).await;
    assert_eq!(succeeded(made).stdout, "created 김민수");
    let before = app.transcript().matches("/setup#").count();
    app.restart().await;
    let (status, answer) = log_in(&app.http(), "김민수", SECRET).await;
    assert_eq!((status, answer["user"]["role"].as_str()), (200, Some("admin")), "{answer}");
    let token = answer["accessToken"].as_str().expect("a token");
    assert_eq!(super::rooms(&app, token).await, ["General"]);
    assert_eq!(app.transcript().matches("/setup#").count(), before, "the server has somebody");

    // Whoever registers later comes into the same room.
    let invite = succeeded(app.run_cli(&["invite", "create"], "").await);
    let code = invite.stdout.split_once("/invite#").expect("a link").1;
    let registration = json!({
        "inviteCode": code, "username": "jisu", "displayName": "Jisu", "password": SECRET,
    });
    let jisu = app.http().post_ok("/api/v1/auth/register", &registration).await;
    let rooms = app.http().bearer(text(&jisu["accessToken"])).get("/api/v1/rooms").await.1["rooms"].clone();
    assert_eq!((&rooms[0]["name"], &rooms[0]["memberCount"], rooms.get(1)), (&json!("General"), &json!(2), None));
    let of_minsu = app.http().bearer(token).get("/api/v1/rooms").await.1["rooms"].clone();
    assert_eq!((&of_minsu[0]["id"], &of_minsu[0]["role"]), (&rooms[0]["id"], &json!("owner")), "the first one's room");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_made_before_anybody_keeps_nobody_from_setting_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let bot = ["bot", "create", "--username", "deploy"];
    assert!(failure(&maru(folder.path(), &bot, "").await).contains("there is no data of Maru in"));
    let mut app = TestApp::spawn().await;
    app.terminate().await;
    succeeded(app.run_cli(&bot, "").await);
    app.restart().await;
    assert_eq!(app.http().get("/api/v1/server").await.1["needsSetup"], true);
}

#[tokio::test]
async fn one_line_break_after_a_password_is_not_part_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let create = async |username: &str, stdin: &str| {
        maru(folder.path(), &["user", "create", "--username", username, "--password-stdin"], stdin).await
    };
    succeeded(create("bare", SECRET).await);
    succeeded(create("unix", &format!("{SECRET}\n")).await);
    succeeded(create("windows", &format!("{SECRET}\r\n")).await);
    succeeded(create("two", &format!("{SECRET}\n\n")).await);
    succeeded(create("blank", &format!(" {SECRET} ")).await);
    assert!(failure(&create("short", "1234567\n").await).contains("at least 8"));
    assert!(failure(&create("empty", "").await).contains("at least 8"));

    let listed = succeeded(maru(folder.path(), &["user", "list"], "").await).stdout;
    let names: Vec<_> = listed.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["bare", "unix", "windows", "two", "blank"]);
}

#[tokio::test]
async fn a_list_shows_everybody_and_what_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = async |arguments: &[&str]| maru(folder.path(), arguments, SECRET).await;
    succeeded(run(&["user", "create", "--username", "ada", "--role", "admin", "--password-stdin"]).await);
    succeeded(run(&["user", "create", "--username", "민수", "--display-name", "김 민수", "--password-stdin"]).await);
    succeeded(run(&["bot", "create", "--username", "deploy"]).await);
    succeeded(run(&["user", "deactivate", "--username", "민수"]).await);
    let listed = succeeded(run(&["user", "list"]).await).stdout;
    let lines: Vec<_> = listed.lines().collect();
    assert_eq!(lines.len(), 4, "{listed}");
    for (line, words) in lines.iter().zip([
        &["USERNAME", "ROLE", "STATE"][..],
        &["ada", "admin", "active"],
        &["민수", "김 민수", "member", "deactivated"],
        &["deploy", "bot", "active"],
    ]) {
        assert!(words.iter().all(|word| line.contains(word)), "{line} lacks one of {words:?}");
    }
    assert!(!listed.contains("argon2"), "no hash is shown");
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_plain_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = async |arguments: &[&str]| maru(folder.path(), arguments, SECRET).await;
    for arguments in [&["user", "list"][..], &["invite", "create"], &["rotate-key"]] {
        assert!(failure(&run(arguments).await).contains("there is no data of Maru in"), "{arguments:?}");
    }
    let first = succeeded(run(&["user", "create", "--username", "jisu", "--password-stdin"]).await);
    assert!(first.stderr.contains("--role owner"), "a server without an administrator: {first:?}");
    assert!(failure(&run(&["invite", "create"]).await).contains("no administrator"));
    succeeded(run(&["user", "create", "--username", "ada", "--role", "admin", "--password-stdin"]).await);
    for (arguments, words) in [
        (&["user", "create", "--username", "ADA", "--password-stdin"][..], "the username ADA is taken"),
        (&["user", "create", "--username", "a b", "--password-stdin"], "letters, digits"),
        (&["user", "create", "--username", "kim", "--display-name", ""], "a display name"),
        (&["user", "reset-password", "--username", "nobody"], "no user called nobody"),
        (&["user", "deactivate", "--username", "nobody"], "no user called nobody"),
        (&["user", "deactivate", "--username", "ada"], "only administrator"),
        (&["bot", "create", "--username", "deploy", "--rooms", "Nowhere"], "no room called Nowhere"),
        (&["invite", "create", "--expires", "5s"], "a minute to 365 days"),
    ] {
        let output = run(arguments).await;
        assert!(failure(&output).contains(words), "{arguments:?}: {output:?}");
    }
    let listed = succeeded(run(&["user", "list"]).await).stdout;
    assert_eq!(listed.lines().count(), 3, "what was refused changed nothing: {listed}");
}

#[tokio::test]
async fn what_is_not_understood_ends_with_2() {
    for arguments in [
        &["dance"][..],
        &["user"],
        &["user", "create"],
        &["user", "create", "--username"],
        &["user", "create", "--username", "ada", "--role", "king"],
        &["user", "create", "--username", "ada", "--password", "on the command line"],
        &["invite", "create", "--uses", "0"],
        &["invite", "create", "--uses", "10001"],
        &["invite", "create", "--expires", "soon"],
        &["serve", "--port", "8080"],
    ] {
        let output = support::run_maru(arguments, &[], "").await;
        assert_eq!((output.status.code(), output.stdout.as_str()), (Some(2), ""), "{arguments:?}: {output:?}");
        assert!(output.stderr.contains("Usage") || output.stderr.contains("error:"), "{output:?}");
    }
}

#[tokio::test]
async fn commands_at_the_same_time_wait_for_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let makings = (0..6).map(|number| {
        let (folder, username) = (folder.path(), format!("person{number}"));
        async move { maru(folder, &["user", "create", "--username", &username, "--password-stdin"], SECRET).await }
    });
    for output in futures_util::future::join_all(makings).await {
        succeeded(output);
    }
    let listed = succeeded(maru(folder.path(), &["user", "list"], "").await).stdout;
    assert_eq!(listed.lines().count(), 7, "{listed}");
}
