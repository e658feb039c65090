//! What administrators tell everybody at once.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Id, Payload};
use crate::app::App;
use crate::contract::*;
use crate::governing::announcements;
use crate::ids::AnnouncementId;
use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get, post};
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/announcements", get(list).post(announce))
        .route("/admin/announcements/{announcement}", delete(end))
        .route("/announcements/{announcement}/dismiss", post(dismiss))
}

async fn list(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<Announcements> {
    Ok(Answer::ok(announcements::list(&app, &actor).await?))
}

async fn announce(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<Announce>,
) -> Reply<AnnouncementAnswer> {
    Ok(Answer::created(announcements::announce(&app, &actor, command).await?))
}

async fn end(State(app): State<Arc<App>>, Caller(actor): Caller, Id(announcement): Id<AnnouncementId>) -> Reply<Empty> {
    announcements::end(&app, &actor, announcement).await?;
    Ok(Answer::ok(Empty {}))
}

async fn dismiss(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(announcement): Id<AnnouncementId>,
) -> Reply<Empty> {
    announcements::dismiss(&app, &actor, announcement).await?;
    Ok(Answer::ok(Empty {}))
}
