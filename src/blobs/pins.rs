//! Keeps contents in their place while they are copied, also by another process: a lock on a file, which the system
//! takes away from a process that dies.

use super::io_failure;
use crate::error::Result;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Beside the folder of files.
const LOCK: &str = "files.lock";

/// Nothing is removed while it is there; there may be several.
pub struct Pin(#[expect(dead_code, reason = "it is held until it is dropped")] File);

/// The right to remove; there is one.
pub struct Removal(#[expect(dead_code, reason = "it is held until it is dropped")] File);

impl Pin {
    /// Waits for a removal, which is short.
    pub(super) fn take(folder: &Path) -> Result<Self> {
        let file = open(folder)?;
        file.lock_shared().map_err(io_failure)?;
        Ok(Self(file))
    }
}

impl Removal {
    pub(super) fn take(folder: &Path) -> Result<Option<Self>> {
        let file = open(folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(io_failure(error)),
        }
    }
}

/// By the server at its start, so that it is never somebody else's who makes a backup.
pub(super) fn make_lock(folder: &Path) -> Result<()> {
    open(folder).map(|_| ())
}

fn open(folder: &Path) -> Result<File> {
    let path = folder.with_file_name(LOCK);
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map_err(io_failure)
}
