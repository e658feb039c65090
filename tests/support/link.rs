//! One Engine.IO connection over whichever transport carries it at the moment.

use std::{net::TcpStream, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::{
    log::Log,
    options::{ConnectError, Options, Transport},
    polling::Polling,
    websocket::WebSocket,
};

/// The packet that ends an Engine.IO connection.
pub const CLOSE: &str = "1";

pub type Outgoing = mpsc::UnboundedSender<String>;
pub type Outbox = mpsc::UnboundedReceiver<String>;

/// What the reading side of a transport is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Live,
    /// Take nothing more from the server until it is `Live` again.
    Paused,
    /// Finish what is under way, then stop, because a websocket takes over.
    HandingOver,
}

/// The tasks that serve a connection. Dropping it ends the connection without a farewell.
pub struct Link {
    outgoing: Outgoing,
    phase: watch::Sender<Phase>,
    carrier: Carrier,
    log: Arc<Log>,
    url: String,
    options: Options,
}

enum Carrier {
    WebSocket {
        /// A second handle of the same connection, for ending it abruptly.
        tcp: TcpStream,
        tasks: [JoinHandle<()>; 2],
    },
    Polling {
        polling: Polling,
        reader: JoinHandle<()>,
        writer: JoinHandle<Outbox>,
    },
}

impl Link {
    /// Opens the transport and shakes hands on Engine.IO, nothing more.
    pub async fn open(url: &str, options: &Options, log: Arc<Log>) -> Result<Self, ConnectError> {
        let (outgoing, outbox) = mpsc::unbounded_channel();
        let phase = watch::Sender::new(Phase::Live);
        let carrier = match options.transport {
            Transport::WebSocket => {
                let websocket = WebSocket::open(url, options).await?;
                Carrier::websocket(websocket, outbox, &phase, &outgoing, &log)
            }
            Transport::Polling | Transport::Upgrade => {
                let polling = Polling::open(url, options).await?;
                let (state, answers) = (phase.subscribe(), outgoing.clone());
                let reader = polling.clone().read(state, answers, Arc::clone(&log));
                let writer = polling.clone().write(outbox, phase.subscribe(), Arc::clone(&log));
                Carrier::Polling { polling, reader: tokio::spawn(reader), writer: tokio::spawn(writer) }
            }
        };
        Ok(Self { outgoing, phase, carrier, log, url: url.to_owned(), options: options.clone() })
    }

    /// Moves a long-polling connection to a websocket; nothing sent or received meanwhile is lost.
    pub async fn upgrade(&mut self) -> Result<(), ConnectError> {
        let Carrier::Polling { polling, reader, writer } = &mut self.carrier else {
            return Ok(());
        };
        let mut websocket = WebSocket::probe(&self.url, &self.options, polling.sid()).await?;
        self.phase.send_replace(Phase::HandingOver);
        reader.await.map_err(ConnectError::failed)?;
        let outbox = writer.await.map_err(ConnectError::failed)?;
        websocket.take_over().await?;
        self.phase.send_replace(Phase::Live);
        self.carrier = Carrier::websocket(websocket, outbox, &self.phase, &self.outgoing, &self.log);
        Ok(())
    }

    /// Queues one packet, sent in order as it stands.
    pub fn send(&self, packet: String) {
        // It fails only when sending has failed before; the reading side tells the end and its reason.
        let _ = self.outgoing.send(packet);
    }

    pub fn set_phase(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    /// Ends the connection as a crashed machine does: no close packet, no close frame, a reset of the TCP connection.
    /// With long-polling the request under way is broken off, and no other follows.
    pub async fn cut(mut self) {
        self.carrier.abort();
        match &mut self.carrier {
            Carrier::WebSocket { tcp, tasks } => {
                let socket = socket2::SockRef::from(&*tcp);
                // It fails only when the connection is gone already.
                let _ = socket.set_linger(Some(Duration::ZERO));
                for task in tasks {
                    let _ = task.await;
                }
            }
            Carrier::Polling { reader, writer, .. } => {
                let _ = reader.await;
                let _ = writer.await;
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

impl Carrier {
    fn websocket(
        websocket: WebSocket,
        outbox: Outbox,
        phase: &watch::Sender<Phase>,
        answers: &Outgoing,
        log: &Arc<Log>,
    ) -> Self {
        let (tcp, reading, writing) = websocket.serve(outbox, phase.subscribe(), answers.clone(), Arc::clone(log));
        Self::WebSocket { tcp, tasks: [tokio::spawn(reading), tokio::spawn(writing)] }
    }

    fn abort(&self) {
        match self {
            Self::WebSocket { tasks, .. } => tasks.iter().for_each(JoinHandle::abort),
            Self::Polling { reader, writer, .. } => {
                reader.abort();
                writer.abort();
            }
        }
    }
}
