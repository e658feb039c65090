//! The caller's logins.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Id};
use crate::app::App;
use crate::auth::sessions;
use crate::contract::{Empty, Sessions};
use crate::ids::SessionId;
use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get};
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/auth/sessions", get(list)).route("/auth/sessions/{session}", delete(end))
}

async fn list(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<Sessions> {
    Ok(Answer::ok(sessions::list(&app, &actor).await?))
}

async fn end(State(app): State<Arc<App>>, Caller(actor): Caller, Id(session): Id<SessionId>) -> Reply<Empty> {
    sessions::end(&app, &actor, session).await?;
    Ok(Answer::ok(Empty {}))
}
