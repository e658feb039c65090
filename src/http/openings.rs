//! How fast sessions of sockets are opened from one network: each is kept for some seconds before it is known who it is.

use super::answer::HttpError;
use crate::app::App;
use crate::config::Network;
use crate::error::Error;
use crate::net::Peer;
use crate::realtime::opens_session;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if opens_session(request.uri()) {
        let Some(peer) = request.extensions().get::<Peer>() else {
            return HttpError(Error::internal("a request without its peer")).into_response();
        };
        let client = app.config.client_address(peer.address, request.headers());
        if let Err(error) = app.limits.opening(Network::of_client(client)) {
            return HttpError(error).into_response();
        }
    }
    next.run(request).await
}
