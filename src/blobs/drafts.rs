//! Which uploads are worked on: one request at a time each, the latest before all others.

use super::Draft;
use crate::ids::FileId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

/// Open drafts that are kept so that the next part need not read the file anew; beyond it the file is read.
const KEPT: usize = 256;

/// The uploads under way.
#[derive(Default)]
pub struct Drafts(Mutex<HashMap<FileId, Slot>>);

#[derive(Default)]
struct Slot {
    draft: Arc<tokio::sync::Mutex<Option<Draft>>>,
    /// Ends the request that works on it.
    release: CancellationToken,
}

/// The right to work on an upload, until it is dropped.
pub struct Turn {
    /// As the last request left it, if it is known.
    pub draft: OwnedMutexGuard<Option<Draft>>,
    /// Somebody else wants to go on with it: a client that lost its connection comes back before the server notices.
    pub wanted: CancellationToken,
}

impl Drafts {
    /// Waits for the turn; whoever has it is asked to give it up.
    pub async fn turn(&self, file: FileId) -> Turn {
        let (draft, wanted) = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if slots.len() >= KEPT {
                // Whoever works on one holds a share of it.
                slots.retain(|_, slot| Arc::strong_count(&slot.draft) > 1);
            }
            let slot = slots.entry(file).or_default();
            slot.release.cancel();
            slot.release = CancellationToken::new();
            (slot.draft.clone(), slot.release.clone())
        };
        Turn { draft: draft.lock_owned().await, wanted }
    }

    /// Forgets an upload that is finished or given up.
    pub fn forget(&self, file: FileId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&file);
    }
}
