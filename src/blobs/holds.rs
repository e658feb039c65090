//! Contents that somebody works on: each by one at a time, so that what begins to be used is not removed meanwhile.

use super::Hash;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// The contents that are held.
#[derive(Default)]
pub struct Holds(Mutex<HashMap<Hash, Arc<tokio::sync::Mutex<()>>>>);

/// The right to work on a content, until it is dropped.
pub type Hold = OwnedMutexGuard<()>;

impl Holds {
    /// Waits until nobody else has it.
    pub async fn wait(&self, hash: Hash) -> Hold {
        self.turn(hash).lock_owned().await
    }

    /// None while somebody has it.
    pub fn take(&self, hash: Hash) -> Option<Hold> {
        self.turn(hash).try_lock_owned().ok()
    }

    fn turn(&self, hash: Hash) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever has one or waits for it has a share of it.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        turns.entry(hash).or_default().clone()
    }
}
