//! What a socket asks, worked off in the order in which it arrived.
//!
//! Socket.IO's layer runs each event in a task of its own, without order and without end. This handler runs inside
//! the transport's read loop instead: it counts, measures and queues, and one worker for each socket does the rest.

use super::carriers::Carriers;
use super::link::{Ack, Link};
use super::routes::{ROUTES, Route};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::{CommandFailed, ErrorBody, Failure, MAX_PAYLOAD_BYTES, ServerEvent};
use crate::error::{Error, Result};
use crate::metrics;
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use serde_json::value::{RawValue, to_raw_value};
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::handler::{FromMessageParts, MessageHandler, Value};
use socketioxide::socket::Socket;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, error::TrySendError};
use tracing::Instrument;

/// Commands of one socket that may wait.
const QUEUE: usize = 1024;
/// With so many waiting, nothing more is read from the socket's connection.
const CROWDED: usize = 256;
/// With so few waiting it is read again.
const RELAXED: usize = 64;
/// Sends of one socket that may be under way together.
const UNDER_WAY: usize = 64;
/// How long a client waits whose commands have filled the queue all the same.
const QUEUE_FULL: Duration = Duration::from_secs(1);
/// As much of an event's name as is given back in an error.
const SHOWN_NAME: usize = 64;

/// Marks the handler's kind for the Socket.IO layer.
pub enum InReadLoop {}

struct Inbox {
    app: Arc<App>,
    actor: Actor,
    queue: mpsc::Sender<Box<Packet>>,
    carriers: Arc<Carriers>,
}

/// A command as it arrived.
pub struct Packet {
    name: String,
    /// Or why it is refused.
    payload: Result<Box<RawValue>>,
    ack: Option<Ack>,
}

/// What waits to be worked off.
pub type Packets = mpsc::Receiver<Box<Packet>>;

/// Registers the inbox; the answer is what its worker works off.
pub fn attach(app: &Arc<App>, actor: Actor, socket: &SocketRef, carriers: &Arc<Carriers>) -> Packets {
    let (queue, packets) = mpsc::channel(QUEUE);
    socket.on_fallback(Inbox { app: app.clone(), actor, queue, carriers: carriers.clone() });
    packets
}

impl MessageHandler<LocalAdapter, InReadLoop> for Inbox {
    fn call(&self, socket: Arc<Socket<LocalAdapter>>, mut value: Value, ack_id: Option<i64>) {
        let Ok(sender) = AckSender::from_message_parts(&socket, &mut value, &ack_id);
        let ack = ack_id.map(|id| Ack { id, sender });
        let (name, payload) = read(&value);
        let payload = self.app.limits.event(&self.actor).and(payload);
        let socket = SocketRef::from(socket);
        match self.queue.try_send(Box::new(Packet { name, payload, ack })) {
            Ok(()) => self.slow_down(&socket),
            Err(TrySendError::Full(packet)) => {
                // Read in one piece with those before it, or by long-polling, which is not slowed down.
                self.turn_away(&socket, *packet, &Error::RateLimited { retry_after: QUEUE_FULL });
            }
            Err(TrySendError::Closed(_)) => tracing::debug!(socket = %socket.id, "a command came after the end"),
        }
    }
}

impl Inbox {
    /// Whoever sends faster than can be worked off is read from more slowly.
    fn slow_down(&self, socket: &SocketRef) {
        if waiting(self.queue.capacity()) < CROWDED {
            return;
        }
        let Some(connection) = self.carriers.connection(socket) else { return };
        connection.pause_reading();
        // The worker may have come to the end meanwhile, and would not look again.
        if waiting(self.queue.capacity()) <= RELAXED {
            connection.resume_reading();
        }
    }

    /// Answers in the place of the worker, for whom there is no room.
    fn turn_away(&self, socket: &SocketRef, packet: Packet, error: &Error) {
        metrics::REFUSED_COMMANDS.add(1);
        let sent = match packet.ack {
            Some(ack) => ack.sender.send(&Failure::from(error)),
            None => {
                let failed: ServerEvent = failed(&packet.name, error).into();
                socket.emit(failed.name(), &failed)
            }
        };
        if sent.is_err() {
            // Whoever cannot even take an error has stopped reading: what is queued is all that it gets.
            tracing::debug!(socket = %socket.id, "a refusal could not be delivered");
            self.carriers.cut(socket);
        }
    }
}

fn waiting(capacity: usize) -> usize {
    QUEUE - capacity
}

/// The event's name and its only argument.
fn read(value: &Value) -> (String, Result<Box<RawValue>>) {
    let invalid = |message: &str| Err(Error::Invalid { field: None, message: message.to_owned() });
    let Value::Str(text, binaries) = value else {
        return (String::new(), invalid("binary packets are not understood"));
    };
    let parts: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(parts) => parts,
        Err(error) => return (String::new(), invalid(&error.to_string())),
    };
    let name = parts.first().and_then(|name| serde_json::from_str(name.get()).ok()).unwrap_or_default();
    if text.len() > MAX_PAYLOAD_BYTES {
        return (name, Err(Error::TooLarge(format!("a payload has at most {MAX_PAYLOAD_BYTES} bytes"))));
    }
    if binaries.as_ref().is_some_and(|binaries| !binaries.is_empty()) {
        return (name, invalid("binary arguments are not understood"));
    }
    let payload = match parts[..] {
        [_, payload] => Ok(payload.to_owned()),
        _ => invalid("exactly one object is expected as argument"),
    };
    (name, payload)
}

/// Works off what a socket asks, until the link ends.
pub async fn work_off(app: Arc<App>, link: Arc<Link>, mut packets: Packets) {
    let mut under_way = FuturesOrdered::new();
    loop {
        tokio::select! {
            biased;
            () = link.ended.cancelled() => break,
            Some(()) = under_way.next(), if !under_way.is_empty() => {}
            packet = next(&link, &mut packets), if under_way.len() < UNDER_WAY => {
                let Some(packet) = packet else { break };
                if packets.len() == RELAXED || packets.is_empty() {
                    link.read_on();
                }
                let route = ROUTES.get(packet.name.as_str());
                let pipelined = route.is_some_and(|route| route.pipelined);
                let work = carry_out(app.clone(), link.clone(), route, packet);
                if pipelined {
                    under_way.push_back(work);
                } else {
                    while under_way.next().await.is_some() {}
                    work.await;
                }
            }
        }
    }
    // What was begun is finished: it may be half way to the disk.
    while under_way.next().await.is_some() {}
}

/// The next command, once the client has taken most of the answers to those before it.
async fn next(link: &Link, packets: &mut Packets) -> Option<Box<Packet>> {
    if let Some(peer) = &link.direct
        && peer.room().await.is_err()
    {
        link.cut("slow consumer");
        return None;
    }
    packets.recv().await
}

async fn carry_out(app: Arc<App>, link: Arc<Link>, route: Option<&'static Route>, packet: Box<Packet>) {
    let Packet { name, payload, ack } = *packet;
    let span = tracing::debug_span!("command", name, user = %link.actor.user);
    let work = async {
        let payload = payload?;
        let Some(route) = route else {
            return Err(Error::Invalid { field: None, message: format!("there is no command {}", shown(&name)) });
        };
        (route.run)(app, link.actor, payload).await
    };
    match work.instrument(span).await {
        Ok(answer) => {
            if let Some(ack) = ack {
                link.acknowledge(ack, &answer.ack);
            }
            if let Some(echo) = answer.echo {
                link.tell(&echo);
            }
        }
        Err(error) => refuse(&link, &name, ack, &error),
    }
}

fn refuse(link: &Link, name: &str, ack: Option<Ack>, error: &Error) {
    metrics::REFUSED_COMMANDS.add(1);
    if let Error::Internal(source) = error {
        tracing::error!(error = %source, command = shown(name), "a command failed");
    }
    match ack {
        Some(ack) => match to_raw_value(&Failure::from(error)) {
            Ok(failure) => link.acknowledge(ack, &failure),
            Err(error) => tracing::error!(%error, "a refusal could not be encoded"),
        },
        None => link.tell(&failed(name, error).into()),
    }
}

fn failed(name: &str, error: &Error) -> CommandFailed {
    let ErrorBody { code, message, retry_after_ms, field } = ErrorBody::from(error);
    CommandFailed { event: shown(name), code, message, retry_after_ms, field }
}

fn shown(name: &str) -> String {
    name.chars().take(SHOWN_NAME).collect()
}
