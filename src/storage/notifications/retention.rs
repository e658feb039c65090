//! How long notifications are kept: ninety days, and of those that were read a thousand for each person.

use super::reading::tell_counts;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::Storage;
use std::time::Duration;

const KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 3600);
const READ_KEPT: i64 = 1_000;
/// Rows removed in one transaction.
const PORTION: i64 = 2_000;

impl Storage {
    /// Removes a portion of the notifications that are too old, and tells who had not read theirs how many they have now.
    /// True when more are left.
    pub async fn sweep_notifications(&self, now: Timestamp) -> Result<bool> {
        let before = (now - KEPT_FOR).as_millis();
        // The oldest come first, and time grows with them.
        let query =
            "SELECT count(*) FROM (SELECT created_at FROM notifications ORDER BY id LIMIT ?) WHERE created_at < ?";
        let old: i64 = sqlx::query_scalar(query).bind(PORTION).bind(before).fetch_one(&self.readers).await?;
        if old == 0 {
            return Ok(false);
        }
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "DELETE FROM notifications WHERE id IN (
                        SELECT id FROM notifications ORDER BY id LIMIT ?) AND created_at < ?
                        RETURNING user_id, read_at IS NULL";
                    let query = sqlx::query_as(query).bind(PORTION).bind(before);
                    let removed: Vec<(i64, bool)> = query.fetch_all(&mut transaction.connection).await?;
                    let unread = removed.iter().filter(|(_, unread)| *unread).map(|(user, _)| *user);
                    tell_counts(transaction, unread.collect()).await?;
                    Ok(removed.len() as i64 >= PORTION)
                })
            })
            .await
    }

    /// Removes a portion of what somebody has read beyond the last thousand. True when more may be left.
    pub async fn shorten_inboxes(&self) -> Result<bool> {
        let query = "SELECT n.user_id FROM notifications n GROUP BY n.user_id
            HAVING count(*) - (SELECT count(*) FROM notifications x
                               WHERE x.user_id = n.user_id AND x.read_at IS NULL) > ? LIMIT 1";
        let user: Option<i64> = sqlx::query_scalar(query).bind(READ_KEPT).fetch_optional(&self.readers).await?;
        let Some(user) = user else { return Ok(false) };
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "DELETE FROM notifications WHERE id IN (
                        SELECT id FROM notifications WHERE user_id = ? AND read_at IS NOT NULL
                        ORDER BY id DESC LIMIT ? OFFSET ?)";
                    let query = sqlx::query(query).bind(user).bind(PORTION).bind(READ_KEPT);
                    query.execute(&mut transaction.connection).await?;
                    Ok(true)
                })
            })
            .await
    }
}
