//! Builds the web client with Node.js, lays its files out for `src/http/client.rs` to embed, and tells the crate its git commit.
//!
//! `MARU_WEB` says where the client comes from:
//! - `auto` (the default): built from `web/` when its sources differ from what `web/dist` was built from;
//! - `prebuilt`: `web/dist` as it stands, without Node.js;
//! - `stub`: one page that says that the client is missing, for work on the server alone.
//!
//! The crate embeds a copy in `OUT_DIR`, never `web/dist` itself, so that neither a second build nor a deleted `dist` can change
//! the files while the compiler reads them.

use std::{
    env,
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// The oldest Node.js (major, minor) that the build tools in `web/package.json` run on.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// What lies in `web/` without being an input of the client.
const NOT_INPUTS: &[&str] =
    &["coverage", "dist", "eslint.config.js", "node_modules", "README.md", "tests", "vitest.config.ts"];

/// Inside `dist`, so that whatever empties `dist` also voids the stamp.
const STAMP: &str = "dist/.stamp";

const STUB: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Maru</title>\n\
    <p>This build of Maru has no web client: it was made with MARU_WEB=stub.</p>\n";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // What a failed program printed follows its error after an empty line.
            let (why, details) = why.split_once("\n\n").unwrap_or((&why, ""));
            eprintln!("\n{}\n{details}\n", boxed(why));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=MARU_WEB");
    pack_relocations();
    println!("cargo::rustc-env=MARU_COMMIT={}", commit(&root).unwrap_or_else(|| "unknown".into()));

    let web = root.join("web");
    let embedded = out.join("client");
    match env::var("MARU_WEB").as_deref().unwrap_or("auto") {
        "stub" => write_stub(&embedded),
        "prebuilt" => copy_prebuilt(&web, &embedded),
        "auto" if !web.join("package.json").exists() => copy_prebuilt(&web, &embedded),
        "auto" => build_and_copy(&web, &embedded),
        other => Err(format!("MARU_WEB={other} is unknown: it is auto (the default), prebuilt or stub.")),
    }?;
    declare(&embedded, &out.join("client.rs"))
}

/// A program that may lie anywhere in memory has a table of what to adjust when it is started; packed it is a fortieth of it,
/// or 0.8 MB less. The C library has to know how: glibc since 2.36 (2022), musl since 1.2.4. An older linker says so and packs
/// nothing.
fn pack_relocations() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|is| is == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The type that embeds the copy; it is generated because the derive takes only a literal path.
fn declare(embedded: &Path, file: &Path) -> Result<(), String> {
    let code = format!("#[derive(rust_embed::Embed)]\n#[folder = {embedded:?}]\nstruct Files;\n");
    fs::write(file, code).map_err(failed("write", file))
}

fn write_stub(embedded: &Path) -> Result<(), String> {
    empty(embedded)?;
    let page = embedded.join("index.html");
    fs::write(&page, STUB).map_err(failed("write", &page))
}

fn copy_prebuilt(web: &Path, embedded: &Path) -> Result<(), String> {
    println!("cargo::rerun-if-changed=web/dist");
    if !has_dist(web) {
        return Err("web/dist/index.html is missing, and this build was told not to make it.\n\
             Build it with `npm ci && npm run build` in web/, or unset MARU_WEB."
            .into());
    }
    empty(embedded)?;
    copy(&web.join("dist"), embedded)
}

fn build_and_copy(web: &Path, embedded: &Path) -> Result<(), String> {
    let inputs = inputs(web)?;
    for input in &inputs {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    let lock_path = web.join(".build.lock");
    let lock = File::create(&lock_path).map_err(failed("create", &lock_path))?;
    lock.lock().map_err(failed("lock", &lock_path))?;

    let stamp = format!("{:016x}", fingerprint(web, &inputs)?);
    let current = has_dist(web) && fs::read_to_string(web.join(STAMP)).is_ok_and(|built| built == stamp);
    if !current {
        match check_node() {
            Ok(()) => build(web, &stamp)?,
            Err(why) if has_dist(web) => println!(
                "cargo::warning={why} Embedding web/dist as it is, although web/ has changed since. \
                 Once Node.js is there: touch build.rs"
            ),
            Err(why) => {
                return Err(format!(
                    "{why}\n\
                     The web client is built with Node.js {}.{} or newer and its npm: https://nodejs.org\n\
                     Or set MARU_WEB=stub to build the server without its client.",
                    OLDEST_NODE.0, OLDEST_NODE.1
                ));
            }
        }
    }
    empty(embedded)?;
    copy(&web.join("dist"), embedded)
}

fn build(web: &Path, stamp: &str) -> Result<(), String> {
    // Tools that a developer has installed for the tests stay: the script runs `npm ci` only when something is missing.
    command(web, "node", &["../scripts/npm-install.mjs", "--for-build"])?;
    command(web, if cfg!(windows) { "npm.cmd" } else { "npm" }, &["run", "build"])?;
    if !has_dist(web) {
        return Err("`npm run build` succeeded without writing web/dist/index.html.".into());
    }
    fs::write(web.join(STAMP), stamp).map_err(failed("write", &web.join(STAMP)))
}

fn has_dist(web: &Path) -> bool {
    web.join("dist/index.html").exists()
}

fn check_node() -> Result<(), String> {
    let (oldest_major, oldest_minor) = OLDEST_NODE;
    let output = Command::new("node").arg("--version").output().map_err(|_| "Node.js was not found on the PATH.")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.trim().trim_start_matches('v').split('.').map_while(|part| part.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST_NODE => Ok(()),
        (Some(major), Some(minor)) => {
            Err(format!("Node.js {major}.{minor} is too old: {oldest_major}.{oldest_minor} is the oldest that works."))
        }
        _ => Err(format!("`node --version` answered {:?}, which is no version.", text.trim())),
    }
}

/// Runs `program` in `directory`; what it printed becomes the error, and is not shown otherwise.
fn command(directory: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let line = format!("{program} {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        // A production NODE_ENV inherited from the caller would change what npm installs.
        .env_remove("NODE_ENV")
        .output()
        .map_err(|error| format!("`{line}` could not be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    Err(format!("`{line}` failed in web/ ({}).\n\n{}\n{}", output.status, stdout.trim(), stderr.trim()))
}

/// Everything at the top of `web/` that the client is made from.
fn inputs(web: &Path) -> Result<Vec<PathBuf>, String> {
    let mut inputs = children(web)?;
    inputs.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == ".npmrc" || !(name.starts_with('.') || NOT_INPUTS.contains(&&*name))
    });
    Ok(inputs)
}

/// A hash of the names and contents of all files under `inputs`; unit tests do not count.
fn fingerprint(web: &Path, inputs: &[PathBuf]) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    for file in files(inputs)? {
        if file.to_string_lossy().contains(".test.") {
            continue;
        }
        file.strip_prefix(web).unwrap_or(&file).hash(&mut hasher);
        fs::read(&file).map_err(failed("read", &file))?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn files(roots: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut open = roots.to_vec();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(children(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn children(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(directory).map_err(failed("read", directory))?;
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    paths.map_err(failed("read", directory))
}

fn empty(directory: &Path) -> Result<(), String> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("empty", directory)(error)),
        _ => {}
    }
    fs::create_dir_all(directory).map_err(failed("create", directory))
}

/// A file with a gzipped twin stays behind: `src/http/client.rs` unpacks the twin for who wants it plain.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    for file in files(&[from.to_owned()])? {
        let name = file.strip_prefix(from).unwrap_or(&file);
        let has_twin = file.with_added_extension("gz").exists();
        if name == Path::new(".stamp") || has_twin {
            continue;
        }
        let target = to.join(name);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(failed("create", parent))?;
        }
        fs::copy(&file, &target).map_err(failed("copy", &file))?;
    }
    Ok(())
}

/// The commit that is checked out, shortened; `None` outside a git repository of our own or without git.
fn commit(root: &Path) -> Option<String> {
    // A copy that was unpacked inside somebody else's repository must not name that repository's commit.
    if !root.join(".git").exists() {
        return None;
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(root).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // HEAD itself changes only with the branch; its log grows with every commit, too.
    for name in ["HEAD", "logs/HEAD"] {
        let path = root.join(git(&["rev-parse", "--git-path", name])?);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}; run this through cargo."))
}

fn failed<'a>(verb: &'a str, path: &'a Path) -> impl Fn(io::Error) -> String + 'a {
    move |error| format!("Could not {verb} {}: {error}", path.display())
}

fn boxed(text: &str) -> String {
    let width = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let edge = "─".repeat(width + 2);
    let body: String = text.lines().map(|line| format!("│ {line:width$} │\n")).collect();
    format!("┌{edge}┐\n{body}└{edge}┘")
}
