//! Messages that are kept at hand: pinned for a room, saved by a person.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::storage::Mark;

const DEFAULT_LIMIT: u32 = 50;

pub async fn pins(app: &App, actor: &Actor, command: ListPins) -> Result<ListPinsAck> {
    let after = match mark(command.cursor.as_deref()) {
        Ok(after) => after,
        Err(objection) => {
            app.storage.check_member(actor.user, command.room_id).await?;
            return Err(objection);
        }
    };
    let (messages, next) = app.storage.pins(actor.user, command.room_id, after, page_limit(command.limit)).await?;
    Ok(ListPinsAck { messages, cursor: next.map(cursor) })
}

pub async fn save(app: &App, actor: &Actor, command: SaveMessage) -> Result<Empty> {
    app.storage.save_message(actor.user, command.message_id, command.on).await?;
    Ok(Empty {})
}

pub async fn saved(app: &App, actor: &Actor, command: ListSaved) -> Result<ListSavedAck> {
    let after = mark(command.cursor.as_deref())?;
    let (messages, next) = app.storage.saved(actor.user, after, page_limit(command.limit)).await?;
    Ok(ListSavedAck { messages, cursor: next.map(cursor) })
}

pub(crate) fn page_limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT)
}

pub(crate) fn mark(cursor: Option<&str>) -> Result<Option<Mark>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let parts = cursor.split_once('.').and_then(|(time, key)| Some((time.parse().ok()?, key.parse().ok()?)));
    parts.map(Some).ok_or_else(|| Error::invalid("cursor", "this is no cursor that the server gave"))
}

pub(crate) fn cursor((time, key): Mark) -> String {
    format!("{time}.{key}")
}
