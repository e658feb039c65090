//! What came of backups, noted in the data folder: for the server, whoever made them.

use super::snapshots::is_future;
use super::{Made, words};
use crate::clock::{self, Timestamp};
use crate::config::Backup;
use crate::contract::BackupState;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FILE: &str = "backups.json";
/// A backup may take that long before it counts as late.
const LATE_AFTER: Duration = Duration::from_secs(3600);
/// Where none are made by themselves, one that is older is no longer what anybody wants to go back to.
const BY_HAND: Duration = Duration::from_secs(30 * 24 * 3600);

/// The last backups of a data folder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    pub last_good: Option<Good>,
    pub last_failure: Option<Failed>,
}

/// A backup that was proven.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Good {
    /// When it was begun.
    pub at: Timestamp,
    pub finished_at: Timestamp,
    pub snapshot: PathBuf,
    pub messages: i64,
    pub files: i64,
    /// Of files, together.
    pub bytes: u64,
    /// Of files that no earlier one had.
    pub copied_bytes: u64,
    /// Contents that the database names and the store did not have.
    pub missing: usize,
}

/// A backup that came to nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failed {
    pub at: Timestamp,
    /// In words for the operator.
    pub problem: String,
}

impl Record {
    /// What cannot be read counts as nothing, and so does what a clock that was wrong noted for a time to come.
    pub fn read(data_dir: &Path) -> Self {
        let path = data_dir.join(FILE);
        let read = fs::read(&path).and_then(|text| Ok(serde_json::from_slice(&text)?));
        let Self { last_good, last_failure } = read.unwrap_or_else(|error| {
            if error.kind() != ErrorKind::NotFound {
                tracing::warn!(%error, path = %path.display(), "what is known of backups cannot be read");
            }
            Self::default()
        });
        Self {
            last_good: last_good.filter(|good| !is_future(good.at)),
            last_failure: last_failure.filter(|failed| !is_future(failed.at)),
        }
    }

    /// How it stands at a moment.
    pub fn state(&self, settings: &Backup, now: Timestamp) -> BackupState {
        let good = self.last_good.as_ref();
        if self.last_failure.as_ref().is_some_and(|failed| good.is_none_or(|good| failed.at > good.finished_at)) {
            return BackupState::Failing;
        }
        match (good, &settings.dir) {
            (None, None) => BackupState::Off,
            (None, Some(_)) => BackupState::None,
            (Some(good), Some(_)) if now.since(good.at) > settings.every * 2 + LATE_AFTER => BackupState::Late,
            (Some(good), None) if now.since(good.at) > BY_HAND => BackupState::Late,
            (Some(good), _) if good.missing > 0 => BackupState::Incomplete,
            (Some(_), _) => BackupState::Good,
        }
    }
}

/// Notes what came of a backup.
pub(super) fn note(data_dir: &Path, made: Result<&Made, &Error>) -> Result<()> {
    let mut record = Record::read(data_dir);
    match made {
        Ok(made) => {
            record.last_good = Some(Good {
                at: made.manifest.created_at,
                finished_at: clock::now(),
                snapshot: made.snapshot.clone(),
                messages: made.manifest.holds.messages,
                files: made.manifest.holds.files,
                bytes: made.manifest.contents.bytes,
                copied_bytes: made.copied.bytes,
                missing: made.manifest.missing.len(),
            });
        }
        Err(error) => record.last_failure = Some(Failed { at: clock::now(), problem: problem(error) }),
    }
    let path = data_dir.join(FILE);
    let temporary = data_dir.join(format!("{FILE}.{}.tmp", std::process::id()));
    let write = || {
        let mut text = serde_json::to_vec_pretty(&record)?;
        text.push(b'\n');
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&temporary, &path)
    };
    write().map_err(|error| words(&path, &error))
}

/// The owner of the data may know what is wrong.
pub(super) fn problem(error: &Error) -> String {
    match error {
        Error::Internal(source) => format!("internal error: {source}"),
        told => told.to_string(),
    }
}
