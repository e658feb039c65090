//! Connected clients of a running server.

use super::ledger::Ledger;
use crate::failure::{Failure, Result};
use crate::peers::Server;
use crate::population::Population;
use crate::wire::connection::{self, Outlet};
use crate::wire::packet::{self, Packet, Stamp};
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::{self, TryStreamExt};
use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::timeout;

/// Connections that are opened at the same time.
const AT_ONCE: usize = 64;
/// How long one connection may take until it has heard `ready`.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How long one send may wait for its acknowledgement.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// How long the server may take to close connections whose clients said goodbye.
const CLOSED_WITHIN: Duration = Duration::from_secs(10);

/// One connected client that has heard `ready`.
pub struct Client {
    outlet: Rc<Outlet>,
    /// Set by whoever closes it, so that its end is no surprise.
    leaving: Rc<Cell<bool>>,
    listening: JoinHandle<()>,
}

/// All clients of a run, and the ids of the rooms in which they talk.
pub struct Crowd {
    pub clients: Vec<Client>,
    pub ledger: Rc<Ledger>,
    rooms: Rc<[String]>,
    /// What they say in turn, escaped for JSON; at least one.
    texts: Vec<String>,
}

impl Crowd {
    /// Connects everybody of the server's population once; a client's index is the person's.
    ///
    /// # Errors
    /// When somebody is refused, or not ready in time.
    pub async fn connect(server: &Server) -> Result<Self> {
        Self::connect_with(server, 0..server.population.tokens.len(), "").await
    }

    /// Connects these people, some perhaps more than once, with further lines of the upgrade request; a client's index
    /// is the place in `people`.
    ///
    /// # Errors
    /// When somebody is refused, or not ready in time.
    pub async fn connect_with(server: &Server, people: impl IntoIterator<Item = usize>, headers: &str) -> Result<Self> {
        let mut crowd = Self::empty(&server.population);
        crowd.join(server.address, &server.population, people, headers).await?;
        Ok(crowd)
    }

    /// Nobody yet, in the rooms of a population.
    pub fn empty(population: &Population) -> Self {
        let ledger = Rc::new(Ledger::new(&population.rooms));
        Self {
            clients: Vec::new(),
            ledger,
            rooms: population.rooms.as_slice().into(),
            texts: vec![packet::TEXT.to_owned()],
        }
    }

    /// Connects further people; to be called while nothing is under way.
    ///
    /// # Errors
    /// As `connect_with`.
    pub async fn join(
        &mut self,
        address: SocketAddr,
        population: &Population,
        people: impl IntoIterator<Item = usize>,
        headers: &str,
    ) -> Result<()> {
        let rooms_of = population.layout.rooms_of_people();
        let mut opening = Vec::new();
        for person in people {
            let connection = self.ledger.add_connection(rooms_of[person].iter().copied());
            let token = &population.tokens[person];
            opening.push(Client::connect(address, token, headers, self.ledger.clone(), connection));
        }
        let clients: Vec<Client> = stream::iter(opening).buffered(AT_ONCE).try_collect().await?;
        self.clients.extend(clients);
        Ok(())
    }

    /// Lets them say these texts, at least one, instead of always the same.
    ///
    /// # Errors
    /// When there are none.
    pub fn say(&mut self, texts: &[String]) -> Result<()> {
        let escaped = texts.iter().map(serde_json::to_string).collect::<serde_json::Result<Vec<_>>>()?;
        self.texts = escaped.iter().map(|text| text[1..text.len() - 1].to_owned()).collect();
        if self.texts.is_empty() { Err(Failure::Other("there is nothing to say".to_owned())) } else { Ok(()) }
    }

    fn message(&self, room: u32, stamp: Stamp) -> String {
        let text = &self.texts[stamp.message as usize % self.texts.len()];
        packet::message_send(&self.rooms[room as usize], stamp, text)
    }

    /// Sends a message without waiting for anything.
    pub fn post(&self, client: usize, room: u32) {
        let stamp = self.ledger.sending(room, None);
        self.clients[client].outlet.send(&self.message(room, stamp));
    }

    /// Sends a message and waits for its acknowledgement.
    ///
    /// # Errors
    /// `Broken` when there is none in time.
    pub async fn send(&self, client: usize, room: u32) -> Result<()> {
        let (waiter, acked) = oneshot::channel();
        let stamp = self.ledger.sending(room, Some(waiter));
        self.clients[client].outlet.send(&self.message(room, stamp));
        match timeout(ANSWER_WITHIN, acked).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Failure::Broken(format!("a send was not answered within {} s", ANSWER_WITHIN.as_secs()))),
        }
    }

    /// Closes every connection, reads what the server still says until it has closed them too, and checks everything
    /// once more: what was told twice has arrived by then.
    ///
    /// # Errors
    /// `Broken` with what was broken, or when the server keeps a connection.
    pub async fn leave(mut self) -> Result<()> {
        for client in &self.clients {
            client.leaving.set(true);
            client.outlet.close();
        }
        let ends = self.clients.iter_mut().map(|client| &mut client.listening);
        if timeout(CLOSED_WITHIN, join_all(ends)).await.is_err() {
            let stayed = self.clients.iter().filter(|client| !client.listening.is_finished()).count();
            let why = format!("{stayed} connections were not closed {} s after the goodbye", CLOSED_WITHIN.as_secs());
            return Err(Failure::Broken(why));
        }
        self.ledger.settle(Duration::ZERO).await
    }
}

impl Client {
    async fn connect(
        address: SocketAddr,
        token: &str,
        headers: &str,
        ledger: Rc<Ledger>,
        connection: usize,
    ) -> Result<Self> {
        let (inlet, outlet) = connection::open(address, headers).await?;
        let auth = format!(r#"40{{"token":"{token}"}}"#);
        let (ready, is_ready) = oneshot::channel();
        let leaving = Rc::new(Cell::new(false));
        let mut ear = Ear { outlet: outlet.clone(), ledger, connection, auth, ready: Some(ready) };
        let expected = leaving.clone();
        let listening = spawn_local(async move {
            let end = inlet.listen(|text| ear.take(text)).await;
            if !expected.get() {
                ear.ledger.breach(format!("connection {connection} ended: {end}"));
            }
        });
        match timeout(READY_WITHIN, is_ready).await {
            Ok(Ok(Ok(()))) => Ok(Self { outlet, leaving, listening }),
            Ok(Ok(Err(why))) => Err(Failure::Other(format!("client {connection} could not connect: {why}"))),
            Ok(Err(_)) => {
                Err(Failure::Other(format!("the connection of client {connection} ended before it was ready")))
            }
            Err(_) => Err(Failure::Other(format!("client {connection} was not ready in time"))),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.leaving.set(true);
        self.listening.abort();
    }
}

/// What a client does with what it hears.
struct Ear {
    outlet: Rc<Outlet>,
    ledger: Rc<Ledger>,
    connection: usize,
    auth: String,
    ready: Option<oneshot::Sender<std::result::Result<(), String>>>,
}

impl Ear {
    fn take(&mut self, text: &[u8]) {
        match Packet::read(text) {
            Some(Packet::MessageNew(event)) => self.ledger.heard(self.connection, event),
            Some(Packet::Ack(number, answer)) => self.ledger.acked(number, answer),
            Some(Packet::Ping) => self.outlet.send("3"),
            Some(Packet::Open) => self.outlet.send(&self.auth),
            Some(Packet::Ready) => self.answer_ready(Ok(())),
            Some(Packet::Refused(why)) => self.answer_ready(Err(why.to_owned())),
            Some(Packet::CommandFailed(what)) => self.ledger.breach(format!("command:failed: {what}")),
            Some(Packet::Disconnected) => self.ledger.breach("the server disconnected a client".to_owned()),
            Some(Packet::Connected | Packet::Other(_)) => {}
            None => self.ledger.breach(format!("no packet: {}", String::from_utf8_lossy(text))),
        }
    }

    fn answer_ready(&mut self, outcome: std::result::Result<(), String>) {
        if let Some(ready) = self.ready.take() {
            // Who gave up waiting has said so already.
            let _gave_up = ready.send(outcome);
        }
    }
}
