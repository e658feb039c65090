//! Rooms as one member has them.

use super::Storage;
use super::members::{Seat, seat};
use super::messages::pick;
use super::room_rows::{self, RoomRow};
use super::rows::{self, MessageRow, UserRow};
use crate::clock::{self, Timestamp};
use crate::contract::{Me, NotificationLevel, Room, RoomRole, RoomSummary};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// A room `r` as the member `s` has it, with everything that belongs to it, as one JSON text for `SummaryRow`: a query
/// for each room's last message would cost a connection more than all the rest, and so would a row for each room on its
/// way from the database's thread. JSON within JSON is put together as text, which `json()` would parse again.
fn summary_json() -> String {
    let last =
        pick("s.user_id", "r.id", "(m.thread_root IS NULL OR m.counts = 1) AND m.deleted_at IS NULL", "m.seq DESC", 1);
    format!(
        "'[' || {} || ',' ||
         json_array(s.role, s.muted, s.favourite, s.read_seq, max(r.counted - s.read_counted, 0),
             (SELECT count(*) FROM mentions x
              WHERE x.user_id = s.user_id AND x.room_id = r.id AND x.seq > s.read_seq AND x.counts = 1),
             coalesce(s.level, CASE r.kind WHEN 'direct' THEN 'all' ELSE 'mentions' END),
             CASE WHEN r.slow_mode > 0 THEN s.sent_at + r.slow_mode * 1000 END) || ',' ||
         ({last}) || ',' ||
         CASE WHEN r.kind = 'direct' THEN (
             SELECT json_group_array(json_array(pid, username, display_name, avatar, {}))
             FROM (SELECT p.* FROM members o JOIN users p ON p.id = o.user_id WHERE o.room_id = r.id ORDER BY p.pid))
         ELSE 'null' END || ']'",
        room_rows::ROOM_JSON,
        rows::user_marks!("")
    )
}

/// See `summary_json`.
#[derive(Deserialize)]
struct SummaryRow(RoomRow, SeatRow, Vec<MessageRow>, Option<Vec<UserRow>>);

/// Role, whether muted, the place among the favourites, how far read, what is unread, how often mentioned in it, and
/// what of it becomes a notification, and when they may write again.
#[derive(Deserialize)]
struct SeatRow(RoomRole, u8, Option<i64>, i64, i64, i64, NotificationLevel, Option<i64>);

impl From<SummaryRow> for RoomSummary {
    fn from(row: SummaryRow) -> Self {
        let SummaryRow(room, seat, mut last, everybody) = row;
        let SeatRow(role, muted, favourite, read_seq, unread, mentions, level, next_send_at) = seat;
        let room = Room::from(room);
        Self {
            last_message: last.pop().map(|message| message.into_message(room.id)),
            read_seq,
            unread,
            mentions,
            muted: muted != 0,
            level,
            favourite,
            role,
            next_send_at: next_send_at.map(Timestamp::from_millis),
            members: everybody.map(|people| people.into_iter().map(UserRow::into_user).collect()),
            room,
        }
    }
}

/// One room as its member has it.
pub(super) async fn one(connection: &mut SqliteConnection, seat: &Seat) -> Result<RoomSummary> {
    let sql = format!(
        "SELECT {} FROM members s JOIN rooms r ON r.id = s.room_id WHERE s.room_id = ? AND s.user_id = ?",
        summary_json()
    );
    let json: String =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(seat.room_key).bind(seat.user_key).fetch_one(connection).await?;
    let row: SummaryRow = serde_json::from_str(&json).map_err(Error::internal)?;
    Ok(row.into())
}

/// At most `?5` rooms of the user `?1`, the unread before the read and the recent before the old, behind the cursor
/// `?2`, `?3`, `?4`: one JSON array of `PageRow`s.
pub(super) fn page_json() -> String {
    // Which rooms first, then what belongs to these alone.
    format!(
        "SELECT '[' || coalesce(group_concat(
                '[' || has_unread || ',' || last_activity_at || ',' || room_key || ',' || summary || ']', ','), '') || ']'
         FROM (
             SELECT p.has_unread, p.last_activity_at, p.room_key, {} AS summary FROM (
                 SELECT s.user_id AS user_key, r.id AS room_key, r.last_activity_at,
                        r.counted > s.read_counted AS has_unread
                 FROM users u JOIN members s ON s.user_id = u.id
                 JOIN rooms r ON r.id = s.room_id AND r.deleted_at IS NULL
                 WHERE u.pid = ?1
                   AND (?2 IS NULL OR (r.counted > s.read_counted, r.last_activity_at, r.id) < (?2, ?3, ?4))
                 ORDER BY has_unread DESC, last_activity_at DESC, room_key DESC LIMIT ?5) p
             JOIN rooms r ON r.id = p.room_key JOIN members s ON s.room_id = p.room_key AND s.user_id = p.user_key
             ORDER BY has_unread DESC, p.last_activity_at DESC, room_key DESC)",
        summary_json()
    )
}

/// What its place is sorted by, and the room.
#[derive(Deserialize)]
struct PageRow(u8, i64, i64, SummaryRow);

/// Reads a `page_json` of `limit + 1` rooms: a page of `limit`, and the cursor of what follows.
pub(super) fn page_from_json(json: &str, limit: usize) -> Result<(Vec<RoomSummary>, Option<String>)> {
    let mut found: Vec<PageRow> = serde_json::from_str(json).map_err(Error::internal)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let cursor = found.last().filter(|_| more).map(|last| format!("{}.{}.{}", last.0, last.1, last.2));
    Ok((found.into_iter().map(|row| row.3.into()).collect(), cursor))
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
    /// A page of the user's own rooms.
    pub async fn my_rooms(
        &self,
        user: UserId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<RoomSummary>, Option<String>)> {
        let (unread, activity, key) = parse_cursor(cursor)?;
        let json: String = sqlx::query_scalar(AssertSqlSafe(page_json()))
            .bind(user.to_string())
            .bind(unread)
            .bind(activity)
            .bind(key)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1)
            .fetch_one(&self.readers)
            .await?;
        let (mut rooms, cursor) = page_from_json(&json, limit)?;
        self.live.complete_rooms(&mut rooms);
        Ok((rooms, cursor))
    }

    /// One of the user's own rooms.
    pub async fn room_summary(&self, user: UserId, room: RoomId) -> Result<RoomSummary> {
        let mut reader = self.readers.begin().await?;
        let seat = seat(&mut reader, room, user).await?;
        let mut summary = one(&mut reader, &seat).await?;
        self.live.complete_rooms([&mut summary]);
        Ok(summary)
    }

    /// The user's own account.
    pub async fn me(&self, user: UserId) -> Result<Me> {
        let mut reader = self.readers.acquire().await?;
        me(&mut reader, user).await
    }
}

pub(super) async fn me(connection: &mut SqliteConnection, user: UserId) -> Result<Me> {
    let sql = format!("SELECT {} FROM users u WHERE u.pid = ? AND u.deactivated_at IS NULL", rows::ME_COLUMNS);
    let row = sqlx::query(AssertSqlSafe(sql)).bind(user.to_string()).fetch_optional(connection).await?;
    rows::me_from_row(&row.ok_or(Error::Unauthenticated("the account is not active"))?, clock::now())
}
