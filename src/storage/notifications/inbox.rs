//! What somebody was notified of, in pages.

use super::{EXCERPT, voice_text};
use crate::clock::Timestamp;
use crate::contract::Notification;
use crate::error::{Error, Result};
use crate::ids::{MessageId, NotificationId, RoomId, UserId};
use crate::storage::Storage;
use crate::storage::moderation::moderates;
use crate::storage::rows::{self, USER_JSON, UserRow};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

/// How many unread notifications the user `u` has, of rooms that they are in or of none: by room, for a room that is
/// left or deleted takes its own with it.
pub(in crate::storage) const COUNT_UNREAD: &str = "(SELECT coalesce(sum(unread), 0) FROM (
        SELECT room_id, count(*) AS unread FROM notifications
        WHERE user_id = u.id AND read_at IS NULL GROUP BY room_id) g
    WHERE g.room_id IS NULL OR EXISTS (
        SELECT 1 FROM members s JOIN rooms r ON r.id = s.room_id AND r.deleted_at IS NULL
        WHERE s.room_id = g.room_id AND s.user_id = u.id))";

/// The id of the last notification that there ever was.
pub(in crate::storage) const LAST: &str = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'notifications'), 0)";

/// The name of a message's first file, where it has no words.
const FIRST_FILE: &str = "CASE WHEN m.content = '' AND m.files THEN (
    SELECT f.name FROM message_files x JOIN files f ON f.id = x.file_id
    WHERE x.message_id = m.id ORDER BY x.position LIMIT 1) END";

/// The length of a message's first file, where it has no words and that is a voice message.
const FIRST_VOICE: &str = "CASE WHEN n.text IS NULL AND m.content = '' AND m.files & 4 THEN (
    SELECT f.voice_ms FROM message_files x JOIN files f ON f.id = x.file_id
    WHERE x.message_id = m.id ORDER BY x.position LIMIT 1) END";

impl Storage {
    /// A page of the user's notifications, the newest first, behind `before`; and how many are unread in all.
    pub async fn notifications(
        &self,
        user: UserId,
        before: Option<NotificationId>,
        unread_only: bool,
        limit: u32,
    ) -> Result<(Vec<Notification>, i64)> {
        let mut reader = self.readers.begin().await?;
        let found = sqlx::query(AssertSqlSafe(page()))
            .bind(user.to_string())
            .bind(before.map_or(i64::MAX, |id| id.0))
            .bind(unread_only)
            .bind(limit)
            .fetch_all(&mut *reader)
            .await?;
        let count = format!("SELECT {COUNT_UNREAD} FROM users u WHERE u.pid = ?");
        let unread = sqlx::query_scalar(AssertSqlSafe(count)).bind(user.to_string()).fetch_one(&mut *reader).await?;
        Ok((found.iter().map(notification).collect::<Result<_>>()?, unread))
    }
}

/// One walk along the index of the person's notifications; what it tells of is looked up by key. Membership is asked
/// now: a room that somebody is not in any more is hidden.
pub(super) fn page() -> String {
    let by = USER_JSON.replace("u.", "b.");
    format!(
        "SELECT n.id, n.type, n.seq, n.data, n.silent, n.created_at, n.read_at, r.pid AS room, m.thread_root,
             coalesce(n.text, {FIRST_FILE}, substr(m.content, 1, {EXCERPT}), '') AS message,
             {FIRST_VOICE} AS voice_ms, CASE WHEN b.id IS NOT NULL THEN {by} END AS by_json
         FROM users u CROSS JOIN notifications n ON n.user_id = u.id
         LEFT JOIN rooms r ON r.id = n.room_id AND r.deleted_at IS NULL
         LEFT JOIN members s ON s.room_id = r.id AND s.user_id = n.user_id
         LEFT JOIN messages m ON m.room_id = n.room_id AND m.seq = n.seq
         LEFT JOIN users b ON b.id = n.by_id
         WHERE u.pid = ?1 AND n.id < ?2 AND (n.room_id IS NULL OR s.user_id IS NOT NULL)
           AND (NOT ?3 OR n.read_at IS NULL)
           AND (n.type <> 'report' OR {})
         ORDER BY n.id DESC LIMIT ?4",
        moderates!("s", "u")
    )
}

fn notification(row: &SqliteRow) -> Result<Notification> {
    let room: Option<RoomId> = row.try_get::<Option<String>, _>("room")?.map(|pid| rows::id(&pid)).transpose()?;
    let within = |seq: Option<i64>| room.zip(seq).map(|(room, seq)| MessageId { room, seq });
    let by: Option<String> = row.try_get("by_json")?;
    let by: Option<UserRow> = by.map(|json| serde_json::from_str(&json)).transpose().map_err(Error::internal)?;
    let data: Option<String> = row.try_get("data")?;
    let voice_ms: Option<i64> = row.try_get("voice_ms")?;
    Ok(Notification {
        id: NotificationId(row.try_get("id")?),
        kind: rows::word(row.try_get::<String, _>("type")?.as_str())?,
        message: voice_ms.map_or_else(|| row.try_get("message"), |ms| Ok(voice_text(ms)))?,
        voice_ms,
        user: by.map(UserRow::into_user),
        room_id: room,
        message_id: within(row.try_get("seq")?),
        thread_root: within(row.try_get("thread_root")?),
        data: data.map(|json| serde_json::from_str(&json)).transpose().map_err(Error::internal)?,
        created_at: Timestamp::from_millis(row.try_get("created_at")?),
        read: row.try_get::<Option<i64>, _>("read_at")?.is_some(),
        silent: row.try_get("silent")?,
    })
}
