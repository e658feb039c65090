//! Messages: sent, changed, read back, marked as read.

mod content;
mod mentions;
mod reaction;
pub mod streams;

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::ids::{FileId, MessageId};
use crate::previews;
use crate::storage::{AppendMessage, Place};

/// Messages of a page of history unless another number is asked for.
const DEFAULT_HISTORY_LIMIT: u32 = 50;
/// The longest `clientMessageId`, in bytes.
const MAX_CLIENT_MESSAGE_ID: usize = 64;

/// Stores a message exactly once; the room is told after that is durable.
pub async fn send(app: &App, actor: &Actor, command: SendMessage) -> Result<SendMessageAck> {
    app.limits.send(actor)?;
    let content = check_key(command.client_message_id.as_deref()).or_else(|| match &command.file_ids[..] {
        [] => content::objection(&command.content, MAX_CONTENT_CHARS),
        files => content::objection_with_files(&command.content, MAX_CONTENT_CHARS).or_else(|| check_files(files)),
    });
    let links = previews::links(app, &command.content);
    let has_links = links.wanted && !links.urls.is_empty();
    let appended = app
        .storage
        .append_message(AppendMessage {
            room: command.room_id,
            author: actor.user,
            objection: content.or_else(|| check_place(&command)),
            mentions: mentions::meant(app, &command.content),
            content: command.content,
            client_message_id: command.client_message_id,
            reply_to: command.reply_to,
            thread_root: command.thread_root,
            also_in_room: command.also_in_room,
            streamed: false,
            files: command.file_ids,
            links: if links.wanted { links.urls } else { Vec::new() },
        })
        .await?;
    if has_links {
        app.links_noted.notify_one();
    }
    Ok(SendMessageAck {
        message_id: MessageId { room: command.room_id, seq: appended.seq },
        seq: appended.seq,
        rev: appended.rev,
        timestamp: appended.created_at,
        duplicate: appended.duplicate,
    })
}

fn check_key(key: Option<&str>) -> Option<Error> {
    let fits = key.is_none_or(|key| (1..=MAX_CLIENT_MESSAGE_ID).contains(&key.len()) && !key.contains('\0'));
    (!fits).then(|| Error::invalid("clientMessageId", format!("1 to {MAX_CLIENT_MESSAGE_ID} bytes are allowed")))
}

fn check_files(files: &[FileId]) -> Option<Error> {
    let is_twice = files.iter().enumerate().any(|(at, file)| files[..at].contains(file));
    (files.len() > MAX_FILES || is_twice)
        .then(|| Error::invalid("fileIds", format!("at most {MAX_FILES} different files are allowed")))
}

fn check_place(command: &SendMessage) -> Option<Error> {
    let fits = command.thread_root.is_some() || !command.also_in_room;
    (!fits).then(|| Error::invalid("alsoInRoom", "what is in no thread is in the room anyway"))
}

pub async fn edit(app: &App, actor: &Actor, command: EditMessage) -> Result<RevAck> {
    app.limits.send(actor)?;
    // Whether it may be empty is known where it is stored.
    let objection = content::objection_with_files(&command.content, MAX_CONTENT_CHARS);
    let mentions = mentions::meant(app, &command.content);
    let links = previews::links(app, &command.content);
    let (message, content) = (command.message_id, command.content);
    let rev = app.storage.edit_message(actor.user, message, content, objection, mentions, links).await?;
    app.links_noted.notify_one();
    Ok(RevAck { rev })
}

pub async fn delete(app: &App, actor: &Actor, command: DeleteMessage) -> Result<RevAck> {
    Ok(RevAck { rev: app.storage.delete_message(actor.into(), actor.user, command.message_id).await? })
}

pub async fn react(app: &App, actor: &Actor, command: ReactToMessage) -> Result<RevAck> {
    app.limits.send(actor)?;
    let emoji = command.emoji;
    // Whatever stands there can be taken away.
    let fits = !command.on || reaction::fits(&emoji);
    let objection = (!fits).then(|| Error::invalid("emoji", "one emoji or one :name: is allowed"));
    let rev = app.storage.react_to_message(actor.user, command.message_id, emoji, command.on, objection).await?;
    Ok(RevAck { rev })
}

pub async fn pin(app: &App, actor: &Actor, command: PinMessage) -> Result<RevAck> {
    app.limits.send(actor)?;
    Ok(RevAck { rev: app.storage.pin_message(actor.user, command.message_id, command.on).await? })
}

pub async fn mark_read(app: &App, actor: &Actor, command: MarkRead) -> Result<MarkReadAck> {
    Ok(MarkReadAck { unread: app.storage.mark_read(actor.user, command.room_id, command.seq).await? })
}

pub async fn mark_unread(app: &App, actor: &Actor, command: MarkUnread) -> Result<MarkReadAck> {
    Ok(MarkReadAck { unread: app.storage.mark_unread(actor.user, command.room_id, command.seq).await? })
}

pub async fn history(app: &App, actor: &Actor, command: ReadHistory) -> Result<ReadHistoryAck> {
    let place = match (command.before, command.after, command.around) {
        (None, None, None) => Place::Newest,
        (Some(seq), None, None) => Place::Before(seq),
        (None, Some(seq), None) => Place::After(seq),
        (None, None, Some(seq)) => Place::Around(seq),
        _ => {
            app.storage.check_member(actor.user, command.room_id).await?;
            return Err(Error::invalid("around", "only one of before, after and around is allowed"));
        }
    };
    let limit = command.limit.unwrap_or(DEFAULT_HISTORY_LIMIT).clamp(1, MAX_HISTORY_LIMIT);
    let page = app.storage.history(actor.user, command.room_id, place, limit, command.thread_root).await?;
    Ok(ReadHistoryAck { messages: page.messages, has_more: page.has_more, thread: page.thread })
}
