//! Who is acting: established once by a token, asked about at every use.

use crate::ids::{ClientId, SessionId, UserId};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// An authenticated person or bot.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Actor {
    pub user: UserId,
    /// The login behind it; none for a bot, whose token stands for itself.
    pub session: Option<SessionId>,
    pub bot: bool,
    /// The device that is connected; none over HTTP.
    pub client: Option<ClientId>,
    /// Where it comes from, through trusted proxies, if that is known.
    pub address: Option<IpAddr>,
}

/// In whose name something is done that governs or secures the server.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// Somebody with an account, and from where, if that is known.
    Person(UserId, Option<IpAddr>),
    /// Somebody who has not proven who they are.
    Visitor(Option<IpAddr>),
    /// Whoever owns the data folder, on the command line.
    Operator,
    /// The server by itself.
    Server,
}

impl By {
    /// Whose account it is done with.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::Person(user, _) => Some(user),
            Self::Visitor(_) | Self::Operator | Self::Server => None,
        }
    }
}

impl From<&Actor> for By {
    fn from(actor: &Actor) -> Self {
        Self::Person(actor.user, actor.address)
    }
}
