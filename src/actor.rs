//! Who is acting: established once by a token, asked about at every use.

use crate::ids::{ClientId, SessionId, UserId};

/// An authenticated person or bot.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    pub user: UserId,
    /// The login behind it; none for a bot, whose token stands for itself.
    pub session: Option<SessionId>,
    pub bot: bool,
    /// The device that is connected; none over HTTP.
    pub client: Option<ClientId>,
}
