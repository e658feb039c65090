//! The pass of files in a browser: a cookie that scripts cannot read, for `<img>`, `<video>` and downloads, which send no
//! bearer token. It reads files and does nothing else, and other sites cannot use it.

use crate::actor::Actor;
use crate::app::App;
use crate::auth;
use crate::error::Error;
use crate::http::answer::HttpError;
use crate::http::extract;
use crate::http::site::Site;
use crate::http::{origin, refresh_cookie};
use crate::ids::SessionId;
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "maru_files";

/// Sets the pass of a session, for as long as that can last.
pub fn cookie(app: &App, site: &Site, session: SessionId) -> Result<HeaderValue, HttpError> {
    refresh_cookie::set(site, NAME, super::UPLOADS, &auth::file_pass(app, session), app.config.session_lifetime)
}

/// Takes the pass away.
pub fn cleared(site: &Site) -> Result<HeaderValue, HttpError> {
    refresh_cookie::set(site, NAME, super::UPLOADS, "", Duration::ZERO)
}

/// Who reads a file, by a bearer token or by the pass; counted against their limit.
pub struct FileReader(pub Actor);

impl FromRequestParts<Arc<App>> for FileReader {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let actor = read_by(parts, app).await?;
        app.limits.file(&actor)?;
        Ok(Self(actor))
    }
}

async fn read_by(parts: &Parts, app: &App) -> Result<Actor, Error> {
    let headers = &parts.headers;
    let pass = refresh_cookie::read(headers, NAME);
    let Some(pass) = pass.filter(|_| !headers.contains_key(AUTHORIZATION)) else {
        return extract::authenticate(headers, app).await;
    };
    // Pages of the same site under another name would send it, too.
    if origin::is_foreign(app, headers, &parts.extensions) {
        return Err(Error::Forbidden("requests of other web sites are refused"));
    }
    auth::authenticate_file_pass(app, &pass).await
}
