//! The folder of snapshots: which are whole, and who works in it. Whatever else lies there stays as it is.

use super::manifest::MANIFEST;
use super::words;
use crate::clock::{self, Timestamp};
use crate::error::{Error, Result};
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = ".maru-backup.lock";
/// What begins so is no snapshot: one that is being made, proven or removed.
const UNFINISHED: &str = ".maru-unfinished-";

/// Clocks differ by so much.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// What a folder takes on its disk, in bytes: what several snapshots share counts once.
///
/// # Errors
/// In words for the operator, when it cannot be read.
pub(super) fn disk_bytes(folder: &Path) -> Result<u64> {
    let (mut seen, mut bytes, mut folders) = (HashSet::new(), 0, vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| words(&folder, &error))? {
            let entry = entry.map_err(|error| words(&folder, &error))?;
            // One that was removed meanwhile takes nothing.
            let Ok(found) = entry.metadata() else { continue };
            if found.is_dir() {
                folders.push(entry.path());
            } else if seen.insert((found.dev(), found.ino())) {
                bytes += found.len();
            }
        }
    }
    Ok(bytes)
}

/// The right to change what is in the folder, until it is dropped.
pub(super) struct Held {
    pub folder: PathBuf,
    _lock: File,
}

/// Makes the folder where it is missing, holds it, and removes what a process left there that died.
///
/// # Errors
/// `Conflict` when another backup is being made there.
pub(super) fn hold(folder: &Path) -> Result<Held> {
    make_folder(folder)?;
    let path = folder.join(LOCK);
    let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let lock = lock.map_err(|error| words(&path, &error))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Error::Conflict(format!("another backup is being made in {}", folder.display())));
        }
        Err(TryLockError::Error(error)) => return Err(words(&path, &error)),
    }
    let held = Held { folder: folder.to_owned(), _lock: lock };
    for entry in fs::read_dir(folder).map_err(|error| words(folder, &error))?.flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED)) {
            fs::remove_dir_all(entry.path()).map_err(|error| words(&entry.path(), &error))?;
        }
    }
    Ok(held)
}

impl Held {
    /// A folder for what is not whole.
    pub fn unfinished(&self, purpose: &str) -> PathBuf {
        self.folder.join(format!("{UNFINISHED}{purpose}"))
    }

    /// Gives what is whole its name, under which it is a snapshot from now on.
    pub fn publish(&self, unfinished: &Path, created_at: Timestamp) -> Result<PathBuf> {
        let path = self.folder.join(name(created_at));
        if path.exists() {
            return Err(Error::Conflict(format!("{} exists already", path.display())));
        }
        fs::rename(unfinished, &path).map_err(|error| words(&path, &error))?;
        sync_folder(&self.folder)?;
        Ok(path)
    }

    /// Removes a folder, so that no part of it is ever taken for the whole.
    pub fn remove(&self, path: &Path) -> Result<()> {
        let doomed = self.unfinished("removed");
        fs::rename(path, &doomed).map_err(|error| words(path, &error))?;
        fs::remove_dir_all(&doomed).map_err(|error| words(&doomed, &error))
    }
}

/// The snapshots of a folder that are whole, oldest first. None when there is no such folder.
pub(super) fn whole(folder: &Path) -> Result<Vec<(Timestamp, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| words(folder, &error))?,
    };
    let mut found: Vec<(Timestamp, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((moment(entry.file_name().to_str()?)?, entry.path())))
        .filter(|(_, path)| path.join(MANIFEST).exists())
        .collect();
    found.sort();
    Ok(found)
}

/// As [`whole`], without those of a clock that was wrong: what is made after them would count as older.
pub(super) fn whole_until_now(folder: &Path) -> Result<Vec<(Timestamp, PathBuf)>> {
    let mut found = whole(folder)?;
    found.retain(|(created_at, _)| !is_future(*created_at));
    Ok(found)
}

/// Whether a moment can only be of a clock that was wrong.
pub(super) fn is_future(moment: Timestamp) -> bool {
    moment > clock::now() + TOLERANCE
}

/// `2026-01-31T08-30-00.000Z`: not every system takes a colon.
fn name(created_at: Timestamp) -> String {
    created_at.to_string().replace(':', "-")
}

fn moment(name: &str) -> Option<Timestamp> {
    let (day, time) = name.split_once('T')?;
    let created_at = Timestamp::parse(&format!("{day}T{}", time.replace('-', ":")))?;
    (self::name(created_at) == name).then_some(created_at)
}

/// A folder for its owner alone, with those above it.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| words(path, &error))
}

/// Brings the names in a folder to the disk.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|error| words(path, &error))
}

/// Makes a file for its owner alone; what it has is on the disk when this returns.
pub(crate) fn write_file(path: &Path, fill: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<()> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        fill(&mut file)?;
        file.sync_all()
    };
    write().map_err(|error| words(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_named_after_its_moment_and_nothing_else_is_one() {
        let moment_of = Timestamp::from_millis(1_769_848_200_123);
        assert_eq!(name(moment_of), "2026-01-31T08-30-00.123Z");
        assert_eq!(moment(&name(moment_of)), Some(moment_of));
        for other in
            ["", "notes", "2026-01-31", "2026-01-31T08-30-00Z", ".maru-unfinished-new", "2026-01-31T08:30:00.123Z"]
        {
            assert_eq!(moment(other), None, "{other}");
        }
    }
}
