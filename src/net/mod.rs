//! Accepted connections: their TCP settings, where they come from, a switch that ends them for sure, and a way to
//! write to a websocket beside the layer that reads from it; and the cryptography of those that are made.

mod outbound;
mod tls;
mod transport;
mod wire;

pub use outbound::{LARGE, LIMIT, Overflow, Stalled, waiting};
pub use tls::{public_roots, roots_in, use_ring};
pub use transport::Transport;
pub use wire::{Peer, Wire};
