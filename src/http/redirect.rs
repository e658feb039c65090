//! What is answered without encryption beside HTTPS: the proof of a domain, and where to go instead.

use crate::app::App;
use crate::certificates::Certificates;
use crate::config::{Origin, PublicUrl};
use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

const PROOFS: &str = "/.well-known/acme-challenge/";
const HTTPS: u16 = 443;

/// Everything that is served on the port beside HTTPS.
pub fn redirect_router(app: Arc<App>) -> Router {
    Router::new().fallback(answer).with_state(app)
}

async fn answer(State(app): State<Arc<App>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let Some(certificates) = &app.certificates else { return plain(StatusCode::NOT_FOUND, "not found\n".to_owned()) };
    if let (Method::GET | Method::HEAD, Some(token)) = (method, uri.path().strip_prefix(PROOFS)) {
        return match certificates.proof(token) {
            Some(proof) => plain(StatusCode::OK, proof),
            None => plain(StatusCode::NOT_FOUND, "no such proof is expected\n".to_owned()),
        };
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    match target(&app, certificates, host, &uri) {
        Some(target) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, target)]).into_response(),
        None => plain(StatusCode::NOT_FOUND, "this server is reached by HTTPS under its own name\n".to_owned()),
    }
}

fn plain(status: StatusCode, text: String) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}

/// The same address with HTTPS. Only where the name is one of ours: whoever writes another one into a request is not
/// sent there.
fn target(app: &App, certificates: &Certificates, host: &str, uri: &Uri) -> Option<String> {
    let host = host.parse::<Authority>().ok()?.host().to_ascii_lowercase();
    // Addresses of IPv6 stand in brackets there, and have none in a certificate.
    if !certificates.names(host.trim_start_matches('[').trim_end_matches(']')) {
        return None;
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let public = app.config.public_url.as_ref().map(PublicUrl::origin).filter(|origin| origin.is_https());
    let port = match public.and_then(Origin::port) {
        Some(port) => format!(":{port}"),
        None if public.is_some() => String::new(),
        None => match app.serving_on.get().map_or(HTTPS, |address| address.port()) {
            HTTPS => String::new(),
            port => format!(":{port}"),
        },
    };
    Some(format!("https://{host}{port}{path}"))
}
