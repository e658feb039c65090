//! Threads as one person has them: followed, read, listed.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};

const DEFAULT_LIMIT: u32 = 50;

pub async fn list(app: &App, actor: &Actor, command: ListThreads) -> Result<ListThreadsAck> {
    let limit = command.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let before = command.cursor.map(|cursor| cursor.parse()).transpose();
    let before = before.map_err(|_| Error::invalid("cursor", "this is no cursor that the server gave"))?;
    let page = app.storage.threads(actor.user, before, command.unread_only, limit).await?;
    let cursor = page.next.map(|activity| activity.to_string());
    Ok(ListThreadsAck { threads: page.threads, unread: page.unread, cursor })
}

pub async fn follow(app: &App, actor: &Actor, command: FollowThread) -> Result<ThreadAck> {
    Ok(ThreadAck { state: app.storage.follow_thread(actor.user, command.message_id, command.on).await? })
}

pub async fn read(app: &App, actor: &Actor, command: ReadThread) -> Result<ThreadAck> {
    Ok(ThreadAck { state: app.storage.read_thread(actor.user, command.message_id, command.seq).await? })
}
