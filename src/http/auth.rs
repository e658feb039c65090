//! Setting up, registering, logging in and out, passwords; who the caller is, and what a visitor may know.

use super::answer::{Answer, HttpError, Reply};
use super::extract::{Caller, ClientAddress, Newcomer, Payload, is_forwarded};
use super::refresh_cookie::{self, Presented};
use super::site::Site;
use crate::app::App;
use crate::auth::{self, Device, Entry};
use crate::contract::*;
use crate::error::Error;
use crate::net::Peer;
use crate::people;
use crate::probes::{self, Arrival};
use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/server", get(server))
        .route("/me", get(me).patch(update_me))
        .route("/setup", post(set_up))
        .route("/auth/register", post(register))
        .route("/auth/login", post(log_in))
        .route("/auth/login/code", post(finish_login))
        .route("/auth/refresh", post(refresh))
        .route("/auth/logout", post(log_out))
        .route("/auth/password", post(change_password))
        .route("/auth/reset", post(reset_password))
}

impl FromRequestParts<Arc<App>> for Device {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        let user_agent = parts.headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        let pass = refresh_cookie::read(&parts.headers, refresh_cookie::DEVICE);
        let pass = pass.and_then(|pass| auth::read_device_pass(app, &pass));
        Ok(Self { address, user_agent: user_agent.unwrap_or_default().into_owned(), pass })
    }
}

async fn server(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    ClientAddress(client): ClientAddress,
    headers: HeaderMap,
) -> Reply<ServerInfo> {
    if let Some(word) = headers.get(probes::HEADER).and_then(|word| word.to_str().ok()) {
        app.probes.note(word, Arrival { peer: peer.address, client, forwarded: is_forwarded(&headers) });
    }
    let team = app.storage.team().await?;
    Ok(Answer::ok(ServerInfo {
        needs_setup: app.storage.needs_setup().await?,
        registration: app.config.registration.as_str().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: team.name,
        accent: team.accent,
        greeting: team.greeting,
        logo: team.logo,
    }))
}

async fn me(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<MeAnswer> {
    Ok(Answer::ok(MeAnswer { user: app.storage.me(actor.user).await? }))
}

async fn update_me(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<UpdateMe>,
) -> Reply<MeAnswer> {
    Ok(Answer::ok(people::update_me(&app, &actor, command).await?))
}

async fn set_up(
    State(app): State<Arc<App>>,
    site: Site,
    device: Device,
    Payload(command): Payload<SetUp>,
) -> Result<Response, HttpError> {
    let transport = command.token_transport;
    let login = auth::setup::set_up(&app, command, device).await?;
    refresh_cookie::answer(&app, &site, transport, login)
}

async fn register(
    State(app): State<Arc<App>>,
    site: Site,
    device: Device,
    Payload(command): Payload<Register>,
) -> Result<Response, HttpError> {
    let transport = command.token_transport;
    let login = auth::register(&app, command, device).await?;
    refresh_cookie::answer(&app, &site, transport, login)
}

async fn log_in(
    State(app): State<Arc<App>>,
    site: Site,
    device: Device,
    Payload(command): Payload<LogIn>,
) -> Result<Response, HttpError> {
    let transport = command.token_transport;
    match auth::log_in(&app, command, device).await? {
        Entry::In(login) => refresh_cookie::answer(&app, &site, transport, *login),
        Entry::Half(asked) => Ok(Answer::ok(asked).into_response()),
    }
}

async fn finish_login(
    State(app): State<Arc<App>>,
    site: Site,
    device: Device,
    Payload(command): Payload<FinishLogin>,
) -> Result<Response, HttpError> {
    let transport = command.token_transport;
    let login = auth::finish_login(&app, command, device).await?;
    refresh_cookie::answer(&app, &site, transport, login)
}

async fn refresh(State(app): State<Arc<App>>, site: Site, presented: Presented) -> Result<Response, HttpError> {
    let Some(token) = presented.token else {
        return Err(Error::Unauthenticated("a refresh token is needed").into());
    };
    match auth::refresh(&app, &token).await {
        Ok(login) => refresh_cookie::answer(&app, &site, presented.transport, login),
        // The browser need not offer it again.
        Err(error @ Error::Unauthenticated(_)) => refresh_cookie::cleared(&site, HttpError(error)),
        Err(error) => Err(error.into()),
    }
}

/// Works with the refresh token alone, for a browser whose access token has expired.
async fn log_out(
    State(app): State<Arc<App>>,
    site: Site,
    caller: Result<Newcomer, HttpError>,
    presented: Presented,
) -> Result<Response, HttpError> {
    let response = match (caller, presented.token) {
        (Ok(Newcomer(actor)), _) => auth::log_out(&app, Some(&actor), None).await,
        (Err(_), Some(token)) => auth::log_out(&app, None, Some(&token)).await,
        (Err(HttpError(error)), None) => Err(error),
    };
    match response {
        Ok(()) => refresh_cookie::cleared(&site, Answer::ok(Empty {})),
        Err(error @ Error::Unauthenticated(_)) => refresh_cookie::cleared(&site, HttpError(error)),
        Err(error) => Err(error.into()),
    }
}

async fn change_password(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    ClientAddress(address): ClientAddress,
    Payload(command): Payload<ChangePassword>,
) -> Reply<Empty> {
    auth::change_password(&app, &actor, command, address).await?;
    Ok(Answer::ok(Empty {}))
}

async fn reset_password(
    State(app): State<Arc<App>>,
    site: Site,
    ClientAddress(address): ClientAddress,
    Payload(command): Payload<ResetPassword>,
) -> Result<Response, HttpError> {
    auth::reset_password(&app, command, address).await?;
    // Every session of the user has ended, this browser's as well.
    Ok(refresh_cookie::cleared(&site, Answer::ok(Empty {}))?.into_response())
}
