//! What the servers of a cluster say to each other.

use super::errands::{Errand, Outcome};
use crate::contract::Connection;
use crate::ids::{NodeId, UserId};
use serde::{Deserialize, Serialize};

/// One thing that a server says to all others.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Packet {
    pub from: NodeId,
    /// Counted from the connection to Redis on: a hole tells that something was lost.
    pub number: u64,
    pub what: What,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum What {
    /// It lives, and has told everything up to this commit.
    Alive {
        reached: i64,
    },
    /// It goes in order.
    Leaving,
    /// It committed something that is in the log under this number.
    Committed(i64),
    /// It has told everything up to this commit.
    Reached(i64),
    /// What is not stored, to be told behind this commit.
    Pass {
        behind: i64,
        notices: String,
    },
    Came {
        user: UserId,
        connection: Connection,
    },
    Went {
        user: UserId,
        socket: String,
    },
    /// One server is asked to do something.
    Ask {
        to: NodeId,
        id: u64,
        errand: Box<Errand>,
    },
    /// What became of it, for who asked.
    Answer {
        to: NodeId,
        id: u64,
        outcome: Box<Outcome>,
    },
}
