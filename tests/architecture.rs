//! The structure of `src/`, kept by reading it: who may use whom, and which technology lives where.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// From the top down: a module may use what stands below it, and its neighbours as long as no circle comes of it.
/// A module that is named nowhere here is a feature.
const ORDER: &[&[&str]] = &[
    &["main"],
    &["lib", "serve", "doctor"],
    &["realtime", "http", "jobs", "control"],
    &[FEATURES],
    &["app"],
    &["cluster"],
    &["storage", "credentials", "directory", "limits", "probes"],
    &["policy", "notice", "actor", "fulltext", "blobs", "images", "links", "certificates"],
    &["metrics"],
    &["contract"],
    LEAVES,
];
const FEATURES: &str = "features";
/// Anyone may use these; they use nothing but each other.
const LEAVES: &[&str] = &["error", "clock", "ids", "config", "net", "systemd", "locks", "fuzzing", "turns"];

/// (what, the only place for it, what to do instead)
const HOMES: &[(&str, &str, &str)] = &[
    ("sqlx", "src/storage/", "ask a method of Storage, one for each transaction"),
    ("socketioxide", "src/realtime/", "return a Notice; src/realtime/broadcast.rs tells it"),
    ("axum", "src/http/", "take and return types of the contract; src/http/ turns them into requests and responses"),
    ("object_store", "src/blobs/", "ask a method of Blobs, which keeps each content once"),
    ("redis::", "src/cluster/", "ask a method of Cluster, which does without Redis while that is away"),
    ("image::", "src/images/", "ask a method of images::Workers, which bounds memory and threads"),
    ("hyper::client", "src/links/", LOOK_UP),
    ("tokio_rustls", "src/links/", LOOK_UP),
    ("instant_acme", "src/certificates/", "ask a method of Certificates, which asks the authority seldom enough"),
    (".emit(", "src/realtime/", "return a Notice; src/realtime/broadcast.rs tells it"),
    (".within(", "src/realtime/broadcast.rs", BROADCAST),
    (".broadcast()", "src/realtime/broadcast.rs", BROADCAST),
    ("io.emit(", "src/realtime/broadcast.rs", BROADCAST),
    ("io.to(", "src/realtime/broadcast.rs", BROADCAST),
    ("socket.to(", "src/realtime/broadcast.rs", BROADCAST),
];
const LOOK_UP: &str = "ask links::Fetcher, which speaks to no address that it has not checked";
const BROADCAST: &str = "hand a Notice to the one broadcaster, which tells everything in the order of its commit";

const MOST_LINES: usize = 400;

struct Source {
    /// From the root of the repository, with forward slashes.
    path: String,
    /// The module right under the crate's root that it belongs to.
    module: String,
    text: String,
    /// The text without comments.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let main = fs::read_to_string(root.join("src/main.rs")).expect("src/main.rs");
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a source file");
        let path = file.strip_prefix(root).expect("a file below the root").to_string_lossy().replace('\\', "/");
        let module = path["src/".len()..].split('/').next().expect("a name").trim_end_matches(".rs").to_owned();
        // What main.rs declares for itself is the command line's, too.
        let module = if main.contains(&format!("\nmod {module};")) { "main".to_owned() } else { module };
        let code = text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n").collect();
        Source { path, module, text, code }
    };
    let sources: Vec<Source> = files(&root.join("src")).into_iter().map(read).collect();
    assert!(sources.len() > 10, "only {} source files were found", sources.len());
    sources
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a source folder").map(|entry| entry.expect("an entry").path());
    let found = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

/// The first names after each `start`, a braced list being opened: `crate::{a, b::c}` names a and b.
fn names_after(code: &str, start: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(start) {
        let rest = &code[at + start.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.push(first_name(rest));
            continue;
        };
        let mut depth = 0_usize;
        let mut item = String::new();
        for character in list.chars() {
            match character {
                '}' if depth == 0 => break,
                ',' if depth == 0 => names.push(first_name(&std::mem::take(&mut item))),
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            item.push(character);
        }
        names.push(first_name(item.trim_start_matches(',')));
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(text: &str) -> String {
    let text = text.trim_start_matches(|character: char| character == ',' || character.is_whitespace());
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

/// Every arrow between modules, with the files that it is drawn in.
fn arrows(sources: &[Source]) -> BTreeMap<(String, String), BTreeSet<String>> {
    let modules: BTreeSet<&str> = sources.iter().map(|source| source.module.as_str()).collect();
    let mut arrows: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        let mut used = names_after(&source.code, "crate::");
        // In the file of a top module `super::` is the crate's root; elsewhere it hardly ever names a top module.
        let is_top =
            [format!("src/{}.rs", source.module), format!("src/{}/mod.rs", source.module)].contains(&source.path);
        let relatives = names_after(&source.code, "super::");
        used.extend(relatives.into_iter().filter(|name| is_top && modules.contains(name.as_str())));
        for name in used {
            // A name that is no module is an item of lib.rs.
            let to = if modules.contains(name.as_str()) { name } else { "lib".to_owned() };
            if to != source.module {
                arrows.entry((source.module.clone(), to)).or_default().insert(source.path.clone());
            }
        }
    }
    arrows
}

fn layer(module: &str) -> usize {
    let of = |name: &str| ORDER.iter().position(|layer| layer.contains(&name));
    of(module).or_else(|| of(FEATURES)).expect("the order has features")
}

#[test]
fn no_module_uses_what_stands_above_it() {
    let sources = sources();
    let arrows = arrows(&sources);
    assert!(arrows.len() > 20, "the reading is broken: only {} arrows were found", arrows.len());
    let back = arrows.iter().filter(|((from, to), _)| layer(to) < layer(from));
    let faults: Vec<String> = back
        .map(|((from, to), files)| {
            format!("{from} uses crate::{to}, which stands above it (in {files:?}): move what it needs further down")
        })
        .collect();
    assert!(faults.is_empty(), "{}", report(&faults));
}

#[test]
fn no_modules_of_one_layer_use_each_other_in_a_circle() {
    let sources = sources();
    let mut level: BTreeSet<(String, String)> = arrows(&sources).into_keys().collect();
    level.retain(|(from, to)| layer(from) == layer(to) && !LEAVES.contains(&from.as_str()));
    // Arrows into a module that uses none of the rest lie on no circle.
    loop {
        let users: BTreeSet<String> = level.iter().map(|(from, _)| from.clone()).collect();
        let before = level.len();
        level.retain(|(_, to)| users.contains(to));
        if level.len() == before {
            break;
        }
    }
    assert!(level.is_empty(), "a circle: {level:?}\nMove what two of them share into a module below both.");
}

#[test]
fn each_technology_stays_at_home() {
    let mut faults = Vec::new();
    for source in sources() {
        for (what, home, instead) in HOMES {
            let at_home = source.path.starts_with(home) || source.path.ends_with("/tests.rs");
            if !at_home && mentions(&source.code, what) {
                faults.push(format!("{} uses {what}, which belongs in {home}: {instead}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", report(&faults));
}

#[test]
fn files_stay_short_enough_to_be_read() {
    let long = sources().into_iter().filter(|source| source.text.lines().count() > MOST_LINES);
    let faults: Vec<String> = long
        .map(|source| {
            let lines = source.text.lines().count();
            format!("{} has {lines} lines, more than {MOST_LINES}: split it by noun into a folder", source.path)
        })
        .collect();
    assert!(faults.is_empty(), "{}", report(&faults));
}

#[test]
fn nothing_outside_tests_unwraps() {
    let mut faults = Vec::new();
    for source in sources() {
        let tested = source.path.ends_with("/tests.rs");
        let code = source.code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for (at, line) in code.lines().enumerate().filter(|(_, line)| !tested && line.contains(".unwrap()")) {
            let place = format!("{}:{}", source.path, at + 1);
            faults.push(format!("{place} unwraps ({}): return an Error, or match what cannot fail", line.trim()));
        }
    }
    assert!(faults.is_empty(), "{}", report(&faults));
}

#[test]
fn every_workaround_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("docs/ARCHITECTURE.md")).expect("docs/ARCHITECTURE.md");
    let (_, section) = document.split_once("\n## What we work around").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let files: Vec<PathBuf> = ["src", "tests"].iter().flat_map(|folder| files(&root.join(folder))).collect();
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).expect("a source file")).collect();
    let is_test = |name: &str| {
        let mut lines = texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once("fn "));
        lines.any(|(_, test)| name.split('…').all(|part| test.contains(part)))
    };
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with('|')).skip(2).collect();
    assert!(rows.len() > 10, "the table was not found");
    for row in rows {
        let named = row.split('|').nth(3).unwrap_or_default().split('`').skip(1).step_by(2);
        let (paths, tests): (Vec<&str>, Vec<&str>) = named.partition(|name| name.ends_with(".rs"));
        assert!(!paths.is_empty(), "no test: {row}");
        for path in paths {
            assert!(files.iter().any(|file| file.ends_with(path)), "there is no {path}: {row}");
        }
        for test in tests {
            assert!(is_test(test), "there is no test called {test}: {row}");
        }
    }
}

/// Whether `what` stands in the code as a word of its own, where it is a word.
fn mentions(code: &str, what: &str) -> bool {
    let in_word = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(what).any(|(at, _)| {
        let before = in_word(code[..at].chars().next_back()) && !what.starts_with('.');
        let after = in_word(code[at + what.len()..].chars().next()) && !what.ends_with(['(', ')']);
        !before && !after
    })
}

fn report(faults: &[String]) -> String {
    format!("{} faults in the structure:\n- {}", faults.len(), faults.join("\n- "))
}
