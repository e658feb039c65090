//! What the database knows of a batch of sends before it is carried out, in one query.

use super::{AppendMessage, Appended};
use crate::clock::Timestamp;
use crate::contract::UserRef;
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId};
use crate::storage::posting::{self, Rules};
use crate::storage::rows;
use crate::storage::transaction::{Transaction, last_message};
use serde_json::{Value, json};
use sqlx::Row;
use std::collections::HashMap;

/// What the database knows of one command before it is carried out.
pub(super) struct Facts {
    pub(super) room_key: i64,
    pub(super) author_key: i64,
    pub(super) author: UserRef,
    pub(super) reply_known: bool,
    pub(super) thread_known: bool,
    pub(super) direct: bool,
    /// What the room asks of who writes there; none where it asks nothing.
    pub(super) rules: Option<Rules>,
    /// The author has unread notifications of the room.
    pub(super) notified: bool,
    /// What was stored under the command's key, and in which room; none when that is gone.
    pub(super) stored: Option<(Option<RoomId>, Appended)>,
}

/// A room's counters as the batch advances them.
pub(super) struct Counters {
    pub(super) pid: RoomId,
    pub(super) last_seq: i64,
    pub(super) rev: i64,
    pub(super) counted: i64,
    pub(super) touched: bool,
}

/// The facts of each command, `NotFound` for who is not a member; the counters of the rooms concerned go to `rooms`.
pub(super) async fn read_facts(
    transaction: &mut Transaction,
    commands: &[AppendMessage],
    rooms: &mut HashMap<i64, Counters>,
) -> Result<Vec<Result<Facts>>> {
    let wanted: Vec<Value> = commands
        .iter()
        .map(|command| {
            let within = |id: &Option<MessageId>| id.filter(|id| id.room == command.room).map(|id| id.seq);
            json!([
                command.room,
                command.author,
                command.client_message_id,
                within(&command.reply_to),
                within(&command.thread_root)
            ])
        })
        .collect();
    let query = if transaction.open { FACTS } else { BEGIN_AND_FACTS };
    transaction.open = true;
    let found =
        sqlx::query(query).bind(Value::Array(wanted).to_string()).fetch_all(&mut transaction.connection).await?;
    if let Some(first) = found.first() {
        transaction.last_message = first.try_get("last_message")?;
    }
    let mut facts = Vec::with_capacity(found.len());
    for (row, command) in found.iter().zip(commands) {
        let Some(room_key) = row.try_get::<Option<i64>, _>("room_key")? else {
            facts.push(Err(Error::NotFound("the room")));
            continue;
        };
        rooms.entry(room_key).or_insert(Counters {
            pid: command.room,
            last_seq: row.try_get("last_seq")?,
            rev: row.try_get("rev")?,
            counted: row.try_get("counted")?,
            touched: false,
        });
        facts.push(Ok(facts_of(row, room_key)?));
    }
    Ok(facts)
}

fn facts_of(row: &sqlx::sqlite::SqliteRow, room_key: i64) -> Result<Facts> {
    let stored = match row.try_get::<Option<i64>, _>("stored_seq")? {
        None => None,
        Some(seq) => {
            let room: Option<String> = row.try_get("stored_room")?;
            let room: Option<RoomId> = room.map(|pid| rows::id(&pid)).transpose()?;
            let created_at = Timestamp::from_millis(row.try_get("stored_at")?);
            Some((room, Appended { seq, rev: row.try_get("stored_rev")?, created_at, duplicate: true }))
        }
    };
    Ok(Facts {
        room_key,
        author_key: row.try_get("author_key")?,
        author: rows::user_from_row(row)?,
        reply_known: row.try_get("reply_known")?,
        thread_known: row.try_get("thread_known")?,
        direct: row.try_get("direct")?,
        rules: row.try_get::<Option<&str>, _>("rules")?.map(Rules::from_json).transpose()?,
        notified: row.try_get("notified")?,
        stored,
    })
}

/// Begins the transaction too when nobody has: a call to the database's thread less.
macro_rules! facts {
    () => {
        concat!("SELECT m.room_id AS room_key, r.last_seq, r.rev, r.counted, u.id AS author_key,
            ", rows::user_columns!(), ",
            EXISTS (SELECT 1 FROM messages t WHERE t.room_id = r.id AND t.seq = j.value->>3) AS reply_known,
            EXISTS (SELECT 1 FROM messages t WHERE t.room_id = r.id AND t.seq = j.value->>4
                    AND t.thread_root IS NULL AND t.kind = 'text' AND t.deleted_at IS NULL
                    AND t.hidden_at IS NULL) AS thread_known,
            r.kind = 'direct' AS direct,
            ", posting::rules_json!(), " AS rules,
            EXISTS (SELECT 1 FROM notifications n
                    WHERE n.user_id = u.id AND n.room_id = r.id AND n.read_at IS NULL) AS notified,
            ", last_message!(), " AS last_message, k.seq AS stored_seq, k.rev AS stored_rev, k.created_at AS stored_at, kr.pid AS stored_room
        FROM json_each(?) j
        LEFT JOIN users u ON u.pid = j.value->>1 AND u.deactivated_at IS NULL
        LEFT JOIN rooms r ON r.pid = j.value->>0 AND r.deleted_at IS NULL
        LEFT JOIN members m ON m.room_id = r.id AND m.user_id = u.id
        LEFT JOIN idempotency k ON k.user_id = u.id AND k.client_message_id = j.value->>2
        LEFT JOIN rooms kr ON kr.id = k.room_id
        ORDER BY j.key")
    };
}
const FACTS: &str = facts!();
const BEGIN_AND_FACTS: &str = concat!("BEGIN IMMEDIATE; ", facts!());
