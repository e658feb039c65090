//! Leaving with everything: exports of the real program, read again and compared, imported, and opened as pages.

#[path = "../support/mod.rs"]
mod support;

#[expect(dead_code, reason = "the tests of files use the rest")]
#[path = "../files/pictures.rs"]
mod pictures;
#[expect(dead_code, reason = "the tests of files use the rest")]
#[path = "../files/scene.rs"]
mod scene;
#[path = "../files/sounds.rs"]
mod sounds;

mod archive;
mod asked;
mod everything;
mod importing;
mod large;
mod team;

use scene::*;
use std::path::{Path, PathBuf};
use support::{Builder, Output, succeeded};

fn builder() -> Builder {
    TestApp::builder().generous()
}

/// Where the program keeps files.
fn folders(app: &TestApp) -> Vec<PathBuf> {
    vec![app.data_dir().join("files")]
}

async fn try_export(app: &TestApp, to: &Path, how: &[&str]) -> Output {
    app.run_cli(&[&["export", to.to_str().expect("a plain path")], how].concat(), "").await
}

async fn export(app: &TestApp, to: &Path, how: &[&str]) {
    succeeded(try_export(app, to, how).await);
}

/// The lines of a kind.
fn lines(export: &Path, kind: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(export.join(format!("{kind}.jsonl"))).expect("the kind is there");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The text of a command that failed and printed no result.
#[track_caller]
fn failure(output: &Output) -> &str {
    assert_eq!((output.status.code(), output.stdout.as_str()), (Some(1), ""), "{output:?}");
    output.stderr.strip_prefix("maru: ").expect("it says who speaks")
}

/// Every file below a folder, from there.
fn files(folder: &Path) -> Vec<String> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { below(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    below(folder, &mut found);
    let mut names: Vec<String> =
        found.iter().map(|path| path.strip_prefix(folder).expect("below").to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
