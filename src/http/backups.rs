//! Backups, for administrators.

use super::answer::{Answer, Reply};
use super::extract::Caller;
use crate::app::App;
use crate::backup;
use crate::contract::Backups;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/backups", get(status))
}

async fn status(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<Backups> {
    Ok(Answer::ok(backup::status(&app, &actor).await?))
}
