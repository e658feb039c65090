//! Sending: the messages of a whole batch, decided from one query and written with one statement a table.

mod batch;
mod facts;
mod reading;
mod rows;

use super::Storage;
use super::mentions::{Called, Meant};
use super::transaction::Transaction;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::ids::{FileId, MessageId, RoomId, UserId};
use batch::Batch;
use facts::read_facts;
use reading::{read_files, read_mentions};
use std::collections::HashMap;

/// A message to be stored.
pub struct AppendMessage {
    pub room: RoomId,
    pub author: UserId,
    pub content: String,
    /// What is wrong with the content: told only to somebody who may know the room.
    pub objection: Option<Error>,
    pub client_message_id: Option<String>,
    pub reply_to: Option<MessageId>,
    pub thread_root: Option<MessageId>,
    /// A reply in a thread is shown in the room's list, too.
    pub also_in_room: bool,
    /// It is written bit by bit from now on.
    pub streamed: bool,
    pub mentions: Meant,
    pub files: Vec<FileId>,
    /// Those in its text that are to be looked up.
    pub links: Vec<String>,
}

impl AppendMessage {
    /// Whether it is in the room's list, and counts there.
    fn counts(&self) -> bool {
        self.thread_root.is_none() || self.also_in_room
    }
}

/// Whom a message mentions, as far as they are members.
#[derive(Default)]
struct Mentioned {
    people: Vec<(i64, UserId)>,
    group: Option<Called>,
}

impl Mentioned {
    fn is_empty(&self) -> bool {
        self.people.is_empty() && self.group.is_none()
    }

    /// As `messages.mentioning` has it.
    fn word(&self) -> i64 {
        self.group.as_ref().map_or_else(|| i64::from(!self.people.is_empty()), Called::word)
    }
}

/// What a send is acknowledged with.
#[derive(Clone, Copy, Debug)]
pub struct Appended {
    pub seq: i64,
    pub rev: i64,
    pub created_at: Timestamp,
    /// It had been stored before.
    pub duplicate: bool,
}

impl Storage {
    /// Stores a message, or finds that its `client_message_id` was stored before.
    ///
    /// # Errors
    /// `NotFound` for who is not a member; `Conflict` when the id was used in another room; `Unavailable`.
    pub async fn append_message(&self, command: AppendMessage) -> Result<Appended> {
        self.writer.append(command).await
    }
}

/// Carries out a batch of sends. The last of a transaction commits it in the same call.
pub(super) async fn append_all(
    transaction: &mut Transaction,
    mut commands: Vec<AppendMessage>,
    last: bool,
) -> Result<Vec<Result<Appended>>> {
    let mut rooms = HashMap::new();
    let facts = read_facts(transaction, &commands, &mut rooms).await?;
    let mentioned = read_mentions(transaction, &mut commands, &facts).await?;
    let enclosed = read_files(transaction, &commands, &facts).await?;
    let mut batch = Batch::new(rooms);
    let mut results = Vec::with_capacity(commands.len());
    for (((command, facts), mentioned), enclosed) in commands.into_iter().zip(facts).zip(mentioned).zip(enclosed) {
        results.push(match (facts, mentioned, enclosed) {
            (Ok(facts), Ok(mentioned), Ok(enclosed)) => {
                batch.append(transaction, command, facts, mentioned, enclosed).await?
            }
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => Err(error),
        });
    }
    batch.write(transaction, last).await?;
    Ok(results)
}
