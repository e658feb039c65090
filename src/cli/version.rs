//! `maru --version`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;

const COMMIT: &str = match option_env!("MARU_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

pub fn run() -> Result<Output, Problem> {
    let sqlite = runtime()?.block_on(maru::storage::sqlite_version())?;
    Ok(Output::result(format!("maru {} (commit {COMMIT}, SQLite {sqlite})", env!("CARGO_PKG_VERSION"))))
}
