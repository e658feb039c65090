//! Connections for searches alone, so that they never take a reader away from anything else; a search that takes too
//! long, or that nobody waits for any more, is broken off.

use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::turns::{OwnTurn, OwnTurns};
use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Instrument;

/// Searches that run at the same time, each of somebody else; others wait.
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
    turns: Arc<Semaphore>,
    own_turns: OwnTurns,
}

struct Searcher {
    connection: SqliteConnection,
    /// That of the search which runs on it.
    deadline: Arc<Mutex<Option<Deadline>>>,
}

/// Until when a search may take; what SQLite does of it is interrupted then, what we do asks.
#[derive(Clone)]
pub(super) struct Deadline {
    at: Instant,
    given_up: Arc<AtomicBool>,
}

/// The search took too long.
#[derive(Debug, thiserror::Error)]
#[error("it took too long")]
pub(super) struct TooLong;

impl Deadline {
    /// That of a search which begins now.
    pub(super) fn of_now() -> Self {
        Self { at: Instant::now() + WITHIN, given_up: Arc::default() }
    }

    /// # Errors
    /// `TooLong` when it is over, or nobody waits for the search any more.
    pub(super) fn check(&self) -> Result<(), TooLong> {
        let goes_on = !self.given_up.load(Ordering::Relaxed) && Instant::now() < self.at;
        if goes_on { Ok(()) } else { Err(TooLong) }
    }
}

impl From<TooLong> for Error {
    fn from(too_long: TooLong) -> Self {
        Self::internal(too_long)
    }
}

/// Ends a search when whoever waits for it is dropped.
struct GivesUp(Deadline);

impl Drop for GivesUp {
    fn drop(&mut self) {
        self.0.given_up.store(true, Ordering::Relaxed);
    }
}

/// Held until a search has really ended.
struct Turn {
    _own: OwnTurn,
    _of_all: OwnedSemaphorePermit,
}

impl Searchers {
    pub(in crate::storage) fn new(options: SqliteConnectOptions) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { options, idle: Mutex::default(), turns, own_turns: OwnTurns::default() }
    }

    /// Runs a search in a read transaction on a connection of its own. Of several by one user, one runs at a time.
    ///
    /// # Errors
    /// `Unavailable` when others take too long; those of the search, which is interrupted when it does.
    pub(super) async fn run<T, S>(self: &Arc<Self>, user: UserId, search: S) -> Result<T>
    where
        T: Send + 'static,
        S: for<'c> FnOnce(&'c mut SqliteConnection, Deadline) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let turn = tokio::time::timeout(TURN_WITHIN, self.turn(user)).await.map_err(|_| busy())??;
        let deadline = Deadline::of_now();
        let _gives_up = GivesUp(deadline.clone());
        // SQLite goes on for a while when it is given up: the turn is over when it has ended, not before.
        let searchers = self.clone();
        let running = async move {
            let result = searchers.search(deadline, search).await;
            drop(turn);
            result
        };
        tokio::spawn(running.in_current_span()).await.map_err(Error::internal)?
    }

    async fn turn(&self, user: UserId) -> Result<Turn> {
        // Whoever waits too long is refused, however few of theirs wait.
        let own = self.own_turns.wait(user, usize::MAX).await?;
        let of_all = self.turns.clone().acquire_owned().await.map_err(|_| closed())?;
        Ok(Turn { _own: own, _of_all: of_all })
    }

    async fn search<T, S>(&self, deadline: Deadline, search: S) -> Result<T>
    where
        S: for<'c> FnOnce(&'c mut SqliteConnection, Deadline) -> BoxFuture<'c, Result<T>>,
    {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut searcher = match idle {
            Some(searcher) => searcher,
            None => Searcher::open(&self.options).await?,
        };
        sqlx::query("BEGIN").execute(&mut searcher.connection).await?;
        searcher.limit(Some(deadline.clone()));
        let result = search(&mut searcher.connection, deadline).await;
        searcher.limit(None);
        match sqlx::query("ROLLBACK").execute(&mut searcher.connection).await {
            Ok(_) => self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(searcher),
            Err(error) => tracing::warn!(%error, "a connection for searches is given up"),
        }
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
        let deadline: Arc<Mutex<Option<Deadline>>> = Arc::default();
        let until = deadline.clone();
        let goes_on = move || {
            let until = until.lock().unwrap_or_else(PoisonError::into_inner);
            until.as_ref().is_none_or(|deadline| deadline.check().is_ok())
        };
        connection.lock_handle().await?.set_progress_handler(STEPS, goes_on);
        Ok(Self { connection, deadline })
    }

    fn limit(&self, deadline: Option<Deadline>) {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    fn searchers() -> Arc<Searchers> {
        Arc::new(Searchers::new(SqliteConnectOptions::new().filename(":memory:")))
    }

    /// Runs until it is broken off.
    const ENDLESS: &str = "WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more)
        SELECT count(*) FROM more";

    async fn one(searchers: &Arc<Searchers>, user: UserId) -> Result<i64> {
        let found = searchers.run(user, |connection, _| {
            Box::pin(async move { Ok(sqlx::query_scalar("SELECT 1").fetch_one(connection).await?) })
        });
        found.await
    }

    #[tokio::test]
    async fn a_search_that_is_given_up_is_broken_off_and_keeps_its_turn_until_then() {
        let searchers = searchers();
        let user = UserId::generate();
        let (begun, begin) = oneshot::channel();
        let (ended, end) = oneshot::channel();
        let of_search = searchers.clone();
        let running = tokio::spawn(async move {
            let endless = of_search.run(user, move |connection, _| {
                Box::pin(async move {
                    let _heard = begun.send(());
                    let counted: sqlx::Result<i64> = sqlx::query_scalar(ENDLESS).fetch_one(connection).await;
                    let _heard = ended.send(Instant::now());
                    Ok(counted?)
                })
            });
            endless.await
        });
        begin.await.expect("it runs");
        let given_up = Instant::now();
        running.abort();
        assert!(running.await.expect_err("it was given up").is_cancelled());
        assert_eq!(one(&searchers, user).await.expect("its turn comes"), 1);
        let ended = end.await.expect("SQLite has ended");
        assert!(ended.duration_since(given_up) < WITHIN / 2, "it is not left to take its time");
        assert_eq!(searchers.turns.available_permits(), AT_ONCE);
        assert_eq!(searchers.idle.lock().expect("no panic").len(), 1, "the connection is used again");
    }

    #[tokio::test]
    async fn somebody_who_searches_much_leaves_a_turn_to_others() {
        let searchers = searchers();
        let (greedy, other) = (UserId::generate(), UserId::generate());
        let (begun, mut begin) = tokio::sync::mpsc::channel(32);
        let mut running = Vec::new();
        for _ in 0..20 {
            let (searchers, begun) = (searchers.clone(), begun.clone());
            running.push(tokio::spawn(async move {
                let endless = searchers.run(greedy, move |connection, _| {
                    Box::pin(async move {
                        let _heard = begun.send(()).await;
                        Ok(sqlx::query_scalar::<_, i64>(ENDLESS).fetch_one(connection).await?)
                    })
                });
                endless.await
            }));
        }
        begin.recv().await.expect("one runs");
        assert_eq!(one(&searchers, other).await.expect("a turn"), 1);
        assert!(begin.try_recv().is_err(), "none of the rest has begun meanwhile");
        running.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
