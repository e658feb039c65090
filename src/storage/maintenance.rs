//! What the database needs beside the writer: checkpoints, and the removal of what is past its time.

use super::{Storage, files, previews, search};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use sqlx::SqliteConnection;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The write-ahead log is folded into the database when it has grown beyond this (4,000 pages).
const CHECKPOINT_BYTES: u64 = 16 * 1024 * 1024;
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);
/// Rows removed in one transaction, so that a large removal never holds up the writer.
const SWEEP_ROWS: i64 = 2_000;

/// Checkpoints on a connection of their own, so that no send waits for one. Ends with the runtime.
pub(super) fn start_checkpoints(mut connection: SqliteConnection, database: &Path) {
    let log = PathBuf::from(format!("{}-wal", database.display()));
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(CHECKPOINT_EVERY);
        loop {
            tick.tick().await;
            let size = tokio::fs::metadata(&log).await.map(|found| found.len()).unwrap_or(0);
            if size < CHECKPOINT_BYTES {
                continue;
            }
            if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut connection).await {
                tracing::warn!(%error, "a checkpoint failed");
            }
        }
    });
}

impl Storage {
    /// Removes a portion of what is past its time: answered idempotency keys, spent tokens and sessions,
    /// departures, the rows of deleted rooms. True when more is left.
    pub async fn sweep(&self, now: Timestamp, keep_keys: Duration, keep_sessions: Duration) -> Result<bool> {
        let keys_before = (now - keep_keys).as_millis();
        let sessions_before = (now - keep_sessions).as_millis();
        let now = now.as_millis();
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let expired: [(&'static str, i64); 4] = [
                        ("DELETE FROM one_time_tokens WHERE expires_at < ?1", now),
                        ("DELETE FROM departures WHERE departed_at < ?1 - 300000", now),
                        ("DELETE FROM sessions WHERE max(expires_at, coalesce(ended_at, 0)) < ?1", sessions_before),
                        (
                            "DELETE FROM idempotency WHERE (user_id, client_message_id) IN \
                             (SELECT user_id, client_message_id FROM idempotency WHERE created_at < ?1 LIMIT 2000)",
                            keys_before,
                        ),
                    ];
                    let mut removed = 0;
                    for (statement, before) in expired {
                        removed = sqlx::query(statement).bind(before).execute(&mut *connection).await?.rows_affected();
                    }
                    let of_rooms = sweep_deleted_rooms(connection).await?;
                    Ok(of_rooms || removed >= SWEEP_ROWS.unsigned_abs())
                })
            })
            .await
    }
}

async fn sweep_deleted_rooms(connection: &mut SqliteConnection) -> Result<bool> {
    let room: Option<i64> = sqlx::query_scalar("SELECT id FROM rooms WHERE deleted_at IS NOT NULL LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let Some(room) = room else { return Ok(false) };
    let doomed = "SELECT id FROM messages WHERE room_id = ? ORDER BY seq LIMIT ?";
    let doomed: Vec<i64> = sqlx::query_scalar(doomed).bind(room).bind(SWEEP_ROWS).fetch_all(&mut *connection).await?;
    search::forget(connection, &doomed).await?;
    let doomed = serde_json::to_string(&doomed).map_err(Error::internal)?;
    files::withdraw(connection, &doomed).await?;
    previews::withdraw(connection, &doomed).await?;
    for statement in [
        "DELETE FROM reactions WHERE message_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM messages WHERE id IN (SELECT value FROM json_each(?))",
    ] {
        sqlx::query(statement).bind(&doomed).execute(&mut *connection).await?;
    }
    let left: Option<i64> = sqlx::query_scalar("SELECT 1 FROM messages WHERE room_id = ? LIMIT 1")
        .bind(room)
        .fetch_optional(&mut *connection)
        .await?;
    if left.is_none() {
        // In portions, too: a large room has many.
        let query = "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE room_id = ? LIMIT ?)";
        let removed = sqlx::query(query).bind(room).bind(SWEEP_ROWS).execute(&mut *connection).await?;
        if removed.rows_affected() >= SWEEP_ROWS.unsigned_abs() {
            return Ok(true);
        }
        for statement in [
            "DELETE FROM mentions WHERE room_id = ?",
            "DELETE FROM tasks WHERE room_id = ?",
            "DELETE FROM thread_followers WHERE room_id = ?",
            "DELETE FROM saved_messages WHERE room_id = ?",
            "DELETE FROM members WHERE room_id = ?",
            "DELETE FROM rooms WHERE id = ?",
        ] {
            sqlx::query(statement).bind(room).execute(&mut *connection).await?;
        }
    }
    Ok(true)
}
