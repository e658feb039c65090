//! Rooms as one member has them, and everything that a connection begins with.

use super::Storage;
use super::history::{self, Synced};
use super::members::{Seat, seat};
use super::messages::pick;
use super::rows;
use crate::clock;
use crate::contract::{MAX_READY_ROOMS, Me, RoomSummary};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use sqlx::{AssertSqlSafe, Row, SqliteConnection, sqlite::SqliteRow};

/// The most messages that all `sync`s of one connection carry together.
const MAX_SNAPSHOT_MESSAGES: usize = 5_000;

/// What a connection begins with, all of one moment.
pub struct Snapshot {
    pub me: Me,
    /// The rooms with something unread and the most recent ones.
    pub rooms: Vec<RoomSummary>,
    pub rooms_cursor: Option<String>,
    /// Every room that the user is in.
    pub memberships: Vec<RoomId>,
    /// For each room that the client named and the user is still in.
    pub syncs: Vec<(RoomId, Synced)>,
}

/// A room `r` as the member `s` has it, with everything that belongs to it: a query for each room's last message would
/// cost a connection more than all the rest.
fn summary_columns() -> String {
    let last = pick("s.user_id", "r.id", "m.thread_root IS NULL AND m.deleted_at IS NULL", "m.seq DESC", 1);
    format!(
        "{}, s.role, s.muted, s.favourite, s.read_seq, max(r.counted - s.read_counted, 0) AS unread,
         (SELECT count(*) FROM mentions x
          WHERE x.user_id = s.user_id AND x.room_id = r.id AND x.seq > s.read_seq) AS mentions,
         ({last}) AS last_message,
         CASE WHEN r.kind = 'direct' THEN (
             SELECT json_group_array(json_array(
                 pid, username, display_name, avatar, bot, deactivated_at IS NOT NULL))
             FROM (SELECT p.* FROM members o JOIN users p ON p.id = o.user_id WHERE o.room_id = r.id ORDER BY p.pid))
         END AS everybody",
        rows::ROOM_COLUMNS
    )
}

/// One room as its member has it.
pub(super) async fn one(connection: &mut SqliteConnection, seat: &Seat) -> Result<RoomSummary> {
    let sql = format!(
        "SELECT {} FROM members s JOIN rooms r ON r.id = s.room_id WHERE s.room_id = ? AND s.user_id = ?",
        summary_columns()
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(seat.room_key).bind(seat.user_key).fetch_one(connection).await?;
    summary(&row)
}

fn summary(row: &SqliteRow) -> Result<RoomSummary> {
    let room = rows::room_from_row(row)?;
    let last: String = row.try_get("last_message")?;
    let everybody: Option<String> = row.try_get("everybody")?;
    Ok(RoomSummary {
        last_message: rows::messages_from_json(room.id, &last)?.pop(),
        read_seq: row.try_get("read_seq")?,
        unread: row.try_get("unread")?,
        mentions: row.try_get("mentions")?,
        muted: row.try_get("muted")?,
        favourite: row.try_get("favourite")?,
        role: rows::room_role(row, "role")?,
        members: everybody.map(|json| rows::users_from_json(&json)).transpose()?,
        room,
    })
}

/// Rooms of a user, the unread before the read and the recent before the old, and the cursor of what follows.
async fn page(
    connection: &mut SqliteConnection,
    user: UserId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<RoomSummary>, Option<String>)> {
    let (unread, activity, key) = parse_cursor(cursor)?;
    // Which rooms first, then what belongs to these alone.
    let sql = format!(
        "SELECT p.*, {} FROM (
             SELECT s.user_id AS user_key, r.id AS room_key, r.last_activity_at, r.counted > s.read_counted AS has_unread
             FROM users u JOIN members s ON s.user_id = u.id JOIN rooms r ON r.id = s.room_id AND r.deleted_at IS NULL
             WHERE u.pid = ?1
               AND (?2 IS NULL OR (r.counted > s.read_counted, r.last_activity_at, r.id) < (?2, ?3, ?4))
             ORDER BY has_unread DESC, last_activity_at DESC, room_key DESC LIMIT ?5) p
         JOIN rooms r ON r.id = p.room_key JOIN members s ON s.room_id = p.room_key AND s.user_id = p.user_key
         ORDER BY has_unread DESC, p.last_activity_at DESC, room_key DESC",
        summary_columns()
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(user.to_string())
        .bind(unread)
        .bind(activity)
        .bind(key)
        .bind(limit + 1)
        .fetch_all(connection)
        .await?;
    let kept = found.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
    let rooms = found[..kept].iter().map(summary).collect::<Result<_>>()?;
    let more = found.len() > kept;
    let cursor = match found.get(kept.wrapping_sub(1)) {
        Some(last) if more => Some(format!(
            "{}.{}.{}",
            last.try_get::<i64, _>("has_unread")?,
            last.try_get::<i64, _>("last_activity_at")?,
            last.try_get::<i64, _>("room_key")?
        )),
        _ => None,
    };
    Ok((rooms, cursor))
}

type Cursor = (Option<i64>, Option<i64>, Option<i64>);

fn parse_cursor(cursor: Option<&str>) -> Result<Cursor> {
    let Some(cursor) = cursor else { return Ok((None, None, None)) };
    let parts: Vec<i64> = cursor.split('.').filter_map(|part| part.parse().ok()).collect();
    match parts[..] {
        [unread, activity, key] => Ok((Some(unread), Some(activity), Some(key))),
        _ => Err(Error::invalid("cursor", "this is no cursor that the server gave")),
    }
}

impl Storage {
    /// Everything that a connection begins with. `known` names rooms and the rev that the client has of each.
    pub async fn snapshot(&self, user: UserId, known: &[(RoomId, i64)]) -> Result<Snapshot> {
        let _turn = self.snapshots.acquire().await.map_err(Error::internal)?;
        let mut reader = self.readers.begin().await?;
        let me = me(&mut reader, user).await?;
        let (rooms, rooms_cursor) = page(&mut reader, user, None, MAX_READY_ROOMS).await?;
        let memberships: Vec<String> = sqlx::query_scalar(
            "SELECT r.pid FROM users u JOIN members m ON m.user_id = u.id JOIN rooms r ON r.id = m.room_id
             WHERE u.pid = ? AND r.deleted_at IS NULL",
        )
        .bind(user.to_string())
        .fetch_all(&mut *reader)
        .await?;
        let syncs = history::sync_all(&mut reader, user, known, MAX_SNAPSHOT_MESSAGES).await?;
        let memberships = memberships.iter().map(|pid| rows::id(pid)).collect::<Result<_>>()?;
        Ok(Snapshot { me, rooms, rooms_cursor, memberships, syncs })
    }

    /// A page of the user's own rooms.
    pub async fn my_rooms(
        &self,
        user: UserId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<RoomSummary>, Option<String>)> {
        let mut reader = self.readers.begin().await?;
        page(&mut reader, user, cursor, limit).await
    }

    /// One of the user's own rooms.
    pub async fn room_summary(&self, user: UserId, room: RoomId) -> Result<RoomSummary> {
        let mut reader = self.readers.begin().await?;
        let seat = seat(&mut reader, room, user).await?;
        one(&mut reader, &seat).await
    }

    /// The user's own account.
    pub async fn me(&self, user: UserId) -> Result<Me> {
        let mut reader = self.readers.acquire().await?;
        me(&mut reader, user).await
    }
}

pub(super) async fn me(connection: &mut SqliteConnection, user: UserId) -> Result<Me> {
    let sql = format!(
        "SELECT {}, {}, u.role FROM users u WHERE u.pid = ? AND u.deactivated_at IS NULL",
        rows::USER_COLUMNS,
        rows::STATUS_COLUMNS
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(user.to_string()).fetch_optional(connection).await?;
    let row = row.ok_or(Error::Unauthenticated("the account is not active"))?;
    Ok(Me {
        user: rows::user_from_row(&row)?,
        role: rows::server_role(&row, "role")?,
        status: rows::status_from_row(&row, clock::now())?,
    })
}
