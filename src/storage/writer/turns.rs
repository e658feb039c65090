//! Whose turn it is to write, where several servers share the database.
//!
//! SQLite has those who find it locked try again after pauses that grow, so that one who writes without a pause keeps the
//! others out. Here they stand in line, by locks of the system that end with their process: who wants to write waits for
//! the place behind the one who writes, and has to give that up first to wait anew.

use crate::error::{Error, Result};
use crate::locks;
use crate::metrics;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Locked by who is next.
const NEXT: &str = "write.next";
/// Locked by who writes.
const TURN: &str = "write.turn";
/// How long one waits for a turn: a server that is frozen while it writes is not to hang the others with it.
const PATIENCE: Duration = Duration::from_secs(5);
/// And how long once that was in vain: until a turn comes again, who writes is told soon that it cannot be now.
const SHORT_PATIENCE: Duration = Duration::from_secs(1);

/// The line of those who want to write.
pub(in crate::storage) struct Turns {
    next: File,
    turn: Arc<File>,
    waiting: mpsc::Sender<oneshot::Sender<io::Result<Turn>>>,
    /// The last turn that was waited for did not come.
    in_vain: AtomicBool,
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
            file.map_err(|error| Error::Unavailable(format!("{}: {error}", path.display())))
        };
        // Locks belong to what was opened: who stands in line has files of its own.
        let (next, turn) = (open(NEXT)?, Arc::new(open(TURN)?));
        let (waiting, asked) = mpsc::channel();
        let line = move || stand_in_line(&next, &turn, &asked);
        // Not one of the runtime's, whose end would wait for a lock that may never come.
        thread::Builder::new().name("turns".to_owned()).spawn(line).map_err(Error::internal)?;
        Ok(Self { next: open(NEXT)?, turn: Arc::new(open(TURN)?), waiting, in_vain: AtomicBool::new(false) })
    }

    /// Waits until nobody else writes, for 5 s at the most; for 1 s where that was in vain before.
    ///
    /// # Errors
    /// `Unavailable` when it did not come to that, or the system does not lock.
    pub(in crate::storage) async fn take(&self) -> Result<Turn> {
        let patience = if self.in_vain.load(Ordering::Relaxed) { SHORT_PATIENCE } else { PATIENCE };
        let taken = self.take_within(patience).await;
        let was_in_vain = self.in_vain.swap(taken.is_err(), Ordering::Relaxed);
        if taken.is_err() && !was_in_vain {
            // Which one concerns the operator alone.
            tracing::error!(processes = ?locks::holders(&self.turn), "the turn to write does not come: who has it may be frozen");
        }
        taken
    }

    async fn take_within(&self, patience: Duration) -> Result<Turn> {
        let begun = Instant::now();
        if self.next.try_lock().is_ok() {
            let free = self.turn.try_lock().is_ok();
            self.next.unlock().map_err(failed)?;
            if free {
                return Ok(Turn(self.turn.clone()));
            }
        }
        let (answer, taken) = oneshot::channel();
        self.waiting.send(answer).map_err(Error::internal)?;
        let waited = timeout(patience, taken).await.map_err(|_elapsed| {
            Error::Unavailable(
                "another server on this data folder writes, and does not end: it may be frozen".to_owned(),
            )
        })?;
        let turn = waited.map_err(Error::internal)?.map_err(failed)?;
        metrics::WRITE_TURNS.took(begun.elapsed());
        Ok(turn)
    }
}

/// Takes turns for whoever asks, until nobody can any more. What nobody waits for any longer is given back at once.
fn stand_in_line(next: &File, turn: &Arc<File>, asked: &mpsc::Receiver<oneshot::Sender<io::Result<Turn>>>) {
    for answer in asked {
        if answer.is_closed() {
            continue;
        }
        let taken = next.lock().and_then(|()| {
            let taken = turn.lock().map(|()| Turn(turn.clone()));
            next.unlock()?;
            taken
        });
        let _nobody_waits = answer.send(taken);
    }
}

fn failed(error: io::Error) -> Error {
    Error::Unavailable(format!("the turn to write could not be taken: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

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

    #[tokio::test]
    async fn a_turn_that_does_not_come_is_not_waited_for_without_end_nor_kept_when_it_comes_too_late() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Turns::open(folder.path()).expect("a line");
        let (frozen, patient, other) = (open(), open(), open());
        let held = frozen.take().await.expect("a turn");
        let refused = patient.take_within(Duration::from_millis(20)).await;
        assert!(matches!(refused, Err(Error::Unavailable(_))));
        drop(held);
        drop(other.take().await.expect("nobody keeps what came too late"));
        drop(patient.take().await.expect("who gave up may ask again"));
    }

    #[tokio::test]
    async fn while_no_turn_comes_it_is_told_soon_and_once_one_came_it_is_waited_for_as_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Turns::open(folder.path()).expect("a line");
        let (frozen, patient) = (open(), open());
        let held = frozen.take().await.expect("a turn");
        assert!(patient.take().await.is_err());
        let begun = Instant::now();
        assert!(patient.take().await.is_err());
        assert!(begun.elapsed() < PATIENCE, "it is known");
        drop(held);
        drop(patient.take().await.expect("a turn"));
        assert!(!patient.in_vain.load(Ordering::Relaxed));
    }
}
