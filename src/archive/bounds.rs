//! How far an archive may go that the server makes beside its work.

use crate::blobs;
use crate::error::{Error, FileLimit, Result};
use std::path::PathBuf;

/// An archive goes on for as long as somebody waits for it, and the disk has room.
pub(super) struct Bounds {
    /// On the disk that it is made on.
    pub folder: PathBuf,
    /// Is there once nobody wants it any more.
    pub cancelled: PathBuf,
    /// What it leaves free, in bytes.
    pub keep_free: u64,
}

impl Bounds {
    /// Whether so many more bytes may be written.
    ///
    /// # Errors
    /// `NoRoom` when less would be free than it has to leave; `Conflict` when nobody wants it any more.
    pub fn check(&self, more: u64) -> Result<()> {
        if self.cancelled.exists() {
            return Err(Error::Conflict("nobody wants this archive any more".to_owned()));
        }
        if blobs::free_bytes(&self.folder)? < self.keep_free.saturating_add(more) {
            return Err(no_room());
        }
        Ok(())
    }
}

pub(super) fn no_room() -> Error {
    let message = "the server's disk has no room for an archive".to_owned();
    Error::NoRoom { message, limit: FileLimit::KeepFree, most: None }
}
