//! A page of what an index finds, and how much there is in all.

use super::names::Scope;
use super::tables::table;
use crate::contract::{Message, RoomRef};
use crate::error::{Error, Result};
use crate::storage::rows::{MESSAGE_JSON, MessageRow, ROOM_REF_JSON, RoomRefRow};
use serde::Deserialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// The newest hits among which the best are looked for.
pub(super) const RANKED: i64 = 2_000;
/// Hits that are counted one by one.
const COUNTED: i64 = 200;

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
    let sql = hits_json(&found);
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
    hits(&json)
}

/// The messages with these keys that the caller may see, newest first.
pub(super) async fn read_keys(connection: &mut SqliteConnection, scope: &Scope, keys: &[i64]) -> Result<Vec<Hit>> {
    let sql = hits_json(
        "SELECT m.id, -m.id AS place FROM json_each(?2) j CROSS JOIN messages m ON m.id = j.value
         CROSS JOIN members x ON x.room_id = m.room_id AND x.user_id = ?1 WHERE m.deleted_at IS NULL",
    );
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(scope.user_key).bind(json!(keys).to_string());
    let json: String = query.fetch_one(connection).await?;
    hits(&json)
}

/// The keys and contents of everything that an expression finds, newest first.
pub(super) async fn contents(
    connection: &mut SqliteConnection,
    scope: &Scope,
    expression: &str,
    range: Range,
) -> Result<Vec<(i64, String)>> {
    let sql = format!("SELECT s.rowid, m.content FROM {} ORDER BY s.rowid DESC", visible(scope.index));
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(scope.user_key).bind(expression);
    Ok(query.bind(range.start).bind(range.end).fetch_all(connection).await?)
}

/// One JSON text of what `found` says: the key (`id`) of each message, and its `place`.
fn hits_json(found: &str) -> String {
    format!(
        "WITH found AS MATERIALIZED ({found})
         SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
             SELECT '[' || f.id || ',' || {ROOM_REF_JSON} || ',' || {MESSAGE_JSON} || ']' AS j
             FROM found f CROSS JOIN messages m ON m.id = f.id
             JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id ORDER BY f.place, f.id DESC)"
    )
}

fn hits(json: &str) -> Result<Vec<Hit>> {
    let found: Vec<HitRow> = serde_json::from_str(json).map_err(Error::internal)?;
    Ok(found.into_iter().map(hit).collect())
}

fn hit(HitRow(key, room, message): HitRow) -> Hit {
    let room = room.into_room();
    Hit { key, message: message.into_message(room.id), room }
}

/// How many hits there are, and whether that is only the least: of many, the newest are counted and no more. What the
/// caller may not see is no part of it, and nothing is inferred from where the hits stand among everybody's messages.
pub(super) async fn count(
    connection: &mut SqliteConnection,
    scope: &Scope,
    expression: &str,
    range: Range,
) -> Result<(i64, bool)> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {} ORDER BY s.rowid DESC LIMIT {COUNTED} + 1)",
        visible(scope.index)
    );
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(scope.user_key).bind(expression);
    let hits: i64 = query.bind(range.start).bind(range.end).fetch_one(connection).await?;
    Ok((hits.min(COUNTED), hits > COUNTED))
}
