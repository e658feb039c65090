//! Notifications that were read: one, all, or with the messages that they tell of.

use super::inbox::{COUNT_UNREAD, LAST};
use crate::clock::{self, Timestamp};
use crate::contract::{MAX_READ_TOGETHER, NotificationRead};
use crate::error::{Error, Result};
use crate::ids::{NotificationId, UserId};
use crate::notice::Notice;
use crate::storage::Storage;
use crate::storage::members::active_user;
use crate::storage::rows;
use crate::storage::transaction::Transaction;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// Rows written in one transaction when all are read, so that a long inbox never holds up the writer.
const PORTION: i64 = 2_000;

impl Storage {
    /// Marks one notification as read; answers with how many are still unread.
    ///
    /// # Errors
    /// `NotFound` when it is not the user's.
    pub async fn read_notification(&self, user: UserId, id: NotificationId) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let (user_key, _) = active_user(&mut transaction.connection, user).await?;
                    let connection = &mut transaction.connection;
                    let query = "SELECT read_at IS NULL FROM notifications WHERE id = ? AND user_id = ?";
                    let unread: Option<bool> =
                        sqlx::query_scalar(query).bind(id.0).bind(user_key).fetch_optional(&mut *connection).await?;
                    if unread.ok_or(Error::NotFound("the notification"))? {
                        sqlx::query("UPDATE notifications SET read_at = ? WHERE id = ?")
                            .bind(clock::now().as_millis())
                            .bind(id.0)
                            .execute(&mut *connection)
                            .await?;
                        let what = NotificationRead { notification_id: Some(id), ..nothing() };
                        return tell(transaction, user, user_key, what).await;
                    }
                    Ok(counts(connection, user_key).await?.0)
                })
            })
            .await
    }

    /// Marks a portion of the user's notifications up to `last`, or up to the last that there is, as read. Answers with
    /// where to go on, or with how many are unread once all were read, which is told then.
    pub async fn read_notifications(&self, user: UserId, last: Option<i64>) -> Result<Result<i64, i64>> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let (user_key, _) = active_user(&mut transaction.connection, user).await?;
                    let last = match last {
                        Some(last) => last,
                        None => counts(&mut transaction.connection, user_key).await?.1,
                    };
                    let query = "UPDATE notifications SET read_at = ?1 WHERE id IN (
                        SELECT id FROM notifications WHERE user_id = ?2 AND read_at IS NULL AND id <= ?3 LIMIT ?4)";
                    let read = sqlx::query(query)
                        .bind(clock::now().as_millis())
                        .bind(user_key)
                        .bind(last)
                        .bind(PORTION)
                        .execute(&mut transaction.connection)
                        .await?;
                    if read.rows_affected() >= PORTION.unsigned_abs() {
                        return Ok(Err(last));
                    }
                    tell(transaction, user, user_key, NotificationRead { all: true, ..nothing() }).await.map(Ok)
                })
            })
            .await
    }
}

fn nothing() -> NotificationRead {
    NotificationRead { notification_id: None, notification_ids: None, all: false, unread: 0, after: 0 }
}

/// How many are unread, and the last notification of all.
async fn counts(connection: &mut SqliteConnection, user_key: i64) -> Result<(i64, i64)> {
    let sql = format!("SELECT {COUNT_UNREAD}, {LAST} FROM users u WHERE u.id = ?");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(user_key).fetch_one(connection).await?)
}

async fn tell(transaction: &mut Transaction, user: UserId, user_key: i64, what: NotificationRead) -> Result<i64> {
    let (unread, after) = counts(&mut transaction.connection, user_key).await?;
    transaction.tell(Notice::to_user(user, NotificationRead { unread, after, ..what }));
    Ok(unread)
}

/// What people have read of rooms (`rooms.id`, `users.id`, `seq`) they need not be notified of any more: messages in
/// the rooms' lists, and being added to them.
pub(in crate::storage) async fn read_with_rooms(
    transaction: &mut Transaction,
    marks: &[(i64, i64, i64)],
    now: Timestamp,
) -> Result<()> {
    if marks.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = marks.iter().map(|(room, user, seq)| json!([room, user, seq])).collect();
    let query = "UPDATE notifications SET read_at = ?2 WHERE id IN (
            SELECT n.id FROM json_each(?1) j
            CROSS JOIN notifications n ON n.user_id = j.value->>1 AND n.room_id = j.value->>0 AND n.read_at IS NULL
            WHERE n.type = 'invite'
               OR n.type IN ('mention', 'direct', 'reply') AND n.seq <= j.value->>2 AND EXISTS (
                   SELECT 1 FROM messages m WHERE m.room_id = n.room_id AND m.seq = n.seq AND m.counts = 1))
        RETURNING id, user_id";
    read(transaction, query, rows, now).await
}

/// The same of one thread.
pub(in crate::storage) async fn read_in_thread(
    transaction: &mut Transaction,
    (room_key, root): (i64, i64),
    user_key: i64,
    seq: i64,
) -> Result<()> {
    let query = "UPDATE notifications SET read_at = ?2 WHERE id IN (
            SELECT n.id FROM json_each(?1) j
            CROSS JOIN notifications n ON n.user_id = j.value->>1 AND n.room_id = j.value->>0 AND n.read_at IS NULL
            WHERE n.type IN ('mention', 'reply') AND n.seq <= j.value->>2 AND EXISTS (
                SELECT 1 FROM messages m
                WHERE m.room_id = n.room_id AND m.seq = n.seq AND m.thread_root = j.value->>3))
        RETURNING id, user_id";
    read(transaction, query, vec![json!([room_key, user_key, seq, root])], clock::now()).await
}

async fn read(transaction: &mut Transaction, query: &'static str, rows: Vec<Value>, now: Timestamp) -> Result<()> {
    let found: Vec<(i64, i64)> = sqlx::query_as(query)
        .bind(Value::Array(rows).to_string())
        .bind(now.as_millis())
        .fetch_all(&mut transaction.connection)
        .await?;
    let mut of_users: BTreeMap<i64, Vec<NotificationId>> = BTreeMap::new();
    for (id, user) in found {
        of_users.entry(user).or_default().push(NotificationId(id));
    }
    for (user_key, mut ids) in of_users {
        ids.sort_unstable();
        let user = pid(&mut transaction.connection, user_key).await?;
        let notification_ids = (ids.len() <= MAX_READ_TOGETHER).then_some(ids);
        tell(transaction, user, user_key, NotificationRead { notification_ids, ..nothing() }).await?;
    }
    Ok(())
}

/// Tells people (`users.id`) how many are unread, since some are not there any more.
pub(super) async fn tell_counts(transaction: &mut Transaction, people: BTreeSet<i64>) -> Result<()> {
    for user_key in people {
        let user = pid(&mut transaction.connection, user_key).await?;
        tell(transaction, user, user_key, nothing()).await?;
    }
    Ok(())
}

async fn pid(connection: &mut SqliteConnection, user_key: i64) -> Result<UserId> {
    let pid: String =
        sqlx::query_scalar("SELECT pid FROM users WHERE id = ?").bind(user_key).fetch_one(connection).await?;
    rows::id(&pid)
}
