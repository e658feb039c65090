//! How far somebody has read: exact unread counts from two counters, whatever the size of a room.

use super::Storage;
use super::transaction::Transaction;
use crate::contract::MessageRead;
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::{Audience, Notice};
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Rooms up to this size are told who has read what.
const TOLD_UP_TO: i64 = 100;

/// Somebody has read a room up to and with a message.
pub(super) struct ReadMark {
    user: UserId,
    room: RoomId,
    seq: i64,
}

/// What is unread after that.
pub(super) struct MarkedRead {
    unread: i64,
}

impl Storage {
    /// Moves the caller's read mark forward and answers with what is still unread. A mark behind the present one
    /// changes nothing; one beyond the last message means the last.
    pub async fn mark_read(&self, user: UserId, room: RoomId, seq: i64) -> Result<i64> {
        Ok(self.writer.mark_read(ReadMark { user, room, seq }).await?.unread)
    }
}

/// Carries out a batch of marks; of several by one reader in one room only the furthest is written and told. The last
/// of a transaction commits it in the same call.
pub(super) async fn mark_all(
    transaction: &mut Transaction,
    marks: Vec<ReadMark>,
    last: bool,
) -> Result<Vec<Result<MarkedRead>>> {
    let wanted: Vec<Value> = marks.iter().map(|mark| json!([mark.room, mark.user, mark.seq])).collect();
    let query = if transaction.open { PLACES } else { BEGIN_AND_PLACES };
    transaction.open = true;
    let found =
        sqlx::query(query).bind(Value::Array(wanted).to_string()).fetch_all(&mut transaction.connection).await?;
    let mut places = HashMap::new();
    let mut results = Vec::with_capacity(marks.len());
    for (row, mark) in found.iter().zip(&marks) {
        let Some(room_key) = row.try_get::<Option<i64>, _>("room_key")? else {
            results.push(Err(Error::NotFound("the room")));
            continue;
        };
        let place = match places.entry((room_key, row.try_get::<i64, _>("user_key")?)) {
            Entry::Occupied(earlier) => earlier.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(Place::of(row, mark)?),
        };
        place.advance(row.try_get("seq")?, row.try_get("counted_there")?);
        results.push(Ok(MarkedRead { unread: place.unread() }));
    }
    places.retain(|_, place| place.moved);
    write(transaction, &places, last).await?;
    for place in places.values() {
        let (room, user) = (place.room, place.user);
        let read = MessageRead { room_id: room, user_id: user, seq: place.seq, unread: None };
        if place.told {
            transaction.tell(Notice::Tell(Audience::RoomExcept(room, user), read.clone().into()));
        }
        transaction.tell(Notice::to_user(user, MessageRead { unread: Some(place.unread()), ..read }));
    }
    Ok(results)
}

/// How far somebody is in a room.
struct Place {
    room: RoomId,
    user: UserId,
    seq: i64,
    /// Countable messages up to there, and in all.
    read: i64,
    counted: i64,
    /// The room is small enough to be told.
    told: bool,
    moved: bool,
}

impl Place {
    fn of(row: &SqliteRow, mark: &ReadMark) -> Result<Self> {
        Ok(Self {
            room: mark.room,
            user: mark.user,
            seq: row.try_get("read_seq")?,
            read: row.try_get("read_counted")?,
            counted: row.try_get("counted")?,
            told: row.try_get::<i64, _>("member_count")? <= TOLD_UP_TO,
            moved: false,
        })
    }

    fn advance(&mut self, seq: i64, read: Option<i64>) {
        if let (true, Some(read)) = (seq > self.seq, read) {
            (self.seq, self.read, self.moved) = (seq, read, true);
        }
    }

    fn unread(&self) -> i64 {
        (self.counted - self.read).max(0)
    }
}

async fn write(transaction: &mut Transaction, places: &HashMap<(i64, i64), Place>, last: bool) -> Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let rows = places.iter().map(|((room, user), place)| json!([room, user, place.seq, place.read]));
    transaction.open = !last;
    sqlx::query(if last { WRITE_AND_COMMIT } else { WRITE })
        .bind(Value::Array(rows.collect()).to_string())
        .execute(&mut transaction.connection)
        .await?;
    Ok(())
}

/// Where each reader is, and how many messages count up to the mark. The deleted behind the mark were taken out of the
/// count when they were deleted.
macro_rules! places {
    () => {
        "SELECT p.*,
            (SELECT ordinal FROM messages WHERE room_id = p.room_key AND messages.seq <= p.seq
             ORDER BY messages.seq DESC LIMIT 1)
            + (SELECT count(*) FROM messages WHERE room_id = p.room_key AND messages.seq > p.seq
               AND deleted_at IS NOT NULL AND counts = 1) AS counted_there
         FROM (SELECT j.key, r.id AS room_key, u.id AS user_key, m.read_seq, m.read_counted, r.counted, r.member_count,
                      min(j.value->>2, r.last_seq) AS seq
               FROM json_each(?) j
               LEFT JOIN users u ON u.pid = j.value->>1 AND u.deactivated_at IS NULL
               LEFT JOIN rooms r ON r.pid = j.value->>0 AND r.deleted_at IS NULL
                   AND EXISTS (SELECT 1 FROM members s WHERE s.room_id = r.id AND s.user_id = u.id)
               LEFT JOIN members m ON m.room_id = r.id AND m.user_id = u.id) p
         ORDER BY p.key"
    };
}
const PLACES: &str = places!();
const BEGIN_AND_PLACES: &str = concat!("BEGIN IMMEDIATE; ", places!());

macro_rules! write {
    () => {
        "UPDATE members SET read_seq = j.seq, read_counted = j.counted
         FROM (SELECT value->>0 AS room, value->>1 AS user, value->>2 AS seq, value->>3 AS counted FROM json_each(?)) j
         WHERE members.room_id = j.room AND members.user_id = j.user"
    };
}
const WRITE: &str = write!();
const WRITE_AND_COMMIT: &str = concat!(write!(), "; COMMIT");
