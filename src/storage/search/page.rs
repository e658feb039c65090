//! A page of what an index finds, and how much there is in all.

use super::names::Scope;
use super::tables::table;
use crate::contract::{Message, RoomRef};
use crate::error::{Error, Result};
use crate::ids::MessageId;
use crate::storage::rows::{self, MESSAGE_JSON, MessageRow, ROOM_REF_JSON, RoomRefRow};
use serde::Deserialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// Hits that are counted one by one.
const COUNTED: i64 = 200;

/// The keys of messages that are looked through: from `start` up to, and without, `end`.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub start: i64,
    pub end: i64,
}

/// A message and its room.
type Hit = (Message, RoomRef);

#[derive(Deserialize)]
struct HitRow(RoomRefRow, MessageRow);

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

/// The newest hits, at most `limit`.
pub(super) async fn newest(
    connection: &mut SqliteConnection,
    scope: &Scope,
    expression: &str,
    range: Range,
    limit: i64,
) -> Result<Vec<Hit>> {
    let sql = hits_json(&format!(
        "SELECT s.rowid AS id, -s.rowid AS place FROM {} ORDER BY s.rowid DESC LIMIT ?5",
        visible(scope.index)
    ));
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(scope.user_key).bind(expression);
    let json: String = query.bind(range.start).bind(range.end).bind(limit).fetch_one(connection).await?;
    hits(&json)
}

/// The messages with these keys that the caller may see, in this order.
pub(super) async fn with_keys(connection: &mut SqliteConnection, scope: &Scope, keys: &[i64]) -> Result<Vec<Hit>> {
    let sql = hits_json(
        "SELECT m.id, j.key AS place FROM json_each(?2) j CROSS JOIN messages m ON m.id = j.value
         CROSS JOIN members x ON x.room_id = m.room_id AND x.user_id = ?1 WHERE m.deleted_at IS NULL",
    );
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(scope.user_key).bind(json!(keys).to_string());
    let json: String = query.fetch_one(connection).await?;
    hits(&json)
}

/// What an expression finds, to be looked at.
pub(super) struct Candidate {
    pub key: i64,
    pub id: MessageId,
    pub content: String,
}

/// The newest that an expression finds, at most `limit`.
pub(super) async fn candidates(
    connection: &mut SqliteConnection,
    scope: &Scope,
    expression: &str,
    range: Range,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let sql =
        format!("SELECT s.rowid, r.pid, m.seq, m.content FROM {} ORDER BY s.rowid DESC LIMIT ?5", visible(scope.index));
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(scope.user_key).bind(expression);
    let rows: Vec<(i64, String, i64, String)> =
        query.bind(range.start).bind(range.end).bind(limit).fetch_all(connection).await?;
    let candidate = |(key, room, seq, content): (i64, String, i64, String)| {
        Ok(Candidate { key, id: MessageId { room: rows::id(&room)?, seq }, content })
    };
    rows.into_iter().map(candidate).collect()
}

/// The key of a message, if there is such a one.
pub(super) async fn key_of(connection: &mut SqliteConnection, message: MessageId) -> Result<Option<i64>> {
    let query = "SELECT m.id FROM messages m JOIN rooms r ON r.id = m.room_id WHERE r.pid = ? AND m.seq = ?";
    let query = sqlx::query_scalar(query).bind(message.room.to_string()).bind(message.seq);
    Ok(query.fetch_optional(connection).await?)
}

/// One JSON text of what `found` says: the key (`id`) of each message, and its `place`.
fn hits_json(found: &str) -> String {
    format!(
        "WITH found AS MATERIALIZED ({found})
         SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
             SELECT '[' || {ROOM_REF_JSON} || ',' || {MESSAGE_JSON} || ']' AS j
             FROM found f CROSS JOIN messages m ON m.id = f.id
             JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id ORDER BY f.place, f.id DESC)"
    )
}

fn hits(json: &str) -> Result<Vec<Hit>> {
    let found: Vec<HitRow> = serde_json::from_str(json).map_err(Error::internal)?;
    Ok(found.into_iter().map(hit).collect())
}

fn hit(HitRow(room, message): HitRow) -> Hit {
    let room = room.into_room();
    (message.into_message(room.id), room)
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
