//! Years of history in seconds: messages written straight into the database of a data folder that nobody serves.
//!
//! Going through Maru would take minutes for millions. What is written here is what its storage would have written; the
//! test below reads it back through that storage.

pub mod texts;

use crate::failure::{Failure, Result};
use maru::clock;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};
use std::path::Path;
use std::time::Duration;

/// The time over which the messages are spread, until now.
const SPAN: Duration = Duration::from_secs(2 * 365 * 24 * 60 * 60);
/// How long Maru keeps the keys of answered sends.
const KEYS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// About how many messages are written with one statement.
const CHUNK: u64 = 100_000;
const TEXTS_AT_ONCE: usize = 50_000;

/// What was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct History {
    pub messages: u64,
    pub spread: Spread,
}

/// How the messages are shared among the rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spread {
    Evenly,
    /// The second room has half as many as the first, the third a third, and so on.
    Zipf,
}

impl History {
    pub const NONE: Self = Self { messages: 0, spread: Spread::Evenly };

    /// How many of the messages each of `rooms` rooms gets; together exactly `messages`.
    pub fn shares(self, rooms: usize) -> Vec<u64> {
        let weight = |rank: usize| match self.spread {
            Spread::Evenly => 1.0,
            Spread::Zipf => 1.0 / (rank + 1) as f64,
        };
        let sum: f64 = (0..rooms).map(weight).sum();
        let mut shares: Vec<u64> =
            (0..rooms).map(|rank| (self.messages as f64 * weight(rank) / sum).floor() as u64).collect();
        let given: u64 = shares.iter().sum();
        if let Some(first) = shares.first_mut() {
            *first += self.messages - given;
        }
        shares
    }
}

/// Writes a history into `data_dir`, into these rooms of it; everybody has read everything. Of `texts`, which are at
/// least one, each room says the ones behind those of the room before it, from the first on again when all were said.
///
/// # Errors
/// When the database cannot be written.
pub async fn write(data_dir: &Path, rooms: &[String], history: History, texts: &[String]) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(data_dir.join("maru.db"))
        .foreign_keys(false)
        .pragma("synchronous", "OFF")
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", "-400000");
    let mut db = SqliteConnection::connect_with(&options).await?;
    let until = clock::now().as_millis();
    let from = until - i64::try_from(SPAN.as_millis()).unwrap_or(i64::MAX);
    prepare(&mut db, rooms, history, from).await?;
    keep_texts(&mut db, texts).await?;
    let chunks = i64::try_from(history.messages.div_ceil(CHUNK)).unwrap_or(i64::MAX);
    for chunk in 0..chunks {
        let insert = sqlx::query(INSERT_CHUNK).bind(chunk).bind(chunks).bind(from).bind(until - from);
        insert.bind(i64::try_from(texts.len()).unwrap_or(i64::MAX)).execute(&mut db).await?;
    }
    let kept_since = until - i64::try_from(KEYS_KEPT.as_millis()).unwrap_or(i64::MAX);
    for statement in [ADVANCE_ROOMS, ADVANCE_MEMBERS] {
        sqlx::query(statement).execute(&mut db).await?;
    }
    sqlx::query(INSERT_KEYS).bind(kept_since).execute(&mut db).await?;
    let written: i64 = sqlx::query_scalar("SELECT sum(messages) FROM share").fetch_one(&mut db).await?;
    let found: i64 = sqlx::query_scalar("SELECT count(*) FROM messages WHERE kind = 'text'").fetch_one(&mut db).await?;
    if u64::try_from(written) != Ok(history.messages) || written != found {
        return Err(Failure::Other(format!("{found} messages were written instead of {}", history.messages)));
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut db).await?;
    Ok(db.close().await?)
}

async fn prepare(db: &mut SqliteConnection, rooms: &[String], history: History, from: i64) -> Result<()> {
    for table in [
        "CREATE TEMP TABLE text (id INTEGER PRIMARY KEY, content TEXT NOT NULL)",
        "CREATE TEMP TABLE share (room INTEGER PRIMARY KEY, messages INTEGER NOT NULL, first INTEGER NOT NULL,
            members INTEGER NOT NULL, last_seq INTEGER NOT NULL, rev INTEGER NOT NULL, counted INTEGER NOT NULL)",
        "CREATE TEMP TABLE seat (room INTEGER, place INTEGER, user INTEGER, PRIMARY KEY (room, place)) WITHOUT ROWID",
        "INSERT INTO seat
            SELECT room_id, row_number() OVER (PARTITION BY room_id ORDER BY user_id) - 1, user_id FROM members",
    ] {
        sqlx::query(table).execute(&mut *db).await?;
    }
    let shares: Vec<_> = rooms.iter().zip(history.shares(rooms.len())).collect();
    sqlx::query(
        "INSERT INTO share SELECT r.id, j.value->>1, sum(j.value->>1) OVER (ORDER BY j.key) - (j.value->>1),
            r.member_count, r.last_seq, r.rev, r.counted
         FROM json_each(?) j JOIN rooms r ON r.pid = j.value->>0",
    )
    .bind(serde_json::to_string(&shares)?)
    .execute(&mut *db)
    .await?;
    // Rooms are older than what was said in them.
    for change in ["UPDATE rooms SET created_at", "UPDATE messages SET created_at", "UPDATE members SET joined_at"] {
        sqlx::query(AssertSqlSafe(format!("{change} = ?"))).bind(from).execute(&mut *db).await?;
    }
    Ok(())
}

async fn keep_texts(db: &mut SqliteConnection, texts: &[String]) -> Result<()> {
    let mut first = 0_i64;
    for some in texts.chunks(TEXTS_AT_ONCE) {
        let insert = sqlx::query("INSERT INTO text SELECT ?1 + key, value FROM json_each(?2)").bind(first);
        insert.bind(serde_json::to_string(some)?).execute(&mut *db).await?;
        first += i64::try_from(some.len()).unwrap_or(i64::MAX);
    }
    Ok(())
}

/// The part `?1` of `?2` of every room's messages, each room's evenly over the time, all rooms interleaved as they are
/// where people talk. The `k`-th message of a room has the `k`-th `seq` and `rev` behind those that were there.
const INSERT_CHUNK: &str = "
    WITH RECURSIVE n (i) AS (
        SELECT 1 UNION ALL
        SELECT i + 1 FROM n WHERE i < (SELECT max(messages * (?1 + 1) / ?2 - messages * ?1 / ?2) FROM share)),
    said AS (
        SELECT s.room, s.messages * ?1 / ?2 + n.i AS k, s.first, s.members, s.last_seq, s.rev, s.counted,
            (s.messages * ?1 / ?2 + n.i - 0.5) / s.messages AS at
        FROM n CROSS JOIN share s ON n.i <= s.messages * (?1 + 1) / ?2 - s.messages * ?1 / ?2)
    INSERT INTO messages
        (room_id, seq, rev, ordinal, counts, kind, user_id, content, client_message_id, created_at)
    SELECT said.room, last_seq + k, rev + k, counted + k, 1, 'text', seat.user, text.content,
        printf('01SEED%010X%010X', said.room, k), ?3 + CAST(?4 * at AS INTEGER)
    FROM said
    CROSS JOIN seat ON seat.room = said.room AND seat.place = (k * 7 + k / 5) % members
    CROSS JOIN text ON text.id = (first + k) % ?5
    ORDER BY at";

const ADVANCE_ROOMS: &str = "
    UPDATE rooms SET last_seq = s.last_seq + messages, rev = s.rev + messages, counted = s.counted + messages,
        last_activity_at = coalesce(
            (SELECT m.created_at FROM messages m WHERE m.room_id = rooms.id ORDER BY m.seq DESC LIMIT 1), created_at)
    FROM share s WHERE s.room = rooms.id";

const ADVANCE_MEMBERS: &str = "
    UPDATE members SET read_seq = r.last_seq, read_counted = r.counted FROM rooms r WHERE r.id = members.room_id";

const INSERT_KEYS: &str = "
    INSERT INTO idempotency (user_id, client_message_id, room_id, seq, rev, created_at)
    SELECT user_id, client_message_id, room_id, seq, rev, created_at FROM messages
    WHERE created_at >= ? AND client_message_id IS NOT NULL";

#[cfg(test)]
mod tests;
