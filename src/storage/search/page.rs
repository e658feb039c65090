//! A page of what an index finds, and an estimate of how much there is in all.

use super::names::Scope;
use super::tables::table;
use crate::contract::{Message, RoomRef};
use crate::error::{Error, Result};
use crate::storage::rows::{MESSAGE_JSON, MessageRow, ROOM_REF_JSON, RoomRefRow};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// The newest hits among which the best are looked for.
pub(super) const RANKED: i64 = 2_000;
/// Hits that are counted one by one.
const COUNTED: i64 = 100;

/// The keys of messages that are looked through: from `start` up to, and without, `end`.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub start: i64,
    pub end: i64,
}

/// Which part of all hits a page is.
#[derive(Clone, Copy)]
pub(super) enum Order {
    Newest,
    /// Behind the best so many.
    Relevance {
        behind: i64,
    },
}

pub(super) struct Hit {
    pub key: i64,
    pub message: Message,
    pub room: RoomRef,
}

/// The key of a message, its room, the message.
#[derive(Deserialize)]
struct HitRow(i64, RoomRefRow, MessageRow);

/// Whatever an index finds is looked at as it is now: the caller has to be in the room, the message has to be there,
/// and not have changed since it was indexed. `?1` is the caller.
fn visible(index: i64) -> String {
    let table = table(index);
    format!(
        "{table} s CROSS JOIN messages m ON m.id = s.rowid
         CROSS JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL
         CROSS JOIN members x ON x.room_id = m.room_id AND x.user_id = ?1
         WHERE {table} MATCH ?2 AND s.rowid >= ?3 AND s.rowid < ?4 AND m.deleted_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM search_changes c WHERE c.message_id = m.id)"
    )
}

/// The hits of a page.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    scope: &Scope,
    expression: &str,
    range: Range,
    order: Order,
    limit: i64,
) -> Result<Vec<Hit>> {
    let found = match order {
        Order::Newest => {
            format!(
                "SELECT s.rowid AS id, -s.rowid AS place FROM {} ORDER BY s.rowid DESC LIMIT ?5",
                visible(scope.index)
            )
        }
        // bm25 counts the rows of every word; only words of the body have a weight.
        Order::Relevance { .. } => format!(
            "SELECT id, score AS place FROM (
                SELECT s.rowid AS id, bm25({}, 1.0, 0.0) AS score FROM {} ORDER BY s.rowid DESC LIMIT {RANKED})
             ORDER BY score, id DESC LIMIT ?5 OFFSET ?6",
            table(scope.index),
            visible(scope.index)
        ),
    };
    let sql = format!(
        "WITH found AS MATERIALIZED ({found})
         SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
             SELECT '[' || f.id || ',' || {ROOM_REF_JSON} || ',' || {MESSAGE_JSON} || ']' AS j
             FROM found f CROSS JOIN messages m ON m.id = f.id
             JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id ORDER BY f.place, f.id DESC)"
    );
    let query = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(scope.user_key)
        .bind(expression)
        .bind(range.start)
        .bind(range.end)
        .bind(limit);
    let json: String = match order {
        Order::Newest => query.fetch_one(connection).await?,
        Order::Relevance { behind } => query.bind(behind).fetch_one(connection).await?,
    };
    let found: Vec<HitRow> = serde_json::from_str(&json).map_err(Error::internal)?;
    Ok(found.into_iter().map(hit).collect())
}

fn hit(HitRow(key, room, message): HitRow) -> Hit {
    let room = room.into_room();
    Hit { key, message: message.into_message(room.id), room }
}

/// How many hits there are, and whether that is an estimate: of more than a hundred only the newest are counted, and the
/// rest is taken to be as dense. What the caller may not see is no part of it, so that it says nothing about that.
pub(super) async fn count(
    connection: &mut SqliteConnection,
    scope: &Scope,
    expression: &str,
    range: Range,
) -> Result<(i64, bool)> {
    let sql = format!(
        "SELECT count(*), min(id) FROM (SELECT s.rowid AS id FROM {} ORDER BY s.rowid DESC LIMIT {COUNTED})",
        visible(scope.index)
    );
    let (hits, oldest): (i64, Option<i64>) = sqlx::query_as(AssertSqlSafe(sql))
        .bind(scope.user_key)
        .bind(expression)
        .bind(range.start)
        .bind(range.end)
        .fetch_one(connection)
        .await?;
    let Some(oldest) = oldest.filter(|_| hits >= COUNTED) else { return Ok((hits, false)) };
    let (looked_through, all) = ((range.end - oldest).max(1), range.end - range.start.max(1));
    Ok((estimate(hits, looked_through, all), true))
}

/// Two figures of it: more would pretend to be known.
fn estimate(hits: i64, looked_through: i64, all: i64) -> i64 {
    let estimate = i128::from(hits) * i128::from(all) / i128::from(looked_through);
    let mut estimate = i64::try_from(estimate).unwrap_or(i64::MAX).max(hits);
    let mut unit = 1;
    while estimate >= 100 {
        estimate /= 10;
        unit *= 10;
    }
    estimate * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_has_two_figures_and_is_never_below_what_was_counted_but_for_them() {
        assert_eq!(estimate(1000, 1000, 1000), 1000);
        assert_eq!(estimate(1000, 50_000, 1_000_000), 20_000);
        assert_eq!(estimate(1000, 73, 1_000), 13_000);
        assert_eq!(estimate(0, 10, 1_000), 0);
        assert_eq!(estimate(i64::MAX, 1, i64::MAX), 92 * 10_i64.pow(17));
    }
}
