//! Files over HTTP: uploaded at once or in parts (the tus protocol, https://tus.io/protocols/resumable-upload), and given out.

mod disposition;
mod lingering;
mod pass;
mod range;
mod serving;
mod tus;

pub use pass::{cleared as cleared_pass, cookie as pass_cookie};
pub use tus::{ASKED, TOLD};

use super::answer::{Answer, HttpError, Reply};
use super::extract::{Caller, Fields, Id, Payload};
use crate::app::App;
use crate::contract::*;
use crate::error::Error;
use crate::files::{self, Announced, Part, Received};
use crate::ids::{FileId, RoomId};
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use lingering::Lingering;
use pass::FileReader;
use serde::Deserialize;
use std::sync::Arc;

/// Uploads take as long as they take; who sends nothing for half a minute is cut off by the feature.
pub const UPLOADS: &str = "/api/v1/files";

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/files", post(create).options(tus::capabilities))
        .route("/files/{file}", get(describe).head(tus::progress).patch(tus::append).delete(cancel))
        .route("/files/{file}/{name}", get(serving::content))
        .route("/files/archive/{name}", get(serving::archive))
        .route("/server/logo/{file}", get(serving::logo))
        .route("/rooms/{room}/files", get(of_room))
        .route("/me/avatar", put(set_avatar).delete(remove_avatar))
}

/// Whether a request may carry a file, and take longer than others.
pub fn is_upload(method: &Method, path: &str) -> bool {
    matches!(*method, Method::POST | Method::PATCH) && path.starts_with(UPLOADS)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    name: Option<String>,
    duration_ms: Option<String>,
    peaks: Option<String>,
}

/// With the headers of tus an upload is announced; without them the body is the file.
async fn create(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(named): Fields<Named>,
    request: Request,
) -> Result<Response, HttpError> {
    let (head, body) = request.into_parts();
    let length = declared(&body);
    let body = Lingering::new(body);
    if tus::is_spoken(&head.headers) {
        return tus::create(app, actor, &head.headers).await;
    }
    let size = length.ok_or_else(|| Error::invalid("Content-Length", "the size is needed"))?;
    let name = named.name.ok_or_else(|| Error::invalid("name", "the query needs a name"))?;
    let (duration_ms, peaks) = (named.duration_ms.as_deref(), named.peaks.as_deref());
    let file = files::begin(&app, &actor, Announced { name: &name, size, duration_ms, peaks }).await?;
    let part = Part { file, offset: 0, length: Some(size), checksum: None };
    let received = files::append(app.clone(), actor, part, body).await;
    match received {
        Ok(Received::Stored(_, Some(file))) => Ok(Answer::created(FileAnswer { file }).into_response()),
        other => {
            // Nobody knows its id, to go on with it.
            files::cancel(&app, &actor, file).await?;
            Err(other.err().unwrap_or_else(|| Error::invalid("body", "the body ended early")).into())
        }
    }
}

/// The length of a body, if it is known before it has come.
fn declared(body: &Body) -> Option<u64> {
    body.size_hint().exact()
}

async fn describe(
    State(app): State<Arc<App>>,
    FileReader(actor): FileReader,
    Id(file): Id<FileId>,
) -> Reply<FileAnswer> {
    Ok(Answer::ok(FileAnswer { file: files::find(&app, &actor, file).await? }))
}

async fn cancel(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(file): Id<FileId>,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    files::cancel(&app, &actor, file).await?;
    Ok(if tus::is_spoken(&headers) { tus::cancelled() } else { Answer::ok(Empty {}).into_response() })
}

async fn set_avatar(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<SetAvatar>,
) -> Reply<MeAnswer> {
    Ok(Answer::ok(files::avatars::set(&app, &actor, command).await?))
}

async fn remove_avatar(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<MeAnswer> {
    Ok(Answer::ok(files::avatars::remove(&app, &actor).await?))
}

/// The fields of `room:files` beside the room, which the path names.
#[derive(Deserialize)]
struct Which {
    kind: Option<FileKind>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
}

async fn of_room(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Fields(Which { kind, cursor, limit }): Fields<Which>,
) -> Reply<ListFilesAck> {
    Ok(Answer::ok(files::of_room(&app, &actor, ListFiles { room_id, kind, cursor, limit }).await?))
}
