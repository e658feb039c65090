//! Figures of the running server: `/metrics` for Prometheus, and the same for administrators.

use super::answer::{Answer, Reply};
use super::extract::{Caller, ClientAddress, bearer, is_forwarded};
use crate::app::App;
use crate::contract::ServerFigures;
use crate::net::Peer;
use crate::watching::{self, Refused};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, FORWARDED, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use std::net::IpAddr;
use std::sync::Arc;

/// As programs that scrape expect it.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// For administrators.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/admin/metrics", get(figures))
}

async fn figures(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<ServerFigures> {
    Ok(Answer::ok(watching::figures(&app, &actor).await?))
}

/// `/metrics` on the main port, for whom the configuration names.
pub fn guarded() -> Router<Arc<App>> {
    Router::new().route("/metrics", get(guarded_metrics))
}

async fn guarded_metrics(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    ClientAddress(client): ClientAddress,
    headers: HeaderMap,
) -> Response {
    let client = Some(client).filter(|client| is_known(&app, &headers, peer.address, *client));
    match watching::may_scrape(&app.config, client, bearer(&headers)) {
        Ok(()) => metrics(State(app)).await.into_response(),
        Err(Refused::Hidden) => (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-cache")], "not found\n").into_response(),
        Err(Refused::Token) => {
            let headers = [(CACHE_CONTROL, "no-store"), (WWW_AUTHENTICATE, "Bearer")];
            (StatusCode::UNAUTHORIZED, headers, "a bearer token is needed\n").into_response()
        }
    }
}

/// Whether it is known for sure where a request comes from. Behind a proxy that is not trusted, or does not say for whom
/// it asks, everybody seems to come from the proxy, which may well be near; and a proxy that says it in one header may
/// pass on what its client wrote into another.
fn is_known(app: &App, headers: &HeaderMap, peer: IpAddr, client: IpAddr) -> bool {
    if !app.config.trusts(peer) {
        return !is_forwarded(headers);
    }
    let real = headers.get_all("x-real-ip").iter().map(|value| value.to_str().ok()?.trim().parse().ok());
    let mut real = real.map(|address: Option<IpAddr>| address.map(|address| address.to_canonical()));
    let told_twice = headers.contains_key("x-forwarded-for") && headers.contains_key(FORWARDED);
    !app.config.trusts(client) && !told_twice && real.all(|address| address == Some(client))
}

/// What is served on an address of its own, which is not public by default.
pub fn metrics_router(app: Arc<App>) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(app)
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, "no-store")], watching::text(&app).await)
}
