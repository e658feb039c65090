//! What an index finds, as far as the caller may see it, and the messages themselves.

use super::names::Scope;
use super::range::Range;
use super::tables::{IS_INDEXED, table};
use crate::contract::{Message, RoomRef};
use crate::error::{Error, Result};
use crate::storage::rows::{MESSAGE_JSON, MessageRow, ROOM_REF_JSON, RoomRefRow};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::collections::HashMap;

/// A message and its room.
type Found = (Message, RoomRef);

#[derive(Deserialize)]
struct FoundRow(RoomRefRow, MessageRow);

/// What of the messages `m` the caller, `?1`, may see, as it is now: the caller has to be in the room, the message has to
/// be there, not have changed since it was indexed, and be of the days that are meant, `?4` to `?5`.
const SEEN: &str = "CROSS JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL
    CROSS JOIN members x ON x.room_id = m.room_id AND x.user_id = ?1
    WHERE m.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM search_changes c WHERE c.message_id = m.id)
        AND (?4 IS NULL OR (m.created_at >= ?4 AND m.created_at < ?5))";

/// A message that may fit.
#[derive(Deserialize)]
pub(super) struct Candidate {
    pub key: i64,
    /// What it says, unless that is long.
    pub content: Option<String>,
}

const KEY: &str = "m.id";
/// Texts up to these bytes are read along: few are longer, and 2,000 of them take 2 MiB at the most.
const CANDIDATE: &str =
    "json_object('key', m.id, 'content', CASE WHEN octet_length(m.content) <= 1024 THEN m.content END)";

/// The keys of the newest that an expression finds, at most `limit`.
pub(super) async fn newest(
    connection: &mut SqliteConnection,
    scope: &Scope,
    expression: &str,
    range: Range,
    limit: i64,
) -> Result<Vec<i64>> {
    all(connection, scope, range, limit, found(KEY, scope, expression)).await
}

/// The newest that an expression finds, to be looked at: at most `limit`.
pub(super) async fn candidates(
    connection: &mut SqliteConnection,
    scope: &Scope,
    expression: &str,
    range: Range,
    limit: i64,
) -> Result<Vec<Candidate>> {
    all(connection, scope, range, limit, found(CANDIDATE, scope, expression)).await
}

/// The newest messages that an index could find, without asking it: at most `limit`, the newest first.
pub(super) async fn latest(
    connection: &mut SqliteConnection,
    scope: &Scope,
    range: Range,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let sql = format!(
        "SELECT {CANDIDATE} AS one FROM messages m {SEEN} AND m.id >= ?2 AND m.id < ?3 AND {IS_INDEXED}
             ORDER BY m.id DESC LIMIT ?6"
    );
    all(connection, scope, range, limit, Statement { sql, expression: None }).await
}

/// `one` of each message, with `?1` to `?6` as for all of them.
struct Statement<'e> {
    sql: String,
    /// What the index is asked for, as `?7`.
    expression: Option<&'e str>,
}

fn found<'e>(one: &str, scope: &Scope, expression: &'e str) -> Statement<'e> {
    let table = table(scope.index);
    let sql = format!(
        "SELECT {one} AS one FROM {table} s CROSS JOIN messages m ON m.id = s.rowid {SEEN}
             AND {table} MATCH ?7 AND s.rowid >= ?2 AND s.rowid < ?3 ORDER BY s.rowid DESC LIMIT ?6"
    );
    Statement { sql, expression: Some(expression) }
}

/// All of a statement in one row.
async fn all<T: DeserializeOwned>(
    connection: &mut SqliteConnection,
    scope: &Scope,
    range: Range,
    limit: i64,
    statement: Statement<'_>,
) -> Result<Vec<T>> {
    let Statement { sql, expression } = statement;
    let sql = format!("SELECT '[' || coalesce(group_concat(one, ','), '') || ']' FROM ({sql})");
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(scope.user_key).bind(range.start).bind(range.end);
    let query = query.bind(range.sent.map(|(from, _)| from)).bind(range.sent.map(|(_, to)| to));
    let query = query.bind(limit);
    let query = if let Some(expression) = expression { query.bind(expression) } else { query };
    let json: String = query.fetch_one(connection).await?;
    serde_json::from_str(&json).map_err(Error::internal)
}

/// What each of these messages says, in this order, the long ones too. They were found for the caller in the same
/// transaction.
pub(super) async fn contents(
    connection: &mut SqliteConnection,
    candidates: &[Candidate],
) -> Result<Vec<(i64, String)>> {
    let long: Vec<i64> = candidates.iter().filter(|one| one.content.is_none()).map(|one| one.key).collect();
    let mut long = if long.is_empty() { HashMap::new() } else { texts(connection, &long).await? };
    let content = |Candidate { key, content }: &Candidate| {
        let content = content.clone().or_else(|| long.remove(key));
        Ok((*key, content.ok_or_else(|| Error::internal("a message is gone within a transaction"))?))
    };
    candidates.iter().map(content).collect()
}

async fn texts(connection: &mut SqliteConnection, keys: &[i64]) -> Result<HashMap<i64, String>> {
    let sql = "SELECT json_group_object(m.id, m.content)
        FROM json_each(?) j CROSS JOIN messages m ON m.id = j.value";
    let json: String = sqlx::query_scalar(sql).bind(json!(keys).to_string()).fetch_one(connection).await?;
    serde_json::from_str(&json).map_err(Error::internal)
}

/// The messages with these keys that the caller may see, in this order.
pub(super) async fn with_keys(connection: &mut SqliteConnection, scope: &Scope, keys: &[i64]) -> Result<Vec<Found>> {
    let sql = format!(
        "WITH found AS MATERIALIZED (
             SELECT m.id, j.key AS place FROM json_each(?2) j CROSS JOIN messages m ON m.id = j.value
             CROSS JOIN members x ON x.room_id = m.room_id AND x.user_id = ?1 WHERE m.deleted_at IS NULL)
         SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
             SELECT '[' || {ROOM_REF_JSON} || ',' || {MESSAGE_JSON} || ']' AS j
             FROM found f CROSS JOIN messages m ON m.id = f.id
             JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id ORDER BY f.place)"
    );
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(scope.user_key).bind(json!(keys).to_string());
    let json: String = query.fetch_one(connection).await?;
    let found: Vec<FoundRow> = serde_json::from_str(&json).map_err(Error::internal)?;
    Ok(found.into_iter().map(message).collect())
}

fn message(FoundRow(room, message): FoundRow) -> Found {
    let room = room.into_room();
    (message.into_message(room.id), room)
}
