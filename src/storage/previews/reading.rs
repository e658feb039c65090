//! What is to be looked up, and what is known already.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::Storage;
use serde_json::json;

impl Storage {
    /// Links that are to be looked up and are not `under_way`: the first of each author come first, the oldest of these
    /// before the others, so that nobody who posts many holds up the rest.
    pub async fn pending_links(&self, under_way: &[&str], limit: u32) -> Result<Vec<String>> {
        let query = "SELECT url FROM (
                SELECT x.url, x.message_id, row_number() OVER (PARTITION BY m.user_id ORDER BY x.message_id, x.position) AS turn
                FROM message_links x JOIN messages m ON m.id = x.message_id WHERE x.state = 'pending')
            WHERE url NOT IN (SELECT value FROM json_each(?1))
            GROUP BY url ORDER BY min(turn), min(message_id) LIMIT ?2";
        let under_way = json!(under_way).to_string();
        Ok(sqlx::query_scalar(query).bind(under_way).bind(limit).fetch_all(&self.readers).await?)
    }

    /// The key of what was found behind a link so lately that it need not be looked up again.
    pub async fn fresh_page(&self, url: &str, now: Timestamp) -> Result<Option<i64>> {
        let query = "SELECT id FROM link_pages WHERE url = ? AND fresh_until > ? ORDER BY id DESC LIMIT 1";
        Ok(sqlx::query_scalar(query).bind(url).bind(now.as_millis()).fetch_optional(&self.readers).await?)
    }
}
