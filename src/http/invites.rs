//! Invites to the server.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Id, Payload};
use super::site::Site;
use crate::app::App;
use crate::auth::invites;
use crate::contract::*;
use crate::ids::InviteId;
use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get, post};
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/invites", get(list).post(create))
        .route("/invites/{invite}", delete(revoke))
        // The code stands in the body: paths are logged.
        .route("/invites/preview", post(preview))
}

async fn create(
    State(app): State<Arc<App>>,
    site: Site,
    Caller(actor): Caller,
    Payload(command): Payload<CreateInvite>,
) -> Reply<CreatedInvite> {
    Ok(Answer::created(invites::create(&app, &actor, command, &site.base).await?))
}

async fn list(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<Invites> {
    Ok(Answer::ok(invites::list(&app, &actor).await?))
}

async fn revoke(State(app): State<Arc<App>>, Caller(actor): Caller, Id(invite): Id<InviteId>) -> Reply<Empty> {
    invites::revoke(&app, &actor, invite).await?;
    Ok(Answer::ok(Empty {}))
}

async fn preview(State(app): State<Arc<App>>, Payload(command): Payload<PreviewInvite>) -> Reply<InvitePreview> {
    Ok(Answer::ok(invites::preview(&app, &command.invite_code).await?))
}
