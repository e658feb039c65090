//! Messages that grow while they are written: begun, fed, ended.
//!
//! A chunk is not written by itself: the text is in memory (`live`), and on disk a moment later.

mod copies;
mod endings;
mod live;

pub(super) use copies::{close_room, copy_open, forget_copy, grow};
#[cfg(test)]
pub(super) use endings::ORPHANS;
pub(super) use endings::{abandoned_elsewhere, end_orphans, fail_all, forget, silence};
pub use live::Chunk;
pub(super) use live::Live;

use super::Storage;
use super::append::{self, AppendMessage, Appended};
use super::mentions::Meant;
use super::messages::target;
use super::previews::Links;
use super::rows;
use super::writer::Writer;
use crate::contract::{MessageStream, StreamState};
use crate::error::{Error, Result};
use crate::ids::{ClientId, MessageId, NodeId, UserId};
use crate::notice::Notice;
use crate::policy;
use live::{Begun, SoFar, Stored};
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// The least time between two writes of what streams have grown by.
const WRITE_EVERY: Duration = Duration::from_millis(250);

/// A stream to be begun.
pub struct NewStream {
    /// Its first message, without text.
    pub message: AppendMessage,
    /// The device that writes it.
    pub client: Option<ClientId>,
    /// The most that its author may have open.
    pub most: NonZeroU32,
    pub chunks_per_second: NonZeroU32,
}

/// A stream that was begun now or before.
pub struct BegunStream {
    pub appended: Appended,
    /// None when it has ended.
    pub next_index: Option<i64>,
}

/// How its sender ends a stream.
pub struct StreamEnd {
    /// The whole text.
    pub content: String,
    /// The stream's `next_index` when this was its text; none for a text that takes the place of what was streamed.
    pub next_index: Option<i64>,
    /// What is wrong with the text: told only to its sender.
    pub objection: Option<Error>,
    pub mentions: Meant,
    pub links: Links,
}

impl Storage {
    /// Begins a stream, or finds the one that has its `client_message_id`. The room is told before this returns.
    ///
    /// # Errors
    /// As for a message; `Conflict` for somebody who has too many open.
    pub async fn begin_stream(&self, stream: NewStream) -> Result<BegunStream> {
        let NewStream { mut message, client, most, chunks_per_second } = stream;
        let (room, author) = (message.room, message.author);
        let appended = self
            .writer
            .run(move |transaction| {
                Box::pin(async move {
                    let here = transaction.live.which(|_, of| of == author).len();
                    if here + endings::open_elsewhere(transaction, author).await? >= most.get() as usize {
                        let refusal = format!("at most {most} messages can be streamed at the same time");
                        message.objection.get_or_insert(Error::Conflict(refusal));
                    }
                    let results = append::append_all(transaction, vec![message], false).await?;
                    let appended = results.into_iter().next().ok_or_else(|| Error::internal("no answer"))??;
                    if let (false, Some(message_key)) = (appended.duplicate, transaction.last_message) {
                        let message = MessageId { room, seq: appended.seq };
                        let query = "SELECT m.room_id, m.user_id, r.kind = 'direct' AND m.counts
                            FROM messages m JOIN rooms r ON r.id = m.room_id WHERE m.id = ?";
                        let (room_key, author_key, direct) =
                            sqlx::query_as(query).bind(message_key).fetch_one(&mut transaction.connection).await?;
                        let stored = Stored { message_key, room_key, author_key, direct };
                        let begun = Begun { message, stored, author, client, chunks_per_second };
                        let change = transaction.live.begin(begun);
                        transaction.tell(Notice::Then(Box::new(move || change.keep())));
                    }
                    Ok(appended)
                })
            })
            .await?;
        let next_index = self.live.next_index(MessageId { room, seq: appended.seq });
        Ok(BegunStream { appended, next_index })
    }

    /// Adds a chunk; one whose index was there before changes nothing. `tell` is called for a new one, in the order of
    /// the indexes, before anything that ends the stream is told.
    ///
    /// # Errors
    /// `Gap` with the index that is expected, `RateLimited`, `TooLarge`, `Invalid`; `NotFound` and `Forbidden` for who
    /// does not write it, `Conflict` when it has ended.
    pub async fn feed_stream(
        &self,
        user: UserId,
        client: Option<ClientId>,
        chunk: Chunk,
        tell: impl FnOnce(Chunk) + Send,
    ) -> Result<()> {
        let message = chunk.message;
        match self.live.feed(user, client, chunk, tell) {
            Some(fed) => fed,
            None => {
                let mut reader = self.readers.acquire().await?;
                policy::may_stream(user, target(&mut reader, message, user).await?.author)?;
                Err(not_open())
            }
        }
    }

    /// The server of the cluster that has a stream of the user's open; none when that is this one, or it is not open.
    ///
    /// # Errors
    /// `NotFound` and `Forbidden` for who does not write it.
    pub async fn server_of_stream(&self, user: UserId, message: MessageId) -> Result<Option<NodeId>> {
        if self.live.has(message) {
            return Ok(None);
        }
        let mut reader = self.readers.acquire().await?;
        let target = target(&mut reader, message, user).await?;
        policy::may_stream(user, target.author)?;
        let query = sqlx::query_scalar("SELECT node FROM open_streams WHERE message_id = ?").bind(target.message_key);
        let node: Option<Option<String>> = query.fetch_optional(&mut *reader).await?;
        node.flatten().as_deref().map(rows::id).transpose()
    }

    /// The text of the user's own open stream so far, and its `next_index`.
    pub fn stream_text(&self, user: UserId, message: MessageId) -> Option<(String, i64)> {
        self.live.text(user, message)
    }

    /// Ends a stream as complete; answers with its new `rev`.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict` as for a chunk; or when it has grown meanwhile. `Forbidden` for who may not write
    /// in the room any more, with which the stream has ended.
    pub async fn end_stream(&self, user: UserId, message: MessageId, end: StreamEnd) -> Result<i64> {
        self.writer.run(move |transaction| Box::pin(endings::complete(transaction, user, message, end))).await?
    }

    /// Ends a stream that is not complete; answers with its new `rev`. The text so far is kept.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict` as for a chunk, then `objection`.
    pub async fn fail_stream(
        &self,
        user: UserId,
        message: MessageId,
        error: String,
        objection: Option<Error>,
    ) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let author = target(&mut transaction.connection, message, user).await?.author;
                    policy::may_stream(user, author)?;
                    if let Some(objection) = objection {
                        return Err(objection);
                    }
                    endings::fail(transaction, message, error).await?.ok_or_else(not_open)
                })
            })
            .await
    }

    /// Ends the streams that nobody writes any more: whose sender was not connected for `lost`, and to which nothing
    /// was added for `idle`.
    pub async fn end_abandoned_streams(
        &self,
        is_connected: impl Fn(UserId, ClientId) -> bool,
        lost: Duration,
        idle: Duration,
    ) -> Result<()> {
        let mut failed = Ok(());
        for (message, reason) in self.live.abandoned(is_connected, lost, idle) {
            let ended =
                self.writer.run(move |transaction| Box::pin(endings::fail(transaction, message, reason.to_owned())));
            // One that cannot be ended does not keep the others from it.
            failed = ended.await.map(drop).and(failed);
        }
        failed
    }

    /// Who writes an open stream, for a member of its room.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is not open.
    pub async fn sender_of_stream(&self, user: UserId, message: MessageId) -> Result<UserId> {
        let mut reader = self.readers.acquire().await?;
        let author = target(&mut reader, message, user).await?.author;
        self.live.next_index(message).map(|_| author).ok_or_else(not_open)
    }
}

fn not_open() -> Error {
    Error::Conflict("this message is not being streamed".to_owned())
}

/// Writes what streams grow by, as long as there is somebody who reads the disk. Ends with the runtime.
pub(super) fn start_writing(writer: Writer, live: Arc<Live>) {
    tokio::spawn(async move {
        loop {
            live.grown.notified().await;
            if let Err(error) = write(&writer, &live).await {
                tracing::warn!(%error, "the text of streams could not be written; it is tried again");
                live.grown.notify_one();
            }
            tokio::time::sleep(WRITE_EVERY).await;
        }
    });
}

/// Writes all streams that have grown, in one transaction, and what others lack that have ended some of them.
pub(super) async fn write(writer: &Writer, live: &Arc<Live>) -> Result<()> {
    let growing = live.clone();
    let (written, cut) = writer
        .run(move |transaction| {
            Box::pin(async move {
                // Looked at here rather than before: what ended meanwhile is not open any more.
                let texts = growing.unwritten();
                let mut cut = Vec::new();
                if !texts.is_empty() {
                    let rows = texts.iter().map(row).collect::<Result<Vec<Value>>>()?;
                    let rows = Value::Array(rows).to_string();
                    sqlx::query(WRITE_TEXTS).bind(&rows).execute(&mut transaction.connection).await?;
                    let ended = sqlx::query_scalar(NOT_OPEN).bind(&rows);
                    let ended: Vec<i64> = ended.fetch_all(&mut transaction.connection).await?;
                    for text in texts.iter().filter(|text| ended.contains(&text.stored.message_key)) {
                        endings::add_rest(transaction, text).await?;
                        cut.push(text.message);
                    }
                }
                let written: Vec<_> = texts.into_iter().map(|text| (text.message, text.next_index)).collect();
                Ok((written, cut))
            })
        })
        .await?;
    live.written(&written);
    cut.into_iter().for_each(|message| live.drop_open(message));
    Ok(())
}

fn row(text: &SoFar) -> Result<Value> {
    Ok(json!([text.stored.message_key, text.text, as_json(&text.stream(StreamState::Open, None))?]))
}

fn as_json(stream: &MessageStream) -> Result<String> {
    serde_json::to_string(stream).map_err(Error::internal)
}

const NOT_OPEN: &str =
    "SELECT value->>0 FROM json_each(?) WHERE value->>0 NOT IN (SELECT message_id FROM open_streams)";

const WRITE_TEXTS: &str = "UPDATE messages SET content = j.text, stream = j.stream
    FROM (SELECT value->>0 AS id, value->>1 AS text, value->>2 AS stream FROM json_each(?)) j
    WHERE messages.id = j.id AND messages.id IN (SELECT message_id FROM open_streams)";
