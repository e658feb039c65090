//! Contents that somebody works on: each by one at a time, so that what begins to be used is not removed meanwhile.

use super::Hash;
use super::io_failure;
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// In the folder of files: what servers lock that share it, a file for the hashes that begin alike.
const LOCKS: &str = "holds";

/// The contents that are held.
#[derive(Default)]
pub struct Holds {
    turns: Mutex<HashMap<Hash, Arc<tokio::sync::Mutex<()>>>>,
    /// Set where other servers work on the same contents.
    locks: OnceLock<PathBuf>,
}

/// The right to work on a content, until it is dropped.
pub struct Hold {
    _turn: OwnedMutexGuard<()>,
    _lock: Option<File>,
}

impl Holds {
    /// From here on other servers are waited for, too.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn share(&self, folder: &Path) -> Result<()> {
        let locks = folder.join(LOCKS);
        DirBuilder::new().recursive(true).mode(0o700).create(&locks).map_err(io_failure)?;
        let _shared_before = self.locks.set(locks);
        Ok(())
    }

    /// Waits until nobody else has it.
    ///
    /// # Errors
    /// The disk's, where it is shared.
    pub async fn wait(&self, hash: Hash) -> Result<Hold> {
        let turn = self.turn(hash).lock_owned().await;
        let Some(file) = self.lock_of(hash)? else { return Ok(Hold { _turn: turn, _lock: None }) };
        let lock = move || file.lock().map(|()| file);
        let locked = tokio::task::spawn_blocking(lock).await.map_err(Error::internal)?;
        Ok(Hold { _turn: turn, _lock: Some(locked.map_err(io_failure)?) })
    }

    /// None while somebody has it.
    ///
    /// # Errors
    /// The disk's, where it is shared.
    pub fn take(&self, hash: Hash) -> Result<Option<Hold>> {
        let Ok(turn) = self.turn(hash).try_lock_owned() else { return Ok(None) };
        let Some(file) = self.lock_of(hash)? else { return Ok(Some(Hold { _turn: turn, _lock: None })) };
        match file.try_lock() {
            Ok(()) => Ok(Some(Hold { _turn: turn, _lock: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(io_failure(error)),
        }
    }

    fn lock_of(&self, hash: Hash) -> Result<Option<File>> {
        let Some(locks) = self.locks.get() else { return Ok(None) };
        let path = locks.join(format!("{:02x}", hash.as_bytes()[0]));
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
        file.map(Some).map_err(io_failure)
    }

    fn turn(&self, hash: Hash) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever has one or waits for it has a share of it.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        turns.entry(hash).or_default().clone()
    }
}
