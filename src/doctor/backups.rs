//! Backups, and where files are kept.

use super::Finding;
use super::lasting::span;
use crate::backup::Record;
use crate::blobs;
use crate::clock;
use crate::config::{Config, Store};
use crate::contract::BackupState;
use crate::data_dir;
use crate::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

const STORE_WITHIN: Duration = Duration::from_secs(10);

pub(super) fn check(config: &Config) -> Option<Finding> {
    if !data_dir::is_in_use(&config.data_dir) {
        return None;
    }
    let now = clock::now();
    let record = Record::read(&config.data_dir);
    let last = record.last_good.as_ref().map_or_else(
        || "none was made".to_owned(),
        |good| format!("the last good one is {} old, and was restored once to be sure", span(now.since(good.at))),
    );
    let run = "run `maru backup`, and look at what it says";
    if config.backup.dir.as_deref().is_some_and(|dir| is_within(dir, &config.data_dir)) {
        let seen = "backup.dir is in the data folder: what happens to the one happens to the other";
        return Some(Finding::warning("backup", seen, "set backup.dir to a folder elsewhere, best on another disk"));
    }
    Some(match record.state(&config.backup, now) {
        BackupState::Good => Finding::ok("backup", last),
        BackupState::None => Finding::ok("backup", "the first one is still to come"),
        BackupState::Off => Finding::warning("backup", "none is made", "set backup.dir, best to another disk"),
        BackupState::Late => Finding::failure("backup", format!("it is late: {last}"), run),
        BackupState::Incomplete => {
            let seen = format!("files that the database names were not there to be copied; {last}");
            Finding::failure("backup", seen, "the log names them; bring them back from an earlier backup")
        }
        BackupState::Failing => {
            let problem = record.last_failure.map_or_else(String::new, |failed| failed.problem);
            Finding::failure("backup", format!("the last one failed: {problem}; {last}"), run)
        }
    })
}

/// Whether a folder that is there lies in another one.
fn is_within(dir: &Path, other: &Path) -> bool {
    let real = [dir, other].map(|folder| fs::canonicalize(folder).ok());
    matches!(real, [Some(dir), Some(other)] if dir.starts_with(&other))
}

/// Writes into the bucket, reads it, and removes it. The folder was looked at with the rest of the data.
pub(super) async fn check_store(config: &Config) -> Option<Finding> {
    if config.files.store == Store::Local {
        return None;
    }
    let store = config.files.store.to_string();
    let fix = "check files.s3_endpoint and the key of files.s3_access_key_id: it has to read, write and delete";
    Some(match tokio::time::timeout(STORE_WITHIN, blobs::try_store(config)).await {
        Ok(Ok(())) => Finding::ok("files", format!("{store} can be written, read and cleared")),
        Ok(Err(error @ Error::Conflict(_))) => {
            let fix =
                "name another prefix in files.store, or follow docs/backup.md to put this server in the other's place";
            Finding::failure("files", format!("{store}: {error}"), fix)
        }
        Ok(Err(error)) => Finding::failure("files", format!("{store}: {error}"), fix),
        Err(_) => Finding::failure("files", format!("{store} does not answer"), fix),
    })
}
