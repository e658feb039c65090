//! What a socket asks, queued in the order in which it arrived.
//!
//! Socket.IO's layer runs each event in a task of its own, without order and without end. This handler runs inside
//! the transport's read loop instead: it counts, measures and queues, and a worker (`work`), which exists while there is
//! something to do, does the rest.

use super::carriers::Carriers;
use super::link::{Ack, Link};
use super::work::{failed, work_off};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::{Command, Failure, FeedStream, MAX_PAYLOAD_BYTES, ServerEvent};
use crate::error::{Error, Result};
use crate::metrics;
use crate::net::Peer;
use serde_json::value::RawValue;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::handler::{FromMessageParts, MessageHandler, Value};
use socketioxide::socket::Socket;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// Commands of one socket that may wait.
const QUEUE: usize = 1024;
/// With so many waiting, nothing more is read from the socket's connection.
const CROWDED: usize = 256;
/// With so few waiting it is read again.
const RELAXED: usize = 64;
/// How long a client waits whose commands have filled the queue all the same.
const QUEUE_FULL: Duration = Duration::from_secs(1);
/// As much of an event's name as is given back in an error.
const SHOWN_NAME: usize = 64;

/// Marks the handler's kind for the Socket.IO layer.
pub enum InReadLoop {}

/// What a socket asked and what became of it. A worker exists only while there is work: most sockets are idle.
pub struct Inbox {
    pub(super) app: Arc<App>,
    actor: Actor,
    carriers: Arc<Carriers>,
    queue: Mutex<Queue>,
    /// A worker waits for its work under way, and would begin more.
    pub(super) arrived: Notify,
}

#[derive(Default)]
struct Queue {
    packets: VecDeque<Packet>,
    /// Set once the socket has got its snapshot: what comes before waits.
    link: Option<Weak<Link>>,
    working: bool,
    closed: bool,
    /// The connection that is not read for the time being.
    paused: Option<Peer>,
}

/// A command as it arrived.
pub(super) struct Packet {
    pub(super) name: String,
    /// Or why it is refused.
    pub(super) payload: Result<Box<RawValue>>,
    pub(super) ack: Option<Ack>,
}

/// Registers the inbox of a socket; `open` has to follow.
pub fn attach(app: &Arc<App>, actor: Actor, socket: &SocketRef, carriers: &Arc<Carriers>) -> Arc<Inbox> {
    let (app, carriers) = (app.clone(), carriers.clone());
    let inbox = Arc::new(Inbox { app, actor, carriers, queue: Mutex::default(), arrived: Notify::new() });
    socket.on_fallback(Handler(inbox.clone()));
    inbox
}

struct Handler(Arc<Inbox>);

impl MessageHandler<LocalAdapter, InReadLoop> for Handler {
    fn call(&self, socket: Arc<Socket<LocalAdapter>>, mut value: Value, ack_id: Option<i64>) {
        let Ok(sender) = AckSender::from_message_parts(&socket, &mut value, &ack_id);
        let ack = ack_id.map(|id| Ack { id, sender });
        let (name, payload) = read(&value);
        let limits = &self.0.app.limits;
        let allowed = if name == FeedStream::NAME { limits.chunk(&self.0.actor) } else { limits.event(&self.0.actor) };
        let payload = allowed.and(payload);
        self.0.take(&SocketRef::from(socket), Packet { name, payload, ack });
    }
}

impl Inbox {
    /// From here on what is asked is carried out.
    pub fn open(self: &Arc<Self>, link: &Arc<Link>) {
        let mut queue = self.queue();
        queue.link = Some(Arc::downgrade(link));
        self.work(&mut queue);
    }

    /// Nothing is carried out any more. What waits refers to the socket, which refers to this: it has to go.
    pub fn close(&self) {
        let mut queue = self.queue();
        // The connection may live on: its client can connect anew.
        queue.paused.iter().for_each(Peer::resume_reading);
        *queue = Queue { closed: true, ..Queue::default() };
    }

    fn take(self: &Arc<Self>, socket: &SocketRef, packet: Packet) {
        let mut queue = self.queue();
        if queue.closed {
            return tracing::debug!(socket = %socket.id, "a command came after the end");
        }
        if queue.packets.len() >= QUEUE {
            drop(queue);
            // Read in one piece with those before it, or by long-polling, which is not slowed down.
            return self.turn_away(socket, packet, &Error::RateLimited { retry_after: QUEUE_FULL });
        }
        queue.packets.push_back(packet);
        if queue.packets.len() >= CROWDED
            && queue.paused.is_none()
            && let Some(connection) = self.carriers.connection(socket)
        {
            connection.pause_reading();
            queue.paused = Some(connection);
        }
        self.work(&mut queue);
    }

    /// Sees to it that somebody works.
    fn work(self: &Arc<Self>, queue: &mut Queue) {
        if queue.working {
            self.arrived.notify_one();
        } else if !queue.packets.is_empty()
            && let Some(link) = queue.link.as_ref().and_then(Weak::upgrade)
        {
            queue.working = true;
            tokio::spawn(work_off(self.clone(), link));
        }
    }

    /// The next command. None when there is none: then the worker who asks for the last time is the last.
    pub(super) fn next(&self, last_look: bool) -> Option<Packet> {
        let mut queue = self.queue();
        let packet = queue.packets.pop_front();
        if packet.is_none() {
            queue.working = !last_look;
            queue.packets.shrink_to(0);
        }
        if queue.packets.len() <= RELAXED
            && let Some(connection) = queue.paused.take()
        {
            connection.resume_reading();
        }
        packet
    }

    /// Answers in the place of the worker, for whom there is no room.
    fn turn_away(&self, socket: &SocketRef, packet: Packet, error: &Error) {
        metrics::commands(&packet.name).note(Some(error.code()));
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

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
    let name: String = parts.first().and_then(|name| serde_json::from_str(name.get()).ok()).unwrap_or_default();
    // No command is called so; what waits must be small.
    let name = shown(&name);
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

fn shown(name: &str) -> String {
    name.chars().take(SHOWN_NAME).collect()
}
