//! Notifications of what is not there any more: removed, edited out, or in a room that somebody sees no longer.

use super::inbox::{COUNT_UNREAD, LAST};
use crate::contract::NotificationWithdrawn;
use crate::error::{Error, Result};
use crate::ids::{NotificationId, RoomId};
use crate::notice::Notice;
use crate::storage::rows;
use crate::storage::threads;
use crate::storage::transaction::Transaction;
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// Takes back everything that tells of a message that was removed.
pub(in crate::storage) async fn withdraw(transaction: &mut Transaction, room_key: i64, seq: i64) -> Result<()> {
    let query = "DELETE FROM notifications WHERE room_id = ? AND seq = ?
        AND type IN ('mention', 'direct', 'reply') RETURNING id, user_id";
    let gone = sqlx::query_as(query).bind(room_key).bind(seq).fetch_all(&mut transaction.connection).await?;
    tell_each(transaction, gone).await
}

/// Takes back that a message mentions these people.
pub(in crate::storage) async fn withdraw_mentions(
    transaction: &mut Transaction,
    (room_key, seq): (i64, i64),
    people: &[i64],
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let query = "DELETE FROM notifications WHERE room_id = ? AND seq = ? AND type = 'mention'
        AND user_id IN (SELECT value FROM json_each(?)) RETURNING id, user_id";
    let people = serde_json::to_string(people).map_err(Error::internal)?;
    let gone = sqlx::query_as(query).bind(room_key).bind(seq).bind(people);
    let gone = gone.fetch_all(&mut transaction.connection).await?;
    tell_each(transaction, gone).await
}

/// Takes back what is unread of a room that somebody is not in any more; what was read is hidden as long.
pub(in crate::storage) async fn withdraw_room_from(
    transaction: &mut Transaction,
    room: (i64, RoomId),
    user_key: i64,
) -> Result<()> {
    let query = "DELETE FROM notifications WHERE room_id = ? AND user_id = ? AND read_at IS NULL";
    sqlx::query(query).bind(room.0).bind(user_key).execute(&mut transaction.connection).await?;
    tell(transaction, &[(user_key, None)], Some(room.1)).await
}

/// Tells those who have something unread of a room that it went with the room. The rows are removed in the background.
pub(in crate::storage) async fn withdraw_room(transaction: &mut Transaction, room: (i64, RoomId)) -> Result<()> {
    let query = "SELECT s.user_id FROM members s WHERE s.room_id = ?1 AND EXISTS (
        SELECT 1 FROM notifications n WHERE n.user_id = s.user_id AND n.room_id = ?1 AND n.read_at IS NULL
        UNION ALL SELECT 1 FROM thread_followers f
        WHERE f.user_id = s.user_id AND f.room_id = ?1 AND f.unread > 0)";
    let people: Vec<i64> = sqlx::query_scalar(query).bind(room.0).fetch_all(&mut transaction.connection).await?;
    let people: Vec<_> = people.into_iter().map(|user| (user, None)).collect();
    tell(transaction, &people, Some(room.1)).await
}

async fn tell_each(transaction: &mut Transaction, gone: Vec<(i64, i64)>) -> Result<()> {
    let gone: Vec<_> = gone.into_iter().map(|(id, user)| (user, Some(NotificationId(id)))).collect();
    tell(transaction, &gone, None).await
}

async fn tell(
    transaction: &mut Transaction,
    gone: &[(i64, Option<NotificationId>)],
    room_id: Option<RoomId>,
) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let people: Vec<i64> = gone.iter().map(|(user, _)| *user).collect();
    let people = serde_json::to_string(&people).map_err(Error::internal)?;
    let sql = format!(
        "SELECT u.id, u.pid, {COUNT_UNREAD}, {LAST}, {} FROM users u WHERE u.id IN (SELECT value FROM json_each(?))",
        threads::COUNT_UNREAD
    );
    let found: Vec<(i64, String, i64, i64, i64)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(people).fetch_all(&mut transaction.connection).await?;
    let found: HashMap<i64, _> = found.into_iter().map(|person| (person.0, person)).collect();
    for (user_key, notification_id) in gone {
        let Some((_, pid, unread, after, threads)) = found.get(user_key) else { continue };
        let event = NotificationWithdrawn {
            notification_id: *notification_id,
            room_id,
            unread: *unread,
            unread_threads: room_id.map(|_| *threads),
            after: *after,
        };
        transaction.tell(Notice::to_user(rows::id(pid)?, event));
    }
    Ok(())
}
