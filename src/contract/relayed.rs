//! An event as one server of a cluster hands it to another: encoded once, with what a server has to know of it.

use super::events::ServerEvent;
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// An event of another server. It is told as it came.
#[derive(Clone, Debug)]
pub struct Relayed {
    pub name: String,
    pub payload: Box<RawValue>,
    pub facts: Facts,
}

/// What a server asks of an event before it tells it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_rev: Option<(RoomId, i64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_rev: Option<(RoomId, i64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_given: Option<(RoomId, i64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notified: Option<i64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub receipt: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
}

/// What becomes of a message that grows while it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Growth {
    Begins(MessageId),
    Grows { message: MessageId, index: i64, text: String },
    Ends(MessageId),
}

impl Relayed {
    /// # Errors
    /// `Internal` for an event that cannot be encoded.
    pub fn of(event: &ServerEvent) -> Result<Self> {
        let facts = Facts {
            message_rev: event.message_rev(),
            room_rev: event.room_rev(),
            room_given: event.room_given(),
            notified: event.notified(),
            receipt: event.is_receipt(),
            growth: event.growth(),
        };
        let payload = to_raw_value(event).map_err(Error::internal)?;
        Ok(Self { name: event.name().to_owned(), payload, facts })
    }
}

impl Serialize for Relayed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.payload.serialize(serializer)
    }
}

impl From<Relayed> for ServerEvent {
    fn from(event: Relayed) -> Self {
        Self::Relayed(Box::new(event))
    }
}
