//! People over HTTP, and the doors for other services: where somebody is connected, and events of their own.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields, Id, Page, Payload};
use crate::app::App;
use crate::contract::*;
use crate::ids::{RoomId, UserId};
use crate::{people, services};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/users", get(list))
        .route("/users/{user}", get(one))
        .route("/users/{user}/connections", get(connections))
        .route("/users/{user}/events", post(tell_user))
        .route("/rooms/{room}/events", post(tell_room))
}

async fn list(State(app): State<Arc<App>>, Caller(actor): Caller, Fields(page): Fields<Page>) -> Reply<Users> {
    Ok(Answer::ok(people::list(&app, &actor, page.query.as_deref(), page.cursor.as_deref(), page.limit).await?))
}

async fn one(State(app): State<Arc<App>>, Caller(actor): Caller, Id(user): Id<UserId>) -> Reply<UserAnswer> {
    Ok(Answer::ok(people::one(&app, &actor, user).await?))
}

async fn connections(State(app): State<Arc<App>>, Caller(actor): Caller, Id(user): Id<UserId>) -> Reply<Connections> {
    Ok(Answer::ok(services::connections(&app, &actor, user).await?))
}

async fn tell_user(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(user): Id<UserId>,
    Payload(event): Payload<TellAppEvent>,
) -> Reply<Empty> {
    Ok(Answer::ok(services::tell_user(&app, &actor, user, event).await?))
}

async fn tell_room(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room): Id<RoomId>,
    Payload(event): Payload<TellAppEvent>,
) -> Reply<Empty> {
    Ok(Answer::ok(services::tell_room(&app, &actor, room, event).await?))
}
