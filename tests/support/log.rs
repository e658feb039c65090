//! Everything that one connection has received, and the waiting for what it has not received yet.

use std::{
    collections::HashMap,
    fmt::{self, Write},
    time::Duration,
};

use serde_json::Value;
use tokio::{sync::watch, time::timeout};

use super::packet::{EnginePacket, Packet};

/// One event from the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub event: String,
    pub payload: Value,
}

impl Heard {
    /// Whether this text, an id for instance, occurs anywhere in the payload.
    pub fn mentions(&self, text: &str) -> bool {
        self.payload.to_string().contains(text)
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = self.payload.to_string();
        match payload.char_indices().nth(300) {
            Some((end, _)) => write!(f, "{} {}…", self.event, &payload[..end]),
            None => write!(f, "{} {payload}", self.event),
        }
    }
}

/// Why a wait ended without its fact.
pub enum Missing {
    Closed(String),
    TimedOut,
    /// The server sent something that the protocol does not know.
    Breach(String),
}

#[derive(Default)]
pub struct State {
    /// The answer to the request to enter the namespace.
    pub entry: Option<Result<Value, Value>>,
    /// For each acknowledged call its answer, until a wait has handed it out.
    pub acks: HashMap<u64, Option<Value>>,
    /// The acknowledged calls in the order in which their acknowledgements came.
    pub acked: Vec<u64>,
    counts: HashMap<String, usize>,
    heard: Vec<Heard>,
    /// For each heard event, whether a wait has already handed it out.
    taken: Vec<bool>,
    closed: Option<String>,
    breach: Option<String>,
}

impl State {
    /// Hands out the first matching event that was not handed out before.
    pub fn take(&mut self, wanted: impl Fn(&Heard) -> bool) -> Option<Heard> {
        let at = self.find(wanted)?;
        self.taken[at] = true;
        Some(self.heard[at].clone())
    }

    /// Hands out all events up to the first matching one, which is the last of the answer.
    pub fn take_through(&mut self, wanted: impl Fn(&Heard) -> bool) -> Option<Vec<Heard>> {
        let end = self.find(wanted)?;
        let fresh = (0..=end).filter(|&at| !std::mem::replace(&mut self.taken[at], true));
        Some(fresh.map(|at| self.heard[at].clone()).collect())
    }

    /// How many events of this name have come, handed out or not.
    pub fn count(&self, event: &str) -> usize {
        self.counts.get(event).copied().unwrap_or(0)
    }

    fn find(&self, wanted: impl Fn(&Heard) -> bool) -> Option<usize> {
        (0..self.heard.len()).find(|&at| !self.taken[at] && wanted(&self.heard[at]))
    }
}

/// The record of one connection, filled by its transport and read by the test.
pub struct Log(watch::Sender<State>);

impl Log {
    pub fn new() -> Self {
        Self(watch::Sender::new(State::default()))
    }

    /// Takes in one Engine.IO packet, and returns the packet to answer with, if it needs one.
    pub fn receive(&self, text: &str) -> Option<String> {
        match EnginePacket::parse(text) {
            Ok(EnginePacket::Message(message)) => self.receive_message(message),
            Ok(EnginePacket::Ping(data)) => return Some(format!("3{data}")),
            Ok(EnginePacket::Noop | EnginePacket::Close) => {}
            Ok(EnginePacket::Open(_) | EnginePacket::Pong(_)) => {
                self.breach(format!("{text:?} came where it has no place"));
            }
            Err(breach) => self.breach(breach),
        }
        None
    }

    fn receive_message(&self, message: &str) {
        match Packet::parse(message) {
            Ok(packet) => self.0.send_modify(|state| match packet {
                Packet::Connected(answer) => state.entry = Some(Ok(answer)),
                Packet::Refused(answer) => state.entry = Some(Err(answer)),
                Packet::Event { name, payload } => {
                    *state.counts.entry(name.clone()).or_default() += 1;
                    state.heard.push(Heard { event: name, payload });
                    state.taken.push(false);
                }
                Packet::Ack { id, answer } => {
                    state.acked.push(id);
                    if state.acks.insert(id, Some(answer)).is_some() {
                        state.breach = Some(format!("call {id} was acknowledged twice"));
                    }
                }
                // The transport has to end as well, and that is what `closed` waits for.
                Packet::Disconnected => {}
            }),
            Err(breach) => self.breach(breach),
        }
    }

    pub fn breach(&self, what: String) {
        self.0.send_modify(|state| {
            state.breach.get_or_insert(what);
        });
    }

    /// Records the end of the transport; the first reason stays.
    pub fn close(&self, reason: String) {
        self.0.send_modify(|state| {
            state.closed.get_or_insert(reason);
        });
    }

    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.0.borrow())
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.read(|state| state.heard.clone())
    }

    pub fn closed(&self) -> Option<String> {
        self.read(|state| state.closed.clone())
    }

    /// Marks everything so far as handed out.
    pub fn forget(&self) {
        self.0.send_modify(|state| state.taken.fill(true));
    }

    /// Waits until `look` finds what it wants, at most `bound`; a closed connection ends the wait at once.
    pub async fn find<T>(&self, bound: Duration, mut look: impl FnMut(&mut State) -> Option<T>) -> Result<T, Missing> {
        let mut changes = self.0.subscribe();
        let search = async {
            loop {
                let mut outcome = None;
                self.0.send_if_modified(|state| {
                    outcome = match (look(state), &state.breach, &state.closed) {
                        (_, Some(breach), _) => Some(Err(Missing::Breach(breach.clone()))),
                        (Some(found), None, _) => Some(Ok(found)),
                        (None, None, Some(reason)) => Some(Err(Missing::Closed(reason.clone()))),
                        (None, None, None) => None,
                    };
                    false
                });
                if let Some(outcome) = outcome {
                    return outcome;
                }
                if changes.changed().await.is_err() {
                    return Err(Missing::Closed("the log is gone".to_owned()));
                }
            }
        };
        timeout(bound, search).await.unwrap_or(Err(Missing::TimedOut))
    }

    /// As `find`, but panics when the fact does not come, naming it and listing what was heard instead.
    pub async fn wait<T>(&self, what: &str, bound: Duration, look: impl FnMut(&mut State) -> Option<T>) -> T {
        let why = match self.find(bound, look).await {
            Ok(found) => return found,
            Err(Missing::Closed(reason)) => format!("the connection was closed ({reason})"),
            Err(Missing::TimedOut) => format!("{} s went by", bound.as_secs_f32()),
            Err(Missing::Breach(breach)) => format!("the server broke the protocol: {breach}"),
        };
        panic!("waited for {what}, but {why}; {}", self.summary());
    }

    /// Waits for the end of the transport and returns its reason.
    pub async fn wait_closed(&self, bound: Duration) -> String {
        match self.find(bound, |_| None::<()>).await {
            Err(Missing::Closed(reason)) => reason,
            Err(Missing::Breach(breach)) => panic!("the server broke the protocol: {breach}"),
            _ => panic!("the connection is still open after {} s; {}", bound.as_secs_f32(), self.summary()),
        }
    }

    /// The last events, for the text of a failure.
    fn summary(&self) -> String {
        self.read(|state| {
            let (all, first) = (state.heard.len(), state.heard.len().saturating_sub(20));
            if all == 0 {
                return "nothing was heard".to_owned();
            }
            let mut text = format!("heard {all} events (* = already looked at), at the end:");
            for (heard, taken) in state.heard.iter().zip(&state.taken).skip(first) {
                let mark = if *taken { '*' } else { ' ' };
                write!(text, "\n  {mark} {heard}").expect("a String takes everything");
            }
            text
        })
    }
}
