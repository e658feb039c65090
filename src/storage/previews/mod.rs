//! The links of messages, from the moment that they are noted to what is shown of them.

mod reading;
mod settling;
mod sweeping;
mod switching;
#[cfg(test)]
mod tests;

pub use settling::{FoundPage, NewPage};

pub(super) use sweeping::withdraw;

use super::transaction::Transaction;
use crate::clock;
use crate::error::Result;
use serde_json::json;
use sqlx::SqliteConnection;

/// The links of a text that may be looked up, in their order.
#[derive(Clone, Debug, Default)]
pub struct Links {
    pub urls: Vec<String>,
    /// Whether new ones are looked up; those that are known stay in any case.
    pub wanted: bool,
}

/// Notes the links of new messages, in rooms that look links up: message, address, position, time.
pub(super) const NOTE: &str = "INSERT INTO message_links (message_id, url, position, state, noted_at)
    SELECT m.id, j.value->>1, j.value->>2, 'pending', j.value->>3
    FROM json_each(?) j JOIN messages m ON m.id = j.value->>0 JOIN rooms r ON r.id = m.room_id AND r.previews = 1";

/// Lets the links of a message be those of its new text. Told with the message by whoever changed the text.
pub(super) async fn replace(transaction: &mut Transaction, message_key: i64, links: &Links) -> Result<()> {
    let connection = &mut transaction.connection;
    let urls = json!(links.urls).to_string();
    let query = "INSERT OR IGNORE INTO loose_link_pages (page_id)
        SELECT page_id FROM message_links WHERE message_id = ?1 AND page_id IS NOT NULL
            AND url NOT IN (SELECT value FROM json_each(?2))";
    sqlx::query(query).bind(message_key).bind(&urls).execute(&mut *connection).await?;
    let query = "DELETE FROM message_links WHERE message_id = ?1 AND url NOT IN (SELECT value FROM json_each(?2))";
    sqlx::query(query).bind(message_key).bind(&urls).execute(&mut *connection).await?;
    let query = "UPDATE message_links SET position = j.key FROM json_each(?2) j
        WHERE message_links.message_id = ?1 AND message_links.url = j.value";
    sqlx::query(query).bind(message_key).bind(&urls).execute(&mut *connection).await?;
    if links.wanted && !links.urls.is_empty() {
        let now = clock::now().as_millis();
        let rows = links.urls.iter().enumerate().map(|(position, url)| json!([message_key, url, position, now]));
        let rows = json!(rows.collect::<Vec<_>>()).to_string();
        // Those that are there stay what they are, the removed ones too.
        let query = sqlx::AssertSqlSafe(NOTE.replacen("INSERT", "INSERT OR IGNORE", 1));
        sqlx::query(query).bind(rows).execute(&mut *connection).await?;
    }
    mark(connection, message_key).await
}

/// Shows what was found of a message's links once nothing more is waited for, and notes whether it shows something.
pub(super) async fn mark(connection: &mut SqliteConnection, message_key: i64) -> Result<()> {
    let query = "UPDATE message_links SET state = 'shown' WHERE message_id = ?1 AND state = 'found'
        AND NOT EXISTS (SELECT 1 FROM message_links x WHERE x.message_id = ?1 AND x.state = 'pending')";
    sqlx::query(query).bind(message_key).execute(&mut *connection).await?;
    let query = "UPDATE messages SET previews = EXISTS (
        SELECT 1 FROM message_links WHERE message_id = ?1 AND state = 'shown') WHERE id = ?1";
    sqlx::query(query).bind(message_key).execute(connection).await?;
    Ok(())
}
