//! The files of a room, the newest first.

use super::{AttachmentRow, kind_word};
use crate::clock::Timestamp;
use crate::contract::{FileKind, RoomFile};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::storage::members::seat;
use crate::storage::rows::{self, UserRow};
use crate::storage::{Mark, Storage};
use serde::Deserialize;
use sqlx::AssertSqlSafe;

/// Message and position, by which pages go on; file, seq, time, author.
#[derive(Deserialize)]
struct Row(i64, i64, AttachmentRow, i64, i64, UserRow);

impl Storage {
    /// A page of the files in a room's messages, behind `after`, and where it ends when there is more.
    ///
    /// # Errors
    /// `NotFound` for who is not a member.
    pub async fn room_files(
        &self,
        user: UserId,
        room: RoomId,
        kind: Option<FileKind>,
        after: Option<Mark>,
        limit: u32,
    ) -> Result<(Vec<RoomFile>, Option<Mark>)> {
        let mut reader = self.readers.acquire().await?;
        let seat = seat(&mut reader, room, user).await?;
        let (message, position) = after.unwrap_or((i64::MAX, 0));
        let of_kind = if kind.is_some() { "x.kind = ?4" } else { "?4 IS NULL" };
        let sql = format!(
            "SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
                SELECT '[' || x.message_id || ',' || x.position || ',' || {} || ',' || m.seq || ',' || m.created_at
                    || ',' || {} || ']' AS j
                FROM message_files x JOIN messages m ON m.id = x.message_id AND m.deleted_at IS NULL AND m.hidden_at IS NULL
                JOIN users u ON u.id = m.user_id JOIN files f ON f.id = x.file_id JOIN contents c ON c.id = f.content_id
                WHERE x.room_id = ?1 AND (x.message_id < ?2 OR (x.message_id = ?2 AND x.position > ?3)) AND {of_kind}
                ORDER BY x.message_id DESC, x.position LIMIT ?5)",
            rows::ATTACHMENT_JSON,
            rows::USER_JSON
        );
        let json: String = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(seat.room_key)
            .bind(message)
            .bind(position)
            .bind(kind.map(kind_word))
            .bind(i64::from(limit) + 1)
            .fetch_one(&mut *reader)
            .await?;
        let mut found: Vec<Row> = serde_json::from_str(&json).map_err(Error::internal)?;
        let has_more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let mark = found.last().filter(|_| has_more).map(|last| (last.0, last.1));
        let files = found.into_iter().map(|Row(_, _, file, seq, at, user)| RoomFile {
            file: file.into(),
            message_id: MessageId { room, seq },
            user: user.into_user(),
            created_at: Timestamp::from_millis(at),
        });
        Ok((files.collect(), mark))
    }
}
