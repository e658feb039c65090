//! How a connection is made, and how making it fails.

use std::fmt;

use serde_json::{Map, Value};

use super::trust::Trust;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    WebSocket,
    Polling,
    /// Begins with long-polling and moves to a websocket once `ready` has come.
    Upgrade,
}

/// How to connect: the transport, the fields of `auth`, headers, and the size of the receive buffer.
#[derive(Clone, Debug)]
pub struct Options {
    pub(super) transport: Transport,
    pub(super) auth: Map<String, Value>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) receive_buffer: Option<u32>,
    pub(super) trust: Option<Trust>,
}

impl Options {
    pub fn websocket() -> Self {
        Self::over(Transport::WebSocket)
    }

    pub fn polling() -> Self {
        Self::over(Transport::Polling)
    }

    pub fn upgrade() -> Self {
        Self::over(Transport::Upgrade)
    }

    fn over(transport: Transport) -> Self {
        Self { transport, auth: Map::new(), headers: Vec::new(), receive_buffer: None, trust: None }
    }

    /// Sets one field of the handshake's `auth` object.
    pub fn auth(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.auth.insert(field.to_owned(), value.into());
        self
    }

    /// As `auth`, unless the field is set already.
    pub(super) fn auth_default(mut self, field: &str, value: &str) -> Self {
        self.auth.entry(field).or_insert_with(|| value.into());
        self
    }

    /// Connects by HTTPS to whom this lets believe.
    pub fn trust(mut self, trust: &Trust) -> Self {
        self.trust = Some(trust.clone());
        self
    }

    /// As `trust`, unless it is set already.
    pub(super) fn trust_default(mut self, trust: Option<&Trust>) -> Self {
        self.trust = self.trust.or_else(|| trust.cloned());
        self
    }

    /// Adds a header to every HTTP request of the connection, the websocket's upgrade included.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The kernel's receive buffer for the websocket in bytes (the kernel may double it): a small one makes a
    /// consumer that stops reading felt by the server soon.
    pub fn receive_buffer(mut self, bytes: u32) -> Self {
        self.receive_buffer = Some(bytes);
        self
    }
}

/// Why a connection did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectError {
    /// The server answered `connect_error` with this message.
    Refused(String),
    /// The server answered the HTTP request, or the websocket's upgrade, with this status and body.
    Http { status: u16, body: String },
    /// Nothing was agreed: no TCP connection, a wrong answer, or none in time.
    Failed(String),
}

impl ConnectError {
    /// The message of a `connect_error`; empty for every other failure.
    pub fn message(&self) -> &str {
        match self {
            Self::Refused(message) => message,
            Self::Http { .. } | Self::Failed(_) => "",
        }
    }

    pub(super) fn failed(reason: impl fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(message) => write!(f, "connect_error {message:?}"),
            Self::Http { status, body } => write!(f, "HTTP {status}: {body}"),
            Self::Failed(reason) => f.write_str(reason),
        }
    }
}
