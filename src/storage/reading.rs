//! How far somebody has read: exact unread counts from two counters, whatever the size of a room.

use super::Storage;
use super::members::seat;
use super::notifications;
use super::rows;
use super::transaction::Transaction;
use crate::clock;
use crate::contract::{MessageRead, MessageUnread};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::{Audience, Notice};
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// As far behind the last message as a mark may be moved back.
const FURTHEST_BACK: i64 = 10_000;

/// Somebody has read a room up to and with a message.
pub(super) struct ReadMark {
    user: UserId,
    room: RoomId,
    seq: i64,
    /// Others may be told.
    shown: bool,
}

/// What is unread after that.
pub(super) struct MarkedRead {
    unread: i64,
}

impl Storage {
    /// Moves the caller's read mark forward and answers with what is still unread. A mark behind the present one
    /// changes nothing; one beyond the last message means the last.
    pub async fn mark_read(&self, user: UserId, room: RoomId, seq: i64) -> Result<i64> {
        Ok(self.writer.mark_read(ReadMark { user, room, seq, shown: self.receipts }).await?.unread)
    }

    /// Moves the caller's read mark back, before `seq`, and answers with what is unread then. A mark that is there
    /// already, or before, changes nothing.
    ///
    /// # Errors
    /// `Invalid` when `seq` is more than 10,000 behind the last message.
    pub async fn mark_unread(&self, user: UserId, room: RoomId, seq: i64) -> Result<i64> {
        self.writer
            .run(move |transaction| Box::pin(async move { mark_unread(transaction, user, room, seq).await }))
            .await
    }
}

async fn mark_unread(transaction: &mut Transaction, user: UserId, room: RoomId, seq: i64) -> Result<i64> {
    let connection = &mut transaction.connection;
    let seat = seat(connection, room, user).await?;
    let query = "SELECT r.last_seq, m.read_seq, max(r.counted - m.read_counted, 0), r.rev
        FROM rooms r JOIN members m ON m.room_id = r.id WHERE r.id = ? AND m.user_id = ?";
    let place = sqlx::query_as(query).bind(seat.room_key).bind(seat.user_key).fetch_one(&mut *connection).await?;
    let (last_seq, read_seq, unread, rev): (i64, i64, i64, i64) = place;
    let seq = seq.max(1);
    if last_seq - seq > FURTHEST_BACK {
        return Err(Error::invalid(
            "seq",
            format!("at most the last {FURTHEST_BACK} messages can be marked as unread"),
        ));
    }
    if seq > read_seq {
        return Ok(unread);
    }
    let query = "UPDATE members SET read_seq = ?3 - 1, read_counted = (SELECT counted FROM rooms WHERE id = ?1)
            - (SELECT count(*) FROM messages WHERE room_id = ?1 AND seq >= ?3 AND user_id <> ?2
               AND deleted_at IS NULL AND counts = 1)
        WHERE room_id = ?1 AND user_id = ?2
        RETURNING (SELECT counted FROM rooms WHERE id = ?1) - read_counted,
            (SELECT count(*) FROM mentions x
             WHERE x.user_id = ?2 AND x.room_id = ?1 AND x.seq >= ?3 AND x.counts = 1)";
    let query = sqlx::query_as(query).bind(seat.room_key).bind(seat.user_key).bind(seq);
    let (unread, mentions): (i64, i64) = query.fetch_one(connection).await?;
    transaction.tell(Notice::to_user(user, MessageUnread { room_id: room, seq: seq - 1, unread, mentions, rev }));
    Ok(unread)
}

/// Tells people (`users.id`) what is unread of a room, of those who have not read up to the message at `seq`: whom it
/// mentions has changed.
pub(super) async fn tell_counts(
    transaction: &mut Transaction,
    (room_key, room): (i64, RoomId),
    seq: i64,
    people: &[i64],
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let query = "SELECT u.pid, m.read_seq, max(r.counted - m.read_counted, 0), r.rev,
            (SELECT count(*) FROM mentions x WHERE x.user_id = m.user_id AND x.room_id = m.room_id
               AND x.seq > m.read_seq AND x.counts = 1)
        FROM json_each(?2) j CROSS JOIN members m ON m.room_id = ?1 AND m.user_id = j.value
        JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL JOIN users u ON u.id = m.user_id
        WHERE m.read_seq < ?3";
    let people = serde_json::to_string(people).map_err(Error::internal)?;
    let found: Vec<(String, i64, i64, i64, i64)> =
        sqlx::query_as(query).bind(room_key).bind(people).bind(seq).fetch_all(&mut transaction.connection).await?;
    for (pid, seq, unread, rev, mentions) in found {
        let user_id = rows::id(&pid)?;
        let (unread, mentions) = (Some(unread), Some(mentions));
        let counts = MessageRead { room_id: room, user_id, seq, unread, mentions, rev };
        transaction.tell(Notice::to_user(user_id, counts));
    }
    Ok(())
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
        place.advance(row)?;
        results.push(Ok(MarkedRead { unread: place.unread() }));
    }
    places.retain(|_, place| place.moved);
    let notified = places.values().any(|place| place.notified);
    write(transaction, &places, last && !notified).await?;
    for place in places.values() {
        place.tell(transaction);
    }
    if notified {
        let noted = places.iter().filter(|(_, place)| place.notified);
        let marks: Vec<_> = noted.map(|((room, user), place)| (*room, *user, place.seq)).collect();
        notifications::read_with_rooms(transaction, &marks, clock::now()).await?;
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
    /// Unread mentions behind it.
    mentions: i64,
    rev: i64,
    /// The room is told: it is small enough, the reader shows it, and it never knew of as much.
    told: bool,
    furthest: i64,
    /// There are unread notifications of the room.
    notified: bool,
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
            mentions: 0,
            rev: row.try_get("rev")?,
            told: mark.shown && row.try_get("told")?,
            furthest: row.try_get("furthest_seq")?,
            notified: row.try_get("notified")?,
            moved: false,
        })
    }

    fn advance(&mut self, row: &SqliteRow) -> Result<()> {
        let seq: i64 = row.try_get("seq")?;
        if let (true, Some(read)) = (seq > self.seq, row.try_get("counted_there")?) {
            (self.seq, self.read, self.moved) = (seq, read, true);
            self.mentions = row.try_get("mentions_behind")?;
        }
        Ok(())
    }

    fn tell(&self, transaction: &mut Transaction) {
        let (room, user) = (self.room, self.user);
        let read =
            MessageRead { room_id: room, user_id: user, seq: self.seq, unread: None, mentions: None, rev: self.rev };
        if self.told && self.seq > self.furthest {
            transaction.tell(Notice::Tell(Audience::RoomExcept(room, user), read.clone().into()));
        }
        let own = MessageRead { unread: Some(self.unread()), mentions: Some(self.mentions), ..read };
        transaction.tell(Notice::to_user(user, own));
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
/// count when they were deleted. One's own behind it are there only after a mark was moved back, and never unread. A mark
/// that lies behind the present one changes nothing, and costs no counting, however far behind it lies.
macro_rules! places {
    () => {
        "SELECT p.*,
            CASE WHEN p.seq > p.read_seq THEN
                (SELECT ordinal FROM messages WHERE room_id = p.room_key AND messages.seq <= p.seq
                 ORDER BY messages.seq DESC LIMIT 1)
                + (SELECT count(*) FROM messages WHERE room_id = p.room_key AND messages.seq > p.seq
                   AND deleted_at IS NOT NULL AND counts = 1)
                + (SELECT count(*) FROM messages WHERE room_id = p.room_key AND messages.seq > p.seq
                   AND messages.seq <= p.furthest_seq AND messages.user_id = p.user_key AND deleted_at IS NULL
                   AND counts = 1) END AS counted_there,
            CASE WHEN p.seq > p.read_seq THEN
                (SELECT count(*) FROM mentions x WHERE x.user_id = p.user_key AND x.room_id = p.room_key
                 AND x.seq > p.seq AND x.counts = 1) END AS mentions_behind,
            EXISTS (SELECT 1 FROM notifications n WHERE n.user_id = p.user_key AND n.room_id = p.room_key
               AND n.read_at IS NULL) AS notified
         FROM (SELECT j.key, r.id AS room_key, u.id AS user_key, m.read_seq, m.read_counted, m.furthest_seq,
                      r.counted, r.rev, r.member_count <= 100 AND u.sends_receipts AS told,
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
        "UPDATE members SET read_seq = j.seq, read_counted = j.counted, furthest_seq = max(furthest_seq, j.seq)
         FROM (SELECT value->>0 AS room, value->>1 AS user, value->>2 AS seq, value->>3 AS counted FROM json_each(?)) j
         WHERE members.room_id = j.room AND members.user_id = j.user"
    };
}
const WRITE: &str = write!();
const WRITE_AND_COMMIT: &str = concat!(write!(), "; COMMIT");
