//! Backups: snapshots of database, keys and files, made while the server runs, proven by restoring them, and restored.
//!
//! A snapshot is a folder, whole or not there: `data/` in it is a data folder. Contents that an earlier snapshot has
//! are links to the same bytes. All of this waits for the disk: it belongs on a thread of its own.

mod expiring;
mod listing;
mod making;
mod manifest;
mod proving;
mod record;
mod restoring;
mod schedule;
mod snapshots;

pub use listing::{Kept, list, verify};
pub(crate) use making::copy_content;
pub use manifest::{Amount, Manifest};
pub(crate) use manifest::{Part, hex};
pub use record::Record;
pub use restoring::Plan;
pub(crate) use restoring::{check_empty, copy, put_database};
pub use schedule::{disk_bytes, keep_up, status};
pub(crate) use snapshots::{make_folder, sync_folder, write_file};

use crate::config::Config;
use crate::error::{Error, Result};
use making::Copied;
use snapshots::Held;
use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// The data folder of a snapshot.
const DATA: &str = "data";

/// A snapshot that was made and proven.
#[derive(Debug)]
pub struct Made {
    pub snapshot: PathBuf,
    pub manifest: Manifest,
    /// Contents that no earlier snapshot had.
    pub copied: Amount,
    /// Names of contents that lay in the latest snapshot and were not what was written there: they were copied anew, and
    /// earlier snapshots may share what is damaged.
    pub decayed: Vec<String>,
}

/// Makes a snapshot in a folder, proves it, and then removes those beyond the newest `keep`. What came of it is noted in
/// the data folder.
///
/// # Errors
/// In words for the operator: what could not be read, written, or proven; `Conflict` when another is being made there, which
/// is not noted.
pub async fn run(config: &Config, folder: &Path, keep: Option<NonZeroU32>) -> Result<Made> {
    let made = match snapshots::hold(folder) {
        // What comes of that one is noted by whoever makes it.
        Err(error @ Error::Conflict(_)) => return Err(error),
        Ok(held) => attempt(config, &held, keep).await,
        Err(error) => Err(error),
    };
    let noted = record::note(&config.data_dir, made.as_ref());
    let made = made?;
    noted?;
    Ok(made)
}

async fn attempt(config: &Config, held: &Held, keep: Option<NonZeroU32>) -> Result<Made> {
    let unfinished = held.unfinished("new");
    let made = make(config, held, &unfinished).await;
    if made.is_err() {
        // Best effort; the next one removes what is left.
        let _left = fs::remove_dir_all(&unfinished);
    }
    let made = made?;
    if let Some(keep) = keep {
        expiring::expire(held, keep)?;
    }
    Ok(made)
}

/// What was not proven gets no name.
async fn make(config: &Config, held: &Held, unfinished: &Path) -> Result<Made> {
    let (manifest, Copied { amount, decayed }) = making::fill(config, held, unfinished).await?;
    proving::prove(held, unfinished).await?;
    let snapshot = held.publish(unfinished, manifest.created_at)?;
    Ok(Made { snapshot, manifest, copied: amount, decayed })
}

/// What the disk refused, with the place.
pub(crate) fn words(path: &Path, error: &io::Error) -> Error {
    let what = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        _ => error.to_string(),
    };
    Error::Unavailable(format!("{}: {what}", path.display()))
}
