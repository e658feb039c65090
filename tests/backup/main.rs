//! Backups of the real program: made while people talk, restored, damaged, cut off, and made by themselves.

#[path = "../support/mod.rs"]
mod support;

#[expect(dead_code, reason = "the tests of files use the rest")]
#[path = "../files/scene.rs"]
mod scene;

mod failing;
mod listing;
mod restoring;
mod schedule;

use scene::*;
use std::path::{Path, PathBuf};
use support::{Builder, Output};

fn builder() -> Builder {
    TestApp::builder().generous()
}

/// Where the program keeps files.
fn folders(app: &TestApp) -> Vec<PathBuf> {
    vec![app.data_dir().join("files")]
}

/// The snapshots of a folder, oldest first.
fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let shown = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    let mut found: Vec<PathBuf> = shown.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Makes a backup; answers with where it is.
async fn back_up(app: &TestApp, to: &Path) -> PathBuf {
    let output = try_back_up(app, to).await;
    assert!(output.status.success(), "{output:?}");
    PathBuf::from(output.stdout.trim())
}

async fn try_back_up(app: &TestApp, to: &Path) -> Output {
    app.run_cli(&["backup", "--to", to.to_str().expect("a plain path")], "").await
}

/// Puts a backup in the place of the program's data folder.
async fn restore(app: &mut TestApp, from: &Path) {
    app.terminate().await;
    std::fs::remove_dir_all(app.data_dir()).expect("the data folder goes");
    let output = app.run_cli(&["restore", from.to_str().expect("a plain path")], "").await;
    assert!(output.status.success(), "{output:?}");
    app.restart().await;
}

/// The text of a command that failed and printed no result.
#[track_caller]
fn failure(output: &Output) -> &str {
    assert_eq!((output.status.code(), output.stdout.as_str()), (Some(1), ""), "{output:?}");
    output.stderr.strip_prefix("maru: ").expect("it says who speaks")
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    found.sort();
    found
}
