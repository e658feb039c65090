//! Messages that grow while they are written, as those of a language model do.

use super::{check_key, content, mentions};
use crate::actor::Actor;
use crate::app::{App, Passing};
use crate::cluster::{Cluster, Done, Errand};
use crate::contract::*;
use crate::error::{Error, Result};
use crate::ids::{MessageId, NodeId};
use crate::notice::Notice;
use crate::storage::{AppendMessage, Chunk, Meant, NewStream, StreamEnd};
use crate::{previews, text};
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether the senders are still there.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The longest reason for an end, in characters.
const MAX_REASON: usize = 500;

/// Begins a message without text, exactly once; it counts as a message from here on.
pub async fn start(app: &App, actor: &Actor, command: StartStream) -> Result<StartStreamAck> {
    app.limits.send(actor)?;
    let limits = &app.config.limits;
    let rates = if actor.bot { limits.of_a_bot() } else { limits.of_a_person() };
    let message = AppendMessage {
        room: command.room_id,
        author: actor.user,
        content: String::new(),
        objection: check_key(command.client_message_id.as_deref()),
        client_message_id: command.client_message_id,
        reply_to: command.reply_to,
        thread_root: command.thread_root,
        streamed: true,
        also_in_room: false,
        mentions: Meant::default(),
        files: Vec::new(),
        links: Vec::new(),
    };
    let stream = NewStream {
        message,
        client: actor.client,
        most: rates.open_streams,
        chunks_per_second: limits.stream_chunks_per_second,
    };
    let begun = app.storage.begin_stream(stream).await?;
    let appended = begun.appended;
    Ok(StartStreamAck {
        message_id: MessageId { room: command.room_id, seq: appended.seq },
        seq: appended.seq,
        rev: appended.rev,
        timestamp: appended.created_at,
        duplicate: appended.duplicate,
        next_index: begun.next_index,
    })
}

/// Adds a chunk, and tells it at once: it comes to the disk a moment later, with others.
pub async fn feed(app: &App, actor: &Actor, command: FeedStream) -> Result<Empty> {
    match elsewhere(app, actor, command.message_id).await? {
        Some((cluster, server)) => {
            cluster.ask(server, Errand::Feed(*actor, command)).await?;
            Ok(Empty {})
        }
        None => feed_here(app, actor, command).await,
    }
}

/// As `feed`, for a message that was begun at this server.
pub async fn feed_here(app: &App, actor: &Actor, command: FeedStream) -> Result<Empty> {
    let FeedStream { message_id, chunk, index } = command;
    let most = app.config.limits.stream_chars.get() as usize;
    let chunk = Chunk { message: message_id, index, text: chunk, most };
    let place = app.place().await.ok_or_else(|| Error::Unavailable("the server is shutting down".to_owned()))?;
    let tell = |Chunk { index, text: chunk, .. }| {
        let fed = StreamFed { room_id: message_id.room, message_id, index, chunk };
        place.send(Passing::everywhere(Notice::to_room(message_id.room, fed)));
    };
    app.storage.feed_stream(actor.user, actor.client, chunk, tell).await?;
    Ok(Empty {})
}

pub async fn end(app: &App, actor: &Actor, command: EndStream) -> Result<RevAck> {
    match elsewhere(app, actor, command.message_id).await? {
        Some((cluster, server)) => changed(cluster.ask(server, Errand::End(*actor, command)).await?),
        None => end_here(app, actor, command).await,
    }
}

/// As `end`, for a message that was begun at this server.
pub async fn end_here(app: &App, actor: &Actor, command: EndStream) -> Result<RevAck> {
    let most = app.config.limits.stream_chars.get() as usize;
    let (content, next_index) = match command.content {
        Some(content) => (content, None),
        // None has ended, or is another's: that is told where it is looked up.
        None => app
            .storage
            .stream_text(actor.user, command.message_id)
            .map_or_else(Default::default, |(text, next)| (text, Some(next))),
    };
    let objection = content::objection(&content, most);
    let (mentions, links) = (mentions::meant(app, &content), previews::links(app, &content));
    let end = StreamEnd { mentions, links, content, next_index, objection };
    let rev = app.storage.end_stream(actor.user, command.message_id, end).await?;
    app.links_noted.notify_one();
    Ok(RevAck { rev })
}

pub async fn fail(app: &App, actor: &Actor, command: FailStream) -> Result<RevAck> {
    match elsewhere(app, actor, command.message_id).await? {
        Some((cluster, server)) => changed(cluster.ask(server, Errand::Fail(*actor, command)).await?),
        None => fail_here(app, actor, command).await,
    }
}

/// As `fail`, for a message that was begun at this server.
pub async fn fail_here(app: &App, actor: &Actor, command: FailStream) -> Result<RevAck> {
    let error = command.error;
    let fits =
        (1..=MAX_REASON).contains(&error.chars().count()) && text::is_one_line(&error) && text::shows_something(&error);
    let objection =
        (!fits).then(|| Error::invalid("error", format!("1 to {MAX_REASON} characters on one line are allowed")));
    Ok(RevAck { rev: app.storage.fail_stream(actor.user, command.message_id, error, objection).await? })
}

/// The other server of the cluster that has a message of the caller's open, if one has.
async fn elsewhere<'a>(app: &'a App, actor: &Actor, message: MessageId) -> Result<Option<(&'a Cluster, NodeId)>> {
    let Some(cluster) = &app.cluster else { return Ok(None) };
    let server = app.storage.server_of_stream(actor.user, message).await?;
    Ok(server.filter(|server| *server != cluster.node.id).map(|server| (&**cluster, server)))
}

fn changed(done: Done) -> Result<RevAck> {
    match done {
        Done::Changed(rev) => Ok(RevAck { rev }),
        Done::Simply | Done::Jobs(_) => Err(Error::internal("another answer than was asked for")),
    }
}

/// Asks the sender to end it; any member of the room may.
pub async fn stop(app: &App, actor: &Actor, command: StopStream) -> Result<Empty> {
    let message_id = command.message_id;
    let sender = app.storage.sender_of_stream(actor.user, message_id).await?;
    let event = StreamStopped { room_id: message_id.room, message_id, by: actor.user };
    app.tell_surely(Notice::to_user(sender, event)).await?;
    Ok(Empty {})
}

/// Ends what nobody writes any more. Runs until the server stops.
pub async fn watch(app: Arc<App>) {
    let limits = &app.config.limits;
    let mut tick = tokio::time::interval(LOOK_EVERY);
    loop {
        tick.tick().await;
        let is_connected = |user, client| app.directory.has_client(user, client);
        let ended =
            app.storage.end_abandoned_streams(is_connected, limits.stream_lost_after, limits.stream_idle_after).await;
        if let Err(error) = ended {
            tracing::warn!(%error, "a stream that nobody writes could not be ended; it is tried again");
        }
    }
}
