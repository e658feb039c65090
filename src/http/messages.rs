//! Messages over HTTP, for programs without a socket.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields, Id, Payload};
use crate::app::App;
use crate::contract::*;
use crate::error::Error;
use crate::ids::{FileId, MessageId, RoomId};
use crate::{messages, previews};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, patch, post};
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/rooms/{room}/messages", get(history).post(send))
        .route("/rooms/{room}/read", post(mark_read))
        .route("/rooms/{room}/unread", post(mark_unread))
        .route("/messages/{message}", patch(edit).delete(remove))
        .route("/messages/{message}/reactions", post(react))
        .route("/messages/{message}/pin", post(pin))
        .route("/messages/{message}/previews", post(show_preview))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    before: Option<i64>,
    after: Option<i64>,
    around: Option<i64>,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
    thread_root: Option<MessageId>,
}

async fn history(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Fields(Page { before, after, around, limit, thread_root }): Fields<Page>,
) -> Reply<ReadHistoryAck> {
    let command = ReadHistory { room_id, before, after, around, limit, thread_root };
    Ok(Answer::ok(messages::history(&app, &actor, command).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewMessage {
    #[serde(default)]
    content: String,
    #[serde(default)]
    file_ids: Vec<FileId>,
    client_message_id: Option<String>,
    reply_to: Option<MessageId>,
    thread_root: Option<MessageId>,
    #[serde(default)]
    also_in_room: bool,
}

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The header `Idempotency-Key` stands for `clientMessageId`.
async fn send(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    headers: HeaderMap,
    Payload(message): Payload<NewMessage>,
) -> Reply<SendMessageAck> {
    let key =
        headers.get(IDEMPOTENCY_KEY).map(|key| std::str::from_utf8(key.as_bytes()).map(str::to_owned)).transpose();
    let key = key.map_err(|_| Error::invalid(IDEMPOTENCY_KEY, "the key must be UTF-8"))?;
    let command = SendMessage {
        room_id,
        content: message.content,
        file_ids: message.file_ids,
        client_message_id: message.client_message_id.or(key),
        reply_to: message.reply_to,
        thread_root: message.thread_root,
        also_in_room: message.also_in_room,
    };
    Ok(Answer::created(messages::send(&app, &actor, command).await?))
}

#[derive(Deserialize)]
struct Read {
    seq: i64,
}

async fn mark_read(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Payload(Read { seq }): Payload<Read>,
) -> Reply<MarkReadAck> {
    Ok(Answer::ok(messages::mark_read(&app, &actor, MarkRead { room_id, seq }).await?))
}

#[derive(Deserialize)]
struct Edit {
    content: String,
}

async fn mark_unread(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Payload(Read { seq }): Payload<Read>,
) -> Reply<MarkReadAck> {
    Ok(Answer::ok(messages::mark_unread(&app, &actor, MarkUnread { room_id, seq }).await?))
}

async fn edit(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(Edit { content }): Payload<Edit>,
) -> Reply<RevAck> {
    Ok(Answer::ok(messages::edit(&app, &actor, EditMessage { message_id, content }).await?))
}

async fn remove(State(app): State<Arc<App>>, Caller(actor): Caller, Id(message_id): Id<MessageId>) -> Reply<RevAck> {
    Ok(Answer::ok(messages::delete(&app, &actor, DeleteMessage { message_id }).await?))
}

#[derive(Deserialize)]
struct React {
    emoji: String,
    on: bool,
}

async fn react(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(React { emoji, on }): Payload<React>,
) -> Reply<RevAck> {
    Ok(Answer::ok(messages::react(&app, &actor, ReactToMessage { message_id, emoji, on }).await?))
}

#[derive(Deserialize)]
struct Pin {
    on: bool,
}

async fn pin(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(Pin { on }): Payload<Pin>,
) -> Reply<RevAck> {
    Ok(Answer::ok(messages::pin(&app, &actor, PinMessage { message_id, on }).await?))
}

#[derive(Deserialize)]
struct Show {
    url: String,
    on: bool,
}

async fn show_preview(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(Show { url, on }): Payload<Show>,
) -> Reply<RevAck> {
    Ok(Answer::ok(previews::show(&app, &actor, ShowPreview { message_id, url, on }).await?))
}
