//! Rooms as one member has them, and everything that a connection begins with.

use super::Storage;
use super::history::{self, Synced};
use super::members::{Seat, seat};
use super::messages::select;
use super::rows;
use crate::clock;
use crate::contract::{MAX_READY_ROOMS, Me, RoomKind, RoomSummary, UserRef};
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

const SUMMARY: &str = "r.id AS room_key, m.user_id AS user_key, m.role, m.muted, m.read_seq,
    max(r.counted - m.read_counted, 0) AS unread, r.last_activity_at,
    (SELECT count(*) FROM mentions x WHERE x.user_id = m.user_id AND x.room_id = r.id AND x.seq > m.read_seq) AS mentions";

/// One room as its member has it.
pub(super) async fn one(connection: &mut SqliteConnection, seat: &Seat) -> Result<RoomSummary> {
    let sql = format!(
        "SELECT {SUMMARY}, {} FROM members m JOIN rooms r ON r.id = m.room_id WHERE m.room_id = ? AND m.user_id = ?",
        rows::ROOM_COLUMNS
    );
    let row =
        sqlx::query(AssertSqlSafe(sql)).bind(seat.room_key).bind(seat.user_key).fetch_one(&mut *connection).await?;
    summary(connection, &row).await
}

async fn summary(connection: &mut SqliteConnection, row: &SqliteRow) -> Result<RoomSummary> {
    let room = rows::room_from_row(row)?;
    let (room_key, user_key): (i64, i64) = (row.try_get("room_key")?, row.try_get("user_key")?);
    let json: String = sqlx::query_scalar(select("m.thread_root IS NULL AND m.deleted_at IS NULL", "m.seq DESC", 1))
        .bind(user_key)
        .bind(room_key)
        .fetch_one(&mut *connection)
        .await?;
    let members = match room.kind {
        RoomKind::Direct => Some(everybody(connection, room_key).await?),
        RoomKind::Public | RoomKind::Private => None,
    };
    Ok(RoomSummary {
        last_message: rows::messages_from_json(room.id, &json)?.pop(),
        read_seq: row.try_get("read_seq")?,
        unread: row.try_get("unread")?,
        mentions: row.try_get("mentions")?,
        muted: row.try_get("muted")?,
        role: rows::room_role(row, "role")?,
        members,
        room,
    })
}

async fn everybody(connection: &mut SqliteConnection, room_key: i64) -> Result<Vec<UserRef>> {
    let sql = format!(
        "SELECT {} FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ? ORDER BY u.pid",
        rows::USER_COLUMNS
    );
    let found = sqlx::query(AssertSqlSafe(sql)).bind(room_key).fetch_all(connection).await?;
    found.iter().map(rows::user_from_row).collect()
}

/// Rooms of a user, the unread before the read and the recent before the old, and the cursor of what follows.
async fn page(
    connection: &mut SqliteConnection,
    user: UserId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<RoomSummary>, Option<String>)> {
    let (unread, activity, key) = parse_cursor(cursor)?;
    let sql = format!(
        "SELECT * FROM (SELECT {SUMMARY}, {}, r.counted > m.read_counted AS has_unread
            FROM users u JOIN members m ON m.user_id = u.id JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL
            WHERE u.pid = ?1)
         WHERE ?2 IS NULL OR (has_unread, last_activity_at, room_key) < (?2, ?3, ?4)
         ORDER BY has_unread DESC, last_activity_at DESC, room_key DESC LIMIT ?5",
        rows::ROOM_COLUMNS
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(user.to_string())
        .bind(unread)
        .bind(activity)
        .bind(key)
        .bind(limit + 1)
        .fetch_all(&mut *connection)
        .await?;
    let mut rooms = Vec::with_capacity(found.len());
    let kept = found.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
    for row in &found[..kept] {
        rooms.push(summary(connection, row).await?);
    }
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
        let mut syncs = Vec::new();
        let mut carried = 0;
        for (room, rev) in known {
            let seat = match seat(&mut reader, *room, user).await {
                Ok(seat) => seat,
                Err(Error::NotFound(_)) => continue,
                Err(error) => return Err(error),
            };
            let rev = if carried < MAX_SNAPSHOT_MESSAGES { *rev } else { i64::MAX };
            let synced = history::sync(&mut reader, &seat, rev).await?;
            carried += synced.messages.len();
            syncs.push((*room, synced));
        }
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
