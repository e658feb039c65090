//! The data folder: one process at a time, closed to others, and nothing of anybody else's touched.

use super::support::{Process, TestApp, run_maru, without_settings};
use super::{SECRET, failure, maru, succeeded};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[tokio::test]
async fn a_second_server_on_a_folder_is_refused_and_told_who_has_it() {
    let mut app = TestApp::spawn().await;
    let folder = app.data_dir();
    let second = maru(&folder, &["serve", "--listen", "127.0.0.1:0"], "").await;
    let text = failure(&second);
    let who = format!("maru serve on {} (process {})", app.url().replace("http://", ""), app.process_id());
    assert!(text.contains("is in use by") && text.contains(&who), "{text}");
    assert_eq!(app.http().get("/readyz").await.0, 200);

    // Neither a clean end nor a crash leaves the folder closed.
    app.restart().await;
    app.kill9();
    app.restart().await;
    assert_eq!(app.http().get("/readyz").await.0, 200);
}

#[tokio::test]
async fn what_it_makes_is_for_its_owner_alone() {
    let app = TestApp::spawn().await;
    app.admin().await;
    assert_eq!(mode(&app.data_dir()), 0o700);
    for file in fs::read_dir(app.data_dir()).expect("the folder") {
        let path = file.expect("a file").path();
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
}

#[tokio::test]
async fn an_open_folder_with_foreign_files_keeps_them_and_shows_no_data() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("its mode is set");
    let foreign = folder.path().join("notes.txt");
    fs::write(&foreign, "mine").expect("written");
    succeeded(maru(folder.path(), &["user", "create", "--username", "ada", "--password-stdin"], SECRET).await);
    assert_eq!(fs::read_to_string(&foreign).expect("it is there"), "mine");
    assert_eq!(mode(folder.path()), 0o755, "the folder was not made by us");
    assert_eq!(mode(&folder.path().join("maru.db")), 0o600);

    fs::write(folder.path().join("control.sock"), "no socket").expect("written");
    let refused = maru(folder.path(), &["serve", "--listen", "127.0.0.1:0"], "").await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stderr.contains("no socket of ours is in the way"), "{refused:?}");
    assert_eq!(fs::read_to_string(folder.path().join("control.sock")).expect("it is there"), "no socket");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let below = file.join("data");
    let refused = maru(&below, &["serve", "--listen", "127.0.0.1:0"], "").await;
    assert!(failure(&refused).contains(below.to_str().expect("a path")), "{refused:?}");
}

#[tokio::test]
async fn a_folder_with_a_very_long_path_works_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = folder.path().join("x".repeat(150)).join("data");
    let mut command = Command::new(env!("CARGO_BIN_EXE_maru"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&long).env_clear();
    let mut server = Process::start(&mut command);
    let bound = Duration::from_secs(20);
    server.printed("where it listens", bound, |line| line.contains("listening on").then_some(())).await;
    succeeded(maru(&long, &["user", "create", "--username", "ada", "--password-stdin"], SECRET).await);
    server.send_sigterm();
    assert!(server.exited(bound).await.success());
    assert!(!long.join("control.sock").exists(), "it goes with the server");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let app = TestApp::spawn().await;
    let folder = tempfile::tempdir().expect("a folder");
    let address = app.url().replace("http://", "");
    let path = folder.path().to_str().expect("a path");
    let refused = run_maru(&["serve", "--listen", &address, "--data-dir", path], &[], "").await;
    assert_eq!(refused.status.code(), Some(1));
    let words = format!("maru: listen: {address} cannot be listened on: ");
    assert!(refused.stderr.contains(&words), "{refused:?}");
}

#[tokio::test]
async fn a_database_that_is_damaged_and_a_folder_that_cannot_be_used_are_told_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("maru.db"), [0xa5; 8192]).expect("written");
    let path = folder.path().to_str().expect("a path");
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["user", "list"]] {
        let refused = run_maru(&[command, &["--data-dir", path]].concat(), &[], "").await;
        let said = &refused.stderr;
        assert!(said.contains("maru.db is damaged: ") && said.contains("maru restore"), "{command:?}: {refused:?}");
    }
    let file = folder.path().join("maru.db");
    let refused = run_maru(&["serve", "--data-dir", file.to_str().expect("a path")], &[], "").await;
    assert!(refused.stderr.contains("name a folder that this user may write with --data-dir"), "{refused:?}");
}

#[tokio::test]
async fn a_disk_that_is_full_at_the_start_is_called_so() {
    let folder = tempfile::tempdir().expect("a folder");
    // Blocks of 512 bytes: enough for the first page of a database, and for nothing beside it.
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" serve --listen 127.0.0.1:0 --data-dir \"$1\"";
    let mut command = without_settings("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_maru")]).arg(folder.path());
    let refused = Process::run(&mut command, "", Duration::from_secs(20)).await;
    assert_eq!(failure(&refused), "maru: the disk is full");
}
