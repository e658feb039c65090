//! Uploads in parts: version 1.0.0 of tus, with creation, checksum and termination.

use super::declared;
use super::lingering::Lingering;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::Failure;
use crate::error::{Error, Result};
use crate::files::{self, Announced, Part, Received};
use crate::http::answer::HttpError;
use crate::http::extract::{Caller, Id};
use crate::ids::FileId;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::Arc;

/// What a page of another site may say and hear of an upload.
pub const ASKED: [HeaderName; 5] = [RESUMABLE, UPLOAD_OFFSET, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_CHECKSUM];
pub const TOLD: [HeaderName; 4] = [RESUMABLE, UPLOAD_OFFSET, UPLOAD_LENGTH, LOCATION];

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const VERSION: &str = "1.0.0";
const PART: &str = "application/offset+octet-stream";

/// What tus answers to a part that arrived damaged.
const CHECKSUM_MISMATCH: u16 = 460;

pub(super) fn is_spoken(headers: &HeaderMap) -> bool {
    headers.contains_key(RESUMABLE)
}

/// What a client may ask of this server; the same for everybody.
pub(super) async fn capabilities(State(app): State<Arc<App>>) -> Response {
    let headers = [
        ("tus-version", VERSION.to_owned()),
        ("tus-extension", "creation,checksum,termination".to_owned()),
        ("tus-checksum-algorithm", "sha256".to_owned()),
        ("tus-max-size", app.config.files.largest.bytes().to_string()),
    ];
    let mut response = empty(StatusCode::NO_CONTENT);
    for (name, value) in headers {
        let value = HeaderValue::try_from(value);
        response.headers_mut().extend(value.map(|value| (HeaderName::from_static(name), value)));
    }
    response
}

pub(super) async fn create(app: Arc<App>, actor: Actor, headers: &HeaderMap) -> Result<Response, HttpError> {
    check_version(headers)?;
    let size = number(headers, &UPLOAD_LENGTH)?;
    let name = said(headers, &["filename", "name"])?;
    let name = name.ok_or_else(|| Error::invalid("Upload-Metadata", "a filename in base64 is needed"))?;
    let (duration_ms, peaks) = (said(headers, &["durationMs"])?, said(headers, &["peaks"])?);
    let (duration_ms, peaks) = (duration_ms.as_deref(), peaks.as_deref());
    let file = files::begin(&app, &actor, Announced { name: &name, size, duration_ms, peaks }).await?;
    let mut response = empty(StatusCode::CREATED);
    let place =
        HeaderValue::try_from(format!("{}{}/{file}", app.config.path(), super::UPLOADS)).map_err(Error::internal)?;
    response.headers_mut().insert(LOCATION, place);
    Ok(response)
}

pub(super) async fn progress(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(file): Id<FileId>,
) -> Result<Response, HttpError> {
    let upload = files::progress(&app, &actor, file).await?;
    let mut response = empty(StatusCode::OK);
    response.headers_mut().insert(UPLOAD_OFFSET, upload.received.into());
    response.headers_mut().insert(UPLOAD_LENGTH, upload.size.into());
    Ok(response)
}

pub(super) async fn append(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(file): Id<FileId>,
    request: Request,
) -> Result<Response, HttpError> {
    let (head, body) = request.into_parts();
    let length = declared(&body);
    let (headers, body) = (&head.headers, Lingering::new(body));
    check_version(headers)?;
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != PART) {
        return Err(Error::invalid("Content-Type", format!("{PART} is needed")).into());
    }
    let part = Part { file, offset: number(headers, &UPLOAD_OFFSET)?, length, checksum: checksum(headers)? };
    match files::append(app, actor, part, body).await? {
        Received::Stored(received, _) => {
            let mut response = empty(StatusCode::NO_CONTENT);
            response.headers_mut().insert(UPLOAD_OFFSET, received.into());
            Ok(response)
        }
        Received::Damaged => {
            let damaged = Error::invalid("Upload-Checksum", "the part arrived damaged; send it again");
            let status = StatusCode::from_u16(CHECKSUM_MISMATCH).map_err(Error::internal)?;
            Ok((status, empty(status).headers().clone(), Json(Failure::from(&damaged))).into_response())
        }
    }
}

pub(super) fn cancelled() -> Response {
    empty(StatusCode::NO_CONTENT)
}

fn empty(status: StatusCode) -> Response {
    let headers =
        [(RESUMABLE, HeaderValue::from_static(VERSION)), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers).into_response()
}

fn check_version(headers: &HeaderMap) -> Result<()> {
    let fits = headers.get(RESUMABLE).is_some_and(|version| version == VERSION);
    if fits { Ok(()) } else { Err(Error::invalid("Tus-Resumable", format!("version {VERSION} is spoken here"))) }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64> {
    let number = text(headers, name).and_then(|number| number.parse().ok());
    number.ok_or_else(|| Error::invalid(name.as_str(), "a number of bytes is needed"))
}

/// What `Upload-Metadata: filename <base64>,…` has under one of these names.
fn said(headers: &HeaderMap, names: &[&str]) -> Result<Option<String>> {
    let entries = text(headers, &UPLOAD_METADATA).unwrap_or_default().split(',');
    let value = entries.filter_map(|entry| entry.trim().split_once(' ')).find(|(key, _)| names.contains(key));
    let Some((key, value)) = value else { return Ok(None) };
    let said = STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    said.map(Some).ok_or_else(|| Error::invalid("Upload-Metadata", format!("`{key}` is not text in base64")))
}

/// `Upload-Checksum: sha256 <base64>`.
fn checksum(headers: &HeaderMap) -> Result<Option<[u8; 32]>> {
    if !headers.contains_key(UPLOAD_CHECKSUM) {
        return Ok(None);
    }
    let value = text(headers, &UPLOAD_CHECKSUM).and_then(|value| value.strip_prefix("sha256 "));
    let hash = value.and_then(|value| STANDARD.decode(value.trim()).ok()?.try_into().ok());
    hash.map(Some).ok_or_else(|| Error::invalid("Upload-Checksum", "sha256 and its value in base64 are needed"))
}
