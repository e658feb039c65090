//! What sockets are told once a change is durable, in the order of commit.

use crate::contract::ServerEvent;
use crate::ids::{RoomId, SessionId, UserId};

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
    EndSession { session: SessionId, reason: &'static str },
    /// Everything of a user ends, bot connections included.
    EndUser { user: UserId, reason: &'static str },
    /// Runs when everything before it has been told.
    Then(Box<dyn FnOnce() + Send>),
}

/// Who is told.
#[derive(Clone, Debug)]
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
            Self::EndSession { session, reason } => Self::EndSession { session: *session, reason },
            Self::EndUser { user, reason } => Self::EndUser { user: *user, reason },
            Self::Then(_) => return None,
        })
    }

    pub fn to_room(room: RoomId, event: impl Into<ServerEvent>) -> Self {
        Self::Tell(Audience::Room(room), event.into())
    }

    pub fn to_user(user: UserId, event: impl Into<ServerEvent>) -> Self {
        Self::Tell(Audience::User(user), event.into())
    }
}
