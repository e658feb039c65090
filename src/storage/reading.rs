//! How far somebody has read: exact unread counts from two counters, whatever the size of a room.

use super::Storage;
use super::members::seat;
use super::transaction::Transaction;
use crate::contract::MessageRead;
use crate::error::Result;
use crate::ids::{RoomId, UserId};
use crate::notice::{Audience, Notice};
use sqlx::{Row, SqliteConnection};

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

/// Marks of one batch; of several by one reader in one room only the furthest is written and told.
pub(super) async fn mark_all(transaction: &mut Transaction, marks: Vec<ReadMark>) -> Result<Vec<Result<MarkedRead>>> {
    let mut results = Vec::with_capacity(marks.len());
    for mark in marks {
        results.push(match mark_one(transaction, &mark).await {
            Err(error @ crate::error::Error::Unavailable(_)) => return Err(error),
            result => result,
        });
    }
    Ok(results)
}

async fn mark_one(transaction: &mut Transaction, mark: &ReadMark) -> Result<MarkedRead> {
    let connection = &mut transaction.connection;
    let seat = seat(connection, mark.room, mark.user).await?;
    let query = "SELECT m.read_seq, r.last_seq, r.member_count FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.room_id = ? AND m.user_id = ?";
    let row = sqlx::query(query).bind(seat.room_key).bind(seat.user_key).fetch_one(&mut *connection).await?;
    let (read, last): (i64, i64) = (row.try_get("read_seq")?, row.try_get("last_seq")?);
    let seq = mark.seq.min(last);
    if seq <= read {
        return Ok(MarkedRead { unread: unread(connection, seat.room_key, seat.user_key).await? });
    }
    // The deleted behind the mark were taken out of the count when they were deleted.
    sqlx::query(
        "UPDATE members SET read_seq = ?3, read_counted =
            (SELECT ordinal FROM messages WHERE room_id = ?1 AND seq <= ?3 ORDER BY seq DESC LIMIT 1)
            + (SELECT count(*) FROM messages WHERE room_id = ?1 AND seq > ?3 AND deleted_at IS NOT NULL AND counts = 1)
         WHERE room_id = ?1 AND user_id = ?2",
    )
    .bind(seat.room_key)
    .bind(seat.user_key)
    .bind(seq)
    .execute(&mut *connection)
    .await?;
    let left = unread(connection, seat.room_key, seat.user_key).await?;
    let read = MessageRead { room_id: mark.room, user_id: mark.user, seq, unread: None };
    if row.try_get::<i64, _>("member_count")? <= TOLD_UP_TO {
        transaction.tell(Notice::Tell(Audience::RoomExcept(mark.room, mark.user), read.clone().into()));
    }
    transaction.tell(Notice::to_user(mark.user, MessageRead { unread: Some(left), ..read }));
    Ok(MarkedRead { unread: left })
}

async fn unread(connection: &mut SqliteConnection, room_key: i64, user_key: i64) -> Result<i64> {
    let query = "SELECT max(r.counted - m.read_counted, 0) FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.room_id = ? AND m.user_id = ?";
    Ok(sqlx::query_scalar(query).bind(room_key).bind(user_key).fetch_one(connection).await?)
}
