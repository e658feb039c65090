//! What the service manager is told, and when.

use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};

use super::manager::{Manager, field};
use super::support::{Process, TestApp, maru};

const BOUND: Duration = Duration::from_secs(20);

#[tokio::test]
async fn systemd_hears_that_it_is_ready_when_it_is_and_that_it_stops_when_it_begins_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify").display().to_string();
    let name = format!("@maru-test-{}", std::process::id());
    for place in [path, name] {
        let manager = Manager::listen(&place);
        let mut app = TestApp::builder().env("NOTIFY_SOCKET", &place).spawn().await;
        assert_eq!(manager.news().await, "STATUS=opening the database");
        let ready = manager.news().await;
        let address = app.url().replace("http://", "");
        assert_eq!(ready, format!("READY=1\nSTATUS=listening on {address}"));
        assert_eq!(app.http().get("/readyz").await.0, 200);
        app.begin_terminate();
        assert!(manager.news().await.starts_with("STOPPING=1\n"));
        assert!(app.exited().await.success());
    }
}

#[tokio::test]
async fn what_cannot_serve_never_says_that_it_is_ready() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("notify").display().to_string();
    let manager = Manager::listen(&place);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let data = folder.path().join("data").display().to_string();
    let arguments = ["serve", "--listen", &address, "--data-dir", &data];
    let output = super::support::run_maru(&arguments, &[("NOTIFY_SOCKET", &place)], "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    // It has ended: whatever it said is here.
    assert_eq!(manager.news().await, "STATUS=opening the database");
    let more = tokio::time::timeout(Duration::ZERO, manager.news()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn who_changes_the_database_says_nothing_of_being_ready_and_ends_when_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("notify").display().to_string();
    let manager = Manager::listen(&place);
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    // Somebody holds it, so that its tables wait to be made.
    let options = SqliteConnectOptions::new().filename(data.join("maru.db")).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal);
    let mut database = SqliteConnection::connect_with(&options).await.expect("it opens");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut database).await.expect("the lock of the database");
    let mut command = maru();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data).env("NOTIFY_SOCKET", &place);
    let mut server = Process::start(&mut command);
    assert_eq!(manager.news().await, "STATUS=opening the database");
    server.send_signal("HUP");
    server.send_sigterm();
    assert!(
        manager.news().await.starts_with("STOPPING=1\n"),
        "nothing of reading the configuration, or of being ready"
    );
    assert!(server.exited(BOUND).await.success(), "{}", server.transcript());
    sqlx::query("ROLLBACK").execute(&mut database).await.expect("it is let go");
    let made: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut database).await.expect("a count");
    assert_eq!(made, 0);
}

#[tokio::test]
async fn a_reload_that_comes_early_is_answered_once_it_serves() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("notify").display().to_string();
    let manager = Manager::listen(&place);
    let mut command = maru();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path().join("data"));
    let mut server = Process::start(command.env("NOTIFY_SOCKET", &place));
    assert_eq!(manager.news().await, "STATUS=opening the database");
    server.send_signal("HUP");
    for expected in
        ["READY=1\nSTATUS=listening on ", "RELOADING=1\n", "READY=1\nSTATUS=the configuration was read again"]
    {
        let news = manager.news().await;
        assert!(news.starts_with(expected), "{news}");
    }
    server.send_sigterm();
    assert!(server.exited(BOUND).await.success());
}

#[tokio::test]
async fn the_watchdog_is_fed_as_often_as_it_asks_and_starves_while_the_writer_is_stuck() {
    // Half of it has to be enough on a busy machine; and it ends before the writer gives up waiting for the lock (5 s).
    const WITHIN: Duration = Duration::from_secs(4);
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("notify").display().to_string();
    let manager = Manager::listen(&place);
    let app = TestApp::builder().env("NOTIFY_SOCKET", &place).env("WATCHDOG_USEC", WITHIN.as_micros()).spawn().await;
    manager.until_alive().await;
    for _ in 0..3 {
        let silent = manager.until_alive().await;
        assert!(silent < WITHIN, "the service would have been killed after {silent:?}");
    }

    let mut database = app.database().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut database).await.expect("the lock of the database");
    // One may have been under way.
    let silent = manager.until_alive().await.max(manager.until_alive().await);
    assert!(silent > WITHIN, "the writer is stuck, and yet the service said within {silent:?} that it lives");

    sqlx::query("COMMIT").execute(&mut database).await.expect("it is let go");
    manager.until_alive().await;
    let silent = manager.until_alive().await;
    assert!(silent < WITHIN, "the writer goes on, and the service was silent for {silent:?}");
}

#[tokio::test]
async fn a_reload_takes_over_what_it_can_and_names_what_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("notify").display().to_string();
    let manager = Manager::listen(&place);
    let file = folder.path().join("maru.toml");
    let write = |text: &str| std::fs::write(&file, text).expect("written");
    write("log_level = 'warn'\n");
    let app = TestApp::builder().env("NOTIFY_SOCKET", &place).env("MARU_CONFIG", file.display()).spawn().await;
    while !manager.news().await.starts_with("READY=1") {}
    let mut moment = 0;
    let mut reload = async |text: &str| {
        write(text);
        app.send_sighup();
        let begun = manager.news().await;
        assert!(begun.starts_with("RELOADING=1\n"), "{begun}");
        let now: u128 = field(&begun, "MONOTONIC_USEC").parse().expect("microseconds");
        assert!(now > moment, "{now} is not after {moment}");
        moment = now;
        let done = manager.news().await;
        assert!(done.starts_with("READY=1\n"), "{done}");
        field(&done, "STATUS").to_owned()
    };

    assert_eq!(reload("log_level = 'info'\n").await, "the configuration was read again");
    // Of a level that was not written before.
    app.logged("the configuration was read again").await;
    let waiting = reload("log_level = 'warn'\nread_receipts = false\n[limits]\nsends_burst = 7\n").await;
    assert_eq!(
        waiting,
        "the configuration was read again; these wait for a restart: read_receipts, limits.sends_burst"
    );
    assert!(!app.transcript().contains("these wait for a restart"), "below the level again");
    let secret = "0123456789abcdef0123456789abcdef";
    let waiting = reload(&format!("log_level = 'info'\nsigning_key = '{secret}'\n")).await;
    assert_eq!(waiting, "the configuration was read again; these wait for a restart: signing_key");

    let refused = reload("log_level = 'loud'\n").await;
    assert_eq!(refused, "the configuration is not valid, and the former one stays in force");
    app.logged("log_level: \"loud\"").await;
    assert_eq!(app.http().get("/readyz").await.0, 200);
    assert!(!app.transcript().contains(secret));
}
