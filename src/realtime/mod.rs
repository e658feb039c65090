//! Socket.IO: who connects, what they ask, and what they are told.
//!
//! Why each part is as it is stands in docs/ARCHITECTURE.md, "What we work around in the Socket.IO layer".

mod broadcast;
mod carriers;
mod connect;
mod frame;
mod had;
mod handshake;
mod hub;
mod inbox;
mod link;
mod opening;
mod others;
mod routes;
mod work;

pub use broadcast::{Broadcaster, Signal, Signals};
pub use carriers::{SocketLayer, opens_session};

use crate::app::App;
use crate::contract::MAX_TRANSPORT_BYTES;
use carriers::Carriers;

use socketioxide::SocketIo;
use std::sync::Arc;
use std::time::Duration;

/// Packets that may wait for one socket; a socket that has more waiting is a slow consumer and is closed.
const SEND_BUFFER: usize = 8192;
/// A transport that names no namespace, or is refused, is closed after this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
const PING_INTERVAL: Duration = Duration::from_secs(25);
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// Small, since every idle connection keeps one.
const READ_BUFFER: usize = 512;

/// Every socket of this server, to be closed at its end.
pub struct Sockets(SocketIo);

impl Sockets {
    /// Closes them all, and waits until they are closed. Bound this: one that reads nothing holds it up.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

/// The Socket.IO server: a layer for the HTTP router, and a handle to close it with.
pub fn server(app: Arc<App>, broadcaster: &Broadcaster) -> (SocketLayer, Sockets) {
    let (layer, io) = SocketIo::builder()
        .max_buffer_size(SEND_BUFFER)
        .max_payload(MAX_TRANSPORT_BYTES as u64)
        .ws_max_message_size(MAX_TRANSPORT_BYTES)
        .ws_max_frame_size(MAX_TRANSPORT_BYTES)
        .ws_read_buffer_size(READ_BUFFER)
        .connect_timeout(CONNECT_TIMEOUT)
        .ping_interval(PING_INTERVAL)
        .ping_timeout(PING_TIMEOUT)
        .build_layer();
    let carriers = Arc::new(Carriers::new(layer));
    connect::mount(&io, app, broadcaster.signals(), carriers.clone());
    (carriers.layer(), Sockets(io))
}
