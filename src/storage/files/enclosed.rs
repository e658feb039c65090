//! The files of messages: whose they have to be, and what becomes of them when the message goes.

use crate::contract::{Attachment, FileKind};
use crate::error::{Error, Result};
use crate::ids::{FileId, UserId};
use crate::storage::rows::{self, AttachmentRow};
use serde_json::json;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// A file that may be sent.
pub(in crate::storage) struct Enclosed {
    pub key: i64,
    pub file: Attachment,
}

impl Enclosed {
    /// As `messages.files` has those of a message.
    pub fn word(files: &[Self]) -> i64 {
        let has_images = files.iter().any(|enclosed| enclosed.file.kind == FileKind::Image);
        let has_voice = files.iter().any(|enclosed| enclosed.file.voice.is_some());
        i64::from(!files.is_empty()) + 2 * i64::from(has_images) + 4 * i64::from(has_voice)
    }
}

/// The files of these ids, in their order.
///
/// # Errors
/// `NotFound` unless each is a finished one of the user's own, and has not gone with a message; `Conflict` when one is
/// not finished.
pub(in crate::storage) async fn enclosed(
    connection: &mut SqliteConnection,
    user: UserId,
    ids: &[FileId],
) -> Result<Vec<Enclosed>> {
    let sql = format!(
        "SELECT f.id, CASE WHEN c.id IS NOT NULL THEN {} END
         FROM json_each(?1) j JOIN files f ON f.pid = j.value JOIN users u ON u.id = f.user_id AND u.pid = ?2
         LEFT JOIN contents c ON c.id = f.content_id
         WHERE f.sent_at IS NULL OR EXISTS (SELECT 1 FROM message_files x WHERE x.file_id = f.id)
         ORDER BY j.key",
        rows::ATTACHMENT_JSON
    );
    let found: Vec<(i64, Option<String>)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(json!(ids).to_string())
        .bind(user.to_string())
        .fetch_all(connection)
        .await?;
    if found.len() < ids.len() {
        return Err(Error::NotFound("the file"));
    }
    let read = |(key, json): (i64, Option<String>)| {
        let json = json.ok_or_else(|| Error::Conflict("a file has not been uploaded to its end".to_owned()))?;
        let row: AttachmentRow = serde_json::from_str(&json).map_err(Error::internal)?;
        Ok(Enclosed { key, file: row.into() })
    };
    found.into_iter().map(read).collect()
}

/// Puts files into messages: message, position, file, room, kind.
pub(in crate::storage) const ENCLOSE: &str = "INSERT INTO message_files (message_id, position, file_id, room_id, kind)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?)";

/// Notes when files were first sent: file, time.
pub(in crate::storage) const MARK_SENT: &str = "UPDATE files SET sent_at = coalesce(sent_at, j.at)
    FROM (SELECT value->>0 AS id, value->>1 AS at FROM json_each(?)) j WHERE files.id = j.id";

/// Takes the files out of messages, which are named by a JSON array of their keys: who had them by these messages alone
/// cannot read them from now on.
pub(in crate::storage) async fn withdraw(connection: &mut SqliteConnection, messages: &str) -> Result<()> {
    for query in [
        "INSERT OR IGNORE INTO withdrawn_files (file_id)
            SELECT file_id FROM message_files WHERE message_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM message_files WHERE message_id IN (SELECT value FROM json_each(?))",
    ] {
        sqlx::query(query).bind(messages).execute(&mut *connection).await?;
    }
    Ok(())
}
