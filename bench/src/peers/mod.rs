//! The servers that are measured: Maru, what one would write instead, and what the wire alone costs.

mod server;

pub use server::{Programs, Server, Start, maru};

use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Peer {
    Maru,
    /// socket.io and better-sqlite3, `bench/peers/node`.
    Node,
    /// A tungstenite server without storage, `floors/tungstenite.rs`.
    Tungstenite,
    /// Frames encoded once and written straight to the TCP sockets, `floors/raw.rs`.
    Raw,
}

impl Peer {
    pub const ALL: [Self; 4] = [Self::Maru, Self::Node, Self::Tungstenite, Self::Raw];

    /// As tables and plots show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Maru => "Maru",
            Self::Node => "Node.js",
            Self::Tungstenite => "floor: tungstenite",
            Self::Raw => "floor: raw frames",
        }
    }

    /// Whether it stores what it acknowledges.
    pub fn is_durable(self) -> bool {
        matches!(self, Self::Maru | Self::Node)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
