//! What a server tells of itself.

use super::shapes::event;
use serde::Serialize;
use ts_rs::TS;

event! {
    ServerDraining { reconnect_in_ms: u64 }
    /// Whether this server hears the others of its cluster. While it does not, typing, presence and chunks of messages from
    /// people on other servers may be missing; nothing else is.
    ServerCluster { connected: bool }
}
