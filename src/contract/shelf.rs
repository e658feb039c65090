//! Messages that are kept at hand: pinned for a room, saved by a person.

use super::decode::limit;
use super::models::{Message, RoomRef};
use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::{MessageId, RoomId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A message that somebody keeps.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedMessage {
    pub message: Message,
    pub room: RoomRef,
    pub saved_at: Timestamp,
}

payload! {
    ListPins {
        room_id: RoomId,
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
    SaveMessage { message_id: MessageId, on: bool }
    ListSaved {
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
}

acknowledgement! {
    /// The last pinned first.
    ListPinsAck { messages: Vec<Message>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
    /// The last saved first.
    ListSavedAck { messages: Vec<SavedMessage>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
}

event! {
    /// To one's own devices.
    MessageSaved { message_id: MessageId, on: bool }
}
