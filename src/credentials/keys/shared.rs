//! The key file, where several servers read and change it.

use super::KeyError;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Tells one content of a file that is always replaced whole from another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Edition {
    /// By itself it may come again, once the former file is gone.
    inode: u64,
    written: (i64, i64),
    length: u64,
}

impl Edition {
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        let found = fs::metadata(file)?;
        Ok(Self { inode: found.ino(), written: (found.mtime(), found.mtime_nsec()), length: found.len() })
    }
}

/// Until what it answers is dropped, no other server changes a file in the same folder that asks for this, too. Blocks.
pub(super) fn locked_folder(file: &Path) -> Result<File, KeyError> {
    let path = file.parent().unwrap_or(Path::new("."));
    let locked = File::open(path).and_then(|folder| folder.lock().map(|()| folder));
    locked.map_err(|source| KeyError::Io { path: path.to_owned(), source })
}
