//! The text of open streams, which is ahead of the disk, and who may add to it.
//!
//! An entry is made and taken away by the writer, in the transactions that begin and end its stream. Whatever ends a
//! membership ends the member's streams in that transaction, so that whoever has an entry is in the room.

use super::copies::{self, Copies};
use crate::contract::{Message, MessageStream, RoomSummary, StreamState};
use crate::error::{Error, Result};
use crate::ids::{ClientId, MessageId, RoomId, UserId};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The next piece of a stream's text.
pub struct Chunk {
    pub message: MessageId,
    pub index: i64,
    pub text: String,
    /// The most characters that the whole text may have.
    pub most: usize,
}

/// Where a stream is stored.
#[derive(Clone, Copy)]
pub(super) struct Stored {
    pub(super) message_key: i64,
    pub(super) room_key: i64,
    pub(super) author_key: i64,
    /// It is in the list of a direct room.
    pub(super) direct: bool,
}

/// Who writes a stream, and where it is stored.
pub(super) struct Begun {
    pub(super) message: MessageId,
    pub(super) stored: Stored,
    pub(super) author: UserId,
    /// The device that writes.
    pub(super) client: Option<ClientId>,
    pub(super) chunks_per_second: NonZeroU32,
}

/// A stream's text so far.
pub(super) struct SoFar {
    pub(super) message: MessageId,
    pub(super) stored: Stored,
    pub(super) text: String,
    pub(super) next_index: i64,
}

struct Open {
    begun: Begun,
    text: String,
    characters: usize,
    next_index: i64,
    /// The `next_index` of what is on disk.
    written: i64,
    /// A transaction that ends it is under way: nothing is added any more.
    ending: bool,
    /// Another server has ended it, perhaps without having heard all of it: the rest is still to be written.
    is_cut: bool,
    pace: DefaultDirectRateLimiter,
    fed_at: Instant,
    /// Since when its sender is not connected.
    lost_since: Option<Instant>,
}

/// Every open stream of this server, and the text of those of others as far as it was heard.
#[derive(Default)]
pub(in crate::storage) struct Live {
    open: Mutex<HashMap<MessageId, Open>>,
    pub(super) copies: Copies,
    /// There is text that is not on disk.
    pub(super) grown: Notify,
}

impl Live {
    /// Adds to a stream; `tell` is called while nothing else can be added to it. An index that was there before changes
    /// nothing. None when it is no open stream of the user's.
    pub(super) fn feed(
        &self,
        user: UserId,
        client: Option<ClientId>,
        chunk: Chunk,
        tell: impl FnOnce(Chunk),
    ) -> Option<Result<()>> {
        let mut all = self.lock();
        let open = all.get_mut(&chunk.message).filter(|open| open.begun.author == user)?;
        (open.begun.client, open.lost_since) = (client, None);
        Some(open.check(&chunk).map(|is_new| {
            if is_new {
                open.text.push_str(&chunk.text);
                open.characters += chunk.text.chars().count();
                open.next_index += 1;
                open.fed_at = Instant::now();
                self.grown.notify_one();
                tell(chunk);
            }
        }))
    }

    /// Brings a message that was read from the disk up to date.
    pub(in crate::storage) fn complete<'m>(&self, messages: impl IntoIterator<Item = &'m mut Message>) {
        let all = self.lock();
        let copies = self.copies.lock();
        if all.is_empty() && copies.is_empty() {
            return;
        }
        for message in messages {
            copies::complete(&copies, message);
            if let (Some(stream), Some(open)) = (&mut message.stream, all.get(&message.id))
                && stream.state == StreamState::Open
            {
                message.content.clone_from(&open.text);
                stream.next_index = open.next_index;
            }
        }
    }

    /// As `complete`, for what rooms show of their last message.
    pub(in crate::storage) fn complete_rooms<'r>(&self, rooms: impl IntoIterator<Item = &'r mut RoomSummary>) {
        self.complete(rooms.into_iter().filter_map(|room| room.last_message.as_mut()));
    }

    /// The open streams of a room.
    pub(in crate::storage) fn in_room(&self, room: RoomId) -> Vec<MessageId> {
        let mut streams = self.which(|message, _| message.room == room);
        streams.extend(self.copies.lock().keys().filter(|message| message.room == room));
        streams
    }

    pub(super) fn which(&self, wanted: impl Fn(MessageId, UserId) -> bool) -> Vec<MessageId> {
        let all = self.lock();
        all.values()
            .map(|open| &open.begun)
            .filter(|begun| wanted(begun.message, begun.author))
            .map(|begun| begun.message)
            .collect()
    }

    /// Whether it is open at this server.
    pub(super) fn has(&self, message: MessageId) -> bool {
        self.lock().contains_key(&message)
    }

    /// The `next_index` of an open stream.
    pub(super) fn next_index(&self, message: MessageId) -> Option<i64> {
        let here = self.lock().get(&message).filter(|open| !open.ending).map(|open| open.next_index);
        here.or_else(|| self.copies.lock().get(&message).map(|copy| copy.next_index))
    }

    /// Another server has ended it: nothing is added any more.
    pub(super) fn cut(&self, message: MessageId) {
        if let Some(open) = self.lock().get_mut(&message) {
            (open.ending, open.is_cut) = (true, true);
            self.grown.notify_one();
        }
    }

    /// Another server has ended it, and what was to be written of it is.
    pub(super) fn drop_open(&self, message: MessageId) {
        self.lock().remove(&message);
    }

    /// What was heard of the streams of others is old.
    pub(in crate::storage) fn forget_copies(&self) {
        self.copies.lock().clear();
    }

    /// The text of somebody's open stream, and its `next_index`.
    pub(super) fn text(&self, user: UserId, message: MessageId) -> Option<(String, i64)> {
        let all = self.lock();
        let open = all.get(&message).filter(|open| open.begun.author == user)?;
        Some((open.text.clone(), open.next_index))
    }

    /// Those whose sender was not connected for `lost`, and those to which nothing was added for `idle`.
    pub(super) fn abandoned(
        &self,
        is_connected: impl Fn(UserId, ClientId) -> bool,
        lost: Duration,
        idle: Duration,
    ) -> Vec<(MessageId, &'static str)> {
        let mut found = Vec::new();
        for open in self.lock().values_mut() {
            if open.begun.client.is_some_and(|client| is_connected(open.begun.author, client)) {
                open.lost_since = None;
            } else {
                open.lost_since.get_or_insert_with(Instant::now);
            }
            if open.lost_since.is_some_and(|since| since.elapsed() >= lost) {
                found.push((open.begun.message, "the sender was lost"));
            } else if open.fed_at.elapsed() >= idle {
                found.push((open.begun.message, "the sender fell silent"));
            }
        }
        found
    }

    /// Everything that is not on disk.
    pub(super) fn unwritten(&self) -> Vec<SoFar> {
        let all = self.lock();
        let grown = |open: &&Open| open.is_cut || !open.ending && open.written < open.next_index;
        all.values().filter(grown).map(Open::so_far).collect()
    }

    /// What `unwritten` gave is on disk.
    pub(super) fn written(&self, those: &[(MessageId, i64)]) {
        let mut all = self.lock();
        for (message, next_index) in those {
            if let Some(open) = all.get_mut(message) {
                open.written = open.written.max(*next_index);
            }
        }
    }

    /// Opens a stream, unless the transaction fails: then the change is dropped, and it was never open.
    pub(super) fn begin(self: &Arc<Self>, begun: Begun) -> Change {
        let message = begun.message;
        let pace = RateLimiter::direct(Quota::per_second(begun.chunks_per_second));
        let (text, now) = (String::new(), Instant::now());
        let open = Open {
            begun,
            text,
            characters: 0,
            next_index: 0,
            written: 0,
            ending: false,
            is_cut: false,
            pace,
            fed_at: now,
            lost_since: None,
        };
        self.lock().insert(message, open);
        Change { live: self.clone(), message, ends: false, is_durable: false }
    }

    /// Takes nothing more for a stream; it is open again if the change is dropped. None when it is not open.
    pub(super) fn end(self: &Arc<Self>, message: MessageId) -> Option<(SoFar, Change)> {
        let mut all = self.lock();
        let open = all.get_mut(&message).filter(|open| !open.ending)?;
        open.ending = true;
        Some((open.so_far(), Change { live: self.clone(), message, ends: true, is_durable: false }))
    }

    /// Whoever held the lock when it was poisoned left the map whole: every change is a single step.
    fn lock(&self) -> MutexGuard<'_, HashMap<MessageId, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Whether a chunk is new, rather than known.
    fn check(&self, chunk: &Chunk) -> Result<bool> {
        if self.ending {
            return Err(super::not_open());
        }
        let refused = self.pace.check().err();
        if let Some(busy) = refused {
            return Err(Error::RateLimited { retry_after: busy.wait_time_from(DefaultClock::default().now()) });
        }
        if chunk.index < 0 {
            return Err(Error::invalid("index", "chunks are counted from 0"));
        }
        if chunk.index < self.next_index {
            return Ok(false);
        }
        if chunk.index > self.next_index {
            return Err(Error::Gap { expected: self.next_index });
        }
        if chunk.text.is_empty() || chunk.text.contains('\0') {
            return Err(Error::invalid("chunk", "a chunk has at least one character, and none is U+0000"));
        }
        if self.characters + chunk.text.chars().count() > chunk.most {
            return Err(Error::TooLarge(format!("a streamed message has at most {} characters", chunk.most)));
        }
        Ok(true)
    }

    fn so_far(&self) -> SoFar {
        let Begun { message, stored, .. } = self.begun;
        SoFar { message, stored, text: self.text.clone(), next_index: self.next_index }
    }
}

impl SoFar {
    pub(super) fn stream(&self, state: StreamState, error: Option<String>) -> MessageStream {
        MessageStream { state, next_index: self.next_index, error }
    }
}

/// A stream that a transaction opens or ends. Dropped before that is durable, it takes the change back.
pub(super) struct Change {
    live: Arc<Live>,
    message: MessageId,
    ends: bool,
    is_durable: bool,
}

impl Change {
    /// The transaction is durable, and everybody was told.
    pub(super) fn keep(mut self) {
        self.is_durable = true;
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        let mut all = self.live.lock();
        if self.ends == self.is_durable {
            all.remove(&self.message);
        } else if self.ends
            && let Some(open) = all.get_mut(&self.message)
        {
            open.ending = open.is_cut;
        }
    }
}

#[cfg(test)]
mod tests;
