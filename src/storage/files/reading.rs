//! What of a file somebody may know and read, asked at every request.

use crate::blobs::Hash;
use crate::contract::Attachment;
use crate::error::{Error, Result};
use crate::ids::{FileId, UserId};
use crate::storage::Storage;
use crate::storage::moderation::{administers, moderates};
use crate::storage::roster::shares_a_room;
use crate::storage::rows::{self, AttachmentRow};
use crate::storage::team::IS_LOGO;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// How far one's own upload is.
#[derive(Clone, Copy, Debug)]
pub struct Upload {
    /// In bytes, as it was announced.
    pub size: u64,
    /// Bytes that are on the disk.
    pub received: u64,
    pub finished: bool,
}

/// A file that its reader may have.
pub struct Readable {
    pub file: Attachment,
    pub hash: Hash,
    /// The type of its thumbnails, if it has any.
    pub thumbnails: Option<String>,
}

/// The files `f` that the user `u` may read: their own ones that were not sent yet, those in messages of their rooms
/// (hidden ones for who looks after the room alone), those in messages of which they handle reports, the team's emoji,
/// and avatars: for a guest, of those who share a room with them.
const IS_READABLE: &str = concat!(
    "(f.user_id = u.id AND f.sent_at IS NULL
    OR EXISTS (SELECT 1 FROM message_files x JOIN messages m ON m.id = x.message_id AND m.deleted_at IS NULL
               JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL
               JOIN members s ON s.room_id = r.id AND s.user_id = u.id
               WHERE x.file_id = f.id AND (m.hidden_at IS NULL OR r.kind <> 'direct' AND ",
    moderates!("s", "u"),
    "))
    OR ",
    administers!("u"),
    " AND EXISTS (
        SELECT 1 FROM message_files x JOIN messages m ON m.id = x.message_id AND m.deleted_at IS NULL AND m.user_id <> u.id
        JOIN reports p ON p.room_id = m.room_id AND p.seq = m.seq AND p.to_server AND p.resolved_at IS NULL
        WHERE x.file_id = f.id)
    OR EXISTS (SELECT 1 FROM users a WHERE a.avatar = f.pid AND a.deactivated_at IS NULL
               AND (u.role <> 'guest' OR ",
    shares_a_room!("u.id", "a.id"),
    "))
    OR EXISTS (SELECT 1 FROM emoji e WHERE e.file_id = f.id))"
);

/// The picture of a page, for who is in a room in which a message shows it.
const PREVIEW: &str =
    "SELECT json_array(p.image, 'preview', c.size, c.type, c.kind, c.width, c.height, c.color, c.animated,
        NULL, NULL)
        AS file, c.hash, c.thumbnails
    FROM link_pages p JOIN contents c ON c.id = p.content_id
    JOIN users u ON u.pid = ?2 AND u.deactivated_at IS NULL
    WHERE p.image = ?1 AND EXISTS (
        SELECT 1 FROM message_links x
        JOIN messages m ON m.id = x.message_id AND m.deleted_at IS NULL AND m.hidden_at IS NULL
        JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL
        JOIN members s ON s.room_id = r.id AND s.user_id = u.id WHERE x.page_id = p.id AND x.state = 'shown')";

impl Storage {
    /// How far one's own upload is.
    ///
    /// # Errors
    /// `NotFound`, for those of others too.
    pub async fn upload(&self, user: UserId, file: FileId) -> Result<Upload> {
        let query = "SELECT f.size, f.received, f.content_id IS NOT NULL AS finished
            FROM files f JOIN users u ON u.id = f.user_id
            WHERE f.pid = ? AND u.pid = ? AND f.sent_at IS NULL AND u.deactivated_at IS NULL";
        let found = sqlx::query(query)
            .bind(file.to_string())
            .bind(user.to_string())
            .fetch_optional(&self.readers)
            .await?
            .ok_or(Error::NotFound("the file"))?;
        Ok(Upload {
            size: found.try_get::<i64, _>("size")?.unsigned_abs(),
            received: found.try_get::<i64, _>("received")?.unsigned_abs(),
            finished: found.try_get("finished")?,
        })
    }

    /// A finished file, or the picture of a page that a message links to.
    ///
    /// # Errors
    /// `NotFound` when there is none, or the reader may not have it: the two cannot be told apart.
    pub async fn readable_file(&self, user: UserId, file: FileId) -> Result<Readable> {
        let sql = format!(
            "SELECT {} AS file, c.hash, c.thumbnails FROM files f JOIN contents c ON c.id = f.content_id
             JOIN users u ON u.pid = ?2 AND u.deactivated_at IS NULL WHERE f.pid = ?1 AND {IS_READABLE}",
            rows::ATTACHMENT_JSON
        );
        let read = async |sql| {
            let query = sqlx::query(AssertSqlSafe(sql)).bind(file.to_string()).bind(user.to_string());
            query.fetch_optional(&self.readers).await
        };
        let found = match read(sql).await? {
            Some(found) => Some(found),
            None => read(PREVIEW.to_owned()).await?,
        };
        let found = found.ok_or(Error::NotFound("the file"))?;
        readable(&found)
    }

    /// The team's logo.
    ///
    /// # Errors
    /// `NotFound` for what is not its logo at this moment.
    pub async fn logo(&self, file: FileId) -> Result<Readable> {
        let sql = format!(
            "SELECT {} AS file, c.hash, c.thumbnails FROM files f JOIN contents c ON c.id = f.content_id
             WHERE f.pid = ?1 AND {IS_LOGO}",
            rows::ATTACHMENT_JSON
        );
        let found = sqlx::query(AssertSqlSafe(sql)).bind(file.to_string()).fetch_optional(&self.readers).await?;
        readable(&found.ok_or(Error::NotFound("the logo"))?)
    }

    /// The key of a content that something has, and that is thus kept.
    pub async fn kept_content(&self, hash: &Hash) -> Result<Option<i64>> {
        let query = "SELECT c.id FROM contents c WHERE c.hash = ?
            AND NOT EXISTS (SELECT 1 FROM unused_contents x WHERE x.content_id = c.id)";
        let bytes = hash.as_bytes().as_slice();
        Ok(sqlx::query_scalar(query).bind(bytes).fetch_optional(&self.readers).await?)
    }

    /// Bytes that were announced and have not come yet.
    pub async fn announced_bytes(&self) -> Result<u64> {
        let mut connection = self.readers.acquire().await?;
        Ok(announced(&mut connection).await?.unsigned_abs())
    }
}

fn readable(found: &SqliteRow) -> Result<Readable> {
    let row: AttachmentRow = serde_json::from_str(found.try_get("file")?).map_err(Error::internal)?;
    Ok(Readable { file: row.into(), hash: hash(found.try_get("hash")?)?, thumbnails: found.try_get("thumbnails")? })
}

/// Bytes that were announced and have not come yet.
pub(super) async fn announced(connection: &mut SqliteConnection) -> Result<i64> {
    let query = "SELECT coalesce(sum(size - received), 0) FROM files WHERE content_id IS NULL";
    Ok(sqlx::query_scalar(query).fetch_one(connection).await?)
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash> {
    Ok(Hash::from_bytes(bytes.try_into().map_err(Error::internal)?))
}
