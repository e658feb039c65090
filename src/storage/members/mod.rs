//! Who belongs to which room: the look-up that every command about a room begins with, joins and departures.

mod commands;
mod entering;

pub(super) use entering::{add, add_all, enter, leave, notify_of_invite};

use super::rows;
use crate::contract::{RoomKind, SystemUser, UserRef};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::policy::Standing;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// A member in a room, found at the moment of use.
pub(super) struct Seat {
    pub(super) room: RoomId,
    pub(super) room_key: i64,
    pub(super) user_key: i64,
    pub(super) standing: Standing,
}

/// The caller's seat.
///
/// # Errors
/// `NotFound` when there is no such room, or the caller is not in it: the two cannot be told apart.
pub(super) async fn seat(connection: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<Seat> {
    let query = "SELECT r.id AS room_key, r.kind, u.id AS user_key, u.role AS server_role, m.role AS room_role
        FROM rooms r JOIN members m ON m.room_id = r.id JOIN users u ON u.id = m.user_id
        WHERE r.pid = ? AND u.pid = ? AND r.deleted_at IS NULL AND u.deactivated_at IS NULL";
    let row = sqlx::query(query).bind(room.to_string()).bind(user.to_string()).fetch_optional(connection).await?;
    let row = row.ok_or(Error::NotFound("the room"))?;
    Ok(Seat {
        room,
        room_key: row.try_get("room_key")?,
        user_key: row.try_get("user_key")?,
        standing: Standing {
            user,
            server_role: rows::server_role(&row, "server_role")?,
            room_kind: rows::word(row.try_get::<String, _>("kind")?.as_str())?,
            room_role: rows::room_role(&row, "room_role")?,
        },
    })
}

/// Somebody who is active, by their id on the wire.
pub(super) async fn active_user(connection: &mut SqliteConnection, user: UserId) -> Result<(i64, UserRef)> {
    let query = format!(
        "SELECT u.id AS user_key, {} FROM users u WHERE u.pid = ? AND u.deactivated_at IS NULL",
        rows::USER_COLUMNS
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(user.to_string()).fetch_optional(connection).await?;
    let row = row.ok_or(Error::NotFound("the user"))?;
    Ok((row.try_get("user_key")?, rows::user_from_row(&row)?))
}

/// Those who are active of these, each once, in the same order.
///
/// # Errors
/// `NotFound` when one is not.
pub(super) async fn active_users(connection: &mut SqliteConnection, users: &[UserId]) -> Result<Vec<(i64, UserRef)>> {
    let query = format!(
        "SELECT u.id AS user_key, {} FROM json_each(?) j
         LEFT JOIN users u ON u.pid = j.value AND u.deactivated_at IS NULL GROUP BY j.value ORDER BY j.key",
        rows::USER_COLUMNS
    );
    let users = serde_json::to_string(users).map_err(Error::internal)?;
    let found = sqlx::query(sqlx::AssertSqlSafe(query)).bind(users).fetch_all(connection).await?;
    let user = |row: &SqliteRow| {
        let key: Option<i64> = row.try_get("user_key")?;
        Ok((key.ok_or(Error::NotFound("the user"))?, rows::user_from_row(row)?))
    };
    found.iter().map(user).collect()
}

pub(super) async fn member(connection: &mut SqliteConnection, room_key: i64, user: UserId) -> Result<(i64, UserRef)> {
    let query = format!(
        "SELECT u.id AS user_key, {} FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ? AND u.pid = ?",
        rows::USER_COLUMNS
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(room_key)
        .bind(user.to_string())
        .fetch_optional(connection)
        .await?;
    let row = row.ok_or(Error::NotFound("the member"))?;
    Ok((row.try_get("user_key")?, rows::user_from_row(&row)?))
}

pub(super) fn system_user(who: &UserRef) -> SystemUser {
    SystemUser { id: who.id, display_name: who.display_name.clone() }
}

/// The kind of a room as the schema writes it.
pub(super) fn kind_word(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Public => "public",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
    }
}
