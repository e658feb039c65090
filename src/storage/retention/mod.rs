//! Messages past their time: emptied and taken out of every page, in portions, from the oldest on. What a crash
//! interrupts goes on by itself, since a room says how far it is.

mod deciding;
#[cfg(test)]
mod tests;

pub use deciding::{Doomed, Scope};

use super::Storage;
use super::transaction::Transaction;
use super::{files, notifications, previews, reading, rows, search, team, threads};
use crate::clock::Timestamp;
use crate::contract::MessagesExpired;
use crate::error::{Error, Result};
use crate::ids::RoomId;
use crate::notice::Notice;
use serde_json::json;
use sqlx::{Row, SqliteConnection};

/// Messages that go in one transaction.
const AT_ONCE: i64 = 200;
/// Of a day, in milliseconds.
const DAY: i64 = 24 * 3_600 * 1_000;

/// For how many days a room `r` keeps messages, where the whole server says `?2`; 0 or null: for ever.
macro_rules! kept_days {
    () => {
        "CASE WHEN r.kind = 'direct' THEN ?2 ELSE coalesce(r.retention_days, ?2) END"
    };
}

/// A room `r` whose oldest message that is kept is past its time at `?1`, a day having `?3` milliseconds. Of a message
/// that is being streamed, nothing is removed; what comes behind it waits for it. A deleted room that administrators have to
/// decide about keeps its messages no longer than others do.
const DUE: &str = concat!(
    "SELECT r.id FROM rooms r JOIN messages m ON m.room_id = r.id AND m.seq = r.cleared_before
     WHERE m.created_at < ?1 - ?3 * nullif(",
    kept_days!(),
    ", 0) AND coalesce(m.stream->>'state' = 'open', 0) = 0 LIMIT 1"
);

impl Storage {
    /// Removes a portion of the messages that are past their time. True when more may be left.
    pub async fn expire_messages(&self, now: Timestamp) -> Result<bool> {
        // The writer is bothered only when there is something to do.
        let mut reader = self.readers.begin().await?;
        if due(&mut reader, now).await?.is_none() {
            return Ok(false);
        }
        drop(reader);
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let Some(room_key) = due(&mut transaction.connection, now).await? else { return Ok(false) };
                    expire(transaction, room_key, now).await?;
                    Ok(true)
                })
            })
            .await
    }
}

async fn due(connection: &mut SqliteConnection, now: Timestamp) -> Result<Option<i64>> {
    let days = team::settings(connection).await?.retention_days;
    let query = sqlx::query_scalar(DUE).bind(now.as_millis()).bind(days).bind(DAY);
    Ok(query.fetch_optional(connection).await?)
}

/// What administrators have to decide about stays until they have, with the words that were reported: who decides for how
/// long a room keeps messages may be whom it is about.
const FORGET_REPORTS: &str = "DELETE FROM reports WHERE room_id = ? AND seq BETWEEN ? AND ?
    AND (to_server = 0 OR resolved_at IS NOT NULL) RETURNING pid";

/// The messages of a room that go together.
struct Portion {
    room_key: i64,
    room: RoomId,
    from: i64,
    /// The last of them.
    to: i64,
    /// A JSON array of their keys.
    keys: String,
    /// Nothing else of the room is past its time.
    is_last: bool,
}

async fn expire(transaction: &mut Transaction, room_key: i64, now: Timestamp) -> Result<()> {
    let Some(portion) = portion(&mut transaction.connection, room_key, now).await? else { return Ok(()) };
    let connection = &mut transaction.connection;
    uncount(connection, &portion).await?;
    let query = sqlx::query_scalar(FORGET_REPORTS).bind(room_key).bind(portion.from).bind(portion.to);
    let reports: Vec<String> = query.fetch_all(&mut *connection).await?;
    let roots = empty(connection, &portion, now).await?;
    files::withdraw(connection, &portion.keys).await?;
    previews::withdraw(connection, &portion.keys).await?;
    recount_threads(connection, &portion, &roots).await?;
    search::all_changed(transaction, &portion.keys).await?;
    notifications::withdraw_range(transaction, room_key, (portion.from, portion.to)).await?;
    notifications::forget_reports(transaction, &reports).await?;
    let before = portion.to + 1;
    sqlx::query("UPDATE rooms SET cleared_before = ? WHERE id = ?")
        .bind(before)
        .bind(room_key)
        .execute(&mut transaction.connection)
        .await?;
    transaction.tell(Notice::to_room(portion.room, MessagesExpired { room_id: portion.room, before }));
    threads::tell_followers(transaction, &roots.iter().map(|root| (room_key, *root)).collect::<Vec<_>>()).await?;
    if portion.is_last {
        tell_counts(transaction, &portion).await?;
    }
    Ok(())
}

/// The oldest messages that are kept, as far as they are past their time without a gap.
async fn portion(connection: &mut SqliteConnection, room_key: i64, now: Timestamp) -> Result<Option<Portion>> {
    let default = team::settings(connection).await?.retention_days;
    let query = concat!("SELECT r.pid, r.cleared_before, ", kept_days!(), " AS days FROM rooms r WHERE r.id = ?1");
    let room = sqlx::query(query).bind(room_key).bind(default).fetch_one(&mut *connection).await?;
    let Some(days) = room.try_get::<Option<i64>, _>("days")?.filter(|days| *days > 0) else { return Ok(None) };
    let from: i64 = room.try_get("cleared_before")?;
    let query = "SELECT id, seq, created_at < ?3 AND coalesce(stream->>'state' = 'open', 0) = 0 AS goes
        FROM messages WHERE room_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?4";
    let found: Vec<(i64, i64, bool)> = sqlx::query_as(query)
        .bind(room_key)
        .bind(from)
        .bind(now.as_millis() - days * DAY)
        .bind(AT_ONCE + 1)
        .fetch_all(connection)
        .await?;
    let most = usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
    let going: Vec<_> = found.iter().take_while(|(_, _, goes)| *goes).collect();
    let is_last = going.len() <= most;
    let going: Vec<_> = going.into_iter().take(most).collect();
    let Some((_, to, _)) = going.last() else { return Ok(None) };
    let keys: Vec<i64> = going.iter().map(|(key, ..)| *key).collect();
    let keys = json!(keys).to_string();
    Ok(Some(Portion { room_key, room: rows::id(&room.try_get::<String, _>("pid")?)?, from, to: *to, keys, is_last }))
}

/// Takes the messages out of everybody's unread count. Most members are either behind all of them, or past them: these
/// share one number, whatever the size of the room.
async fn uncount(connection: &mut SqliteConnection, portion: &Portion) -> Result<()> {
    const COUNTED: &str = "m.room_id = ?1 AND m.seq BETWEEN ?2 AND ?3 AND m.counts = 1 AND m.deleted_at IS NULL";
    let one_by_one = format!(
        "UPDATE members SET read_counted = read_counted + (
            SELECT count(*) FROM messages m WHERE {COUNTED} AND m.seq > members.read_seq AND m.user_id <> members.user_id)
         WHERE room_id = ?1 AND (read_seq >= ?2 AND read_seq < ?3
            OR read_seq < ?2 AND user_id IN (SELECT m.user_id FROM messages m WHERE {COUNTED}))"
    );
    let together = format!(
        "UPDATE members SET read_counted = read_counted + (SELECT count(*) FROM messages m WHERE {COUNTED})
         WHERE room_id = ?1 AND read_seq < ?2 AND user_id NOT IN (SELECT m.user_id FROM messages m WHERE {COUNTED})"
    );
    for sql in [one_by_one, together] {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(portion.room_key).bind(portion.from).bind(portion.to);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Empties the messages; answers with the roots of the threads that have replies among them.
async fn empty(connection: &mut SqliteConnection, portion: &Portion, now: Timestamp) -> Result<Vec<i64>> {
    let query = "SELECT DISTINCT thread_root FROM messages
        WHERE room_id = ? AND seq BETWEEN ? AND ? AND thread_root IS NOT NULL";
    let query = sqlx::query_scalar(query).bind(portion.room_key).bind(portion.from).bind(portion.to);
    let roots = query.fetch_all(&mut *connection).await?;
    for query in [
        "UPDATE messages SET content = '', system = NULL, stream = NULL, deleted_at = coalesce(deleted_at, ?4),
            reacted = 0, mentioning = 0, saved = 0, files = 0, previews = 0, pinned_at = NULL, edited_at = NULL,
            hidden_at = NULL, client_message_id = NULL
         WHERE room_id = ?1 AND seq BETWEEN ?2 AND ?3",
        "DELETE FROM mentions WHERE room_id = ?1 AND seq BETWEEN ?2 AND ?3",
        "DELETE FROM saved_messages WHERE room_id = ?1 AND seq BETWEEN ?2 AND ?3",
    ] {
        let query = sqlx::query(query).bind(portion.room_key).bind(portion.from).bind(portion.to);
        query.bind(now.as_millis()).execute(&mut *connection).await?;
    }
    let query = "DELETE FROM reactions WHERE message_id IN (SELECT value FROM json_each(?))";
    sqlx::query(query).bind(&portion.keys).execute(connection).await?;
    Ok(roots)
}

/// A thread whose first replies are gone counts those that are left; its root went before them.
async fn recount_threads(connection: &mut SqliteConnection, portion: &Portion, roots: &[i64]) -> Result<()> {
    if roots.is_empty() {
        return Ok(());
    }
    let roots = json!(roots).to_string();
    for query in [
        "UPDATE messages SET
            thread_replies = (SELECT count(*) FROM messages t
                WHERE t.room_id = ?1 AND t.thread_root = messages.seq AND t.deleted_at IS NULL),
            thread_last_seq = (SELECT max(t.seq) FROM messages t
                WHERE t.room_id = ?1 AND t.thread_root = messages.seq AND t.deleted_at IS NULL)
         WHERE room_id = ?1 AND seq IN (SELECT value FROM json_each(?2))",
        "UPDATE thread_followers SET unread = (SELECT count(*) FROM messages t
            WHERE t.room_id = ?1 AND t.thread_root = thread_followers.root AND t.seq > thread_followers.read_seq
              AND t.deleted_at IS NULL AND t.user_id <> thread_followers.user_id)
         WHERE room_id = ?1 AND unread > 0 AND root IN (SELECT value FROM json_each(?2))",
    ] {
        sqlx::query(query).bind(portion.room_key).bind(&roots).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Tells everybody who had not read as far what is unread now.
async fn tell_counts(transaction: &mut Transaction, portion: &Portion) -> Result<()> {
    let query = "SELECT user_id FROM members WHERE room_id = ? AND read_seq < ?";
    let query = sqlx::query_scalar(query).bind(portion.room_key).bind(portion.to);
    let people: Vec<i64> = query.fetch_all(&mut transaction.connection).await?;
    reading::tell_counts(transaction, (portion.room_key, portion.room), portion.to, &people).await
}

/// A time before which messages go that are kept for so many days.
fn before(now: Timestamp, days: u32) -> Result<i64> {
    now.as_millis().checked_sub(i64::from(days) * DAY).ok_or_else(|| Error::internal("a time before all times"))
}
