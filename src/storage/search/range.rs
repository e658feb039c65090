//! From days to the keys of messages: these grow with time, so that a range of days is a range of the index.

use crate::error::Result;
use sqlx::SqliteConnection;

/// The first key of a message that was sent at `moment` (UTC milliseconds) or later; one above every key when none was.
pub(super) async fn first_since(connection: &mut SqliteConnection, moment: i64) -> Result<i64> {
    Ok(sqlx::query_scalar(HALVING).bind(moment).fetch_one(connection).await?)
}

/// The key looked for is above `low` and at most `high`; each step looks at the first message from the middle on.
const HALVING: &str = "WITH RECURSIVE halving (low, high) AS (
    SELECT 0, coalesce((SELECT max(id) FROM messages), 0) + 1
    UNION ALL
    SELECT
        CASE WHEN (SELECT created_at FROM messages WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1) < ?1
             THEN (low + high) / 2 ELSE low END,
        CASE WHEN (SELECT created_at FROM messages WHERE id >= (low + high) / 2 ORDER BY id LIMIT 1) < ?1
             THEN high ELSE (low + high) / 2 END
    FROM halving WHERE high - low > 1)
    SELECT high FROM halving ORDER BY high - low LIMIT 1";

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Connection;

    #[tokio::test]
    async fn the_first_message_of_a_moment_is_found_across_gaps() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
        let connection = &mut connection;
        sqlx::query("CREATE TABLE messages (id INTEGER PRIMARY KEY, created_at INTEGER)")
            .execute(&mut *connection)
            .await
            .expect("a table");
        assert_eq!(first_since(connection, 5).await.expect("a key"), 1, "there are none");
        let sent = [(3, 10), (4, 10), (9, 20), (10, 30), (57, 30), (58, 41)];
        for (id, at) in sent {
            let insert = sqlx::query("INSERT INTO messages VALUES (?, ?)").bind(id).bind(at);
            insert.execute(&mut *connection).await.expect("a row");
        }
        for moment in 0..50 {
            let found = first_since(connection, moment).await.expect("a key");
            let expected = sent.iter().find(|(_, at)| *at >= moment).map(|(id, _)| *id);
            let before = sent.iter().rfind(|(_, at)| *at < moment).map_or(0, |(id, _)| *id);
            assert!(found > before && found <= expected.unwrap_or(59), "{moment}: {found}");
        }
    }
}
