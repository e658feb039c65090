//! Messages that are kept at hand: the pinned of a room, the saved of a person.

use super::Storage;
use super::members::seat;
use super::messages::{any_target, select};
use super::rows::{self, MESSAGE_JSON, MessageRow, ROOM_REF_JSON, RoomRefRow};
use crate::clock::{self, Timestamp};
use crate::contract::{Message, MessageSaved, SavedMessage};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::notice::Notice;
use serde::Deserialize;
use sqlx::AssertSqlSafe;

/// Where a page ends: a time and a key, behind which the next begins.
pub type Mark = (i64, i64);

impl Storage {
    /// A page of a room's pinned messages, the last pinned first, behind `after`.
    pub async fn pins(
        &self,
        user: UserId,
        room: RoomId,
        after: Option<Mark>,
        limit: u32,
    ) -> Result<(Vec<Message>, Option<Mark>)> {
        let mut reader = self.readers.begin().await?;
        let seat = seat(&mut reader, room, user).await?;
        let (before, key) = after.unwrap_or((i64::MAX, i64::MAX));
        let json: String = sqlx::query_scalar(select(PINNED_BEHIND, PINNED_ORDER, limit + 1))
            .bind(seat.user_key)
            .bind(seat.room_key)
            .bind(before)
            .bind(key)
            .fetch_one(&mut *reader)
            .await?;
        let mut messages = rows::messages_from_json(room, &json)?;
        let more = messages.len() > limit as usize;
        messages.truncate(limit as usize);
        self.live.complete(&mut messages);
        let Some(last) = messages.last().filter(|_| more) else { return Ok((messages, None)) };
        let query = "SELECT pinned_at, id FROM messages WHERE room_id = ? AND seq = ?";
        let mark = sqlx::query_as(query).bind(seat.room_key).bind(last.seq).fetch_one(&mut *reader).await?;
        Ok((messages, Some(mark)))
    }

    /// Keeps a message for the caller, or ceases to. One that stands as wanted already changes and tells nothing.
    pub async fn save_message(&self, user: UserId, message: MessageId, on: bool) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let target = any_target(&mut transaction.connection, message, user).await?;
                    let query = if on {
                        "INSERT OR IGNORE INTO saved_messages (user_id, room_id, seq, saved_at) VALUES (?1, ?2, ?3, ?4)"
                    } else {
                        "DELETE FROM saved_messages WHERE user_id = ?1 AND room_id = ?2 AND seq = ?3"
                    };
                    let changed = sqlx::query(query)
                        .bind(target.seat.user_key)
                        .bind(target.seat.room_key)
                        .bind(message.seq)
                        .bind(clock::now().as_millis())
                        .execute(&mut transaction.connection)
                        .await?;
                    if changed.rows_affected() == 0 {
                        return Ok(());
                    }
                    let query = "UPDATE messages SET saved = EXISTS (
                            SELECT 1 FROM saved_messages x WHERE x.room_id = messages.room_id AND x.seq = messages.seq)
                        WHERE id = ?";
                    sqlx::query(query).bind(target.message_key).execute(&mut transaction.connection).await?;
                    transaction.tell(Notice::to_user(user, MessageSaved { message_id: message, on }));
                    Ok(())
                })
            })
            .await
    }

    /// A page of the messages that the user keeps and may see, the last saved first, behind `after`.
    pub async fn saved(
        &self,
        user: UserId,
        after: Option<Mark>,
        limit: u32,
    ) -> Result<(Vec<SavedMessage>, Option<Mark>)> {
        let (before, key) = after.unwrap_or((i64::MAX, i64::MAX));
        let json: String = sqlx::query_scalar(AssertSqlSafe(saved_page()))
            .bind(user.to_string())
            .bind(before)
            .bind(key)
            .bind(i64::from(limit) + 1)
            .fetch_one(&self.readers)
            .await?;
        let mut found: Vec<SavedRow> = serde_json::from_str(&json).map_err(Error::internal)?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|row| (row.0, row.1));
        let mut saved: Vec<SavedMessage> = found.into_iter().map(SavedRow::into_saved).collect();
        self.live.complete(saved.iter_mut().map(|saved| &mut saved.message));
        Ok((saved, next))
    }
}

pub(super) const PINNED_BEHIND: &str =
    "m.pinned_at IS NOT NULL AND m.pinned_at <= ?3 AND (m.pinned_at < ?3 OR m.id < ?4)";
pub(super) const PINNED_ORDER: &str = "m.pinned_at DESC, m.id DESC";

/// When it was saved, the key of the message, the room, the message.
#[derive(Deserialize)]
struct SavedRow(i64, i64, RoomRefRow, MessageRow);

impl SavedRow {
    fn into_saved(self) -> SavedMessage {
        let room = self.2.into_room();
        SavedMessage { message: self.3.into_message(room.id), room, saved_at: Timestamp::from_millis(self.0) }
    }
}

/// Membership is asked now: what somebody saved in a room that they left is hidden until they are back.
pub(super) fn saved_page() -> String {
    let message = MESSAGE_JSON.replace("?1", "f.user_id");
    format!(
        "SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
             SELECT '[' || f.saved_at || ',' || f.key || ',' || {ROOM_REF_JSON} || ',' || {message} || ']' AS j
             FROM (SELECT x.*, m.id AS key FROM users v CROSS JOIN saved_messages x ON x.user_id = v.id
                   JOIN members s ON s.room_id = x.room_id AND s.user_id = x.user_id
                   JOIN rooms r ON r.id = x.room_id AND r.deleted_at IS NULL
                   JOIN messages m ON m.room_id = x.room_id AND m.seq = x.seq
                   WHERE v.pid = ?1 AND x.saved_at <= ?2 AND (x.saved_at < ?2 OR m.id < ?3)
                   ORDER BY x.saved_at DESC, m.id DESC LIMIT ?4) f
             JOIN rooms r ON r.id = f.room_id JOIN messages m ON m.id = f.key JOIN users u ON u.id = m.user_id
             ORDER BY f.saved_at DESC, f.key DESC)"
    )
}
