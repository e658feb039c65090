//! Engine.IO v4 and Socket.IO v5 packets, read from and written as the text that stands on the wire.

use serde_json::Value;

/// An Engine.IO packet that a server sends.
pub enum EnginePacket<'a> {
    /// The handshake of a new connection, as JSON.
    Open(&'a str),
    Close,
    /// A ping and what its pong has to carry.
    Ping(&'a str),
    /// The answer to the probe of an upgrade.
    Pong(&'a str),
    /// A Socket.IO packet.
    Message(&'a str),
    Noop,
}

impl<'a> EnginePacket<'a> {
    /// Reads one packet; the error is a sentence about what was read.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        let mut rest = text.chars();
        let kind = rest.next();
        let body = rest.as_str();
        match kind {
            Some('0') => Ok(Self::Open(body)),
            Some('1') => Ok(Self::Close),
            Some('2') => Ok(Self::Ping(body)),
            Some('3') => Ok(Self::Pong(body)),
            Some('4') => Ok(Self::Message(body)),
            Some('6') => Ok(Self::Noop),
            _ => Err(format!("{text:?} is no Engine.IO packet")),
        }
    }
}

/// A Socket.IO packet of the namespace `/` that a server sends. Binary packets are not part of Maru's protocol.
pub enum Packet {
    Connected(Value),
    Disconnected,
    Event { name: String, payload: Value },
    Ack { id: u64, answer: Value },
    Refused(Value),
}

impl Packet {
    /// Reads one packet. What Socket.IO allows and Maru's protocol does not (other namespaces, binary, an event
    /// or an acknowledgement with more or less than one argument) is an error that tells what was read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let broken = || format!("{text:?} is no packet of the protocol");
        let (kind, rest) = text.split_at_checked(1).ok_or_else(broken)?;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (id, body) = rest.split_at(digits);
        let json = || serde_json::from_str::<Value>(body).map_err(|_| broken());
        match (kind, id) {
            ("0", "") => Ok(Self::Connected(json()?)),
            ("1", "") if body.is_empty() => Ok(Self::Disconnected),
            ("2", "") => match into_array(json()?).as_deref_mut() {
                Some([Value::String(name), payload]) => {
                    Ok(Self::Event { name: std::mem::take(name), payload: payload.take() })
                }
                _ => Err(broken()),
            },
            ("3", id) => match into_array(json()?).as_deref_mut() {
                Some([answer]) => Ok(Self::Ack { id: id.parse().map_err(|_| broken())?, answer: answer.take() }),
                _ => Err(broken()),
            },
            ("4", "") => Ok(Self::Refused(json()?)),
            _ => Err(broken()),
        }
    }
}

/// The packet that asks to enter the namespace `/`.
pub fn connect(auth: &Value) -> String {
    format!("40{auth}")
}

/// The packet that leaves the namespace `/`.
pub const DISCONNECT: &str = "41";

/// An event with any arguments; `ack` asks for an acknowledgement under that number.
pub fn event(name: &str, arguments: &[Value], ack: Option<u64>) -> String {
    let mut all = vec![Value::from(name)];
    all.extend_from_slice(arguments);
    let number = ack.map(|id| id.to_string()).unwrap_or_default();
    format!("42{number}{}", Value::from(all))
}

fn into_array(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        _ => None,
    }
}
