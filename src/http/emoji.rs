//! The team's own emoji over HTTP.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Id, Payload};
use crate::app::App;
use crate::contract::*;
use crate::emoji;
use crate::ids::FileId;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, patch};
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/emoji", get(list).post(add)).route("/emoji/{emoji}", patch(rename).delete(remove))
}

async fn list(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<ListEmojiAck> {
    Ok(Answer::ok(emoji::list(&app, &actor, ListEmoji {}).await?))
}

async fn add(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<AddEmoji>,
) -> Reply<EmojiAck> {
    Ok(Answer::created(emoji::add(&app, &actor, command).await?))
}

/// The field of `emoji:rename` beside the emoji, which the path names.
#[derive(Deserialize)]
struct Rename {
    name: String,
}

async fn rename(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(emoji_id): Id<FileId>,
    Payload(Rename { name }): Payload<Rename>,
) -> Reply<EmojiAck> {
    Ok(Answer::ok(emoji::rename(&app, &actor, RenameEmoji { emoji_id, name }).await?))
}

async fn remove(State(app): State<Arc<App>>, Caller(actor): Caller, Id(emoji_id): Id<FileId>) -> Reply<Empty> {
    Ok(Answer::ok(emoji::remove(&app, &actor, RemoveEmoji { emoji_id }).await?))
}
