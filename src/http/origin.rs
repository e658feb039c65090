//! Browsers that act for another site are refused: for whatever changes state, and for the socket. Sites that the
//! operator trusts may call, and read the answers.

use super::answer::HttpError;
use super::files::{ASKED, TOLD};
use crate::app::App;
use crate::config::PublicUrl;
use crate::error::Error;
use crate::net::Peer;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, ORIGIN, RETRY_AFTER};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::CorsLayer;

const SOCKETS: &str = "/socket.io";
/// How long a browser need not ask again.
const PREFLIGHT: Duration = Duration::from_secs(3600);

pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let guarded = !reads || request.uri().path().starts_with(SOCKETS);
    if guarded && is_foreign(&app, request.headers(), request.extensions()) {
        return HttpError(Error::Forbidden("requests of other web sites are refused")).into_response();
    }
    next.run(request).await
}

/// What browsers ask before they let a page of another site call and read; none when no such site is trusted.
pub fn cors(app: &App) -> Option<CorsLayer> {
    let trusted = app.config.trusted_origins.iter().filter_map(|origin| origin.as_str().parse().ok());
    let trusted: Vec<HeaderValue> = trusted.collect();
    (!trusted.is_empty()).then(|| {
        // No cookies: pages of other sites keep their refresh tokens themselves.
        CorsLayer::new()
            .allow_origin(trusted)
            .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers(heads([AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("idempotency-key")], ASKED))
            .expose_headers(heads([RETRY_AFTER, HeaderName::from_static("x-request-id")], TOLD))
            .max_age(PREFLIGHT)
    })
}

fn heads<const N: usize, const M: usize>(ours: [HeaderName; N], of_uploads: [HeaderName; M]) -> Vec<HeaderName> {
    ours.into_iter().chain(of_uploads).collect()
}

/// Programs send neither header and are let through: they hold no cookies of a browser. Where this server encrypts by
/// itself, a page that came unencrypted is another site: whoever stands in between can have written it.
pub(super) fn is_foreign(app: &App, headers: &HeaderMap, extensions: &Extensions) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("null"));
    if let Some(origin) = text(ORIGIN) {
        let trusted = app.config.trusted_origins.iter().chain(app.config.public_url.as_ref().map(PublicUrl::origin));
        let is_encrypted = extensions.get::<Peer>().is_some_and(|peer| peer.is_encrypted);
        let this_site = origin.split_once("://").filter(|(scheme, _)| !is_encrypted || *scheme == "https");
        let same_host = this_site.is_some_and(|(_, host)| text(HOST) == Some(host));
        return !same_host && !trusted.into_iter().any(|trusted| trusted.as_str() == origin);
    }
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}
