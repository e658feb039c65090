//! Which uploads are worked on: one request at a time each, the latest before all others.

use super::Draft;
use crate::ids::FileId;
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedMutexGuard, Semaphore};
use tokio_util::sync::CancellationToken;

/// Open drafts that are kept so that the next part need not read the file anew; beyond it those that rested longest go.
const KEPT: usize = 256;
/// Files that are read anew at the same time, each of which may take a core for many seconds.
const READ_AT_ONCE: usize = 2;

/// Keeps other servers off an upload that is not finished, by a lock of the system on its file; none while one of them
/// works on it.
///
/// # Errors
/// The disk's.
pub(super) fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The uploads under way.
pub struct Drafts {
    slots: Mutex<Slots>,
    readers: Semaphore,
}

#[derive(Default)]
struct Slots {
    slots: HashMap<FileId, Slot>,
    turns: u64,
}

#[derive(Default)]
struct Slot {
    draft: Arc<tokio::sync::Mutex<Option<Draft>>>,
    /// Ends the request that works on it.
    release: CancellationToken,
    /// When it was last worked on, counted in turns.
    used: u64,
}

/// The right to work on an upload, until it is dropped.
pub struct Turn {
    /// As the last request left it, if it is known.
    pub draft: OwnedMutexGuard<Option<Draft>>,
    /// Somebody else wants to go on with it: a client that lost its connection comes back before the server notices.
    pub wanted: CancellationToken,
    /// What keeps other servers off it, where there are any.
    pub lock: Option<File>,
}

impl Default for Drafts {
    fn default() -> Self {
        Self { slots: Mutex::default(), readers: Semaphore::new(READ_AT_ONCE) }
    }
}

impl Drafts {
    /// Waits for the turn; whoever has it is asked to give it up.
    pub async fn turn(&self, file: FileId) -> Turn {
        let (draft, wanted) = self.slots.lock().unwrap_or_else(PoisonError::into_inner).take(file);
        Turn { draft: draft.lock_owned().await, wanted, lock: None }
    }

    /// Opens the file of an upload anew, of which `length` bytes are on the disk, once others have been read.
    ///
    /// # Errors
    /// `UnexpectedEof` when it has fewer.
    pub async fn open(&self, path: PathBuf, length: u64) -> io::Result<Draft> {
        let _turn = self.readers.acquire().await.map_err(io::Error::other)?;
        tokio::task::spawn_blocking(move || Draft::open(&path, length)).await.map_err(io::Error::other)?
    }

    /// Ends the request that works on an upload here, for another server that goes on with it.
    pub fn release(&self, file: FileId) {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.slots.get(&file) {
            slot.release.cancel();
        }
    }

    /// Forgets an upload that is finished or given up.
    pub fn forget(&self, file: FileId) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).slots.remove(&file);
    }
}

impl Slots {
    fn take(&mut self, file: FileId) -> (Arc<tokio::sync::Mutex<Option<Draft>>>, CancellationToken) {
        self.turns += 1;
        if self.slots.len() >= KEPT && !self.slots.contains_key(&file) {
            // Whoever works on one holds a share of it.
            let idle = self.slots.iter().filter(|(_, slot)| Arc::strong_count(&slot.draft) == 1);
            let longest = idle.min_by_key(|(_, slot)| slot.used).map(|(file, _)| *file);
            longest.map(|file| self.slots.remove(&file));
        }
        let slot = self.slots.entry(file).or_default();
        slot.used = self.turns;
        slot.release.cancel();
        slot.release = CancellationToken::new();
        (slot.draft.clone(), slot.release.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_many_uploads_those_that_are_worked_on_and_the_latest_are_kept() {
        let drafts = Drafts::default();
        let [worked_on, first] = [FileId::generate(), FileId::generate()];
        let turn = drafts.turn(worked_on).await;
        for file in [first].into_iter().chain((2..KEPT).map(|_| FileId::generate())) {
            drop(drafts.turn(file).await);
        }
        drop(drafts.turn(first).await);
        for _ in 0..2 {
            drop(drafts.turn(FileId::generate()).await);
        }
        let slots = drafts.slots.lock().expect("no test panics here");
        assert_eq!(slots.slots.len(), KEPT);
        assert!([worked_on, first].iter().all(|file| slots.slots.contains_key(file)));
        assert!(!turn.wanted.is_cancelled());
    }
}
