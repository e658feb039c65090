//! The text of messages that grow at another server of the cluster, as far as it was heard: for those who come to this
//! one meanwhile.

use super::endings::{OF_OTHERS, orphaned};
use super::live::{Live, SoFar};
use crate::contract::{Growth, Message, StreamState};
use crate::error::Result;
use crate::ids::{MessageId, NodeId, RoomId};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) struct Copy {
    pub(super) text: String,
    pub(super) next_index: i64,
    /// A chunk did not come: what is on the disk is all that can be told.
    has_hole: bool,
}

impl Copy {
    fn new(text: String, next_index: i64) -> Self {
        Self { text, next_index, has_hole: false }
    }
}

#[derive(Default)]
pub(super) struct Copies(Mutex<HashMap<MessageId, Copy>>);

impl Copies {
    /// Whoever held the lock when it was poisoned left the map whole: every change is a single step.
    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<MessageId, Copy>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of a message beyond what the disk has of it.
fn beyond(copies: &HashMap<MessageId, Copy>, message: MessageId, next_index: i64) -> Option<&Copy> {
    copies.get(&message).filter(|copy| !copy.has_hole && next_index < copy.next_index)
}

/// Brings a message up to date that was read from the disk, which may know more.
pub(super) fn complete(copies: &HashMap<MessageId, Copy>, message: &mut Message) {
    if let Some(stream) = &mut message.stream
        && stream.state == StreamState::Open
        && let Some(copy) = beyond(copies, message.id, stream.next_index)
    {
        message.content.clone_from(&copy.text);
        stream.next_index = copy.next_index;
    }
}

/// As `complete`, for what is about to be ended.
pub(super) fn complete_text(live: &Live, so_far: &mut SoFar) {
    let copies = live.copies.lock();
    if let Some(copy) = beyond(&copies, so_far.message, so_far.next_index) {
        so_far.text.clone_from(&copy.text);
        so_far.next_index = copy.next_index;
    }
}

/// Follows a message that grows elsewhere. False for what is known, and for what comes after the end.
pub(in crate::storage) fn grow(live: &Live, growth: &Growth) -> bool {
    let mut copies = live.copies.lock();
    match growth {
        Growth::Begins(message) => {
            copies.insert(*message, Copy::new(String::new(), 0));
            true
        }
        Growth::Grows { message, index, text } => match copies.get_mut(message) {
            Some(copy) if *index < copy.next_index => false,
            // Whoever hears it asks for what is missing.
            Some(copy) => {
                copy.has_hole |= *index > copy.next_index;
                copy.text.push_str(text);
                copy.next_index = index + 1;
                true
            }
            None => false,
        },
        Growth::Ends(message) => {
            copies.remove(message);
            drop(copies);
            live.cut(*message);
            true
        }
    }
}

/// A message that grew elsewhere has ended.
pub(in crate::storage) fn forget_copy(live: &Live, message: MessageId) {
    live.copies.lock().remove(&message);
}

/// Nobody hears a room any more, and nothing grows in it.
pub(in crate::storage) fn close_room(live: &Live, room: RoomId) {
    live.copies.lock().retain(|message, _| message.room != room);
    for message in live.which(|message, _| message.room == room) {
        live.drop_open(message);
    }
}

/// Takes over what others have open, as it is on the disk.
pub(in crate::storage) async fn copy_open(connection: &mut SqliteConnection, node: NodeId, live: &Live) -> Result<()> {
    let rows = sqlx::query(OF_OTHERS).bind(node.to_string()).fetch_all(connection).await?;
    for row in &rows {
        let stream = orphaned(row)?;
        live.copies.lock().insert(stream.message, Copy::new(stream.text, stream.next_index));
    }
    Ok(())
}
