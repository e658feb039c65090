//! The log of what each server of a cluster committed, which every one tells in its order.

use super::Storage;
use super::cluster::{millis, now};
use super::maintenance::SWEEP_ROWS;
use super::streams::{self, Live};
use super::transaction::Transaction;
use crate::contract::Growth;
use crate::error::Result;
use crate::ids::{MessageId, NodeId, RoomId};
use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::sync::Arc;
use std::time::Duration;

/// How long a server may fall behind before its clients have to come anew.
const KEEP_LOG: Duration = Duration::from_secs(60);
/// Commits that are read at once, unless they are large.
const AT_ONCE: usize = 64;
/// No more is read at once when a portion has so many bytes.
const LARGE: usize = 1024 * 1024;
/// Rows that are read ahead of whoever wants them: each may be as large as a batch of commands.
const AHEAD: usize = 2;

/// A reader of what every server committed, in the order of the commits.
pub struct Log {
    options: SqliteConnectOptions,
    /// None after a fault: another one may be free of it.
    connection: Option<SqliteConnection>,
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

/// Commits that follow each other.
pub struct Portion {
    pub commits: Vec<Logged>,
    /// There were no more when they were read.
    pub is_last: bool,
}

/// The number of the last commit that told something.
pub(super) const NEWEST: &str = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'cluster_log'), 0)";

impl Log {
    /// Knows the streams that others have open by now; answers with the number of the last commit as well.
    pub(super) async fn open(options: SqliteConnectOptions, node: NodeId, live: Arc<Live>) -> Result<(Self, i64)> {
        let options = options.read_only(true).row_buffer_size(AHEAD);
        let mut log = Self { options, connection: None, node, live };
        let newest = log.follow_anew().await?;
        Ok((log, newest))
    }

    /// Follows a message of another server that grows while it is written; false when nobody is to be told of it: it has
    /// ended, or it is known.
    pub fn grow(&self, growth: &Growth) -> bool {
        streams::grow(&self.live, growth)
    }

    /// Forgets a message that grows no more.
    pub fn forget(&self, message: MessageId) {
        streams::forget_copy(&self.live, message);
    }

    /// Forgets what grew in a room that nobody hears any more.
    pub fn close(&self, room: RoomId) {
        streams::close_room(&self.live, room);
    }

    /// Forgets what was followed of the streams of others, and takes them as they are at a moment; answers with the number
    /// of the last commit until then.
    pub async fn follow_anew(&mut self) -> Result<i64> {
        let newest = self.copy().await;
        self.keep(newest)
    }

    /// The next commits behind one. None when they are not kept any more.
    pub async fn behind(&mut self, number: i64) -> Result<Option<Portion>> {
        let portion = self.look_behind(number).await;
        self.keep(portion)
    }

    /// The number of the last commit that told something.
    pub async fn newest(&mut self) -> Result<i64> {
        let newest = match self.connection().await {
            Ok(connection) => newest(connection).await,
            Err(error) => Err(error),
        };
        self.keep(newest)
    }

    /// Has the next look begin with a new connection where this one failed.
    fn keep<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.connection = None;
        }
        result
    }

    async fn copy(&mut self) -> Result<i64> {
        let (node, live) = (self.node, self.live.clone());
        let mut moment = self.connection().await?.begin().await?;
        let newest = newest(&mut moment).await?;
        live.forget_copies();
        streams::copy_open(&mut moment, node, &live).await?;
        moment.rollback().await?;
        Ok(newest)
    }

    async fn look_behind(&mut self, number: i64) -> Result<Option<Portion>> {
        let node = self.node;
        let connection = self.connection().await?;
        let mut portion = read(connection, node, number).await?;
        if portion.commits.is_empty() && newest(connection).await? > number {
            // What was committed between the two looks is there at the second.
            portion = read(connection, node, number).await?;
            if portion.commits.is_empty() {
                return Ok(None);
            }
        }
        let is_dense = portion.commits.iter().zip(number + 1..).all(|(logged, next)| logged.number == next);
        Ok(is_dense.then_some(portion))
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection> {
        Ok(match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(SqliteConnection::connect_with(&self.options).await?),
        })
    }
}

async fn newest(connection: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar(AssertSqlSafe(format!("SELECT {NEWEST}"))).fetch_one(connection).await?)
}

async fn read(connection: &mut SqliteConnection, node: NodeId, behind: i64) -> Result<Portion> {
    let query = "SELECT id, CASE WHEN node = ?1 THEN NULL ELSE notices END AS notices
        FROM cluster_log WHERE id > ?2 ORDER BY id";
    let mut rows = sqlx::query(query).bind(node.to_string()).bind(behind).fetch(connection);
    let (mut commits, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await? {
        let logged = Logged { number: row.try_get("id")?, notices: row.try_get("notices")? };
        bytes += logged.notices.as_ref().map_or(0, String::len);
        commits.push(logged);
        if bytes >= LARGE || commits.len() >= AT_ONCE {
            return Ok(Portion { commits, is_last: false });
        }
    }
    Ok(Portion { commits, is_last: true })
}

/// Writes down what a transaction tells, so that the others tell it, too; answers with the commit's number.
pub(super) async fn write(connection: &mut SqliteConnection, node: NodeId, notices: String) -> Result<i64> {
    let query = "INSERT INTO cluster_log (node, at, notices) VALUES (?, ?, ?) RETURNING id";
    let number =
        sqlx::query_scalar(query).bind(node.to_string()).bind(now()).bind(notices).fetch_one(connection).await?;
    Ok(number)
}

impl Storage {
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
}

#[cfg(test)]
mod tests;
