//! Gives out a file: what it is by its content, shown only where that is harmless, and never kept where others look.

use super::disposition::disposition;
use super::pass::FileReader;
use super::range::{Asked, asked, is_known};
use crate::app::App;
use crate::blobs::Variant;
use crate::error::Error;
use crate::files;
use crate::http::answer::HttpError;
use crate::http::extract::{Fields, Id};
use crate::ids::FileId;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

/// A file is what somebody uploaded: as a page of its own it runs nothing, asks for nothing, and is framed by nobody.
const HARMLESS: [(HeaderName, &str); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // A browser may keep it, and asks each time whether its reader may still have it.
    (CACHE_CONTROL, "private, no-cache"),
];

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Size {
    Small,
    Large,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    size: Option<Size>,
}

/// The name in the path is for people; the file is found by its id.
pub(super) async fn content(
    State(app): State<Arc<App>>,
    FileReader(actor): FileReader,
    Id((file, _)): Id<(FileId, String)>,
    Fields(wanted): Fields<Wanted>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let variant = match wanted.size {
        None => Variant::Original,
        Some(Size::Small) => Variant::Small,
        Some(Size::Large) => Variant::Large,
    };
    let served = files::open(&app, &actor, file, variant).await?;
    let mut response = if is_known(&headers, &served.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let asked = served.size().map_or(Asked::Whole, |size| asked(&headers, size, &served.tag));
        match asked {
            Asked::Nothing => unsatisfiable(served.size().unwrap_or_default())?,
            Asked::Whole => whole(files::read(&app, &served, None).await?),
            Asked::Part(range) => {
                let (size, bytes) = files::read(&app, &served, Some(range.clone())).await?;
                let content_range = format!("bytes {}-{}/{size}", range.start, range.end - 1);
                let mut response = Body::from_stream(bytes).into_response();
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                response.headers_mut().insert(CONTENT_RANGE, header(content_range)?);
                response.headers_mut().insert(CONTENT_LENGTH, (range.end - range.start).into());
                response
            }
        }
    };
    let answered = response.headers_mut();
    if served.size().is_some() {
        answered.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    answered.insert(ETAG, header(served.tag)?);
    answered.insert(CONTENT_TYPE, header(served.media_type)?);
    answered.insert(CONTENT_DISPOSITION, disposition(served.inline, &served.file.name));
    for (name, value) in HARMLESS {
        answered.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// The team's logo, for whoever comes: it stands where they log in. Another one has another address.
pub(super) async fn logo(State(app): State<Arc<App>>, Id(file): Id<FileId>) -> Result<Response, HttpError> {
    let served = files::open_logo(&app, file).await?;
    let mut response = whole(files::read(&app, &served, None).await?);
    let answered = response.headers_mut();
    answered.insert(CONTENT_TYPE, header(served.media_type)?);
    answered.insert(CONTENT_DISPOSITION, disposition(served.inline, &served.file.name));
    for (name, value) in HARMLESS {
        answered.insert(name, HeaderValue::from_static(value));
    }
    answered.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

fn whole((size, bytes): (u64, futures_util::stream::BoxStream<'static, std::io::Result<bytes::Bytes>>)) -> Response {
    let mut response = Body::from_stream(bytes).into_response();
    response.headers_mut().insert(CONTENT_LENGTH, size.into());
    response
}

fn unsatisfiable(size: u64) -> Result<Response, HttpError> {
    let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    response.headers_mut().insert(CONTENT_RANGE, header(format!("bytes */{size}"))?);
    Ok(response)
}

fn header(text: String) -> Result<HeaderValue, HttpError> {
    HeaderValue::try_from(text).map_err(|error| Error::internal(error).into())
}
