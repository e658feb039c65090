//! What goes: files that came to nothing, files whose messages are gone, and contents that nothing has any more.

use super::reading::hash;
use crate::blobs::Hash;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::ids::FileId;
use crate::storage::team::IS_LOGO;
use crate::storage::{Storage, rows};
use serde_json::json;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// Files that are taken away in one transaction.
const AT_ONCE: i64 = 200;

/// Files without a message that is left, which are nobody's avatar, no emoji and not the team's logo, which `is_logo` asks.
const NOT_USED: &str = "NOT EXISTS (SELECT 1 FROM message_files x WHERE x.file_id = f.id)
    AND NOT EXISTS (SELECT 1 FROM users a WHERE a.avatar = f.pid)
    AND NOT EXISTS (SELECT 1 FROM emoji e WHERE e.file_id = f.id) AND NOT is_logo";

/// `not_used` stands for the condition above; `?1` is how many, `?2` a time.
const WITHDRAWN: &str =
    "SELECT f.id, f.pid FROM (SELECT file_id AS id FROM withdrawn_files ORDER BY file_id LIMIT ?1) w
    JOIN files f ON f.id = w.id WHERE not_used AND ?2 IS NOT NULL";
const UNSENT: &str =
    "SELECT f.id, f.pid FROM files f WHERE f.sent_at IS NULL AND f.touched_at < ?2 AND not_used LIMIT ?1";

impl Storage {
    /// Takes away a portion of the files that were in messages which are gone, and of those that nothing became of since
    /// `before`. Answers with their ids.
    pub async fn sweep_files(&self, before: Timestamp) -> Result<Vec<FileId>> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let mut found: Vec<(i64, String)> = Vec::new();
                    for portion in [WITHDRAWN, UNSENT] {
                        let sql = portion.replace("not_used", NOT_USED).replace("is_logo", IS_LOGO);
                        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(AT_ONCE).bind(before.as_millis());
                        found.extend::<Vec<(i64, String)>>(query.fetch_all(&mut *connection).await?);
                    }
                    // Those that other messages have are looked at again when these go.
                    let query = "DELETE FROM withdrawn_files
                        WHERE file_id IN (SELECT file_id FROM withdrawn_files ORDER BY file_id LIMIT ?)";
                    sqlx::query(query).bind(AT_ONCE).execute(&mut *connection).await?;
                    let mut gone = Vec::with_capacity(found.len());
                    for (key, pid) in found {
                        delete(connection, key).await?;
                        gone.push(rows::id(&pid)?);
                    }
                    Ok(gone)
                })
            })
            .await
    }

    /// A portion of the contents that neither a file nor a page has, by key.
    pub async fn unused_contents(&self) -> Result<Vec<(i64, Hash)>> {
        let query = "SELECT c.id, c.hash FROM unused_contents x JOIN contents c ON c.id = x.content_id
            WHERE NOT EXISTS (SELECT 1 FROM files f WHERE f.content_id = c.id)
                AND NOT EXISTS (SELECT 1 FROM link_pages p WHERE p.content_id = c.id) LIMIT ?";
        let found: Vec<(i64, Vec<u8>)> = sqlx::query_as(query).bind(AT_ONCE).fetch_all(&self.readers).await?;
        found.into_iter().map(|(key, bytes)| Ok((key, hash(&bytes)?))).collect()
    }

    /// Forgets contents of which nothing is kept any more.
    pub async fn forget_contents(&self, keys: Vec<i64>) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "DELETE FROM contents WHERE id IN (SELECT value FROM json_each(?))";
                    sqlx::query(query).bind(json!(keys).to_string()).execute(&mut transaction.connection).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Which of these files are being uploaded.
    pub async fn unfinished_files(&self, files: &[FileId]) -> Result<Vec<FileId>> {
        let query = "SELECT pid FROM files
            WHERE content_id IS NULL AND pid IN (SELECT value FROM json_each(?))";
        let wanted = serde_json::to_string(files).map_err(Error::internal)?;
        let found: Vec<String> = sqlx::query_scalar(query).bind(wanted).fetch_all(&self.readers).await?;
        found.iter().map(|pid| rows::id(pid)).collect()
    }
}

/// Takes a file away, and notes its content when no other file has it.
pub(super) async fn delete(connection: &mut SqliteConnection, key: i64) -> Result<()> {
    let content: Option<i64> = sqlx::query_scalar("DELETE FROM files WHERE id = ? RETURNING content_id")
        .bind(key)
        .fetch_one(&mut *connection)
        .await?;
    note_unused(connection, content.as_slice()).await
}

/// Notes those of the contents that neither a file nor a page has.
pub(in crate::storage) async fn note_unused(connection: &mut SqliteConnection, contents: &[i64]) -> Result<()> {
    if contents.is_empty() {
        return Ok(());
    }
    let query = "INSERT OR IGNORE INTO unused_contents (content_id) SELECT j.value FROM json_each(?) j
        WHERE NOT EXISTS (SELECT 1 FROM files f WHERE f.content_id = j.value)
            AND NOT EXISTS (SELECT 1 FROM link_pages p WHERE p.content_id = j.value)";
    sqlx::query(query).bind(json!(contents).to_string()).execute(connection).await?;
    Ok(())
}
