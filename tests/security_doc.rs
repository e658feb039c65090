//! SECURITY.md says what is promised: each promise names the tests that hold it, and they are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What the files of tests are called that hold such a promise: the document has to name each of them.
const ABOUT_SECURITY: [&str; 14] = [
    "abuse", "access", "attack", "cookie", "fuzz", "header", "hostile", "login", "origin", "outsider", "password",
    "privacy", "stranger", "token",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn document() -> String {
    fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md")
}

/// Every file below a folder, from the root of the repository.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found = entries.filter(|path| !path.ends_with("node_modules")).flat_map(|path| {
        let relative = path.strip_prefix(root()).expect("below the root").to_owned();
        if path.is_dir() { files(&relative.to_string_lossy()) } else { vec![relative] }
    });
    found.collect()
}

/// A file, and the tests in it that hold a promise.
type Held<'a> = (&'a str, Vec<&'a str>);

/// The rows of the table of promises: what is promised, and by what it is held.
fn promises(document: &str) -> Vec<(&str, Vec<Held<'_>>)> {
    let (_, section) = document.split_once("\n## What is promised, and the tests that hold it\n").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [promise, tests] = cells[..] else { panic!("a promise and its tests: {row}") };
        let mut held: Vec<Held> = Vec::new();
        for name in tests.split('`').skip(1).step_by(2) {
            match held.last_mut() {
                _ if name.contains('/') => held.push((name, Vec::new())),
                Some((_, tests)) => tests.push(name),
                None => panic!("{name} comes before the file that it is in: {row}"),
            }
        }
        (promise, held)
    });
    rows.skip(1).collect()
}

/// The names of the tests in a file: of Rust, or as a test of the web client writes them.
fn tests_in(path: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    if !path.ends_with(".rs") {
        let named = text.split("('").skip(1).filter_map(|rest| rest.split('\'').next());
        return named.map(str::to_owned).collect();
    }
    let mut found = BTreeSet::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        } else if let Some((_, name)) = line.split_once("fn ").filter(|_| is_test) {
            found.insert(name.split('(').next().unwrap_or_default().to_owned());
            is_test = false;
        }
    }
    found
}

#[test]
fn every_promise_names_tests_that_exist() {
    let document = document();
    let promises = promises(&document);
    assert!(promises.len() > 30, "the table was not found: {}", promises.len());
    for (promise, held) in promises {
        assert!(!held.is_empty(), "nothing holds this: {promise}");
        for (path, named) in held {
            let tests = tests_in(path);
            assert!(!named.is_empty(), "{path} holds what by which test? {promise}");
            for name in named {
                assert!(tests.contains(name), "there is no test called {name} in {path}: {promise}");
            }
        }
    }
}

#[test]
fn every_file_of_tests_about_security_is_named() {
    let document = document();
    let is_about = |path: &&PathBuf| {
        let name = path.to_string_lossy();
        let is_test = name.ends_with(".rs") && !name.starts_with("tests/support");
        is_test && ABOUT_SECURITY.iter().any(|word| name.contains(word))
    };
    let all = files("tests");
    let about: Vec<_> = all.iter().filter(is_about).collect();
    assert!(about.len() > 15, "the reading is broken: {about:?}");
    for path in about {
        let path = path.to_string_lossy();
        assert!(document.contains(&format!("`{path}`")), "{path} holds a promise: say in SECURITY.md which");
    }
}
