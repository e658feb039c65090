//! The manual pages and the completions of shells are those of the command line as it is.

#[expect(dead_code, reason = "the command line is described here, and not run")]
#[path = "../src/cli/mod.rs"]
mod cli;

use clap::CommandFactory;
use clap_complete::Shell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let paths = entries.map(|entry| entry.expect("a file").path());
    let read = |path: &Path| fs::read_to_string(path).expect("text");
    paths.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), read(&path))).collect()
}

fn check(name: &str, make: impl Fn(&Path)) {
    let made = tempfile::tempdir().expect("a folder");
    make(made.path());
    let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name);
    if std::env::var_os("MARU_WRITE_PAGES").is_some() {
        // What went with a command goes with it here, too.
        let _new = fs::remove_dir_all(&there);
        fs::create_dir_all(&there).expect("a folder");
        make(&there);
    }
    let (made, there) = (contents(made.path()), contents(&there));
    assert!(!made.is_empty());
    let stale: Vec<_> =
        made.iter().filter(|(name, text)| there.get(*name) != Some(*text)).map(|(name, _)| name).collect();
    let gone: Vec<_> = there.keys().filter(|name| !made.contains_key(*name)).collect();
    assert!(
        stale.is_empty() && gone.is_empty(),
        "{stale:?} {gone:?} are stale: run scripts/pages and commit packaging"
    );
}

#[test]
fn the_manual_pages_are_generated_from_the_command_line() {
    let command = cli::Cli::command().version(env!("CARGO_PKG_VERSION"));
    check("man", |folder| clap_mangen::generate_to(command.clone(), folder).expect("written"));
}

#[test]
fn the_completions_are_generated_from_the_command_line() {
    check("completions", |folder| {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            clap_complete::generate_to(shell, &mut cli::Cli::command(), "maru", folder).expect("written");
        }
    });
}
