//! From days to the keys of messages, and so to a range of the index. Keys grow with time where no clock was ever wrong;
//! so that days are right in any case, it is noted of each 1,024 keys when the first and the last of them were sent, and
//! of the range that may hold such days every message is looked at.

use crate::error::Result;
use sqlx::SqliteConnection;

/// The keys of messages that are looked through: from `start` up to, and without, `end`.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub start: i64,
    pub end: i64,
    /// Of these, those alone that were sent from a moment up to, and without, another (UTC milliseconds).
    pub sent: Option<(i64, i64)>,
}

/// The keys below `end` of what may have been sent between two moments (UTC milliseconds).
pub(super) async fn of_days(
    connection: &mut SqliteConnection,
    (after, before): (Option<i64>, Option<i64>),
    end: i64,
) -> Result<Range> {
    let mut range = Range { start: 0, end, sent: None };
    if let Some(after) = after {
        range.start = sqlx::query_scalar(FIRST).bind(after).fetch_optional(&mut *connection).await?.unwrap_or(end);
    }
    if let Some(before) = before {
        let last = sqlx::query_scalar(LAST).bind(before).fetch_optional(&mut *connection).await?;
        range.end = end.min(last.unwrap_or(0));
    }
    if after.is_some() || before.is_some() {
        range.sent = Some((after.unwrap_or(i64::MIN), before.unwrap_or(i64::MAX)));
    }
    Ok(range)
}

/// Notes when messages were sent whose keys lie between two, the latter included.
pub(super) async fn note(connection: &mut SqliteConnection, after: i64, up_to: i64) -> Result<()> {
    sqlx::query(NOTE).bind(after).bind(up_to).execute(connection).await?;
    Ok(())
}

const FIRST: &str = "SELECT block << 10 FROM message_times WHERE latest >= ? ORDER BY block LIMIT 1";
const LAST: &str = "SELECT (block + 1) << 10 FROM message_times WHERE earliest < ? ORDER BY block DESC LIMIT 1";
const NOTE: &str = "INSERT INTO message_times (block, earliest, latest)
    SELECT id >> 10, min(created_at), max(created_at) FROM messages WHERE id > ? AND id <= ? GROUP BY id >> 10
    ON CONFLICT (block) DO UPDATE SET
        earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest)";

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Connection;

    #[tokio::test]
    async fn the_range_of_any_days_holds_what_was_sent_then_whatever_the_clock_did() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
        let connection = &mut connection;
        let tables = concat!(
            "CREATE TABLE messages (id INTEGER PRIMARY KEY, created_at INTEGER);",
            include_str!("../../../migrations/0012_message_times.sql")
        );
        sqlx::raw_sql(tables).execute(&mut *connection).await.expect("tables");
        // Some keys are missing, a block lies in 1970, and one in the future.
        let at = |key: i64| match key / 1_024 {
            2 => 10,
            4 => 900_000,
            _ => 500_000 + key,
        };
        let keys: Vec<i64> = (1..8_000).filter(|key| key % 3 > 0 && key / 1_024 != 6).collect();
        for portion in keys.chunks(700) {
            let rows: Vec<String> = portion.iter().map(|key| format!("({key}, {})", at(*key))).collect();
            let insert = sqlx::AssertSqlSafe(format!("INSERT INTO messages VALUES {}", rows.join(",")));
            sqlx::query(insert).execute(&mut *connection).await.expect("rows");
            note(connection, portion[0] - 1, portion[portion.len() - 1]).await.expect("a note");
        }
        for days in [(None, None), (Some(502_000), None), (None, Some(501_000)), (Some(505_500), Some(505_600))] {
            let range = of_days(connection, days, 8_000).await.expect("a range");
            let is_meant =
                |key: &i64| days.0.is_none_or(|day| at(*key) >= day) && days.1.is_none_or(|day| at(*key) < day);
            let meant: Vec<i64> = keys.iter().copied().filter(is_meant).collect();
            assert!(!meant.is_empty());
            assert!(meant.iter().all(|key| (range.start..range.end).contains(key)), "{days:?}");
            assert_eq!(range.sent.is_some(), days != (None, None));
        }
        let narrow = of_days(connection, (Some(505_500), Some(505_600)), 8_000).await.expect("a range");
        assert!(narrow.start >= 4 * 1_024 && narrow.end <= 6 * 1_024, "{} to {}", narrow.start, narrow.end);
        let none = of_days(connection, (Some(2_000_000), None), 8_000).await.expect("a range");
        assert!(none.start >= none.end);
    }
}
