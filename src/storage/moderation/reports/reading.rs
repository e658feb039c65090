//! Reports as who handles them reads them.

use crate::clock::Timestamp;
use crate::contract::{Message, Report, ReportOutcome, ReportStatus, RoomKind, RoomRef};
use crate::error::{Error, Result};
use crate::ids::{ReportId, RoomId, UserId};
use crate::policy;
use crate::storage::Storage;
use crate::storage::members::seat;
use crate::storage::moderation::hiding::WHOLE;
use crate::storage::moderation::{administers, moderates};
use crate::storage::rows::{self, MESSAGE_JSON, MessageRow, UserRow};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, SqliteConnection};

impl Storage {
    /// A page of the reports that the user may handle, the newest first, behind `after`; how many of them are open; and
    /// where the page ends when there is more.
    ///
    /// # Errors
    /// `NotFound` and `Forbidden` for a room that the user does not look after.
    pub async fn reports(
        &self,
        user: UserId,
        room: Option<RoomId>,
        status: Option<ReportStatus>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<(Vec<Report>, i64, Option<i64>)> {
        let mut reader = self.readers.begin().await?;
        let room_key = match room {
            Some(room) => {
                let seat = seat(&mut reader, room, user).await?;
                policy::may_handle_reports(seat.standing)?;
                Some(seat.room_key)
            }
            None => None,
        };
        let condition = "p.id < ?2 AND (?3 IS NULL OR p.room_id = ?3) AND (?4 IS NULL OR (p.resolved_at IS NULL) = ?4)";
        let found: Vec<(i64, String)> = sqlx::query_as(page(condition, "?5"))
            .bind(user.to_string())
            .bind(after.unwrap_or(i64::MAX))
            .bind(room_key)
            .bind(status.map(|status| status == ReportStatus::Open))
            .bind(i64::from(limit) + 1)
            .fetch_all(&mut *reader)
            .await?;
        let sql = format!(
            "SELECT count(*) FROM {HANDLED} AND v.pid = ?1 AND p.resolved_at IS NULL AND (?2 IS NULL OR p.room_id = ?2)"
        );
        let open = sqlx::query_scalar(AssertSqlSafe(sql)).bind(user.to_string()).bind(room_key);
        let open = open.fetch_one(&mut *reader).await?;
        let has_more = found.len() > limit as usize;
        let next = found.get(limit as usize - 1).filter(|_| has_more).map(|(key, _)| *key);
        let reports =
            found.into_iter().take(limit as usize).map(|(_, json)| Ok(read(&json)?.report)).collect::<Result<_>>()?;
        Ok((reports, open, next))
    }
}

/// The reports `p` of messages `m` that a user `v` handles at this moment. It begins with the rooms that they look after:
/// most people look after none, and read no report. What administrators were told of is theirs until they have decided,
/// also when the room was deleted, or keeps the message no more: whom it is about may be who did that.
const HANDLED: &str = concat!(
    "users v CROSS JOIN reports p ON p.id IN (
        SELECT o.id FROM members s CROSS JOIN reports o ON o.room_id = s.room_id AND o.to_server = 0
        WHERE s.user_id = v.id AND ",
    moderates!("s", "v"),
    "
        UNION ALL
        SELECT o.id FROM reports o WHERE o.to_server AND ",
    administers!("v"),
    ")
    JOIN rooms r ON r.id = p.room_id AND (p.to_server OR r.deleted_at IS NULL)
    JOIN messages m ON m.room_id = p.room_id AND m.seq = p.seq AND m.user_id <> v.id
    WHERE v.deactivated_at IS NULL"
);

/// Reports that the user of the id `?1` handles, the newest first: key, and one JSON array for `Row`.
pub(in crate::storage::moderation) fn page(condition: &str, limit: &str) -> AssertSqlSafe<String> {
    let message = MESSAGE_JSON.replace("?1", "0");
    let user = |alias: &str| rows::USER_JSON.replace("u.", alias);
    let (reporter, resolver) = (user("a."), user("b."));
    AssertSqlSafe(format!(
        "SELECT f.id, '[' || json_array(p.pid, r.pid, r.kind, r.name, p.content, p.reason, p.created_at, p.outcome,
                p.resolved_at, p.to_server, r.deleted_at IS NOT NULL) || ',' || {message} || ',' || {reporter} || ',' ||
             CASE WHEN b.id IS NULL THEN 'null' ELSE {resolver} END || ']'
         FROM (SELECT p.id FROM {HANDLED} AND v.pid = ?1 AND {condition} ORDER BY p.id DESC LIMIT {limit}) f
         CROSS JOIN reports p ON p.id = f.id JOIN rooms r ON r.id = p.room_id
         JOIN {WHOLE} m ON m.room_id = p.room_id AND m.seq = p.seq JOIN users u ON u.id = m.user_id
         JOIN users a ON a.id = p.reporter_id LEFT JOIN users b ON b.id = p.resolved_by ORDER BY f.id DESC"
    ))
}

/// Id, room (id, kind, name), what the message said, reason, when it was made; how and when it was resolved; whether
/// administrators of the server handle it; and whether the room was deleted.
type Told =
    (ReportId, RoomId, RoomKind, Option<String>, String, String, i64, Option<ReportOutcome>, Option<i64>, i64, i64);

/// What is told, the message, who reported it, and who resolved that.
#[derive(Deserialize)]
struct Row(Told, MessageRow, UserRow, Option<UserRow>);

/// A report, whether it is handled as an administrator of the server, and whether its message is gone with its room, or
/// by itself.
pub(super) struct Found {
    pub report: Report,
    pub to_server: bool,
    pub is_gone: bool,
}

fn read(json: &str) -> Result<Found> {
    let Row(told, message, reporter, resolver) = serde_json::from_str(json).map_err(Error::internal)?;
    let (id, room, kind, name, content, reason, created_at, outcome, resolved_at, to_server, in_deleted_room) = told;
    let to_server = to_server != 0;
    let message = message.into_message(room);
    let is_gone = message.deleted || in_deleted_room != 0;
    let message = if to_server && resolved_at.is_some() { without_words(message) } else { message };
    let report = Report {
        id,
        room: RoomRef { id: room, kind, name, members: None },
        message,
        content,
        reason,
        reporter: reporter.into_user(),
        created_at: Timestamp::from_millis(created_at),
        status: if resolved_at.is_some() { ReportStatus::Resolved } else { ReportStatus::Open },
        outcome,
        resolved_by: resolver.map(UserRow::into_user),
        resolved_at: resolved_at.map(Timestamp::from_millis),
    };
    Ok(Found { report, to_server, is_gone })
}

/// What is left of a message once administrators have resolved what was reported of it: they need not be in the room,
/// and what becomes of it later is not theirs to read.
fn without_words(message: Message) -> Message {
    Message {
        content: String::new(),
        thread: None,
        mentions: Vec::new(),
        mentions_group: None,
        files: Vec::new(),
        previews: Vec::new(),
        reactions: Vec::new(),
        edited_at: None,
        ..message
    }
}

pub(super) async fn find(connection: &mut SqliteConnection, user: UserId, report: ReportId) -> Result<Found> {
    let found: Option<(i64, String)> = sqlx::query_as(page("p.pid = ?2", "1"))
        .bind(user.to_string())
        .bind(report.to_string())
        .fetch_optional(connection)
        .await?;
    read(&found.ok_or(Error::NotFound("the report"))?.1)
}
