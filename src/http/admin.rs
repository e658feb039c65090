//! What administrators do for the whole server.

use super::answer::{Answer, HttpError, Reply};
use super::extract::{Caller, Fields, Id, Payload};
use crate::actor::{Actor, By};
use crate::app::App;
use crate::clock::Timestamp;
use crate::contract::*;
use crate::error::Result;
use crate::governing::{audit, jobs, retention, rooms, team, usage};
use crate::ids::{RoomId, UserId};
use crate::storage::{AuditFilter, Scope};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use futures_util::stream;
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/audit", get(audit_log))
        .route("/admin/audit/lines", get(audit_lines))
        .route("/admin/settings", get(settings).patch(update_settings))
        .route("/admin/settings/logo", put(set_logo).delete(remove_logo))
        .route("/admin/rooms", get(list_rooms))
        .route("/admin/rooms/{room}", delete(delete_room))
        .route("/admin/rooms/{room}/owner", put(give_room))
        .route("/admin/rooms/{room}/retention", get(preview_governed).put(retain_governed))
        .route("/admin/retention", get(preview_for_all))
        .route("/rooms/{room}/retention", get(preview).put(retain))
        .route("/admin/storage", get(storage))
        .route("/admin/jobs", get(list_jobs))
        .route("/admin/jobs/{job}/run", post(run_job))
}

/// Which entries of the audit log are asked for.
#[derive(Deserialize)]
struct AskedEntries {
    person: Option<UserId>,
    act: Option<String>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
}

impl AskedEntries {
    fn filter(&self) -> Result<AuditFilter> {
        let act = self.act.as_deref().map(audit::act).transpose()?;
        Ok(AuditFilter { person: self.person, act, from: self.from, until: self.until })
    }
}

async fn audit_log(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(asked): Fields<AskedEntries>,
) -> Reply<AuditLog> {
    let filter = asked.filter()?;
    Ok(Answer::ok(audit::page(&app, &actor, filter, asked.cursor.as_deref(), asked.limit).await?))
}

/// Each entry on a line, newest first, as a file. The first part is read before anything is answered; each other one when
/// its turn comes, with the right to it asked again.
async fn audit_lines(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(asked): Fields<AskedEntries>,
) -> Result<Response, HttpError> {
    let filter = asked.filter()?;
    let first = audit::lines(&app, &actor, &filter, None).await?;
    let parts = stream::try_unfold(Some(Part::Read(first)), move |part| next(app.clone(), actor, filter.clone(), part));
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// What of the log is sent next.
enum Part {
    Read((String, Option<i64>)),
    Before(i64),
}

async fn next(
    app: Arc<App>,
    actor: Actor,
    filter: AuditFilter,
    part: Option<Part>,
) -> Result<Option<(String, Option<Part>)>> {
    let (lines, before) = match part {
        None => return Ok(None),
        Some(Part::Read(read)) => read,
        Some(Part::Before(before)) => audit::lines(&app, &actor, &filter, Some(before)).await?,
    };
    Ok(Some((lines, before.map(Part::Before))))
}

async fn settings(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<TeamAnswer> {
    Ok(Answer::ok(team::read(&app, &actor).await?))
}

async fn update_settings(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(change): Payload<UpdateTeam>,
) -> Reply<TeamAnswer> {
    Ok(Answer::ok(TeamAnswer { settings: team::update(&app, By::from(&actor), change).await? }))
}

async fn set_logo(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<SetLogo>,
) -> Reply<TeamAnswer> {
    Ok(Answer::ok(team::set_logo(&app, &actor, command).await?))
}

async fn remove_logo(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<TeamAnswer> {
    Ok(Answer::ok(team::remove_logo(&app, &actor).await?))
}

/// Which rooms are asked for.
#[derive(Deserialize)]
struct AskedRooms {
    query: Option<String>,
    kind: Option<RoomKind>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
}

async fn list_rooms(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(AskedRooms { query, kind, cursor, limit }): Fields<AskedRooms>,
) -> Reply<GovernedRooms> {
    Ok(Answer::ok(rooms::list(&app, &actor, rooms::Asked { query, kind, cursor, limit }).await?))
}

async fn delete_room(State(app): State<Arc<App>>, Caller(actor): Caller, Id(room): Id<RoomId>) -> Reply<Empty> {
    rooms::delete(&app, &actor, room).await?;
    Ok(Answer::ok(Empty {}))
}

async fn give_room(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room): Id<RoomId>,
    Payload(command): Payload<GiveRoom>,
) -> Reply<GovernedRoomAnswer> {
    Ok(Answer::ok(rooms::give(&app, &actor, room, command).await?))
}

/// For how many days messages would be kept.
#[derive(Deserialize)]
struct Days {
    days: i64,
}

impl Days {
    /// What is no number of days is beyond all that are allowed.
    fn number(&self) -> u32 {
        u32::try_from(self.days).unwrap_or(u32::MAX)
    }
}

async fn preview(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room): Id<RoomId>,
    Fields(days): Fields<Days>,
) -> Reply<RetentionPreview> {
    Ok(Answer::ok(retention::preview(&app, &actor, Scope::Room(room), days.number()).await?))
}

async fn retain(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room): Id<RoomId>,
    Payload(command): Payload<RetainRoom>,
) -> Reply<UpdateRoomAck> {
    Ok(Answer::ok(retention::retain(&app, &actor, room, command).await?))
}

async fn preview_governed(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room): Id<RoomId>,
    Fields(days): Fields<Days>,
) -> Reply<RetentionPreview> {
    Ok(Answer::ok(retention::preview(&app, &actor, Scope::Governed(room), days.number()).await?))
}

async fn retain_governed(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room): Id<RoomId>,
    Payload(command): Payload<RetainRoom>,
) -> Reply<GovernedRoomAnswer> {
    Ok(Answer::ok(retention::retain_governed(&app, &actor, room, command).await?))
}

async fn preview_for_all(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(days): Fields<Days>,
) -> Reply<RetentionPreview> {
    Ok(Answer::ok(retention::preview(&app, &actor, Scope::Server, days.number()).await?))
}

async fn storage(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<StorageUsage> {
    Ok(Answer::ok(usage::read(&app, &actor).await?))
}

async fn list_jobs(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<Jobs> {
    Ok(Answer::ok(jobs::list(&app, &actor).await?))
}

async fn run_job(State(app): State<Arc<App>>, Caller(actor): Caller, Path(job): Path<String>) -> Reply<Empty> {
    jobs::run(&app, &actor, &job).await?;
    Ok(Answer::ok(Empty {}))
}
