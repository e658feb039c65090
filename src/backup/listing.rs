//! The snapshots that are kept, and whether each still is what was written.

use super::manifest::{Known, Manifest};
use super::snapshots::{is_future, whole};
use super::{proving, record};
use crate::clock::Timestamp;
use crate::contract::{KeptBackup, KeptState};
use crate::error::Result;
use std::path::{Path, PathBuf};

/// A snapshot that is kept.
#[derive(Debug)]
pub struct Kept {
    /// When it was begun.
    pub at: Timestamp,
    pub snapshot: PathBuf,
    /// What it says of itself, or what is wrong with it.
    pub manifest: Result<Manifest>,
}

impl Kept {
    /// Whether it is dated by a clock that was wrong, so that it does not count.
    pub fn is_future(&self) -> bool {
        is_future(self.at)
    }
}

impl From<Kept> for KeptBackup {
    fn from(kept: Kept) -> Self {
        let manifest = kept.manifest.as_ref().ok();
        let state = match manifest {
            None => KeptState::Damaged,
            Some(manifest) if manifest.missing.is_empty() => KeptState::Proven,
            Some(_) => KeptState::Incomplete,
        };
        Self {
            at: kept.at,
            state,
            messages: manifest.map(|manifest| manifest.holds.messages),
            files: manifest.map(|manifest| manifest.holds.files),
            bytes: manifest.map(Manifest::bytes),
            problem: kept.manifest.err().map(|error| record::problem(&error)),
        }
    }
}

/// The snapshots of a folder, the newest first. Each was restored once before it got its name; of what is wrong since then,
/// only the manifest is looked at.
///
/// # Errors
/// In words for the operator, when the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Kept>> {
    let found = whole(folder)?.into_iter().rev();
    Ok(found.map(|(at, snapshot)| Kept { at, manifest: Manifest::read(&snapshot), snapshot }).collect())
}

/// The same, once every byte of each was looked through; of those that they share, once.
///
/// # Errors
/// As [`list`].
pub async fn verify(folder: &Path) -> Result<Vec<Kept>> {
    let mut known = Known::default();
    let mut kept = list(folder)?;
    for one in &mut kept {
        if let Ok(manifest) = &one.manifest
            && let Err(error) = proving::look_through(manifest, &one.snapshot, &mut known).await
        {
            one.manifest = Err(error);
        }
    }
    Ok(kept)
}
