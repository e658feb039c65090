//! What the servers of a cluster share in the database: the log of what each committed, and what one does for all.

use super::maintenance::SWEEP_ROWS;
use super::streams::{self, Live};
use super::transaction::Transaction;
use super::{Storage, rows};
use crate::clock;
use crate::contract::Growth;
use crate::error::{Error, Result};
use crate::ids::{NodeId, RoomId};
use crate::notice::Notice;
use sqlx::{Row, SqliteConnection};
use std::sync::Arc;
use std::time::Duration;

/// How long a server may fall behind before its clients have to come anew.
const KEEP_LOG: Duration = Duration::from_secs(60);
/// What one server does for all.
const JOBS: &str = "jobs";
/// Commits that are read at once.
const AT_ONCE: i64 = 64;

/// Moments that servers compare, in milliseconds: of the steady clock, since the other one may be set.
pub(super) fn now() -> i64 {
    millis(clock::steady())
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// A server of a cluster, as its database sees it.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub id: NodeId,
    /// No other has the folder: what a crash left can be put in order.
    pub first: bool,
}

/// A reader of what every server committed, in the order of the commits.
pub struct Log {
    connection: SqliteConnection,
    node: NodeId,
    live: Arc<Live>,
}

/// What a server told with a commit.
pub struct Logged {
    /// One more than that of the commit before.
    pub number: i64,
    /// None for our own.
    pub notices: Option<String>,
}

impl Log {
    /// Knows the streams that others have open by now.
    pub(super) async fn new(mut connection: SqliteConnection, node: NodeId, live: Arc<Live>) -> Result<Self> {
        streams::copy_open(&mut connection, node, &live).await?;
        Ok(Self { connection, node, live })
    }

    /// Follows a message of another server that grows while it is written; false when nobody is to be told of it: it has
    /// ended, or it is known.
    pub fn grow(&self, growth: &Growth) -> bool {
        streams::grow(&self.live, growth)
    }

    /// Forgets what grew in a room that nobody hears any more.
    pub fn close(&self, room: RoomId) {
        streams::close_room(&self.live, room);
    }

    /// The number of the last commit that told something.
    pub async fn newest(&mut self) -> Result<i64> {
        let query = "SELECT seq FROM sqlite_sequence WHERE name = 'cluster_log'";
        let newest: Option<i64> = sqlx::query_scalar(query).fetch_optional(&mut self.connection).await?;
        Ok(newest.unwrap_or(0))
    }

    /// Forgets what was followed of the streams of others, and takes them as they are now.
    pub async fn follow_anew(&mut self) -> Result<()> {
        self.live.forget_copies();
        streams::copy_open(&mut self.connection, self.node, &self.live).await
    }

    /// The next commits behind one, a portion of them. None when they are not kept any more.
    pub async fn behind(&mut self, number: i64) -> Result<Option<Vec<Logged>>> {
        let mut logged = self.read(number).await?;
        if logged.is_empty() && self.newest().await? > number {
            // What was committed between the two looks is there at the second.
            logged = self.read(number).await?;
            if logged.is_empty() {
                return Ok(None);
            }
        }
        let is_dense = logged.iter().zip(number + 1..).all(|(logged, next)| logged.number == next);
        Ok(is_dense.then_some(logged))
    }

    async fn read(&mut self, behind: i64) -> Result<Vec<Logged>> {
        let query = "SELECT id, CASE WHEN node = ?1 THEN NULL ELSE notices END AS notices
            FROM cluster_log WHERE id > ?2 ORDER BY id LIMIT ?3";
        let query = sqlx::query(query).bind(self.node.to_string()).bind(behind).bind(AT_ONCE);
        let rows = query.fetch_all(&mut self.connection).await?.into_iter();
        rows.map(|row| Ok(Logged { number: row.try_get("id")?, notices: row.try_get("notices")? })).collect()
    }
}

/// Writes down what a transaction tells, so that the others tell it, too; answers with the commit's number.
pub(super) async fn log(connection: &mut SqliteConnection, node: NodeId, notices: String) -> Result<i64> {
    let query = "INSERT INTO cluster_log (node, at, notices) VALUES (?, ?, ?) RETURNING id";
    let number =
        sqlx::query_scalar(query).bind(node.to_string()).bind(now()).bind(notices).fetch_one(connection).await?;
    Ok(number)
}

/// Whoever is alone with the database takes nothing from anybody, and nobody is to read what servers told each other: it
/// has what people said in private. The times are those of a clock that begins anew with the machine.
pub(super) async fn forget(connection: &mut SqliteConnection) -> Result<()> {
    for query in ["DELETE FROM leases", "DELETE FROM cluster_log"] {
        sqlx::query(query).execute(&mut *connection).await?;
    }
    Ok(())
}

impl Storage {
    /// Tells something that is not stored to every server, in the order of commits; returns when it was told here.
    pub async fn tell(&self, notice: Notice) -> Result<()> {
        self.writer
            .run(move |transaction: &mut Transaction| {
                Box::pin(async move {
                    transaction.tell(notice);
                    Ok(())
                })
            })
            .await
    }

    /// Says that this server lives, until `until` by the steady clock if it does not say so again; whether it has what one
    /// server does for all.
    pub async fn live_until(&self, node: NodeId, until: Duration) -> Result<bool> {
        self.writer
            .run(move |transaction: &mut Transaction| {
                Box::pin(async move {
                    let mut leads = false;
                    for name in [format!("server {node}"), JOBS.to_owned()] {
                        let taken = sqlx::query(TAKE_LEASE)
                            .bind(name)
                            .bind(node.to_string())
                            .bind(millis(until))
                            .bind(now())
                            .execute(&mut transaction.connection)
                            .await?;
                        leads = taken.rows_affected() > 0;
                    }
                    Ok(leads)
                })
            })
            .await
    }

    /// Puts in order what servers left that live no more: ends their streams, and forgets them.
    pub async fn bury(&self) -> Result<()> {
        self.writer
            .run(|transaction: &mut Transaction| {
                Box::pin(async move {
                    streams::abandoned_elsewhere(transaction).await?;
                    let query = sqlx::query("DELETE FROM leases WHERE until < ?").bind(now());
                    query.execute(&mut transaction.connection).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Gives back what this server has, for another to take at once. What it was writing bit by bit is on the disk by then.
    pub async fn release_leases(&self, node: NodeId) -> Result<()> {
        streams::write(&self.writer, &self.live).await?;
        self.writer
            .run(move |transaction: &mut Transaction| {
                Box::pin(async move {
                    let query = sqlx::query("DELETE FROM leases WHERE node = ?").bind(node.to_string());
                    query.execute(&mut transaction.connection).await?;
                    Ok(())
                })
            })
            .await
    }

    /// The server that does what one does for all; none while the last one's time runs out.
    pub async fn leader(&self) -> Result<Option<NodeId>> {
        let mut reader = self.readers.acquire().await?;
        let query = sqlx::query_scalar("SELECT node FROM leases WHERE name = ? AND until >= ?").bind(JOBS).bind(now());
        let node: Option<String> = query.fetch_optional(&mut *reader).await?;
        node.as_deref().map(rows::id).transpose()
    }

    /// Removes a portion of what every server has told by now. True when more is left.
    pub async fn sweep_log(&self) -> Result<bool> {
        self.writer
            .run(|transaction: &mut Transaction| {
                Box::pin(async move {
                    // One writes at a time, so that times are sorted as ids are.
                    let query = "DELETE FROM cluster_log WHERE id IN (SELECT id FROM
                        (SELECT id, at FROM cluster_log ORDER BY id LIMIT ?1) WHERE at < ?2)";
                    let removed = sqlx::query(query)
                        .bind(SWEEP_ROWS)
                        .bind(now() - millis(KEEP_LOG))
                        .execute(&mut transaction.connection)
                        .await?;
                    Ok(removed.rows_affected() >= SWEEP_ROWS.unsigned_abs())
                })
            })
            .await
    }

    /// Whether this server keeps the search index up: one does for all.
    pub fn keep_index(&self, keeps: bool) {
        self.keeps_index.store(keeps, std::sync::atomic::Ordering::Relaxed);
    }

    /// Has the search index follow what other servers committed.
    pub async fn follow_others(&self) {
        self.writer.follow_others().await;
    }
}

const TAKE_LEASE: &str = "INSERT INTO leases (name, node, until) VALUES (?1, ?2, ?3)
    ON CONFLICT (name) DO UPDATE SET node = ?2, until = ?3 WHERE node = ?2 OR until < ?4";

/// What is wrong when a server that joins others has another schema than they.
pub(super) fn other_schema(from: i64, to: i64) -> Error {
    Error::Conflict(format!(
        "the servers that run on this folder have schema {from} of the database, and this one needs {to}; stop them, start \
         this one alone, which changes the database, and then the others with the same version"
    ))
}
