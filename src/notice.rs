//! What sockets are told once a change is durable, in the order of commit.

mod relay;

pub use relay::{decode, decode_passed, encode};

use crate::contract::ServerEvent;
use crate::ids::{RoomId, SessionId, UserId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Why a session ended, in words for whoever had it.
pub type Reason = Cow<'static, str>;

/// One thing for the broadcaster to do. The writer hands notices on only after their commit.
pub enum Notice {
    /// Tells an event to an audience.
    Tell(Audience, ServerEvent),
    /// Somebody's sockets hear a room from here on.
    Enter { user: UserId, room: RoomId },
    /// Somebody's sockets hear a room no longer.
    Leave { user: UserId, room: RoomId },
    /// Nobody hears the room any more.
    Close { room: RoomId },
    /// Somebody's sockets hear from here on, or no more, who has read what.
    SeeReceipts { user: UserId, sees: bool },
    /// A session ended: its sockets are told why and closed.
    EndSession { session: SessionId, reason: Reason },
    /// Everything of a user ends, bot connections included.
    EndUser { user: UserId, reason: Reason },
    /// These sockets are too many of their user's.
    Replace { sockets: Vec<String> },
    /// Runs when everything before it has been told.
    Then(Box<dyn FnOnce() + Send>),
    /// As `Then`, once every server of the cluster has told everything before it.
    ThenEverywhere(Box<dyn FnOnce() + Send>),
}

/// Who is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Audience {
    /// Everybody in a room.
    Room(RoomId),
    /// Everybody in a room but one user's devices.
    RoomExcept(RoomId, UserId),
    /// All devices of one user.
    User(UserId),
    /// All devices of several users.
    Users(Vec<UserId>),
    /// Everybody who is connected.
    Everybody,
    /// Everybody who is connected but all devices of these users.
    EverybodyBut(Vec<UserId>),
}

impl Notice {
    /// A copy for somebody who is about to listen; none of what is done once.
    pub fn repeatable(&self) -> Option<Self> {
        Some(match self {
            Self::Tell(audience, event) => Self::Tell(audience.clone(), event.clone()),
            Self::Enter { user, room } => Self::Enter { user: *user, room: *room },
            Self::Leave { user, room } => Self::Leave { user: *user, room: *room },
            Self::Close { room } => Self::Close { room: *room },
            Self::SeeReceipts { user, sees } => Self::SeeReceipts { user: *user, sees: *sees },
            Self::EndSession { session, reason } => Self::EndSession { session: *session, reason: reason.clone() },
            Self::EndUser { user, reason } => Self::EndUser { user: *user, reason: reason.clone() },
            Self::Replace { sockets } => Self::Replace { sockets: sockets.clone() },
            Self::Then(_) | Self::ThenEverywhere(_) => return None,
        })
    }

    /// Whether it ends what somebody heard or might do: that is acknowledged once it has ended on every server.
    pub fn ends_access(&self) -> bool {
        matches!(self, Self::Leave { .. } | Self::Close { .. } | Self::EndSession { .. } | Self::EndUser { .. })
    }

    pub fn to_room(room: RoomId, event: impl Into<ServerEvent>) -> Self {
        Self::Tell(Audience::Room(room), event.into())
    }

    pub fn to_user(user: UserId, event: impl Into<ServerEvent>) -> Self {
        Self::Tell(Audience::User(user), event.into())
    }
}
