//! What handlers take from a request: the caller, the payload, the query, the address.

use super::answer::HttpError;
use super::query;
use crate::actor::Actor;
use crate::app::App;
use crate::auth;
use crate::contract::{MAX_PAYLOAD_BYTES, decode, limit};
use crate::error::Error;
use crate::net::Peer;
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use http_body_util::LengthLimitError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Who has not sent a body by then is answered without it.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// What proxies add to say where a request comes from, beside X-Forwarded-For and its like.
const FORWARDING: [&str; 3] = ["x-real-ip", "forwarded", "via"];

/// Who calls, established by the bearer token; counted against their limit.
pub struct Caller(pub Actor);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        let actor = authenticate(&parts.headers, app).await?;
        app.limits.event(&actor)?;
        Ok(Self(Actor { address: Some(address), ..actor }))
    }
}

/// As `Caller`, also who has to set up a second factor before they may do anything else.
pub struct Newcomer(pub Actor);

impl FromRequestParts<Arc<App>> for Newcomer {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        let token = bearer(&parts.headers).ok_or(Error::Unauthenticated("a bearer token is needed"))?;
        let actor = auth::authenticate_for_two_factor(app, token).await?;
        app.limits.event(&actor)?;
        Ok(Self(Actor { address: Some(address), ..actor }))
    }
}

/// Who calls, established by the bearer token; not counted yet.
pub async fn authenticate(headers: &HeaderMap, app: &App) -> Result<Actor, Error> {
    let token = bearer(headers).ok_or(Error::Unauthenticated("a bearer token is needed"))?;
    auth::authenticate(app, token).await
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The body: one JSON object of at most 64 KiB.
pub struct Payload<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Payload<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &S) -> Result<Self, HttpError> {
        let body = tokio::time::timeout(BODY_WITHIN, to_bytes(request.into_body(), MAX_PAYLOAD_BYTES))
            .await
            .map_err(|_| Error::invalid("body", "the body did not arrive in time"))?
            .map_err(unread)?;
        let text = std::str::from_utf8(&body).map_err(|_| Error::invalid("body", "the body must be UTF-8"))?;
        Ok(Self(decode(text)?))
    }
}

fn unread(error: axum::Error) -> Error {
    match error.into_inner().is::<LengthLimitError>() {
        true => Error::TooLarge(format!("a body has at most {MAX_PAYLOAD_BYTES} bytes")),
        false => Error::invalid("body", "the body could not be read to its end"),
    }
}

/// The query string, with an error in our envelope.
pub struct Fields<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Fields<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        Ok(Self(query::read(parts.uri.query().unwrap_or_default())?))
    }
}

/// An id in the path. Text that is no id of ours is an id that is never found.
pub struct Id<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Error::NotFound("the resource"))?;
        Ok(Self(id))
    }
}

/// Whether a proxy shows itself.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("x-forwarded-") || FORWARDING.contains(&name.as_str()))
}

/// Where a request comes from, through trusted proxies.
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let peer = parts.extensions.get::<Peer>().ok_or_else(|| Error::internal("a request without its peer"))?;
        Ok(Self(app.config.client_address(peer.address, &parts.headers)))
    }
}

/// The fields of every list: what is looked for, where to go on, how many at the most.
#[derive(Deserialize)]
pub struct Page {
    pub query: Option<String>,
    pub cursor: Option<String>,
    #[serde(default, deserialize_with = "limit")]
    pub limit: Option<u32>,
}
