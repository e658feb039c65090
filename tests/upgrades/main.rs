//! From an older database to the present one, and back: tried before, refused in words, nothing lost on the way.

#[path = "../support/mod.rs"]
mod support;

mod failing;

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};
use support::{Options, Output, TestApp, run_maru, succeeded, text};

async fn open(database: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(database).create_if_missing(true);
    SqliteConnection::connect_with(&options).await.expect("the database opens")
}

async fn schema(database: &Path) -> i64 {
    let mut database = open(database).await;
    sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut database).await.expect("a version")
}

/// The migrations of the source, in their order.
fn migrations() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let entries = std::fs::read_dir(folder).expect("the migrations");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).expect("a migration")).collect()
}

/// The schema of this program.
fn present() -> i64 {
    migrations().len() as i64
}

/// A data folder as the version before the last migration left it, with two people who talked.
async fn aged(data: &Path) -> i64 {
    aged_to(data, migrations().len() - 1).await
}

/// The same with another schema.
async fn aged_to(data: &Path, before: usize) -> i64 {
    std::fs::create_dir(data).expect("a folder");
    let mut database = open(&data.join("maru.db")).await;
    for migration in &migrations()[..before] {
        sqlx::raw_sql(AssertSqlSafe(migration.clone())).execute(&mut database).await.expect("it is carried out");
    }
    let rows = format!(
        "PRAGMA user_version = {before};
         INSERT INTO users (pid, username, username_key, display_name, role, created_at) VALUES
             ('01HZ0000000000000000000001', 'mina', 'mina', 'Mina', 'admin', 1000),
             ('01HZ0000000000000000000002', 'jisu', 'jisu', 'Jisu', 'member', 1000);
         INSERT INTO rooms (pid, kind, name, name_key, member_count, last_seq, rev, counted, created_by, created_at,
             last_activity_at)
             VALUES ('01HZ0000000000000000000003', 'public', 'General', 'general', 2, 2, 2, 2, 1, 1000, 3000);
         INSERT INTO members (room_id, user_id, role, read_seq, read_counted, joined_at)
             VALUES (1, 1, 'owner', 2, 2, 1000), (1, 2, 'member', 2, 2, 1000);
         INSERT INTO messages (room_id, seq, rev, ordinal, counts, kind, user_id, content, created_at) VALUES
             (1, 1, 1, 1, 1, 'text', 1, 'hello', 2000), (1, 2, 2, 2, 1, 'text', 2, 'good morning', 3000);"
    );
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut database).await.expect("people who talked");
    set_mode(&data.join("maru.db"), 0o600);
    before as i64
}

async fn run(data: &Path, arguments: &[&str]) -> Output {
    run_maru(&[arguments, &["--data-dir", data.to_str().expect("a plain path")]].concat(), &[], "").await
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("its mode is set");
}

/// What was said on standard error by a command that failed.
#[track_caller]
fn failure(output: &Output) -> &str {
    assert_eq!((output.status.code(), output.stdout.as_str()), (Some(1), ""), "{output:?}");
    &output.stderr
}

fn names(data: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(data).expect("the folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

const HOLDS: &str = "people: 2, rooms: 1, messages: 2, files: 0";

#[tokio::test]
async fn a_server_that_cannot_serve_leaves_an_older_database_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let before = aged(&data).await;
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let missing = folder.path().join("missing.pem").display().to_string();
    for (arguments, problem) in [
        (vec!["serve", "--listen", &address], "cannot be listened on"),
        (vec!["serve", "--listen", "127.0.0.1:0"], "link_preview_ca_file"),
    ] {
        let variables = [("MARU_LINK_PREVIEW_CA_FILE", missing.as_str())];
        let variables = if problem.starts_with("link") { &variables[..] } else { &[] };
        let arguments = [&arguments[..], &["--data-dir", data.to_str().expect("a plain path")]].concat();
        let refused = run_maru(&arguments, variables, "").await;
        assert!(failure(&refused).contains(problem), "{refused:?}");
        assert_eq!(schema(&data.join("maru.db")).await, before, "{problem}");
    }
}

#[tokio::test]
async fn an_upgrade_is_tried_on_a_copy_then_carried_out_and_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let before = aged(&data).await;
    let database = data.join("maru.db");
    let there = names(&data);
    let tried = succeeded(run(&data, &["upgrade", "--dry-run"]).await);
    let next = before + 1;
    for words in [
        format!("database   schema {before}"),
        format!("becomes    schema {next}, for Maru {}", env!("CARGO_PKG_VERSION")),
        format!("changes    {next}: "),
        "for the copy that is kept".to_owned(),
        "What is new".to_owned(),
    ] {
        assert!(tried.stdout.contains(&words), "{words} is not in {}", tried.stdout);
    }
    assert_eq!(tried.stderr, "nothing was changed");
    assert_eq!((schema(&database).await, names(&data)), (before, there));

    let done = succeeded(run(&data, &["upgrade"]).await);
    assert_eq!(done.stdout, format!("changed the database from schema {before} to {next}"));
    assert_eq!(schema(&database).await, next);
    assert_eq!(schema(&data.join(format!("maru.db.schema-{before}"))).await, before);
    let listed = succeeded(run(&data, &["user", "list"]).await).stdout;
    assert!(listed.contains("mina") && listed.contains("jisu"), "{listed}");
    let again = succeeded(run(&data, &["upgrade"]).await);
    assert_eq!(again.stdout, format!("the database is that of this version (schema {next})"));

    succeeded(run(&data, &["user", "create", "--username", "haru"]).await);
    let planned = succeeded(run(&data, &["downgrade", "--dry-run"]).await);
    for words in [&format!("schema {next}"), "people: 3,", &format!("becomes    schema {before}"), HOLDS] {
        assert!(planned.stdout.contains(words), "{words} is not in {}", planned.stdout);
    }
    assert_eq!(schema(&database).await, next, "a dry run");
    let back = succeeded(run(&data, &["downgrade"]).await);
    assert!(back.stdout.contains(HOLDS), "{back:?}");
    assert_eq!(schema(&database).await, before, "the older program knows it");
    let aside = names(&data).into_iter().find(|name| name.starts_with("maru.db.undone-")).expect("it is kept");
    let mut undone = open(&data.join(aside)).await;
    let people: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&mut undone).await.expect("a count");
    assert_eq!(people, 3, "nothing is removed");

    // And forward again, from what is there now.
    succeeded(run(&data, &["user", "create", "--username", "nari"]).await);
    assert_eq!(schema(&database).await, next);
    let refused = run(&data, &["downgrade", "--to", "3"]).await;
    assert!(failure(&refused).contains(&format!("no copy of schema 3 from before an update; there are: {before}")));
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_database_by_name_and_goes_back_by_the_command_that_it_names() {
    let mut app = TestApp::spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let room = socket.create_room("private", "Before", &[]).await;
    socket.say(&room, "from before the update").await;
    let epoch = socket.ready["epoch"].clone();
    let refused = app.run_cli(&["downgrade"], "").await;
    assert!(failure(&refused).contains("in use by maru serve"), "{refused:?}");
    let beside = app.run_cli(&["upgrade", "--dry-run"], "").await;
    assert!(succeeded(beside).stdout.contains("changes    none"));
    app.terminate().await;

    // What a newer Maru would do: it keeps a copy, changes the database and signs it.
    let database = app.data_dir().join("maru.db");
    let known = schema(&database).await;
    let newer = format!(
        "VACUUM INTO '{}'; CREATE TABLE novelties (id INTEGER PRIMARY KEY); PRAGMA user_version = {};
         UPDATE settings SET value = '99.1.0' WHERE name = 'version'; DELETE FROM messages;",
        app.data_dir().join(format!("maru.db.schema-{known}")).display(),
        known + 1
    );
    let mut connection = open(&database).await;
    sqlx::raw_sql(AssertSqlSafe(newer)).execute(&mut connection).await.expect("it is changed");
    connection.close().await.expect("it is closed");
    for command in
        [&["serve", "--listen", "127.0.0.1:0"][..], &["user", "list"], &["upgrade"], &["upgrade", "--dry-run"]]
    {
        let refused = app.run_cli(command, "").await;
        for words in
            [&format!("written by Maru 99.1.0 (schema {})", known + 1), "start Maru 99.1.0 again", "maru downgrade"]
        {
            assert!(failure(&refused).contains(words), "{words} is not in {refused:?}");
        }
    }
    assert_eq!(schema(&database).await, known + 1, "what is refused is not touched");

    let back = succeeded(app.run_cli(&["downgrade"], "").await);
    assert!(back.stdout.contains("used by Maru 99.1.0"), "{back:?}");
    app.restart().await;
    let socket = mina.connect_with(Options::websocket()).await.expect("still logged in");
    assert_ne!(socket.ready["epoch"], epoch, "what clients have of the newer one is void");
    let history = socket.call_ok("messages:history", json!({ "roomId": room })).await;
    let last = history["messages"].as_array().and_then(|messages| messages.last()).expect("messages");
    assert_eq!(text(&last["content"]), "from before the update");
}

#[tokio::test]
async fn copies_are_for_the_owner_alone_also_where_others_get_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let before = aged(&data).await;
    set_mode(&data, 0o755);
    succeeded(run(&data, &["upgrade"]).await);
    let copy = data.join(format!("maru.db.schema-{before}"));
    assert_eq!((mode(&copy), mode(&data.join("maru.db"))), (0o600, 0o600));
    // As an earlier version made it.
    set_mode(&copy, 0o644);
    succeeded(run(&data, &["downgrade"]).await);
    for name in names(&data).into_iter().filter(|name| *name != format!("maru.db.schema-{before}")) {
        assert_eq!(mode(&data.join(&name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn who_went_back_goes_no_further_by_the_same_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let before = aged(&data).await;
    std::fs::copy(data.join("maru.db"), data.join("older")).expect("a copy");
    let mut older = open(&data.join("older")).await;
    let age = format!("PRAGMA user_version = {}", before - 1);
    sqlx::raw_sql(AssertSqlSafe(age)).execute(&mut older).await.expect("aged");
    older.close().await.expect("closed");
    succeeded(run(&data, &["upgrade"]).await);
    std::fs::rename(data.join("older"), data.join(format!("maru.db.schema-{}", before - 1))).expect("an older copy");
    succeeded(run(&data, &["downgrade"]).await);
    let refused = run(&data, &["downgrade"]).await;
    let words = format!("was put back already; to go back further: maru downgrade --to {}", before - 1);
    assert!(failure(&refused).contains(&words), "{refused:?}");
    assert_eq!(schema(&data.join("maru.db")).await, before);
    succeeded(run(&data, &["downgrade", "--to", &(before - 1).to_string()]).await);
    assert_eq!(schema(&data.join("maru.db")).await, before - 1);
}

/// Only root may give a folder to somebody else.
#[tokio::test]
async fn root_leaves_what_belongs_to_another_user_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    aged(&data).await;
    if std::os::unix::fs::chown(&data, Some(65_534), Some(65_534)).is_err() {
        return eprintln!("left out: it takes root to have a folder of another user");
    }
    let there = names(&data);
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["user", "list"],
        &["upgrade"],
        &["upgrade", "--dry-run"],
        &["downgrade"],
        &["rotate-key"],
    ] {
        let refused = run(&data, command).await;
        assert!(failure(&refused).contains("run this as that user: sudo -u "), "{command:?}: {refused:?}");
    }
    let changed = || std::fs::metadata(&data).expect("the folder").modified().expect("a time");
    let before = changed();
    let looked = run(&data, &["doctor"]).await;
    assert!(looked.stdout.contains("folder"), "{looked:?}");
    assert_eq!((changed(), names(&data)), (before, there), "looking at it puts nothing there, not for a moment");
}

#[tokio::test]
async fn the_administrator_who_was_there_first_owns_the_server_after_the_update_to_roles() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    aged_to(&data, 15).await;
    let rows = "INSERT INTO users (pid, username, username_key, display_name, role, created_at, deactivated_at) VALUES
            ('01HZ0000000000000000000004', 'joon', 'joon', 'Joon', 'admin', 1000, NULL);
        UPDATE users SET deactivated_at = 2000 WHERE username = 'mina';
        INSERT INTO users (pid, username, username_key, display_name, role, created_at) VALUES
            ('01HZ0000000000000000000005', 'sora', 'sora', 'Sora', 'admin', 3000)";
    let mut database = open(&data.join("maru.db")).await;
    sqlx::raw_sql(rows).execute(&mut database).await.expect("more administrators");
    drop(database);
    succeeded(run(&data, &["upgrade"]).await);
    let mut database = open(&data.join("maru.db")).await;
    let query = "SELECT username, role FROM users ORDER BY id";
    let roles: Vec<(String, String)> = sqlx::query_as(query).fetch_all(&mut database).await.expect("roles");
    let expected = [("mina", "admin"), ("jisu", "member"), ("joon", "owner"), ("sora", "admin")];
    assert_eq!(roles, expected.map(|(name, role)| (name.to_owned(), role.to_owned())));
    let king = sqlx::query("UPDATE users SET role = 'king'").execute(&mut database).await;
    assert!(king.is_err(), "the schema knows the roles");
}
