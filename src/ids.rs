//! One type for each kind of id, so that a user's id never fits where a room's goes.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};
use ulid::Ulid;

/// The text is no id that this server could have issued.
#[derive(Debug, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

/// Declares that a type is a plain `string` in the generated TypeScript.
macro_rules! string_in_typescript {
    ($type:ty) => {
        impl ts_rs::TS for $type {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                "string".to_owned()
            }

            fn inline(config: &ts_rs::Config) -> String {
                Self::name(config)
            }
        }
    };
}
pub(crate) use string_in_typescript;

macro_rules! ulid_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Ulid);

        impl $name {
            /// A new id: 48 bits of time in milliseconds, 80 random bits.
            pub fn generate() -> Self {
                Self(Ulid::from_parts(crate::clock::now().as_millis().unsigned_abs(), rand::random()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Ulid::from_string(text).map(Self).map_err(|_| NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        /// Any text is accepted: one that is no id of ours becomes the nil id, which is never issued
        /// and therefore never found. So an unknown id and a malformed one answer alike.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                Ok(text.parse().unwrap_or(Self(Ulid::nil())))
            }
        }

        string_in_typescript!($name);
    )+};
}

ulid_ids! {
    /// A person or a bot.
    UserId;
    /// A room of any kind.
    RoomId;
    /// What administrators tell everybody.
    AnnouncementId;
    /// One login on one device; what a refresh token belongs to.
    SessionId;
    /// An installation of a client, chosen by that client and kept across its reconnects.
    ClientId;
    /// An invitation to register.
    InviteId;
    /// Something to be done in a room.
    TaskId;
    /// Something that somebody wants to be reminded of.
    ReminderId;
    /// What somebody reported of a message.
    ReportId;
    /// A file that somebody uploaded, or is about to.
    FileId;
    /// A server of a cluster; another one at each start.
    NodeId;
}

/// A notification. Opaque to clients; whoever it is not for never finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NotificationId(pub i64);

string_in_typescript!(NotificationId);

impl Serialize for NotificationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// As for the other ids, text that is no id of ours becomes one that is never found.
impl<'de> Deserialize<'de> for NotificationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Ok(Self(text.parse().unwrap_or(0)))
    }
}

/// A message: its room and its place in it. On the wire `<room>-<seq>`, opaque to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId {
    pub room: RoomId,
    /// From 1, dense within the room.
    pub seq: i64,
}

string_in_typescript!(MessageId);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.room, self.seq)
    }
}

impl FromStr for MessageId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (room, seq) = text.split_once('-').ok_or(NotAnId)?;
        Ok(Self { room: room.parse()?, seq: seq.parse().map_err(|_| NotAnId)? })
    }
}

impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// As for the other ids, text that is no id of ours becomes one that is never found.
impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer).map_err(de::Error::custom)?;
        Ok(text.parse().unwrap_or(Self { room: RoomId(Ulid::nil()), seq: 0 }))
    }
}
