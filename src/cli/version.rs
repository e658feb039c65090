//! `maru --version`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use maru::metrics::COMMIT;

pub fn run() -> Result<Output, Problem> {
    let sqlite = runtime()?.block_on(maru::storage::sqlite_version())?;
    Ok(Output::result(format!("maru {} (commit {COMMIT}, SQLite {sqlite})", env!("CARGO_PKG_VERSION"))))
}
