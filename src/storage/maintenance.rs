//! What the database needs beside the writer: checkpoints, and the removal of what is past its time.

use super::transaction::Transaction;
use super::{Storage, files, notifications, previews, search};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use sqlx::{Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The write-ahead log is folded into the database when it has grown beyond this (4,000 pages).
const CHECKPOINT_BYTES: u64 = 16 * 1024 * 1024;
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);
/// Rows removed in one transaction, so that a large removal never holds up the writer.
pub(super) const SWEEP_ROWS: i64 = 2_000;

/// Checkpoints on a connection of their own, so that no send waits for one.
pub(super) struct Checkpoints {
    stop: CancellationToken,
    running: Mutex<Option<JoinHandle<()>>>,
}

impl Checkpoints {
    pub(super) fn start(connection: SqliteConnection, database: &Path) -> Self {
        let stop = CancellationToken::new();
        let log = PathBuf::from(format!("{}-wal", database.display()));
        let running = tokio::spawn(keep_small(connection, log, stop.clone()));
        Self { stop, running: Mutex::new(Some(running)) }
    }

    /// Ends them. As the last connection that may write, theirs takes the log away when it is closed: what only reads
    /// could not, and a log that stays holds what a copy of the database alone would lack.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        if let Some(running) = self.running.lock().await.take()
            && let Err(error) = running.await
        {
            tracing::warn!(%error, "checkpoints ended badly");
        }
    }
}

async fn keep_small(mut connection: SqliteConnection, log: PathBuf, stop: CancellationToken) {
    let mut tick = tokio::time::interval(CHECKPOINT_EVERY);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        let size = tokio::fs::metadata(&log).await.map(|found| found.len()).unwrap_or(0);
        if size < CHECKPOINT_BYTES {
            continue;
        }
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut connection).await {
            tracing::warn!(%error, "a checkpoint failed");
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database could not be closed in order");
    }
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
                    let expired = [
                        (EXPIRED_TOKENS, now),
                        (EXPIRED_DEPARTURES, now),
                        (EXPIRED_SESSIONS, sessions_before),
                        (EXPIRED_KEYS, keys_before),
                    ];
                    let mut more = false;
                    for (statement, before) in expired {
                        let removed = sqlx::query(statement).bind(before).bind(SWEEP_ROWS).execute(&mut *connection);
                        more |= removed.await?.rows_affected() >= SWEEP_ROWS.unsigned_abs();
                    }
                    Ok(sweep_deleted_rooms(transaction).await? || more)
                })
            })
            .await
    }
}

const EXPIRED_TOKENS: &str = "DELETE FROM one_time_tokens WHERE digest IN
    (SELECT digest FROM one_time_tokens WHERE expires_at < ?1 LIMIT ?2)";
const EXPIRED_DEPARTURES: &str = "DELETE FROM departures WHERE (user_id, client_id) IN
    (SELECT user_id, client_id FROM departures WHERE departed_at < ?1 - 300000 LIMIT ?2)";
const EXPIRED_SESSIONS: &str = "DELETE FROM sessions WHERE id IN
    (SELECT id FROM sessions WHERE expires_at < ?1 AND coalesce(ended_at, 0) < ?1 LIMIT ?2)";
const EXPIRED_KEYS: &str = "DELETE FROM idempotency WHERE (user_id, client_message_id) IN
    (SELECT user_id, client_message_id FROM idempotency WHERE created_at < ?1 LIMIT ?2)";
/// What administrators have to decide about stays until they have.
const DELETED_ROOM: &str = "SELECT id FROM rooms WHERE deleted_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM reports p WHERE p.room_id = rooms.id AND p.to_server AND p.resolved_at IS NULL)
    ORDER BY deleted_at LIMIT 1";

/// What goes when the messages of a room are gone. A sender's keys stay for their time: they are good for one room, also
/// when that is gone.
const OF_A_ROOM: [&str; 7] = [
    "DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE room_id = ?1 LIMIT ?2)",
    "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE room_id = ?1 LIMIT ?2)",
    "DELETE FROM mentions WHERE (user_id, room_id, seq) IN
        (SELECT user_id, room_id, seq FROM mentions WHERE room_id = ?1 LIMIT ?2)",
    "DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE room_id = ?1 LIMIT ?2)",
    "DELETE FROM thread_followers WHERE (user_id, room_id, root) IN
        (SELECT user_id, room_id, root FROM thread_followers WHERE room_id = ?1 LIMIT ?2)",
    "DELETE FROM saved_messages WHERE (user_id, room_id, seq) IN
        (SELECT user_id, room_id, seq FROM saved_messages WHERE room_id = ?1 LIMIT ?2)",
    "DELETE FROM members WHERE (room_id, user_id) IN
        (SELECT room_id, user_id FROM members WHERE room_id = ?1 LIMIT ?2)",
];

async fn sweep_deleted_rooms(transaction: &mut Transaction) -> Result<bool> {
    let connection = &mut transaction.connection;
    let room: Option<i64> = sqlx::query_scalar(DELETED_ROOM).fetch_optional(&mut *connection).await?;
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
    if left.is_some() {
        return Ok(true);
    }
    let reports = "SELECT pid FROM reports WHERE room_id = ? LIMIT ?";
    let reports: Vec<String> =
        sqlx::query_scalar(reports).bind(room).bind(SWEEP_ROWS).fetch_all(&mut *connection).await?;
    // Administrators were told of them without the room.
    notifications::forget_reports(transaction, &reports).await?;
    let connection = &mut transaction.connection;
    for statement in OF_A_ROOM {
        let removed = sqlx::query(statement).bind(room).bind(SWEEP_ROWS).execute(&mut *connection).await?;
        if removed.rows_affected() >= SWEEP_ROWS.unsigned_abs() {
            return Ok(true);
        }
    }
    let note = "INSERT INTO settings (name, value) VALUES ('last_removed_room', ?1)
        ON CONFLICT (name) DO UPDATE SET value = max(CAST(value AS INTEGER), ?1)";
    for statement in [note, "DELETE FROM rooms WHERE id = ?1"] {
        sqlx::query(statement).bind(room).execute(&mut *connection).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::RoomKind;
    use crate::ids::{RoomId, UserId};
    use crate::storage::plans::{opened, person, plan};
    use crate::storage::{AppendMessage, Appended, Meant, NewReminder, NewRoom};

    async fn make_room(storage: &Storage, owner: UserId) -> RoomId {
        let room =
            NewRoom { kind: RoomKind::Private, name: Some("Room".to_owned()), topic: None, participants: Vec::new() };
        storage.create_room(owner, room, 100).await.expect("a room").room.id
    }

    async fn send(storage: &Storage, author: UserId, room: RoomId, key: &str) -> Result<Appended> {
        let message = AppendMessage {
            room,
            author,
            content: "text".to_owned(),
            objection: None,
            client_message_id: Some(key.to_owned()),
            reply_to: None,
            thread_root: None,
            also_in_room: false,
            streamed: false,
            mentions: Meant::default(),
            files: Vec::new(),
            links: Vec::new(),
        };
        storage.append_message(message).await
    }

    async fn sweep(storage: &Storage) {
        let day = Duration::from_secs(24 * 3600);
        while storage.sweep(crate::clock::now(), day, day).await.expect("a portion") {}
    }

    #[tokio::test]
    async fn what_outlives_a_room_never_means_another_one() {
        let (_folder, storage, mina) = opened().await;
        let gone = make_room(&storage, mina).await;
        send(&storage, mina, gone, "key").await.expect("sent");
        let at = crate::clock::now() + Duration::from_secs(3600);
        let reminder = NewReminder { text: "look".to_owned(), at, room: Some(gone), message: None, objection: None };
        storage.create_reminder(mina, reminder).await.expect("kept");
        storage.delete_room(person(mina), gone).await.expect("deleted");
        sweep(&storage).await;
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM rooms WHERE pid = ?")
            .bind(gone.to_string())
            .fetch_one(&storage.readers)
            .await
            .expect("a count");
        assert_eq!(left, 0);

        let room = make_room(&storage, mina).await;
        let refused = send(&storage, mina, room, "key").await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "the id alone decides: {refused:?}");
        assert!(!send(&storage, mina, room, "another").await.expect("the others go on").duplicate);
        let (reminders, _) = storage.reminders(mina, None, 10).await.expect("a page");
        assert_eq!(reminders[0].room_id, None);
    }

    #[tokio::test]
    async fn what_is_past_its_time_is_found_by_its_index() {
        let (_folder, storage, _) = opened().await;
        for (sql, index) in [
            (EXPIRED_SESSIONS, "sessions_by_expiry (expires_at<?)"),
            (EXPIRED_KEYS, "idempotency_by_age (created_at<?)"),
            (DELETED_ROOM, "deleted_rooms"),
        ] {
            let steps = plan(&storage, sql.to_owned()).await;
            assert!(steps.iter().any(|step| step.contains(index)), "{sql}: {steps:?}");
        }
    }
}
