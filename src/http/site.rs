//! How a caller reaches this server: through which address, and whether encrypted on the way.

use super::answer::HttpError;
use crate::app::App;
use crate::auth::links;
use crate::config::{ProxyHeader, forwarded};
use crate::error::Error;
use crate::net::Peer;
use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use std::sync::Arc;

/// The server as its caller sees it.
pub struct Site {
    /// Without a slash at the end: `https://chat.example.com`.
    pub base: String,
    /// What is ahead of every path: `/chat`, or nothing.
    pub path: String,
    /// Whether cookies may be kept from unencrypted connections.
    pub https: bool,
}

impl FromRequestParts<Arc<App>> for Site {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        if let Some(url) = &app.config.public_url {
            let https = url.origin().is_https() || is_https(parts, app)?;
            return Ok(Self { base: links::base(app), path: url.path().to_owned(), https });
        }
        let https = is_https(parts, app)?;
        let scheme = if https { "https" } else { "http" };
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let base = host.map_or_else(|| links::base(app), |host| format!("{scheme}://{host}"));
        Ok(Self { base, path: String::new(), https })
    }
}

/// Seen here, or believed of a trusted proxy. Of several, the first is what the browser spoke.
fn is_https(parts: &Parts, app: &App) -> Result<bool, HttpError> {
    let peer = parts.extensions.get::<Peer>().ok_or_else(|| Error::internal("a request without its peer"))?;
    if peer.is_encrypted {
        return Ok(true);
    }
    if !app.config.trusts(peer.address) {
        return Ok(false);
    }
    let first = |name| parts.headers.get(name)?.to_str().ok()?.split(',').next();
    let scheme = match app.config.proxy_header {
        ProxyHeader::XForwardedFor => first("x-forwarded-proto"),
        ProxyHeader::Forwarded => first("forwarded").and_then(|element| forwarded(element, "proto")),
    };
    Ok(scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https")))
}
