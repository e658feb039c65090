//! The archive that the caller takes with them; its bytes are given out with the files.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Payload};
use crate::app::App;
use crate::archive::asked;
use crate::contract::*;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/me/archive", post(make).get(status).delete(discard))
}

async fn make(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<MakeArchive>,
) -> Reply<ArchiveAnswer> {
    Ok(Answer::created(ArchiveAnswer { archive: Some(asked::ask(&app, &actor, command).await?) }))
}

async fn status(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<ArchiveAnswer> {
    Ok(Answer::ok(ArchiveAnswer { archive: asked::status(&app, &actor)? }))
}

async fn discard(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<Empty> {
    asked::discard(&app, &actor).await?;
    Ok(Answer::ok(Empty {}))
}
