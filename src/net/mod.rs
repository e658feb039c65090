//! Accepted connections: their TCP settings, where they come from, a switch that ends them for sure, and a way to
//! write to a websocket beside the layer that reads from it.

mod outbound;
mod wire;

pub use outbound::{LARGE, LIMIT, Overflow, Stalled};
pub use wire::{Peer, Wire};
