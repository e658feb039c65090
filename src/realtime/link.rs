//! One connected socket: who is behind it, and the ways to reach and to end it.

use super::carriers::Carriers;
use super::frame;
use crate::actor::Actor;
use crate::clock::Timestamp;
use crate::contract::{Connection, ConnectionReplaced, ServerEvent, SessionEnded};
use crate::directory::{Device, Place};
use crate::ids::ClientId;
use crate::metrics;
use crate::net::{LARGE, LIMIT, Overflow, Peer};
use bytes::Bytes;
use serde_json::value::RawValue;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::socket::Sid;
use socketioxide::{SendError, SocketError, TransportType};
use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a socket that was told goodbye may take to go by itself.
const FAREWELL: Duration = Duration::from_secs(1);

/// An event encoded once for everybody who is told.
pub struct Encoded {
    name: String,
    payload: Box<RawValue>,
    frame: OnceCell<Bytes>,
}

impl Encoded {
    /// None when the event cannot be encoded, which is logged as the fault of ours that it is.
    pub fn new(event: &ServerEvent) -> Option<Self> {
        match serde_json::value::to_raw_value(event) {
            Ok(payload) => Some(Self { name: event.name().to_owned(), payload, frame: OnceCell::new() }),
            Err(error) => {
                tracing::error!(%error, event = event.name(), "an event could not be encoded");
                None
            }
        }
    }

    fn frame(&self) -> Bytes {
        self.frame.get_or_init(|| frame::event(&self.name, &self.payload)).clone()
    }
}

/// What waits in the layer for a client that polls, in bytes: what its polls fetched does so no more.
#[derive(Clone, Default)]
pub struct Backlog(Arc<AtomicUsize>);

impl Backlog {
    /// # Errors
    /// `Overflow` when too much waits already; large packets do not count (net/outbound.rs).
    fn add(&self, bytes: usize) -> Result<(), Overflow> {
        let counted = if bytes > LARGE { 0 } else { bytes };
        if self.0.fetch_add(counted, Ordering::Relaxed) > LIMIT { Err(Overflow) } else { Ok(()) }
    }

    pub fn fetched(&self, bytes: usize) {
        let less = |waiting: usize| Some(waiting.saturating_sub(bytes));
        // It has a value in any case.
        let _before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

/// The way to answer a packet that asked for it.
pub struct Ack {
    pub id: i64,
    pub sender: AckSender,
}

/// A connected socket.
pub struct Link {
    pub socket: SocketRef,
    pub actor: Actor,
    pub client: ClientId,
    /// Set for a websocket that is written to beside the Socket.IO layer.
    pub direct: Option<Peer>,
    pub carriers: Arc<Carriers>,
    /// Set for all others.
    pub backlog: Option<Backlog>,
    pub connected_at: Timestamp,
    /// Whether it is told who has read what.
    pub sees_receipts: AtomicBool,
    /// Set when the link has ended for whatever reason: nothing of it is carried out any more.
    pub ended: CancellationToken,
    /// Who was replaced or logged out is not told on return what was missed.
    pub restorable: Arc<AtomicBool>,
}

impl Link {
    pub fn id(&self) -> Sid {
        self.socket.id
    }

    pub fn see_receipts(&self, sees: bool) {
        self.sees_receipts.store(sees, Ordering::Relaxed);
    }

    /// Whether its user wants to hear of an event that is told to the room.
    pub fn wants(&self, event: &ServerEvent) -> bool {
        !event.is_receipt() || self.sees_receipts.load(Ordering::Relaxed)
    }

    /// Queues an event for the socket; the answer is whether it waits for a `flush`.
    ///
    /// # Errors
    /// `Overflow` when the socket reads too slowly. A socket that is gone is no error: it is on its way out.
    pub fn push(&self, event: &Encoded) -> Result<bool, Overflow> {
        let pushed = match &self.direct {
            // Its client left, and may be about to connect anew on the same websocket.
            Some(_) if !self.socket.connected() => Ok(false),
            Some(peer) => peer.push(event.frame()),
            None => self
                .count_for_polls(event.payload.get().len())
                .and_then(|()| taken(self.socket.emit(&event.name, &*event.payload)))
                .map(|()| false),
        };
        if pushed.is_err() {
            metrics::SLOW_CONSUMERS.add(1);
        }
        pushed
    }

    /// Counts what is to wait for a poll; what a websocket takes does not.
    fn count_for_polls(&self, bytes: usize) -> Result<(), Overflow> {
        match (&self.backlog, self.socket.transport_type()) {
            (Some(backlog), TransportType::Polling) => backlog.add(bytes),
            _ => Ok(()),
        }
    }

    /// Sends what is queued.
    pub fn flush(&self) {
        if let Some(peer) = &self.direct {
            peer.flush();
        }
    }

    /// Answers a packet; a socket that takes no more is cut off.
    pub fn acknowledge(&self, ack: Ack, answer: &RawValue) {
        let pushed = match &self.direct {
            Some(_) if !self.socket.connected() => Ok(false),
            Some(peer) => peer.push(frame::ack(ack.id, answer)),
            None => {
                self.count_for_polls(answer.get().len()).and_then(|()| taken(ack.sender.send(answer))).map(|()| false)
            }
        };
        match pushed {
            Ok(_) => self.flush(),
            Err(Overflow) => self.cut("slow consumer"),
        }
    }

    /// Tells an event to this socket alone; one that takes no more is cut off.
    pub fn tell(&self, event: &ServerEvent) {
        if let Some(encoded) = Encoded::new(event) {
            self.tell_encoded(&encoded);
        }
    }

    pub fn tell_encoded(&self, event: &Encoded) {
        match self.push(event) {
            Ok(_) => self.flush(),
            Err(Overflow) => self.cut("slow consumer"),
        }
    }

    /// The connection that carries it, unless that is long-polling, which has none of its own.
    pub fn connection(&self) -> Option<Peer> {
        self.direct.clone().or_else(|| self.carriers.connection(&self.socket))
    }

    /// Ends the link in order: the last word is delivered, then the transport is closed for sure.
    pub fn end(&self, last_word: &ServerEvent) {
        self.ended.cancel();
        self.tell(last_word);
        if self.socket.clone().disconnect().is_err() {
            return self.cut("slow consumer");
        }
        let (carriers, socket) = (self.carriers.clone(), self.socket.clone());
        tokio::spawn(async move {
            tokio::time::sleep(FAREWELL).await;
            carriers.cut(&socket);
        });
    }

    /// Ends the link because its session or its user ended.
    pub fn end_session(&self, reason: &str) {
        self.restorable.store(false, Ordering::Relaxed);
        self.end(&SessionEnded { reason: reason.to_owned() }.into());
    }

    /// Ends the link because its user has too many: the oldest goes.
    pub fn replace(&self) {
        self.restorable.store(false, Ordering::Relaxed);
        let message = "another device took over this connection".to_owned();
        self.end(&ConnectionReplaced { message, timestamp: crate::clock::now() }.into());
    }

    /// Ends the link at once: there is no way to tell it anything.
    pub fn cut(&self, reason: &'static str) {
        tracing::info!(socket = %self.id(), user = %self.actor.user, reason, "cut a connection");
        self.ended.cancel();
        self.carriers.cut(&self.socket);
        // With a full buffer the packet cannot be queued; the cut transport ends the socket all the same.
        let _gone_or_full = self.socket.clone().disconnect();
    }

    /// As other services see it. What looks the transport up holds the socket: the device has to leave the directory
    /// when the link ends.
    pub fn device(&self, node: String, place: Place) -> Device {
        let connection = Connection {
            client_id: self.client,
            socket_id: self.id().to_string(),
            node,
            connected_at: self.connected_at,
            transport: transport(&self.socket).to_owned(),
        };
        let socket = self.socket.clone();
        Device { connection, transport: Box::new(move || transport(&socket)), place }
    }
}

/// Whether the Socket.IO layer took a packet. One that cannot be encoded is logged as the fault of ours that it is.
fn taken(sent: Result<(), SendError>) -> Result<(), Overflow> {
    match sent {
        Err(SendError::Socket(SocketError::InternalChannelFull)) => Err(Overflow),
        Err(SendError::Serialize(error)) => {
            tracing::error!(%error, "a packet could not be encoded");
            Ok(())
        }
        Ok(()) | Err(SendError::Socket(_)) => Ok(()),
    }
}

fn transport(socket: &SocketRef) -> &'static str {
    match socket.transport_type() {
        TransportType::Websocket => "websocket",
        TransportType::Polling => "polling",
    }
}
