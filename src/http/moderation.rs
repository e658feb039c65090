//! Keeping rooms in order over HTTP, for programs without a socket.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields, Id, Payload};
use crate::app::App;
use crate::contract::*;
use crate::ids::{MessageId, ReportId, RoomId, UserId};
use crate::moderation;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post, put};
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/rooms/{room}/members/{user}/role", put(set_role))
        .route("/messages/{message}/hide", post(hide))
        .route("/messages/{message}/reveal", get(reveal))
        .route("/messages/{message}/report", post(report))
        .route("/reports", get(list))
        .route("/reports/{report}/resolve", post(resolve))
}

#[derive(Deserialize)]
struct Given {
    role: RoomRole,
}

async fn set_role(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id((room_id, user_id)): Id<(RoomId, UserId)>,
    Payload(Given { role }): Payload<Given>,
) -> Reply<Empty> {
    Ok(Answer::ok(moderation::set_role(&app, &actor, SetRoomRole { room_id, user_id, role }).await?))
}

#[derive(Deserialize)]
struct Hide {
    hidden: bool,
}

async fn hide(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(Hide { hidden }): Payload<Hide>,
) -> Reply<RevAck> {
    Ok(Answer::ok(moderation::hide(&app, &actor, HideMessage { message_id, hidden }).await?))
}

async fn reveal(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
) -> Reply<RevealMessageAck> {
    Ok(Answer::ok(moderation::reveal(&app, &actor, RevealMessage { message_id }).await?))
}

#[derive(Deserialize)]
struct Why {
    reason: String,
}

async fn report(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(Why { reason }): Payload<Why>,
) -> Reply<Empty> {
    Ok(Answer::ok(moderation::report(&app, &actor, ReportMessage { message_id, reason }).await?))
}

/// The fields of `reports:list`; `room` stands for `roomId`.
#[derive(Deserialize)]
struct Which {
    room: Option<RoomId>,
    status: Option<ReportStatus>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
}

async fn list(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(Which { room, status, cursor, limit }): Fields<Which>,
) -> Reply<ListReportsAck> {
    Ok(Answer::ok(moderation::reports(&app, &actor, ListReports { room_id: room, status, cursor, limit }).await?))
}

#[derive(Deserialize)]
struct Outcome {
    outcome: ReportOutcome,
}

async fn resolve(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(report_id): Id<ReportId>,
    Payload(Outcome { outcome }): Payload<Outcome>,
) -> Reply<ResolveReportAck> {
    Ok(Answer::ok(moderation::resolve(&app, &actor, ResolveReport { report_id, outcome }).await?))
}
