//! Gives out a file: what it is by its content, shown only where that is harmless, and never kept where others look.

use super::disposition::disposition;
use super::pass::FileReader;
use super::range::{self, Asked, is_continued, is_known};
use crate::actor::Actor;
use crate::app::App;
use crate::archive::asked::{self, Step};
use crate::blobs::Variant;
use crate::error::Error;
use crate::files;
use crate::http::answer::HttpError;
use crate::http::extract::{ClientAddress, Fields, Id};
use crate::ids::FileId;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::ops::Range;
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
    let size = served.size();
    let read = async |range| files::read(&app, &served, range).await;
    let mut response = part(&headers, size, &served.tag, read).await?;
    let answered = response.headers_mut();
    answered.insert(CONTENT_TYPE, header(served.media_type)?);
    answered.insert(CONTENT_DISPOSITION, disposition(served.inline, &served.file.name));
    for (name, value) in HARMLESS {
        answered.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

type Bytes = futures_util::stream::BoxStream<'static, std::io::Result<bytes::Bytes>>;

/// What a request asks for of something whose version is `tag`: all of it, a part, or to hear that it has not changed. Parts
/// are given where its `size` is known before it is read.
async fn part(
    headers: &HeaderMap,
    size: Option<u64>,
    tag: &str,
    read: impl AsyncFnOnce(Option<Range<u64>>) -> crate::error::Result<(u64, Bytes)>,
) -> Result<Response, HttpError> {
    let mut response = if is_known(headers, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match size.map_or(Asked::Whole, |size| range::asked(headers, size, tag)) {
            Asked::Nothing => unsatisfiable(size.unwrap_or_default())?,
            Asked::Whole => whole(read(None).await?),
            Asked::Part(range) => {
                let (size, bytes) = read(Some(range.clone())).await?;
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
    if size.is_some() {
        answered.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    answered.insert(ETAG, header(tag.to_owned())?);
    Ok(response)
}

/// The archive of who asks. The name in the path is for people.
pub(super) async fn archive(
    State(app): State<Arc<App>>,
    FileReader(actor): FileReader,
    ClientAddress(address): ClientAddress,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let actor = Actor { address: Some(address), ..actor };
    let step = match method {
        Method::HEAD => Step::Look,
        _ if is_continued(&headers) => Step::GoOn,
        _ => Step::Begin,
    };
    let packed = asked::open(&app, &actor, step).await?;
    let (name, size, tag) = (packed.name.clone(), packed.size, packed.tag.clone());
    let mut response = part(&headers, Some(size), &tag, async |range| Ok((size, packed.read(range)))).await?;
    let answered = response.headers_mut();
    answered.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    answered.insert(CONTENT_DISPOSITION, disposition(false, &name));
    for (name, value) in HARMLESS {
        answered.insert(name, HeaderValue::from_static(value));
    }
    answered.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The team's logo, for whoever comes: it stands where they log in. Another one has another address.
pub(super) async fn logo(State(app): State<Arc<App>>, Id(file): Id<FileId>) -> Result<Response, HttpError> {
    let served = files::open_logo(&app, file).await?;
    let mut response = Body::from(files::read_logo(&app, &served).await?).into_response();
    let answered = response.headers_mut();
    answered.insert(CONTENT_TYPE, header(served.media_type)?);
    answered.insert(CONTENT_DISPOSITION, disposition(served.inline, &served.file.name));
    for (name, value) in HARMLESS {
        answered.insert(name, HeaderValue::from_static(value));
    }
    answered.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

fn whole((size, bytes): (u64, Bytes)) -> Response {
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
