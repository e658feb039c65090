//! The folder of something that leaves the server: made beside its place, and put there once it is whole.

use crate::backup::{make_folder, sync_folder, words};
use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// In a folder that is not whole: held by who fills it.
const LOCK: &str = ".lock";

/// A folder that is being filled; it goes when this is dropped before it was published.
pub struct Unfinished {
    path: PathBuf,
    target: PathBuf,
    _lock: File,
    is_published: bool,
}

impl Unfinished {
    /// Makes the folder beside its place. What another process left there that died is removed.
    ///
    /// # Errors
    /// `Conflict` when something has the place, or when another process is filling it.
    pub fn begin(target: &Path) -> Result<Self> {
        check_free(target)?;
        let Some(name) = target.file_name() else {
            return Err(Error::Conflict(format!("{} is no name for a new folder", target.display())));
        };
        let path = target.with_file_name(format!(".{}.unfinished", name.to_string_lossy()));
        make_folder(&path)?;
        let lock_path = path.join(LOCK);
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock_path);
        let lock = lock.map_err(|error| words(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Conflict(format!("{} is being made already", target.display())));
            }
            Err(TryLockError::Error(error)) => return Err(words(&lock_path, &error)),
        }
        let unfinished = Self { path, target: target.to_owned(), _lock: lock, is_published: false };
        for entry in fs::read_dir(&unfinished.path).map_err(|error| words(&unfinished.path, &error))?.flatten() {
            let left = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if left != lock_path {
                let removed = if is_folder { fs::remove_dir_all(&left) } else { fs::remove_file(&left) };
                removed.map_err(|error| words(&left, &error))?;
            }
        }
        Ok(unfinished)
    }

    /// Where to put things.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, once everything in it is on the disk.
    ///
    /// # Errors
    /// `Conflict` when something has the place by now.
    pub fn publish(mut self) -> Result<()> {
        check_free(&self.target)?;
        let lock = self.path.join(LOCK);
        fs::remove_file(&lock).map_err(|error| words(&lock, &error))?;
        sync_folder(&self.path)?;
        fs::rename(&self.path, &self.target).map_err(|error| words(&self.target, &error))?;
        self.is_published = true;
        match self.target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
            _ => sync_folder(Path::new(".")),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_published
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::debug!(%error, "what is not whole could not be removed");
        }
    }
}

fn check_free(target: &Path) -> Result<()> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(words(target, &error)),
        Ok(_) => {
            let target = target.display();
            Err(Error::Conflict(format!("{target} is there already, and nothing is overwritten; name a new folder")))
        }
    }
}
