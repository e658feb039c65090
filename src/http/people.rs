//! People's accounts, for administrators.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields, Id, Payload};
use super::site::Site;
use crate::app::App;
use crate::contract::*;
use crate::ids::{SessionId, UserId};
use crate::people::administration::{self, Lookup};
use crate::storage::Whom;
use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/people", get(list))
        .route("/admin/people/{user}", get(one).patch(change_role))
        .route("/admin/people/{user}/deactivate", post(deactivate))
        .route("/admin/people/{user}/reactivate", post(reactivate))
        .route("/admin/people/{user}/reset", post(reset))
        .route("/admin/people/{user}/erase", post(erase))
        .route("/admin/people/{user}/sessions", get(sessions).delete(end_sessions))
        .route("/admin/people/{user}/sessions/{session}", delete(end_session))
}

#[derive(Deserialize)]
struct Wanted {
    query: Option<String>,
    state: Option<PersonState>,
    kind: Option<PersonKind>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
}

async fn list(State(app): State<Arc<App>>, Caller(actor): Caller, Fields(wanted): Fields<Wanted>) -> Reply<People> {
    let Wanted { query, state, kind, cursor, limit } = wanted;
    let lookup = Lookup { query, state, kind, cursor, limit };
    Ok(Answer::ok(administration::list(&app, (&actor).into(), lookup).await?))
}

async fn one(State(app): State<Arc<App>>, Caller(actor): Caller, Id(user): Id<UserId>) -> Reply<PersonAnswer> {
    Ok(Answer::ok(administration::one(&app, (&actor).into(), user).await?))
}

async fn change_role(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(user): Id<UserId>,
    Payload(command): Payload<ChangeRole>,
) -> Reply<PersonAnswer> {
    Ok(Answer::ok(administration::change_role(&app, (&actor).into(), Whom::Id(user), command).await?))
}

async fn deactivate(State(app): State<Arc<App>>, Caller(actor): Caller, Id(user): Id<UserId>) -> Reply<PersonAnswer> {
    Ok(Answer::ok(administration::deactivate(&app, (&actor).into(), user).await?))
}

async fn reactivate(
    State(app): State<Arc<App>>,
    site: Site,
    Caller(actor): Caller,
    Id(user): Id<UserId>,
) -> Reply<PasswordLink> {
    Ok(Answer::ok(administration::reactivate(&app, (&actor).into(), Whom::Id(user), &site.base).await?))
}

async fn reset(
    State(app): State<Arc<App>>,
    site: Site,
    Caller(actor): Caller,
    Id(user): Id<UserId>,
) -> Reply<PasswordLink> {
    Ok(Answer::ok(administration::reset(&app, (&actor).into(), user, &site.base).await?))
}

async fn erase(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(user): Id<UserId>,
    Payload(command): Payload<ErasePerson>,
) -> Reply<Empty> {
    Ok(Answer::ok(administration::erase(&app, (&actor).into(), Whom::Id(user), command).await?))
}

async fn sessions(State(app): State<Arc<App>>, Caller(actor): Caller, Id(user): Id<UserId>) -> Reply<Sessions> {
    Ok(Answer::ok(administration::sessions(&app, (&actor).into(), Whom::Id(user), actor.session).await?))
}

async fn end_sessions(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(user): Id<UserId>,
) -> Reply<EndedSessions> {
    Ok(Answer::ok(administration::end_sessions(&app, (&actor).into(), Whom::Id(user), None).await?))
}

async fn end_session(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id((user, session)): Id<(UserId, SessionId)>,
) -> Reply<EndedSessions> {
    Ok(Answer::ok(administration::end_sessions(&app, (&actor).into(), Whom::Id(user), Some(session)).await?))
}
