//! The one way in for notifications: who of those concerned is notified, and whether silently, decided where they are
//! written.

mod inbox;
mod reading;
mod retention;
#[cfg(test)]
mod tests;
mod withdrawing;

pub(super) use inbox::{COUNT_UNREAD, LAST};
pub(super) use reading::{read_in_thread, read_with_rooms};
pub(super) use withdrawing::{
    forget_reports, reconsider, withdraw, withdraw_range, withdraw_reports, withdraw_reports_from,
    withdraw_reports_of_administrators, withdraw_room, withdraw_room_from, withdraw_task, withdraw_told_by,
};

use super::rows;
use super::transaction::Transaction;
use crate::clock::{self, Timestamp};
use crate::contract::{Notification, NotificationTold, NotificationType, UserRef};
use crate::error::Result;
use crate::ids::{MessageId, NotificationId, RoomId, UserId};
use crate::notice::Notice;
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// How much of a message a notification says, in characters.
pub(super) const EXCERPT: usize = 200;

/// Something that people are to be notified of.
pub(super) struct Cause {
    pub(super) kind: NotificationType,
    /// `users.id` of each. With a room, who is not in it is left out.
    pub(super) people: Vec<i64>,
    pub(super) room: Option<(i64, RoomId)>,
    /// `seq` of the message in that room that it leads to.
    pub(super) seq: Option<i64>,
    /// Who did it.
    pub(super) by: Option<(i64, UserRef)>,
    /// What it says.
    pub(super) message: String,
    /// An object with more for programs.
    pub(super) data: Option<Value>,
}

/// A stored message that may concern people: those whom it mentions, who follow its thread, whose message it answers,
/// who share its direct room.
pub(super) struct Said {
    pub(super) room: (i64, RoomId),
    pub(super) seq: i64,
    pub(super) by: (i64, UserRef),
    pub(super) thread_root: Option<i64>,
    pub(super) reply_to: Option<i64>,
    /// In a direct room, and shown in its list.
    pub(super) direct: bool,
    /// `users.id` of those alone whom it mentions by an edit.
    pub(super) only: Option<Vec<i64>>,
    /// It was there long before it was complete: who has read as far has watched it and is not notified.
    pub(super) streamed: bool,
    pub(super) excerpt: String,
    /// It is a voice message of so many milliseconds, without words.
    pub(super) voice_ms: Option<i64>,
}

/// Notifies people of something, in the transaction of what it tells of.
pub(super) async fn notify(transaction: &mut Transaction, cause: Cause) -> Result<()> {
    let Cause { kind, people, room, seq, by, message, data } = cause;
    let row = json!([
        kind,
        room.map(|(key, _)| key),
        seq,
        by.as_ref().map(|(key, _)| key),
        message,
        data.as_ref().map(Value::to_string),
        NONE,
        NONE,
        false,
        people
    ]);
    let now = clock::now();
    for told in insert(transaction, vec![row], now).await? {
        let message_id = room.zip(seq).map(|((_, room), seq)| MessageId { room, seq });
        let notification = Notification {
            id: told.id,
            kind: told.kind,
            message: message.clone(),
            voice_ms: None,
            user: by.as_ref().map(|(_, who)| who.clone()),
            room_id: room.map(|(_, room)| room),
            message_id,
            thread_root: None,
            data: data.clone(),
            created_at: now,
            read: false,
            silent: told.silent,
        };
        transaction.tell(Notice::to_user(told.user, NotificationTold { notification }));
    }
    Ok(())
}

/// Notifies whomever messages concern, each once for each message; of all of a batch with one statement.
pub(super) async fn notify_of(transaction: &mut Transaction, messages: &[Said], now: Timestamp) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows = messages.iter().map(|said| {
        let (room, by, whole) = (said.room.0, said.by.0, said.only.is_none());
        let (root, replied) = (said.thread_root.filter(|_| whole), said.reply_to.filter(|_| whole));
        json!([NONE, room, said.seq, by, NONE, NONE, root, replied, said.direct && whole, said.only, said.streamed])
    });
    for told in insert(transaction, rows.collect(), now).await? {
        let Some(said) = messages.iter().find(|said| said.room.0 == told.room && said.seq == told.seq) else {
            continue;
        };
        let id = |seq| MessageId { room: said.room.1, seq };
        let notification = Notification {
            id: told.id,
            kind: told.kind,
            message: said.excerpt.clone(),
            voice_ms: said.voice_ms,
            user: Some(said.by.1.clone()),
            room_id: Some(said.room.1),
            message_id: Some(id(said.seq)),
            thread_root: said.thread_root.map(id),
            data: None,
            created_at: now,
            read: false,
            silent: told.silent,
        };
        transaction.tell(Notice::to_user(told.user, NotificationTold { notification }));
    }
    Ok(())
}

/// The beginning of a text.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT).collect()
}

/// What a voice message without words says: how long it is, in milliseconds.
pub(super) fn voice_text(ms: i64) -> String {
    let seconds = ((ms + 500) / 1000).max(1);
    format!("Voice message ({}:{:02})", seconds / 60, seconds % 60)
}

const NONE: Value = Value::Null;

/// A notification as it was written.
struct Told {
    id: NotificationId,
    kind: NotificationType,
    user: UserId,
    /// 0 where there is none.
    room: i64,
    seq: i64,
    silent: bool,
}

async fn insert(transaction: &mut Transaction, rows: Vec<Value>, now: Timestamp) -> Result<Vec<Told>> {
    let found = sqlx::query(INSERT)
        .bind(Value::Array(rows).to_string())
        .bind(now.as_millis())
        .fetch_all(&mut transaction.connection)
        .await?;
    found.iter().map(told).collect()
}

fn told(row: &SqliteRow) -> Result<Told> {
    Ok(Told {
        id: NotificationId(row.try_get("id")?),
        kind: rows::word(row.try_get::<String, _>("type")?.as_str())?,
        user: rows::id(row.try_get::<String, _>("pid")?.as_str())?,
        room: row.try_get::<Option<i64>, _>("room_id")?.unwrap_or_default(),
        seq: row.try_get::<Option<i64>, _>("seq")?.unwrap_or_default(),
        silent: row.try_get("silent")?,
    })
}

/// What is said is decided by the first reason that somebody has: by name, in a thread or as an answer, in a direct
/// room. What somebody wants of the room decides whether it is written, the hours and the status whether it is silent.
const INSERT: &str = "WITH j AS MATERIALIZED (
        SELECT key, value->>0 AS type, value->>1 AS room_id, value->>2 AS seq, value->>3 AS by_id, value->>4 AS text,
               value->>5 AS data, value->>6 AS root, value->>7 AS reply_to, value->>8 AS direct, value->'$[9]' AS people,
               value->>10 AS streamed
        FROM json_each(?1)),
    concerned AS (
        SELECT key, user_id, min(reason) AS reason FROM (
            SELECT j.key, p.value AS user_id, j.type IS NULL AS reason FROM j, json_each(j.people) p
            UNION ALL SELECT j.key, x.user_id, 1 FROM j JOIN mentions x ON x.room_id = j.room_id AND x.seq = j.seq
                WHERE j.type IS NULL AND j.people = 'null'
            UNION ALL SELECT j.key, f.user_id, 2 FROM j
                JOIN thread_followers f ON f.room_id = j.room_id AND f.root = j.root AND f.following = 1
            UNION ALL SELECT j.key, m.user_id, 2 FROM j
                JOIN messages m ON m.room_id = j.room_id AND m.seq = j.reply_to
            UNION ALL SELECT j.key, s.user_id, 3 FROM j JOIN members s ON s.room_id = j.room_id WHERE j.direct)
        GROUP BY key, user_id)
    INSERT INTO notifications (user_id, type, room_id, seq, by_id, text, data, silent, created_at)
    SELECT u.id, coalesce(j.type, CASE c.reason WHEN 1 THEN 'mention' WHEN 2 THEN 'reply' ELSE 'direct' END),
           j.room_id, j.seq, j.by_id, j.text, j.data,
           coalesce(s.muted, 0)
           OR u.status = 'dnd' AND (u.status_until IS NULL OR u.status_until > ?2)
           OR coalesce(?2 BETWEEN u.quiet_from AND u.quiet_until - 1, 0),
           ?2
    FROM concerned c
    JOIN j ON j.key = c.key
    JOIN users u ON u.id = c.user_id AND u.deactivated_at IS NULL
    LEFT JOIN members s ON s.room_id = j.room_id AND s.user_id = c.user_id
    LEFT JOIN rooms r ON r.id = j.room_id
    WHERE (j.room_id IS NULL OR s.user_id IS NOT NULL)
      AND (j.type IS NOT NULL
           OR c.user_id <> j.by_id
              AND (NOT j.streamed OR j.seq > CASE
                  WHEN j.root IS NULL THEN s.read_seq
                  ELSE coalesce((SELECT f.read_seq FROM thread_followers f WHERE f.user_id = c.user_id
                                 AND f.room_id = j.room_id AND f.root = j.root AND f.following = 1), 0) END)
              AND CASE coalesce(s.level, CASE r.kind WHEN 'direct' THEN 'all' ELSE 'mentions' END)
                  WHEN 'all' THEN 1 WHEN 'mentions' THEN c.reason < 3 ELSE 0 END)
    ORDER BY j.key, c.user_id
    RETURNING id, type, room_id, seq, silent, (SELECT pid FROM users WHERE users.id = user_id) AS pid";
