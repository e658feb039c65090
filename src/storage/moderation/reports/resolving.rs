//! Reports resolved, and what becomes of their message.

use super::reading::{Found, find};
use crate::actor::By;
use crate::clock;
use crate::contract::{AuditAct, Report, ReportOutcome, ReportStatus, RoomRole};
use crate::error::{Error, Result};
use crate::ids::{ReportId, RoomId, UserId};
use crate::policy::{self, Standing};
use crate::storage::audit::{self, About, Note};
use crate::storage::members::{Seat, seat};
use crate::storage::messages::target_from;
use crate::storage::moderation::hiding;
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, notifications, removals, rows, summaries};
use serde_json::json;
use sqlx::SqliteConnection;

impl Storage {
    /// Resolves a report, and every other open one of the same message; those that administrators of the server were told
    /// of, they alone.
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
    let resolved: Vec<String> = sqlx::query_scalar(RESOLVE)
        .bind(room_key)
        .bind(message.seq)
        .bind(clock::now().as_millis())
        .bind(user_key)
        .bind(outcome_word(outcome))
        .bind(to_server)
        .fetch_all(&mut transaction.connection)
        .await?;
    notifications::withdraw_reports(transaction, &resolved).await?;
    let detail = json!({ "outcome": outcome, "reports": resolved.len(), "author": report.message.user.id });
    let about = Some(About::Message(message));
    audit::note(transaction, Note { by, act: AuditAct::ReportResolved, about, detail }).await?;
    let report = find(&mut transaction.connection, user, id).await?.report;
    forget_past(transaction, room_key, message.seq).await?;
    Ok(report)
}

/// What administrators were told of is not the room's to resolve: whom it is about may be who looks after the room.
const RESOLVE: &str = "UPDATE reports SET resolved_at = ?3, resolved_by = ?4, outcome = ?5, content = ''
    WHERE room_id = ?1 AND seq = ?2 AND resolved_at IS NULL AND (to_server = 0 OR ?6) RETURNING pid";

/// Of a message that is past its time, a report stays until it is resolved, and no longer.
async fn forget_past(transaction: &mut Transaction, room_key: i64, seq: i64) -> Result<()> {
    let query = "DELETE FROM reports WHERE room_id = ?1 AND seq = ?2 AND resolved_at IS NOT NULL
        AND seq < (SELECT cleared_before FROM rooms WHERE id = ?1) RETURNING pid";
    let query = sqlx::query_scalar(query).bind(room_key).bind(seq);
    let gone: Vec<String> = query.fetch_all(&mut transaction.connection).await?;
    notifications::forget_reports(transaction, &gone).await
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
