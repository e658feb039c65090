//! What is written to a websocket directly: a Socket.IO packet in an Engine.IO packet in a websocket frame.

use bytes::Bytes;
use serde_json::value::RawValue;

/// Engine.IO's "message" and Socket.IO's "event" of the main namespace.
const EVENT: &str = "42";
/// The same for an acknowledgement; its number follows.
const ACK: &str = "43";

/// An event with its payload.
pub fn event(name: &str, payload: &RawValue) -> Bytes {
    let name = serde_json::Value::from(name).to_string();
    text(&[EVENT, "[", &name, ",", payload.get(), "]"])
}

/// The acknowledgement of the packet that asked for it by this number.
pub fn ack(id: i64, payload: &RawValue) -> Bytes {
    text(&[ACK, &id.to_string(), "[", payload.get(), "]"])
}

/// One whole text frame, not masked, as a server sends it (RFC 6455, 5.2).
fn text(parts: &[&str]) -> Bytes {
    const FINAL_TEXT: u8 = 0x81;
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut frame = Vec::with_capacity(length + 10);
    frame.push(FINAL_TEXT);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => frame.push(short),
        (_, Ok(medium)) => {
            frame.push(126);
            frame.extend(medium.to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    parts.iter().for_each(|part| frame.extend(part.as_bytes()));
    Bytes::from(frame)
}
