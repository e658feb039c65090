//! A client that asks: any command with its answer, every event to whoever listens.

use crate::failure::{Failure, Result};
use crate::wire::connection::{self, Outlet};
use crate::wire::packet::{self, Packet};
use serde::Deserialize;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::timeout;

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How long the server may take to close a connection whose client said goodbye.
const CLOSED_WITHIN: Duration = Duration::from_secs(10);

/// What a device shows when it connects.
#[derive(Clone, Default)]
pub struct Auth<'a> {
    pub token: &'a str,
    pub client_id: Option<&'a str>,
    pub epoch: Option<&'a str>,
    /// The rooms and revs that it has.
    pub rooms: Vec<(String, u64)>,
}

impl Auth<'_> {
    fn packet(&self) -> String {
        let text = |name: &str, value: Option<&str>| value.map(|value| format!(r#","{name}":"{value}""#));
        let (client_id, epoch) = (text("clientId", self.client_id), text("epoch", self.epoch));
        let rooms: Vec<String> = self.rooms.iter().map(|(id, rev)| format!(r#""{id}":{rev}"#)).collect();
        let rooms = (!rooms.is_empty()).then(|| format!(r#","rooms":{{{}}}"#, rooms.join(",")));
        let rest: String = [client_id, epoch, rooms].into_iter().flatten().collect();
        format!(r#"40{{"token":"{}"{rest}}}"#, self.token)
    }
}

/// What the bench needs of `ready`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    pub client_id: String,
    pub epoch: String,
    pub rooms: Vec<ReadyRoom>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadyRoom {
    pub id: String,
    pub rev: u64,
    pub last_seq: u64,
    pub read_seq: u64,
    pub unread: u64,
}

/// What an event carries: `["name",payload]`.
pub fn payload<'a, T: Deserialize<'a>>(event: &'a [u8]) -> Result<T> {
    let (_, payload): (serde::de::IgnoredAny, T) = serde_json::from_slice(event)
        .map_err(|error| Failure::Broken(format!("{error} in {}", String::from_utf8_lossy(event))))?;
    Ok(payload)
}

type Waiting = Rc<RefCell<HashMap<u64, oneshot::Sender<Vec<u8>>>>>;

/// A connection that has heard `ready`. Dropped, it is cut off without a goodbye.
pub struct Device {
    outlet: Rc<Outlet>,
    waiting: Waiting,
    next: Cell<u64>,
    /// Set when it ended by itself, or something came that must not come.
    ended: Rc<RefCell<Option<String>>>,
    listening: JoinHandle<()>,
}

impl Device {
    /// Connects, hands every event to `hear` from `ready` on, and returns when that has come.
    ///
    /// # Errors
    /// When the server refuses, or is not there, or takes longer than `bound`.
    pub async fn connect(
        address: SocketAddr,
        headers: &str,
        auth: &Auth<'_>,
        bound: Duration,
        hear: impl FnMut(&[u8]) + 'static,
    ) -> Result<Self> {
        let connecting = Self::connect_somewhen(address, headers, auth, hear);
        timeout(bound, connecting).await.unwrap_or_else(|_| Err(Failure::Other("not ready in time".to_owned())))
    }

    async fn connect_somewhen(
        address: SocketAddr,
        headers: &str,
        auth: &Auth<'_>,
        hear: impl FnMut(&[u8]) + 'static,
    ) -> Result<Self> {
        let (inlet, outlet) = connection::open(address, headers).await?;
        let (ready, is_ready) = oneshot::channel();
        let (waiting, ended) = (Waiting::default(), Rc::<RefCell<Option<String>>>::default());
        let mut ear = Ear {
            outlet: outlet.clone(),
            waiting: waiting.clone(),
            auth: auth.packet(),
            ready: Some(ready),
            hear,
            fault: ended.clone(),
        };
        let end_of = ended.clone();
        let listening = spawn_local(async move {
            let end = inlet.listen(|text| ear.take(text)).await;
            end_of.borrow_mut().get_or_insert(end);
            // Whoever waits for an answer hears that none will come.
            ear.waiting.borrow_mut().clear();
        });
        let device = Self { outlet, waiting, next: Cell::new(0), ended, listening };
        match is_ready.await {
            Ok(Ok(())) => Ok(device),
            Ok(Err(why)) => Err(Failure::Other(format!("refused: {why}"))),
            Err(_) => Err(Failure::Other(device.end().unwrap_or_else(|| "it ended before it was ready".to_owned()))),
        }
    }

    /// How the connection ended, if it did so by itself; or what came that must not come.
    pub fn end(&self) -> Option<String> {
        self.ended.borrow().clone()
    }

    /// Waits until the connection has ended by itself. To be awaited no more once it returned.
    pub async fn ended(&mut self) {
        // Whoever ends it otherwise has no device any more.
        let _ended = (&mut self.listening).await;
    }

    /// Carries out a command and answers with its acknowledgement, an array of one object.
    ///
    /// # Errors
    /// `Broken` without an answer in time; `Other` when the connection ended before.
    pub async fn ask(&self, command: &str, payload: &str) -> Result<Vec<u8>> {
        match timeout(ANSWER_WITHIN, self.begin(command, payload)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(Failure::Other(format!("the connection ended before {command} was answered"))),
            Err(_) => Err(Failure::Broken(format!("{command} was not answered within {} s", ANSWER_WITHIN.as_secs()))),
        }
    }

    /// Sends a command at once; its acknowledgement comes later, or never when the connection ends before.
    pub fn begin(&self, command: &str, payload: &str) -> oneshot::Receiver<Vec<u8>> {
        let number = self.next.replace(self.next.get() + 1);
        let (answer, answered) = oneshot::channel();
        self.waiting.borrow_mut().insert(number, answer);
        self.outlet.send(&format!(r#"42{number}["{command}",{payload}]"#));
        answered
    }

    /// As `ask`, for a command that has to succeed.
    ///
    /// # Errors
    /// `Broken` when it does not; as `ask`.
    pub async fn do_ask(&self, command: &str, payload: &str) -> Result<Vec<u8>> {
        let answer = self.ask(command, payload).await?;
        if packet::is_success(&answer) {
            return Ok(answer);
        }
        Err(Failure::Broken(format!("{command} {payload} was refused: {}", String::from_utf8_lossy(&answer))))
    }

    /// Says goodbye as a browser does, and waits until the server has closed the connection.
    ///
    /// # Errors
    /// `Broken` when it keeps it.
    pub async fn leave(mut self) -> Result<()> {
        self.outlet.close();
        match timeout(CLOSED_WITHIN, &mut self.listening).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::Broken("a connection was not closed after the goodbye".to_owned())),
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

struct Ear<H> {
    outlet: Rc<Outlet>,
    waiting: Waiting,
    auth: String,
    ready: Option<oneshot::Sender<std::result::Result<(), String>>>,
    hear: H,
    fault: Rc<RefCell<Option<String>>>,
}

impl<H: FnMut(&[u8])> Ear<H> {
    fn take(&mut self, text: &[u8]) {
        match Packet::read(text) {
            Some(Packet::Ping) => self.outlet.send("3"),
            Some(Packet::Open) => self.outlet.send(&self.auth),
            Some(Packet::Ack(number, answer)) => {
                let waiting = self.waiting.borrow_mut().remove(&number);
                // Who gave up waiting has said so already.
                let _gave_up = waiting.map(|waiting| waiting.send(answer.to_vec()));
            }
            Some(Packet::Refused(why)) => self.answer_ready(Err(why.to_owned())),
            Some(Packet::Ready) => {
                (self.hear)(&text[2..]);
                self.answer_ready(Ok(()));
            }
            Some(Packet::MessageNew(event) | Packet::Other(event)) => (self.hear)(event),
            Some(Packet::CommandFailed(what)) => self.note(format!("command:failed: {what}")),
            Some(Packet::Connected | Packet::Disconnected) => {}
            None => self.note(format!("no packet: {}", String::from_utf8_lossy(text))),
        }
    }

    fn note(&self, fault: String) {
        self.fault.borrow_mut().get_or_insert(fault);
    }

    fn answer_ready(&mut self, outcome: std::result::Result<(), String>) {
        if let Some(ready) = self.ready.take() {
            let _gave_up = ready.send(outcome);
        }
    }
}
