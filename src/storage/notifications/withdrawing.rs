//! Notifications of what is not there any more: removed, edited out, or in a room that somebody sees no longer.

use super::inbox::{COUNT_UNREAD, LAST};
use crate::contract::NotificationWithdrawn;
use crate::error::{Error, Result};
use crate::ids::{NotificationId, RoomId, TaskId};
use crate::notice::Notice;
use crate::storage::moderation::moderates;
use crate::storage::rows;
use crate::storage::threads;
use crate::storage::transaction::Transaction;
use serde_json::json;
use sqlx::AssertSqlSafe;
use std::collections::{HashMap, HashSet};

/// Takes back everything that tells of a message that was removed.
pub(in crate::storage) async fn withdraw(transaction: &mut Transaction, room_key: i64, seq: i64) -> Result<()> {
    withdraw_range(transaction, room_key, (seq, seq)).await
}

/// The same of all messages from one to another.
pub(in crate::storage) async fn withdraw_range(
    transaction: &mut Transaction,
    room_key: i64,
    (from, to): (i64, i64),
) -> Result<()> {
    let query = "DELETE FROM notifications WHERE room_id = ? AND seq BETWEEN ? AND ?
        AND type IN ('mention', 'direct', 'reply') RETURNING id, user_id";
    let gone = sqlx::query_as(query).bind(room_key).bind(from).bind(to);
    let gone = gone.fetch_all(&mut transaction.connection).await?;
    tell_each(transaction, room_key, gone).await
}

/// Takes back that somebody was given a task, which was removed; `seq` is of the message that it was made from.
pub(in crate::storage) async fn withdraw_task(
    transaction: &mut Transaction,
    room_key: i64,
    seq: Option<i64>,
    task: TaskId,
) -> Result<()> {
    let query = "DELETE FROM notifications WHERE room_id = ? AND seq IS ? AND type = 'task'
        AND data->>'taskId' = ? RETURNING id, user_id";
    let gone = sqlx::query_as(query).bind(room_key).bind(seq).bind(task.to_string());
    let gone = gone.fetch_all(&mut transaction.connection).await?;
    tell_each(transaction, room_key, gone).await
}

/// Takes back from everybody what is unread of these reports, which somebody has resolved.
pub(in crate::storage) async fn withdraw_reports(transaction: &mut Transaction, reports: &[String]) -> Result<()> {
    let query = "DELETE FROM notifications WHERE type = 'report' AND data IN (SELECT value FROM json_each(?))
        AND read_at IS NULL RETURNING user_id, id";
    take_back_reports(transaction, query, reports).await
}

/// Takes back whatever tells of these reports, which are there no more.
pub(in crate::storage) async fn forget_reports(transaction: &mut Transaction, reports: &[String]) -> Result<()> {
    let query = "DELETE FROM notifications WHERE type = 'report' AND data IN (SELECT value FROM json_each(?))
        RETURNING user_id, id";
    take_back_reports(transaction, query, reports).await
}

async fn take_back_reports(transaction: &mut Transaction, query: &'static str, reports: &[String]) -> Result<()> {
    let data: Vec<String> = reports.iter().map(|report| json!({ "reportId": report }).to_string()).collect();
    let gone = sqlx::query_as(query).bind(json!(data).to_string()).fetch_all(&mut transaction.connection).await?;
    tell_all(transaction, gone).await
}

/// Takes back what somebody was told of reports in a room that they look after no more.
pub(in crate::storage) async fn withdraw_reports_from(
    transaction: &mut Transaction,
    room_key: i64,
    user_key: i64,
) -> Result<()> {
    let query = "DELETE FROM notifications WHERE room_id = ? AND user_id = ? AND type = 'report' RETURNING id, user_id";
    let gone = sqlx::query_as(query).bind(room_key).bind(user_key).fetch_all(&mut transaction.connection).await?;
    tell_each(transaction, room_key, gone).await
}

/// Takes back what somebody was told of reports as an administrator of the server, which they are no more.
pub(in crate::storage) async fn withdraw_reports_of_administrators(
    transaction: &mut Transaction,
    user_key: i64,
) -> Result<()> {
    let query = concat!(
        "DELETE FROM notifications WHERE user_id = ? AND type = 'report' AND (room_id IS NULL OR NOT EXISTS (
            SELECT 1 FROM members s JOIN users u ON u.id = s.user_id
            WHERE s.room_id = notifications.room_id AND s.user_id = notifications.user_id AND ",
        moderates!("s", "u"),
        ")) RETURNING user_id, id"
    );
    let gone = sqlx::query_as(query).bind(user_key).fetch_all(&mut transaction.connection).await?;
    tell_all(transaction, gone).await
}

/// Decides anew why a message concerns these people, of whom it mentions others now: what concerns them no more is
/// taken back. Answers with those who have their notification of it.
pub(in crate::storage) async fn reconsider(
    transaction: &mut Transaction,
    (room_key, seq): (i64, i64),
    people: &[i64],
) -> Result<Vec<i64>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let people = serde_json::to_string(people).map_err(Error::internal)?;
    let kept = sqlx::query_scalar(KEEP).bind(room_key).bind(seq).bind(&people);
    let kept = kept.fetch_all(&mut transaction.connection).await?;
    let gone = sqlx::query_as(FORGET).bind(room_key).bind(seq).bind(&people);
    let gone = gone.fetch_all(&mut transaction.connection).await?;
    tell_each(transaction, room_key, gone).await?;
    Ok(kept)
}

/// The first reason that somebody still has, in the order of `INSERT`.
macro_rules! reasons {
    () => {
        "WITH c AS (
            SELECT n.id, CASE
                WHEN EXISTS (SELECT 1 FROM mentions x
                    WHERE x.user_id = n.user_id AND x.room_id = n.room_id AND x.seq = n.seq) THEN 'mention'
                WHEN EXISTS (SELECT 1 FROM thread_followers f WHERE f.user_id = n.user_id
                        AND f.room_id = n.room_id AND f.root = m.thread_root AND f.following = 1)
                  OR EXISTS (SELECT 1 FROM messages a
                        WHERE a.room_id = n.room_id AND a.seq = m.reply_to AND a.user_id = n.user_id) THEN 'reply'
                WHEN r.kind = 'direct' AND m.counts AND coalesce(s.level, 'all') = 'all' THEN 'direct' END AS reason
            FROM notifications n
            JOIN messages m ON m.room_id = n.room_id AND m.seq = n.seq
            JOIN rooms r ON r.id = n.room_id
            LEFT JOIN members s ON s.room_id = n.room_id AND s.user_id = n.user_id
            WHERE n.room_id = ?1 AND n.seq = ?2 AND n.type IN ('mention', 'direct', 'reply')
              AND n.user_id IN (SELECT value FROM json_each(?3)))"
    };
}
const KEEP: &str = concat!(
    reasons!(),
    " UPDATE notifications SET type = c.reason FROM c
      WHERE notifications.id = c.id AND c.reason IS NOT NULL RETURNING user_id"
);
const FORGET: &str = concat!(
    reasons!(),
    " DELETE FROM notifications WHERE id IN (SELECT id FROM c WHERE reason IS NULL) RETURNING id, user_id"
);

/// Takes back a portion of what says in words of its own what somebody did. True when there was something.
pub(in crate::storage) async fn withdraw_told_by(transaction: &mut Transaction, by: i64, most: i64) -> Result<bool> {
    let query = "DELETE FROM notifications WHERE id IN (
            SELECT id FROM notifications WHERE by_id = ? AND text IS NOT NULL LIMIT ?)
        RETURNING id, user_id, room_id IS NULL OR EXISTS (SELECT 1 FROM members m
            WHERE m.room_id = notifications.room_id AND m.user_id = notifications.user_id)";
    let gone: Vec<(i64, i64, bool)> =
        sqlx::query_as(query).bind(by).bind(most).fetch_all(&mut transaction.connection).await?;
    let seen = gone.iter().filter(|(.., is_seen)| *is_seen);
    let seen: Vec<_> = seen.map(|(id, user, _)| (*user, Some(NotificationId(*id)))).collect();
    tell(transaction, &seen, None).await?;
    Ok(!gone.is_empty())
}

/// Takes back what is unread of a room that somebody is not in any more; what was read is hidden as long. What they
/// asked to be reminded of is theirs, and stays.
pub(in crate::storage) async fn withdraw_room_from(
    transaction: &mut Transaction,
    room: (i64, RoomId),
    user_key: i64,
) -> Result<()> {
    for query in [
        "UPDATE notifications SET room_id = NULL, seq = NULL WHERE room_id = ? AND user_id = ? AND type = 'reminder'",
        "DELETE FROM notifications WHERE room_id = ? AND user_id = ? AND read_at IS NULL",
    ] {
        sqlx::query(query).bind(room.0).bind(user_key).execute(&mut transaction.connection).await?;
    }
    tell(transaction, &[(user_key, None)], Some(room.1)).await
}

/// Tells those who have something unread of a room that it went with the room. The rows are removed in the background.
pub(in crate::storage) async fn withdraw_room(transaction: &mut Transaction, room: (i64, RoomId)) -> Result<()> {
    let query = "UPDATE notifications SET room_id = NULL, seq = NULL WHERE room_id = ? AND type = 'reminder'";
    sqlx::query(query).bind(room.0).execute(&mut transaction.connection).await?;
    let query = "SELECT s.user_id FROM members s WHERE s.room_id = ?1 AND EXISTS (
        SELECT 1 FROM notifications n WHERE n.user_id = s.user_id AND n.room_id = ?1 AND n.read_at IS NULL
        UNION ALL SELECT 1 FROM thread_followers f
        WHERE f.user_id = s.user_id AND f.room_id = ?1 AND f.unread > 0)";
    let people: Vec<i64> = sqlx::query_scalar(query).bind(room.0).fetch_all(&mut transaction.connection).await?;
    let people: Vec<_> = people.into_iter().map(|user| (user, None)).collect();
    tell(transaction, &people, Some(room.1)).await
}

/// Tells those who are in the room. Who left it had notifications of it hidden before, and so had all when it was deleted.
async fn tell_each(transaction: &mut Transaction, room_key: i64, gone: Vec<(i64, i64)>) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let people: Vec<i64> = gone.iter().map(|(_, user)| *user).collect();
    let query = "SELECT s.user_id FROM members s JOIN rooms r ON r.id = s.room_id AND r.deleted_at IS NULL
        WHERE s.room_id = ? AND s.user_id IN (SELECT value FROM json_each(?))";
    let members = sqlx::query_scalar(query).bind(room_key).bind(json!(people).to_string());
    let members: HashSet<i64> = members.fetch_all(&mut transaction.connection).await?.into_iter().collect();
    let gone = gone.into_iter().filter(|(_, user)| members.contains(user));
    let gone: Vec<_> = gone.map(|(id, user)| (user, Some(NotificationId(id)))).collect();
    tell(transaction, &gone, None).await
}

async fn tell_all(transaction: &mut Transaction, gone: Vec<(i64, i64)>) -> Result<()> {
    let gone: Vec<_> = gone.into_iter().map(|(user, id)| (user, Some(NotificationId(id)))).collect();
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
