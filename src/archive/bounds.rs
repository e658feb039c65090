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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_ends_where_nobody_wants_it_and_before_the_disk_is_full() {
        let folder = tempfile::tempdir().expect("a folder");
        let bounds = |keep_free| Bounds {
            folder: folder.path().to_owned(),
            cancelled: folder.path().join("cancelled"),
            keep_free,
        };
        assert!(bounds(0).check(0).is_ok());
        let full = [bounds(u64::MAX).check(0), bounds(0).check(u64::MAX), bounds(u64::MAX).check(u64::MAX)];
        for refused in full {
            assert!(matches!(refused, Err(Error::NoRoom { limit: FileLimit::KeepFree, .. })), "{refused:?}");
        }
        std::fs::write(folder.path().join("cancelled"), "").expect("given up");
        assert!(matches!(bounds(0).check(0), Err(Error::Conflict(_))));
    }
}
