//! What is kept in Redis under which key: all of it begins with `maru:` and the name of the cluster (docs/clustering.md).

use crate::ids::{NodeId, UserId};

pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn new(name: &str) -> Self {
        Self { prefix: format!("maru:{name}") }
    }

    /// Where the servers speak to each other.
    pub(super) fn channel(&self) -> String {
        format!("{}:bus", self.prefix)
    }

    /// What `maru doctor` writes and removes.
    pub(super) fn probe(&self) -> String {
        format!("{}:doctor", self.prefix)
    }

    /// A set: the servers that there are or were.
    pub(super) fn nodes(&self) -> String {
        format!("{}:nodes", self.prefix)
    }

    /// A server's lease: a text, which is there as long as the server lives.
    pub(super) fn node(&self, node: NodeId) -> String {
        format!("{}:node:{node}", self.prefix)
    }

    /// A hash: what is connected to a server, by socket.
    pub(super) fn connected_to(&self, node: NodeId) -> String {
        format!("{}:node:{node}:connections", self.prefix)
    }

    /// A hash: the connections of somebody, by server and socket.
    pub(super) fn user(&self, user: UserId) -> String {
        format!("{}:user:{user}", self.prefix)
    }
}

/// In the hash of a user.
pub(super) fn field(node: NodeId, socket: &str) -> String {
    format!("{node}/{socket}")
}
