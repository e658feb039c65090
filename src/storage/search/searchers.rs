//! Connections for searches alone, so that they never take a reader away from anything else; a search that takes too
//! long is broken off.

use crate::error::{Error, Result};
use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Searches that run at the same time; others wait.
const AT_ONCE: usize = 2;
/// How long a search may wait for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(5);
/// How long one search may take.
const WITHIN: Duration = Duration::from_secs(2);
/// Steps of SQLite's virtual machine between two looks at the clock.
const STEPS: i32 = 2_000;

pub(in crate::storage) struct Searchers {
    options: SqliteConnectOptions,
    idle: Mutex<Vec<Searcher>>,
    turns: Semaphore,
}

struct Searcher {
    connection: SqliteConnection,
    /// In milliseconds since it was opened.
    deadline: Arc<AtomicU64>,
    opened: Instant,
}

/// Until when a search may take; what SQLite does of it is interrupted then, what we do asks.
#[derive(Clone, Copy)]
pub(super) struct Deadline(Instant);

/// The search took too long.
#[derive(Debug, thiserror::Error)]
#[error("it took too long")]
pub(super) struct TooLong;

impl Deadline {
    /// That of a search which begins now.
    pub(super) fn of_now() -> Self {
        Self(Instant::now() + WITHIN)
    }

    /// # Errors
    /// `TooLong` when it is over.
    pub(super) fn check(self) -> Result<(), TooLong> {
        if Instant::now() < self.0 { Ok(()) } else { Err(TooLong) }
    }
}

impl From<TooLong> for Error {
    fn from(too_long: TooLong) -> Self {
        Self::internal(too_long)
    }
}

impl Searchers {
    pub(in crate::storage) fn new(options: SqliteConnectOptions) -> Self {
        Self { options, idle: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }

    /// Runs a search on a connection of its own.
    ///
    /// # Errors
    /// `Unavailable` when others take too long; those of the search, which is interrupted when it does.
    pub(in crate::storage) async fn run<T, S>(&self, search: S) -> Result<T>
    where
        S: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T>>,
    {
        let turn = tokio::time::timeout(TURN_WITHIN, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| busy())?.map_err(|_| closed())?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut searcher = match idle {
            Some(searcher) => searcher,
            None => Searcher::open(&self.options).await?,
        };
        searcher.allow(WITHIN);
        // Whoever gives up while it runs leaves a connection behind that is still busy: it is closed, not used again.
        let result = search(&mut searcher.connection).await;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(searcher);
        result
    }

    pub(in crate::storage) async fn close(&self) {
        self.turns.close();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for searcher in idle {
            if let Err(error) = searcher.connection.close().await {
                tracing::debug!(%error, "closing a connection for searches");
            }
        }
    }
}

fn busy() -> Error {
    Error::Unavailable("too many searches run at the moment; try again".to_owned())
}

fn closed() -> Error {
    Error::Unavailable("the server is shutting down".to_owned())
}

impl Searcher {
    async fn open(options: &SqliteConnectOptions) -> Result<Self> {
        let mut connection = SqliteConnection::connect_with(options).await?;
        let (opened, deadline) = (Instant::now(), Arc::new(AtomicU64::new(u64::MAX)));
        let until = deadline.clone();
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(STEPS, move || millis(opened.elapsed()) < until.load(Ordering::Relaxed));
        drop(handle);
        Ok(Self { connection, deadline, opened })
    }

    fn allow(&self, time: Duration) {
        self.deadline.store(millis(self.opened.elapsed() + time), Ordering::Relaxed);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
