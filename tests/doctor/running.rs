//! A healthy server, and one that has ended.

use super::support::TestApp;
use super::{Report, examined};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

async fn healthy() -> (tempfile::TempDir, TestApp) {
    let backups = tempfile::tempdir().expect("a folder");
    let app = TestApp::builder()
        .env("MARU_BACKUP_DIR", backups.path().display())
        .env("MARU_LISTEN", "127.0.0.1:0")
        .spawn()
        .await;
    let socket = app.person("mina").await.connect().await;
    socket.create_room("public", "Well", &[]).await;
    app.logged("a backup was made and proven").await;
    (backups, app)
}

/// The names of everything in a folder.
fn contents(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_healthy_server_everything_is_well_while_it_runs_and_afterwards() {
    let (_backups, mut app) = healthy().await;
    let report = examined(&app).await;
    assert!(report.bad().is_empty(), "{:?}", report.bad());
    for name in
        ["configuration", "folder", "sqlite", "database", "schema", "search", "clock", "server", "port", "backup"]
    {
        assert_eq!(report.check(name)["outcome"], "ok", "{name}");
        assert!(report.check(name).get("fix").is_none(), "{name}");
    }
    assert!(report.check("server")["seen"].as_str().expect("text").contains(&app.process_id().to_string()));

    app.terminate().await;
    let before = contents(&app.data_dir());
    let report = examined(&app).await;
    assert_eq!(contents(&app.data_dir()), before, "it leaves nothing behind");
    assert!(report.bad().is_empty(), "{:?}", report.bad());
    assert_eq!(report.check("server")["seen"], "none runs on this folder at the moment");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_lines_without_colours_where_there_is_no_terminal() {
    let (_backups, app) = healthy().await;
    let read = app.run_cli(&["doctor", "--full"], "").await;
    assert!(!read.stdout.contains('\x1b'), "{:?}", read.stdout);
    let line = read.stdout.lines().find(|line| line.contains("database")).expect("the database");
    assert!(line.starts_with("ok       database") && line.ends_with("every page and index is whole"), "{line}");
    let report = Report::of(&app.run_cli(&["doctor", "--json"], "").await);
    assert_eq!(read.status.success(), report.succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_printed() {
    let secret = "a-secret-of-at-least-32-characters-0123456789";
    let app = TestApp::builder().env("MARU_SIGNING_KEY", secret).env("MARU_METRICS_TOKEN", secret).spawn().await;
    for arguments in [&["doctor"][..], &["doctor", "--json"], &["logs"]] {
        let output = app.run_cli(arguments, "").await;
        assert!(!format!("{output:?}").contains(secret), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_log_is_is_told_while_a_server_runs_and_while_none_does() {
    let mut app = TestApp::spawn().await;
    let told = app.run_cli(&["logs"], "").await;
    assert!(told.status.success() && !told.stdout.trim().is_empty(), "{told:?}");
    app.terminate().await;
    let told = app.run_cli(&["logs"], "").await;
    assert!(!told.status.success() && told.stderr.contains("journalctl -u maru"), "{told:?}");
}
