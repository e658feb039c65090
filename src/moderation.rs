//! Keeping rooms in order: roles in them, messages that are hidden, and what people report.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::shelf::page_limit;
use crate::storage::NewReport;
use crate::text;

pub async fn set_role(app: &App, actor: &Actor, command: SetRoomRole) -> Result<Empty> {
    app.limits.send(actor)?;
    let SetRoomRole { room_id, user_id, role } = command;
    app.storage.set_room_role(actor.into(), actor.user, room_id, user_id, role).await?;
    Ok(Empty {})
}

pub async fn hide(app: &App, actor: &Actor, command: HideMessage) -> Result<RevAck> {
    app.limits.send(actor)?;
    let HideMessage { message_id, hidden } = command;
    Ok(RevAck { rev: app.storage.hide_message(actor.into(), actor.user, message_id, hidden).await? })
}

pub async fn reveal(app: &App, actor: &Actor, command: RevealMessage) -> Result<RevealMessageAck> {
    Ok(RevealMessageAck { message: app.storage.reveal_message(actor.user, command.message_id).await? })
}

pub async fn report(app: &App, actor: &Actor, command: ReportMessage) -> Result<Empty> {
    app.limits.report(actor)?;
    let ReportMessage { message_id: message, reason } = command;
    let reason = reason.trim().to_owned();
    let fits = text::shows_something(&reason) && reason.chars().count() <= MAX_REASON_CHARS && !reason.contains('\0');
    let objection =
        (!fits).then(|| Error::invalid("reason", format!("a reason has 1 to {MAX_REASON_CHARS} characters")));
    app.storage.report_message(actor.user, NewReport { message, reason, objection }).await?;
    Ok(Empty {})
}

pub async fn reports(app: &App, actor: &Actor, command: ListReports) -> Result<ListReportsAck> {
    let ListReports { room_id, status, cursor, limit } = command;
    let after = cursor.as_deref().map(str::parse::<i64>).transpose();
    let Ok(after) = after else {
        if let Some(room) = room_id {
            app.storage.check_member(actor.user, room).await?;
        }
        return Err(Error::invalid("cursor", "this is no cursor that the server gave"));
    };
    let (reports, open, next) = app.storage.reports(actor.user, room_id, status, after, page_limit(limit)).await?;
    Ok(ListReportsAck { reports, open, cursor: next.map(|next| next.to_string()) })
}

pub async fn resolve(app: &App, actor: &Actor, command: ResolveReport) -> Result<ResolveReportAck> {
    let ResolveReport { report_id, outcome } = command;
    Ok(ResolveReportAck { report: app.storage.resolve_report(actor.into(), actor.user, report_id, outcome).await? })
}
