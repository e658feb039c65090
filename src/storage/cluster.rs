//! What the servers of a cluster share in the database, beside the log of what each committed: who lives, and who does what
//! one does for all.

use super::streams;
use super::transaction::Transaction;
use super::{Storage, rows};
use crate::clock;
use crate::error::{Error, Result};
use crate::ids::NodeId;
use crate::notice::Notice;
use sqlx::SqliteConnection;
use std::time::Duration;

/// What one server does for all.
const JOBS: &str = "jobs";

/// Moments that servers compare, in milliseconds: of the steady clock, since the other one may be set.
pub(super) fn now() -> i64 {
    millis(clock::steady())
}

pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// A server of a cluster, as its database sees it.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub id: NodeId,
    /// No other has the folder: what a crash left can be put in order.
    pub first: bool,
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
