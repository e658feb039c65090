//! The refresh token's way to and from browsers: a cookie that scripts cannot read and that only its own doors get.

use super::answer::{Answer, HttpError};
use super::extract::Payload;
use super::files;
use super::site::Site;
use crate::app::App;
use crate::auth::{self, Login};
use crate::contract::{Refresh, TokenTransport};
use crate::error::Error;
use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{AppendHeaders, IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "maru_refresh";
const PATH: &str = "/api/v1/auth";
/// The cookie of the pass by which a browser is known again, after a log-out, too.
pub const DEVICE: &str = "maru_device";
/// As long as browsers keep a cookie.
const DEVICE_LIFETIME: Duration = Duration::from_secs(400 * 24 * 3_600);

/// The refresh token that a caller presents, if any, and how the next one goes back.
pub struct Presented {
    pub token: Option<String>,
    pub transport: TokenTransport,
}

/// From the body, which may be empty, or else from the cookie.
impl FromRequest<Arc<App>> for Presented {
    type Rejection = HttpError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, HttpError> {
        let cookie = read(request.headers(), NAME);
        let body = match request.body().is_end_stream() {
            true => None,
            false => Payload::<Refresh>::from_request(request, app).await?.0.refresh_token,
        };
        Ok(match body {
            Some(token) => Self { token: Some(token), transport: TokenTransport::Body },
            None => Self { token: cookie, transport: TokenTransport::Cookie },
        })
    }
}

/// The value of a cookie.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    let mut named = cookies.filter_map(|cookie| cookie.trim().split_once('=')).filter(|(key, _)| *key == name);
    named.next().map(|(_, token)| token.to_owned())
}

/// A login's answer, with the refresh token where the caller wants it; a browser also gets its pass for files, and one by
/// which it is known again.
pub fn answer(app: &App, site: &Site, transport: TokenTransport, login: Login) -> Result<Response, HttpError> {
    let Login { mut answer, refresh_token } = login;
    Ok(match transport {
        TokenTransport::Body => {
            answer.refresh_token = Some(refresh_token);
            Answer::ok(answer).into_response()
        }
        TokenTransport::Cookie => {
            let cookie = set(site, NAME, PATH, &refresh_token, app.config.session_lifetime)?;
            let pass = files::pass_cookie(app, site, answer.session_id)?;
            let device = auth::device_pass(app, answer.user.user.id, answer.session_id);
            let device = set(site, DEVICE, PATH, &device, DEVICE_LIFETIME)?;
            let cookies = AppendHeaders([cookie, pass, device].map(|cookie| (SET_COOKIE, cookie)));
            (cookies, Answer::ok(answer)).into_response()
        }
    })
}

/// The response, after which the browser holds no refresh token and no pass any more.
pub fn cleared(site: &Site, response: impl IntoResponse) -> Result<Response, HttpError> {
    let cookie = set(site, NAME, PATH, "", Duration::ZERO)?;
    let pass = files::cleared_pass(site)?;
    Ok((AppendHeaders([(SET_COOKIE, cookie), (SET_COOKIE, pass)]), response).into_response())
}

/// A cookie that scripts cannot read, and that no other site has sent.
pub fn set(site: &Site, name: &str, path: &str, value: &str, lifetime: Duration) -> Result<HeaderValue, HttpError> {
    let Site { path: above, https, .. } = site;
    let secure = if *https { "; Secure" } else { "" };
    let age = lifetime.as_secs();
    let text = format!("{name}={value}; Path={above}{path}; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(text).map_err(|error| Error::internal(error).into())
}
