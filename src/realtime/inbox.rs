//! What a socket asks, worked off in the order in which it arrived.
//!
//! Socket.IO's layer runs each event in a task of its own, without order and without end. This handler runs inside
//! the transport's read loop instead: it counts, measures and queues, and one worker for each socket does the rest.

use super::carriers::Carriers;
use super::link::Link;
use super::routes::{Answer, ROUTES, Route};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::{CommandFailed, ErrorBody, Failure, MAX_PAYLOAD_BYTES, ServerEvent};
use crate::error::{Error, Result};
use crate::metrics;
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use serde_json::value::RawValue;
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
/// Sends of one socket that may be under way together.
const UNDER_WAY: usize = 64;
/// How long a client waits whose commands have filled the queue.
const QUEUE_FULL: Duration = Duration::from_secs(1);
/// As much of an event's name as is given back in an error.
const SHOWN_NAME: usize = 64;

/// Marks the handler's kind for the Socket.IO layer.
pub enum InReadLoop {}

struct Inbox {
    app: Arc<App>,
    actor: Actor,
    queue: mpsc::Sender<Packet>,
    carriers: Arc<Carriers>,
}

/// A command as it arrived.
pub struct Packet {
    name: String,
    payload: Result<Box<RawValue>>,
    reply: Reply,
}

/// The way back to who asked.
struct Reply {
    ack: Option<AckSender>,
    socket: SocketRef,
    carriers: Arc<Carriers>,
}

/// Registers the inbox; the answer is what its worker works off.
pub fn attach(app: &Arc<App>, actor: Actor, socket: &SocketRef, carriers: &Arc<Carriers>) -> mpsc::Receiver<Packet> {
    let (queue, packets) = mpsc::channel(QUEUE);
    socket.on_fallback(Inbox { app: app.clone(), actor, queue, carriers: carriers.clone() });
    packets
}

impl MessageHandler<LocalAdapter, InReadLoop> for Inbox {
    fn call(&self, socket: Arc<Socket<LocalAdapter>>, mut value: Value, ack_id: Option<i64>) {
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut value, &ack_id);
        let reply = Reply {
            ack: ack_id.is_some().then_some(ack),
            socket: SocketRef::from(socket),
            carriers: self.carriers.clone(),
        };
        let (name, payload) = read(&value);
        if let Err(error) = self.app.limits.event(&self.actor) {
            return reply.refuse(&name, &error);
        }
        match self.queue.try_send(Packet { name, payload, reply }) {
            Ok(()) => {}
            Err(TrySendError::Full(packet)) => {
                packet.reply.refuse(&packet.name, &Error::RateLimited { retry_after: QUEUE_FULL });
            }
            Err(TrySendError::Closed(packet)) => {
                let ended = Error::Unavailable("this connection has ended".to_owned());
                packet.reply.refuse(&packet.name, &ended);
            }
        }
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
pub async fn work_off(app: Arc<App>, link: Arc<Link>, mut packets: mpsc::Receiver<Packet>) {
    let mut under_way = FuturesOrdered::new();
    loop {
        tokio::select! {
            biased;
            () = link.ended.cancelled() => break,
            Some(()) = under_way.next(), if !under_way.is_empty() => {}
            packet = packets.recv(), if under_way.len() < UNDER_WAY => {
                let Some(packet) = packet else { break };
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

async fn carry_out(app: Arc<App>, link: Arc<Link>, route: Option<&'static Route>, packet: Packet) {
    let Packet { name, payload, reply } = packet;
    let span = tracing::debug_span!("command", name, user = %link.actor.user);
    let work = async {
        let Some(route) = route else {
            return Err(Error::Invalid { field: None, message: format!("there is no command {}", shown(&name)) });
        };
        (route.run)(app, link.actor, payload?).await
    };
    match work.instrument(span).await {
        Ok(answer) => reply.answer(&link, answer),
        Err(error) => reply.refuse(&name, &error),
    }
}

fn shown(name: &str) -> String {
    name.chars().take(SHOWN_NAME).collect()
}

impl Reply {
    fn answer(self, link: &Link, answer: Answer) {
        if let Some(ack) = self.ack
            && ack.send(&*answer.ack).is_err()
        {
            link.cut("slow consumer");
        }
        if let Some(echo) = answer.echo {
            link.tell_alone(&echo);
        }
    }

    fn refuse(self, name: &str, error: &Error) {
        metrics::REFUSED_COMMANDS.add(1);
        if let Error::Internal(source) = error {
            tracing::error!(error = %source, command = shown(name), "a command failed");
        }
        let sent = match self.ack {
            Some(ack) => ack.send(&Failure::from(error)),
            None => {
                let body = ErrorBody::from(error);
                let failed: ServerEvent = CommandFailed {
                    event: shown(name),
                    code: body.code,
                    message: body.message,
                    retry_after_ms: body.retry_after_ms,
                    field: body.field,
                }
                .into();
                self.socket.emit(failed.name(), &failed)
            }
        };
        if sent.is_err() {
            // Whoever cannot even take an error has stopped reading: what is queued is all that it gets.
            tracing::debug!(socket = %self.socket.id, "a refusal could not be delivered");
            self.carriers.cut(&self.socket);
        }
    }
}
