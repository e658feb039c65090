//! A message that grows while it is written: its commands, its events, and how far it is.

use super::models::Message;
use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::{MessageId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far a message is that is, or was, written bit by bit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct MessageStream {
    pub state: StreamState,
    /// The index of the first chunk that is not in `content`.
    pub next_index: i64,
    /// Why it ended before it was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum StreamState {
    /// It is being written.
    Open,
    /// It is complete.
    Done,
    /// It ended before it was complete; what had come is kept.
    Error,
}

payload! {
    StartStream {
        room_id: RoomId,
        /// As in `message:send`: sent again with the same one, nothing new is begun.
        client_message_id: Option<String>,
        reply_to: Option<MessageId>,
        thread_root: Option<MessageId>,
    }
    #[derive(Serialize)]
    FeedStream {
        message_id: MessageId,
        /// At least one character.
        chunk: String,
        /// From 0, without gaps.
        index: i64,
    }
    #[derive(Serialize)]
    EndStream {
        message_id: MessageId,
        /// Takes the place of what was streamed.
        content: Option<String>,
    }
    #[derive(Serialize)]
    FailStream {
        message_id: MessageId,
        /// 1 to 500 characters, for people.
        error: String,
    }
    /// Asks the sender to end it.
    StopStream { message_id: MessageId }
}

acknowledgement! {
    StartStreamAck {
        message_id: MessageId,
        seq: i64,
        rev: i64,
        timestamp: Timestamp,
        /// It had been begun before; nothing was stored or told now.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        duplicate: bool,
        /// The index of the chunk to go on with; absent when it has ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_index: Option<i64>,
    }
}

event! {
    StreamStarted { message: Message }
    StreamFed {
        room_id: RoomId,
        message_id: MessageId,
        index: i64,
        chunk: String,
    }
    StreamEnded { message: Message }
    StreamFailed { message: Message, error: String }
    /// To the sender's devices: somebody in the room wants no more of it.
    StreamStopped { room_id: RoomId, message_id: MessageId, by: UserId }
}
