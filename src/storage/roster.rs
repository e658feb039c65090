//! Who is in a room, and how far each has read.

use super::Storage;
use super::members::{Seat, seat};
use super::rows::{self, USER_JSON, UserRow};
use crate::clock::Timestamp;
use crate::contract::{Member, Receipt};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Audience;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// What somebody with whom more people than this share a room does is told to none of them; it is had on demand.
const ANNOUNCED_TO: u32 = 200;

/// A page of members as `reader` sees them: who shows nobody how far they have read sees it of nobody.
pub(super) async fn page(
    connection: &mut SqliteConnection,
    reader: &Seat,
    receipts: bool,
    after: Option<(Timestamp, UserId)>,
    limit: u32,
) -> Result<Vec<Member>> {
    let query = format!(
        "SELECT {}, m.role, m.joined_at,
             CASE WHEN u.id = ?5 OR ?6 AND u.sends_receipts
                  AND (SELECT sends_receipts FROM users WHERE id = ?5) THEN m.furthest_seq END AS read_seq
         FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.room_id = ?1 AND (?2 IS NULL OR (m.joined_at, u.pid) > (?2, ?3))
         ORDER BY m.joined_at, u.pid LIMIT ?4",
        rows::USER_COLUMNS
    );
    let found = sqlx::query(AssertSqlSafe(query))
        .bind(reader.room_key)
        .bind(after.map(|(joined_at, _)| joined_at.as_millis()))
        .bind(after.map(|(_, user)| user.to_string()))
        .bind(limit)
        .bind(reader.user_key)
        .bind(receipts)
        .fetch_all(connection)
        .await?;
    found
        .iter()
        .map(|row| {
            Ok(Member {
                user: rows::user_from_row(row)?,
                role: rows::room_role(row, "role")?,
                joined_at: Timestamp::from_millis(row.try_get("joined_at")?),
                read_seq: row.try_get("read_seq")?,
            })
        })
        .collect()
}

/// Whether two users share a room, by expressions of their keys in a query.
macro_rules! shares_a_room {
    ($one:literal, $other:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM members mine JOIN rooms r ON r.id = mine.room_id AND r.deleted_at IS NULL
                JOIN members theirs ON theirs.room_id = mine.room_id
                WHERE mine.user_id = ",
            $one,
            " AND theirs.user_id = ",
            $other,
            ")"
        )
    };
}
pub(super) use shares_a_room;

/// Of `others`, those who share a room with the user; with `None`, everybody who does, at most `limit`.
pub(super) async fn sharers(
    connection: &mut SqliteConnection,
    user: UserId,
    others: Option<&[UserId]>,
    limit: u32,
) -> Result<Vec<UserId>> {
    let query = "SELECT DISTINCT o.pid FROM users u
        JOIN members mine ON mine.user_id = u.id JOIN members theirs ON theirs.room_id = mine.room_id
        JOIN rooms r ON r.id = mine.room_id AND r.deleted_at IS NULL
        JOIN users o ON o.id = theirs.user_id
        WHERE u.pid = ?1 AND (?2 IS NULL OR o.pid IN (SELECT value FROM json_each(?2))) LIMIT ?3";
    let others = others.map(serde_json::to_string).transpose().map_err(Error::internal)?;
    let found: Vec<String> =
        sqlx::query_scalar(query).bind(user.to_string()).bind(others).bind(limit).fetch_all(connection).await?;
    found.iter().map(|pid| rows::id(pid)).collect()
}

/// Everybody who shares a room with somebody, themselves included, however many they are.
pub(super) async fn all_sharers(connection: &mut SqliteConnection, user: UserId) -> Result<Vec<UserId>> {
    let mut all = sharers(connection, user, None, u32::MAX).await?;
    if !all.contains(&user) {
        all.push(user);
    }
    Ok(all)
}

/// # Errors
/// `NotFound` when one of `others`, who may not exist at all, shares no room with the user.
pub(super) async fn check_sharers(connection: &mut SqliteConnection, user: UserId, others: &[UserId]) -> Result<()> {
    let sharers = sharers(connection, user, Some(others), u32::MAX).await?;
    let is_known = |other: &UserId| *other == user || sharers.contains(other);
    if others.iter().all(is_known) { Ok(()) } else { Err(Error::NotFound("the user")) }
}

impl Storage {
    /// A page of a room's members, oldest first, behind who came at the moment `after`, still a member or not.
    pub async fn members(
        &self,
        user: UserId,
        room: RoomId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<Member>> {
        let mut reader = self.readers.begin().await?;
        let seat = seat(&mut reader, room, user).await?;
        page(&mut reader, &seat, self.receipts, after, limit).await
    }

    /// Of `others`, those who share a room with the user.
    pub async fn sharers(&self, user: UserId, others: &[UserId]) -> Result<Vec<UserId>> {
        let most = u32::try_from(others.len()).unwrap_or(u32::MAX);
        sharers(&mut *self.readers.acquire().await?, user, Some(others), most).await
    }

    /// Everybody who shares a room with somebody, and their own devices; those alone when the others are too many. Read
    /// beside the writer, also for what is told with a commit: who is in many rooms has many to be looked through.
    pub async fn audience_of(&self, user: UserId) -> Result<Audience> {
        let mut told = sharers(&mut *self.readers.acquire().await?, user, None, ANNOUNCED_TO + 2).await?;
        if told.len() > ANNOUNCED_TO as usize + 1 {
            return Ok(Audience::User(user));
        }
        if !told.contains(&user) {
            told.push(user);
        }
        Ok(Audience::Users(told))
    }

    /// The members other than the user who have read a room as far as `from`, the furthest first, and how many they
    /// are in all.
    ///
    /// # Errors
    /// `Forbidden` when the server or the user has switched read receipts off.
    pub async fn receipts(&self, user: UserId, room: RoomId, from: i64, limit: u32) -> Result<(Vec<Receipt>, i64)> {
        let _turn = self.long_read(user).await?;
        let mut reader = self.readers.begin().await?;
        let seat = seat(&mut reader, room, user).await?;
        let query = "SELECT sends_receipts FROM users WHERE id = ?";
        let own: bool = sqlx::query_scalar(query).bind(seat.user_key).fetch_one(&mut *reader).await?;
        if !own || !self.receipts {
            return Err(Error::Forbidden("read receipts are switched off"));
        }
        let sql = format!(
            "SELECT {USER_JSON}, m.furthest_seq, count(*) OVER () FROM members m
             JOIN users u ON u.id = m.user_id AND u.deactivated_at IS NULL AND u.sends_receipts
             WHERE m.room_id = ?1 AND m.user_id <> ?2 AND m.furthest_seq >= ?3
             ORDER BY m.furthest_seq DESC, m.user_id LIMIT ?4"
        );
        let found: Vec<(String, i64, i64)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(seat.room_key)
            .bind(seat.user_key)
            .bind(from)
            .bind(limit)
            .fetch_all(&mut *reader)
            .await?;
        let count = found.first().map_or(0, |row| row.2);
        let receipt = |(user, seq, _): (String, i64, i64)| {
            let user: UserRow = serde_json::from_str(&user).map_err(Error::internal)?;
            Ok(Receipt { user: user.into_user(), seq })
        };
        Ok((found.into_iter().map(receipt).collect::<Result<_>>()?, count))
    }

    /// Everybody in a room that the user is in, too, in the order in which they joined.
    pub async fn everybody_in(&self, user: UserId, room: RoomId) -> Result<Vec<UserId>> {
        let _turn = self.long_read(user).await?;
        let mut reader = self.readers.begin().await?;
        let seat = seat(&mut reader, room, user).await?;
        let query = "SELECT u.pid FROM members m JOIN users u ON u.id = m.user_id
            WHERE m.room_id = ? ORDER BY m.joined_at, u.pid";
        let found: Vec<String> = sqlx::query_scalar(query).bind(seat.room_key).fetch_all(&mut *reader).await?;
        found.iter().map(|pid| rows::id(pid)).collect()
    }
}
