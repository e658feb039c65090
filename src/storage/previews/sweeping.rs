//! What goes: the links of messages that go, and pages that no message shows any more.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::{Storage, files};
use serde_json::json;
use sqlx::SqliteConnection;

/// Pages that are looked at in one transaction.
const AT_ONCE: i64 = 200;

/// Takes the links off messages, which are named by a JSON array of their keys.
pub(in crate::storage) async fn withdraw(connection: &mut SqliteConnection, messages: &str) -> Result<()> {
    for query in [
        "INSERT OR IGNORE INTO loose_link_pages (page_id) SELECT page_id FROM message_links
            WHERE page_id IS NOT NULL AND message_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM message_links WHERE message_id IN (SELECT value FROM json_each(?))",
    ] {
        sqlx::query(query).bind(messages).execute(&mut *connection).await?;
    }
    Ok(())
}

impl Storage {
    /// Forgets a portion of the pages that are stale and that no message shows. True when more may be left.
    pub async fn sweep_link_pages(&self, now: Timestamp) -> Result<bool> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let query = "SELECT p.id FROM loose_link_pages l JOIN link_pages p ON p.id = l.page_id
                        WHERE p.fresh_until <= ? LIMIT ?";
                    let stale: Vec<i64> = sqlx::query_scalar(query)
                        .bind(now.as_millis())
                        .bind(AT_ONCE)
                        .fetch_all(&mut *connection)
                        .await?;
                    let pages = json!(stale).to_string();
                    // Those that messages show are looked at again when these go.
                    sqlx::query("DELETE FROM loose_link_pages WHERE page_id IN (SELECT value FROM json_each(?))")
                        .bind(&pages)
                        .execute(&mut *connection)
                        .await?;
                    let query = "DELETE FROM link_pages WHERE id IN (SELECT value FROM json_each(?))
                            AND NOT EXISTS (SELECT 1 FROM message_links x WHERE x.page_id = link_pages.id)
                        RETURNING content_id";
                    let contents: Vec<Option<i64>> =
                        sqlx::query_scalar(query).bind(&pages).fetch_all(&mut *connection).await?;
                    let contents: Vec<i64> = contents.into_iter().flatten().collect();
                    files::note_unused(connection, &contents).await?;
                    Ok(stale.len() as i64 == AT_ONCE)
                })
            })
            .await
    }
}
