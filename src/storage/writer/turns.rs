//! Whose turn it is to write, where several servers share the database.
//!
//! SQLite has those who find it locked try again after pauses that grow, so that one who writes without a pause keeps the
//! others out. Here they stand in line, by locks of the system that end with their process: who wants to write waits for
//! the place behind the one who writes, and has to give that up first to wait anew.

use crate::error::{Error, Result};
use crate::metrics;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Locked by who is next.
const NEXT: &str = "write.next";
/// Locked by who writes.
const TURN: &str = "write.turn";
/// How long the turn is waited for: nobody writes for so long but a server that was stopped, or whose disk hangs.
const WITHIN: Duration = Duration::from_secs(10);

/// The line of those who want to write.
pub(in crate::storage) struct Turns {
    next: Arc<File>,
    turn: Arc<File>,
    within: Duration,
    /// In the line since before, when the turn did not come in time. The lock cannot be taken back: whoever writes next,
    /// which a server of a cluster does each second, waits on.
    waiting: Mutex<Option<JoinHandle<io::Result<()>>>>,
}

/// The right to write, until it is dropped.
pub(in crate::storage) struct Turn(Arc<File>);

impl Drop for Turn {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::error!(%error, "the turn to write could not be given back");
        }
    }
}

impl Turns {
    /// # Errors
    /// In words for the operator.
    pub(in crate::storage) fn open(data_dir: &Path) -> Result<Self> {
        let open = |name: &str| {
            let path = data_dir.join(name);
            let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
            file.map(Arc::new).map_err(|error| Error::Unavailable(format!("{}: {error}", path.display())))
        };
        Ok(Self { next: open(NEXT)?, turn: open(TURN)?, within: WITHIN, waiting: Mutex::default() })
    }

    /// Waits until nobody else writes.
    ///
    /// # Errors
    /// `Unavailable` when the system does not lock, and when another server writes for too long.
    pub(in crate::storage) async fn take(&self) -> Result<Turn> {
        let begun = Instant::now();
        let waiting = self.waiting().take();
        let mut waiting = match waiting {
            Some(waiting) => waiting,
            None if self.is_free()? => return Ok(Turn(self.turn.clone())),
            None => self.join_the_line(),
        };
        let Ok(waited) = timeout(self.within, &mut waiting).await else {
            *self.waiting() = Some(waiting);
            return Err(Error::Unavailable("another server of the cluster has been writing for too long".to_owned()));
        };
        waited.map_err(Error::internal)?.map_err(failed)?;
        metrics::WRITE_TURNS.took(begun.elapsed());
        Ok(Turn(self.turn.clone()))
    }

    /// Takes the turn if nobody has it or waits for it.
    fn is_free(&self) -> Result<bool> {
        if self.next.try_lock().is_ok() {
            let free = self.turn.try_lock().is_ok();
            self.next.unlock().map_err(failed)?;
            return Ok(free);
        }
        Ok(false)
    }

    fn join_the_line(&self) -> JoinHandle<io::Result<()>> {
        let (next, turn) = (self.next.clone(), self.turn.clone());
        tokio::task::spawn_blocking(move || {
            next.lock()?;
            let taken = turn.lock();
            next.unlock()?;
            taken
        })
    }

    fn waiting(&self) -> MutexGuard<'_, Option<JoinHandle<io::Result<()>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: io::Error) -> Error {
    Error::Unavailable(format!("the turn to write could not be taken: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// As long as a commit takes.
    const WORK: Duration = Duration::from_millis(1);

    fn work() {
        let begun = Instant::now();
        while begun.elapsed() < WORK {
            std::hint::spin_loop();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_writes_without_a_pause_has_no_more_turns_than_who_waits() {
        const WANTED: usize = 50;
        let folder = tempfile::tempdir().expect("a folder");
        let (busy, other) = (Turns::open(folder.path()).expect("a line"), Turns::open(folder.path()).expect("a line"));
        let had = Arc::new(AtomicUsize::new(0));
        let counted = had.clone();
        let without_a_pause = tokio::spawn(async move {
            loop {
                let turn = busy.take().await.expect("a turn");
                work();
                counted.fetch_add(1, Ordering::Relaxed);
                drop(turn);
                // Where it can be ended.
                tokio::task::yield_now().await;
            }
        });
        for _ in 0..WANTED {
            let turn = other.take().await.expect("a turn");
            work();
            drop(turn);
        }
        without_a_pause.abort();
        let had = had.load(Ordering::Relaxed);
        assert!(had <= 3 * WANTED, "{had} turns while another had {WANTED}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_turn_that_does_not_come_is_given_up_and_taken_when_it_comes() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |within| Turns { within, ..Turns::open(folder.path()).expect("a line") };
        let (here, there) = (open(Duration::from_millis(20)), open(WITHIN));
        let stopped = there.take().await.expect("a turn");
        for _ in 0..3 {
            assert!(matches!(here.take().await, Err(Error::Unavailable(_))));
        }
        let waited = tokio::spawn(async move {
            loop {
                if let Ok(turn) = here.take().await {
                    return (turn, here);
                }
            }
        });
        drop(stopped);
        let (turn, here) = waited.await.expect("a turn");
        drop(turn);
        drop(there.take().await.expect("it was given back"));
        drop(here.take().await.expect("and again"));
    }
}
