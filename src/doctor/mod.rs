//! Looks at everything that a server needs, and says what is wrong and how it is put right. Changes nothing.

mod authorities;
mod backups;
mod certificate;
mod cluster;
mod database;
mod folder;
mod holder;
mod keys;
mod lasting;
mod server;
mod system;
mod web;

use crate::config::{Config, ConfigError};
use serde::Serialize;
use server::Servers;

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Ok,
    /// It works, and is not as it should be.
    Warning,
    /// It does not work, or is about to fail.
    Failure,
}

/// What was seen of one thing.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Stable: scripts may look for it.
    pub name: &'static str,
    pub outcome: Outcome,
    pub seen: String,
    /// How it is put right, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, seen: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Ok, seen: seen.into(), fix: None }
    }

    fn warning(name: &'static str, seen: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Warning, seen: seen.into(), fix: Some(fix.into()) }
    }

    fn failure(name: &'static str, seen: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Failure, seen: seen.into(), fix: Some(fix.into()) }
    }
}

/// Everything that was looked at. What does not concern this server is not in it.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The worst of all.
    pub outcome: Outcome,
    /// Of this program.
    pub version: &'static str,
    pub checks: Vec<Finding>,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Thoroughness {
    /// Every page and index of the database, however long it takes.
    pub full: bool,
}

/// Looks at everything, while a server runs on the data folder or while none does.
pub async fn examine(config: &Result<Config, ConfigError>, how: Thoroughness) -> Report {
    let mut checks = Vec::new();
    match config {
        Ok(config) => {
            checks.push(Finding::ok("configuration", "it is understood; `maru config` prints it"));
            checks.extend(examine_server(config, how).await);
        }
        Err(ConfigError(problems)) => {
            let fix = "correct the file or the MARU_* variables; docs/operating.md lists every setting";
            checks.extend(problems.iter().map(|problem| Finding::failure("configuration", problem, fix)));
            checks.extend(system::check(None));
        }
    }
    let outcome = checks.iter().map(|finding| finding.outcome).max().unwrap_or(Outcome::Ok);
    Report { outcome, version: env!("CARGO_PKG_VERSION"), checks }
}

async fn examine_server(config: &Config, how: Thoroughness) -> Vec<Finding> {
    let servers = Servers::ask(config).await;
    let running = servers.as_ref().ok().and_then(|servers| servers.statuses().next());
    let mut checks = folder::check(config);
    checks.extend(keys::check(config));
    // What asks the disk and what asks the network need not wait for each other.
    let (database, web, files, cluster) = tokio::join!(
        database::check(config, how, running),
        web::check(config, running),
        backups::check_store(config),
        cluster::check(config, servers.as_ref().ok()),
    );
    checks.extend(database);
    checks.extend(files);
    checks.extend(backups::check(config));
    checks.extend(server::check(config, &servers));
    checks.extend(cluster);
    checks.extend(lasting::check(config));
    checks.extend(authorities::check(config));
    checks.extend(web);
    checks.extend(system::check(running.map(|status| status.process)));
    checks
}
