//! What people report of messages, and who handles it: those who look after the room; of direct rooms, and where
//! nobody else is left, those who administer the server. Nobody handles what was reported of their own.

use super::hiding::{self, WHOLE};
use super::moderates;
use crate::actor::By;
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, Message, NotificationType, Report, ReportOutcome, ReportStatus, RoomKind, RoomRole};
use crate::error::{Error, Result};
use crate::ids::{MessageId, ReportId, RoomId, UserId};
use crate::policy::{self, Standing};
use crate::storage::audit::{self, About, Note};
use crate::storage::members::{Seat, active_user, seat};
use crate::storage::messages::{Target, target, target_from};
use crate::storage::notifications::{self, Cause};
use crate::storage::rows::{self, MESSAGE_JSON, MessageRow, UserRow};
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, removals, summaries};
use serde::Deserialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// A report to be made, its reason checked; `objection` is told to a member only.
pub struct NewReport {
    pub message: MessageId,
    pub reason: String,
    pub objection: Option<Error>,
}

impl Storage {
    /// Reports a message to whoever handles that.
    ///
    /// # Errors
    /// `Conflict` for one that the user has reported before, or that nobody could handle; `Invalid` for one's own.
    pub async fn report_message(&self, user: UserId, report: NewReport) -> Result<()> {
        self.writer.run(move |transaction| Box::pin(async move { make(transaction, user, report).await })).await
    }

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

    /// Resolves a report, and every other open one of the same message.
    ///
    /// # Errors
    /// `NotFound` for who does not handle it; `Conflict` for one that is resolved.
    pub async fn resolve_report(
        &self,
        by: By,
        user: UserId,
        report: ReportId,
        outcome: ReportOutcome,
    ) -> Result<Report> {
        self.writer
            .run(move |transaction| Box::pin(async move { resolve(transaction, (by, user), report, outcome).await }))
            .await
    }
}

async fn make(transaction: &mut Transaction, user: UserId, new: NewReport) -> Result<()> {
    let NewReport { message, reason, objection } = new;
    let target = target(&mut transaction.connection, message, user).await?;
    if let Some(objection) = objection {
        return Err(objection);
    }
    if target.system || target.author == user {
        return Err(Error::invalid("messageId", "what others wrote can be reported"));
    }
    let connection = &mut transaction.connection;
    let (to_server, handlers) = handlers(connection, &target).await?;
    if handlers.is_empty() {
        return Err(Error::Conflict("there is nobody but its author who could handle this".to_owned()));
    }
    let id = ReportId::generate();
    let query = "INSERT INTO reports (pid, room_id, seq, reporter_id, reason, content, to_server, created_at)
        SELECT ?1, room_id, seq, ?2, ?3, content, ?4, ?5 FROM messages WHERE id = ?6
        ON CONFLICT (reporter_id, room_id, seq) DO NOTHING";
    let made = sqlx::query(query)
        .bind(id.to_string())
        .bind(target.seat.user_key)
        .bind(&reason)
        .bind(to_server)
        .bind(clock::now().as_millis())
        .bind(target.message_key)
        .execute(&mut *connection)
        .await?;
    if made.rows_affected() == 0 {
        return Err(Error::Conflict("you have reported this message already".to_owned()));
    }
    let (by_key, who) = active_user(connection, user).await?;
    let cause = Cause {
        kind: NotificationType::Report,
        people: handlers.into_iter().filter(|handler| *handler != by_key).collect(),
        // Who is told as an administrator of the server need not be in the room.
        room: (!to_server).then_some((target.seat.room_key, message.room)),
        seq: None,
        by: Some((by_key, who)),
        message: notifications::excerpt(&reason),
        data: Some(json!({ "reportId": id })),
    };
    notifications::notify(transaction, cause).await
}

/// Who handles reports of a message (`users.id`), and whether as administrators of the server.
async fn handlers(connection: &mut SqliteConnection, target: &Target) -> Result<(bool, Vec<i64>)> {
    if target.seat.standing.room_kind != RoomKind::Direct {
        let query = concat!(
            "SELECT u.id FROM members s JOIN users u ON u.id = s.user_id AND u.deactivated_at IS NULL
             WHERE s.room_id = ? AND u.id <> ? AND ",
            moderates!("s", "u")
        );
        let of_room = sqlx::query_scalar(query).bind(target.seat.room_key).bind(target.author_key);
        let of_room: Vec<i64> = of_room.fetch_all(&mut *connection).await?;
        if !of_room.is_empty() {
            return Ok((false, of_room));
        }
    }
    let query = "SELECT id FROM users WHERE role IN ('owner', 'admin') AND deactivated_at IS NULL AND id <> ?";
    Ok((true, sqlx::query_scalar(query).bind(target.author_key).fetch_all(connection).await?))
}

/// The reports `p` of messages `m` that a user `v` handles at this moment. What administrators were told of is theirs
/// until they have decided, also when the room was deleted: whom it is about may be who did that.
const HANDLED: &str = concat!(
    "users v CROSS JOIN reports p
    JOIN rooms r ON r.id = p.room_id AND (p.to_server OR r.deleted_at IS NULL)
    JOIN messages m ON m.room_id = p.room_id AND m.seq = p.seq AND m.user_id <> v.id
    LEFT JOIN members s ON s.room_id = p.room_id AND s.user_id = v.id
    WHERE v.deactivated_at IS NULL AND CASE WHEN p.to_server THEN v.role IN ('owner', 'admin')
        ELSE s.user_id IS NOT NULL AND ",
    moderates!("s", "v"),
    " END"
);

/// Reports that the user of the id `?1` handles, the newest first: key, and one JSON array for `Row`.
fn page(condition: &str, limit: &str) -> AssertSqlSafe<String> {
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
struct Found {
    report: Report,
    to_server: bool,
    is_gone: bool,
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
        room: crate::contract::RoomRef { id: room, kind, name, members: None },
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

async fn find(connection: &mut SqliteConnection, user: UserId, report: ReportId) -> Result<Found> {
    let found: Option<(i64, String)> = sqlx::query_as(page("p.pid = ?2", "1"))
        .bind(user.to_string())
        .bind(report.to_string())
        .fetch_optional(connection)
        .await?;
    read(&found.ok_or(Error::NotFound("the report"))?.1)
}

async fn resolve(
    transaction: &mut Transaction,
    (by, user): (By, UserId),
    id: ReportId,
    outcome: ReportOutcome,
) -> Result<Report> {
    let Found { report, to_server, is_gone } = find(&mut transaction.connection, user, id).await?;
    if report.status == ReportStatus::Resolved {
        return Err(Error::Conflict("this report is resolved".to_owned()));
    }
    let message = report.message.id;
    let seat = handler_seat(&mut transaction.connection, message.room, user).await?;
    if !to_server {
        policy::may_handle_reports(seat.standing)?;
    }
    let (room_key, user_key) = (seat.room_key, seat.user_key);
    // What was deleted meanwhile, by its author or with its room, is deleted, whatever was wanted.
    let outcome = match (outcome, is_gone) {
        (ReportOutcome::Hidden | ReportOutcome::Deleted, true) => ReportOutcome::Deleted,
        (outcome, true) => outcome,
        (outcome, false) => {
            let target = target_from(&mut transaction.connection, seat, message.seq).await?;
            match outcome {
                ReportOutcome::Hidden if !target.is_hidden => {
                    hiding::hide(transaction, by, &target, message).await?;
                }
                ReportOutcome::Deleted => {
                    removals::delete(transaction, by, &target, message).await?;
                }
                ReportOutcome::Hidden | ReportOutcome::Dismissed => {}
            }
            outcome
        }
    };
    let query = "UPDATE reports SET resolved_at = ?3, resolved_by = ?4, outcome = ?5, content = ''
        WHERE room_id = ?1 AND seq = ?2 AND resolved_at IS NULL RETURNING pid";
    let resolved: Vec<String> = sqlx::query_scalar(query)
        .bind(room_key)
        .bind(message.seq)
        .bind(clock::now().as_millis())
        .bind(user_key)
        .bind(outcome_word(outcome))
        .fetch_all(&mut transaction.connection)
        .await?;
    notifications::withdraw_reports(transaction, &resolved).await?;
    let detail = json!({ "outcome": outcome, "reports": resolved.len(), "author": report.message.user.id });
    let about = Some(About::Message(message));
    audit::note(transaction, Note { by, act: AuditAct::ReportResolved, about, detail }).await?;
    Ok(find(&mut transaction.connection, user, id).await?.report)
}

/// The seat of somebody who handles a report, in a room that they need not be in as an administrator of the server, and
/// that may have been deleted.
async fn handler_seat(connection: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<Seat> {
    match seat(connection, room, user).await {
        Err(Error::NotFound(_)) => {}
        found => return found,
    }
    let server_role = summaries::me(connection, user).await?.role;
    let query = "SELECT r.id, r.kind, u.id FROM rooms r, users u WHERE r.pid = ? AND u.pid = ?";
    let found: Option<(i64, String, i64)> =
        sqlx::query_as(query).bind(room.to_string()).bind(user.to_string()).fetch_optional(connection).await?;
    let (room_key, kind, user_key) = found.ok_or(Error::NotFound("the report"))?;
    let room_kind = rows::word(&kind)?;
    let standing = Standing { user, server_role, room_kind, room_role: RoomRole::Member };
    Ok(Seat { room, room_key, user_key, standing })
}

fn outcome_word(outcome: ReportOutcome) -> &'static str {
    match outcome {
        ReportOutcome::Dismissed => "dismissed",
        ReportOutcome::Hidden => "hidden",
        ReportOutcome::Deleted => "deleted",
    }
}
