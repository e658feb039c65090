//! What a client must understand of a packet, found by scanning rather than by parsing all of it.

use memchr::memmem;

/// A packet from the server.
#[derive(Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Engine.IO's handshake.
    Open,
    Ping,
    /// Socket.IO's answer to the connect packet.
    Connected,
    /// The connect packet was refused.
    Refused(&'a str),
    Ready,
    MessageNew(&'a [u8]),
    /// The number of what is acknowledged, and the answer in its array.
    Ack(u64, &'a [u8]),
    /// The server ends the connection.
    Disconnected,
    /// A command that failed without asking for an acknowledgement.
    CommandFailed(&'a str),
    /// Some other event.
    Other(&'a [u8]),
}

impl<'a> Packet<'a> {
    /// Tells packets apart by how they begin. None for what is no packet that a server sends.
    pub fn read(text: &'a [u8]) -> Option<Self> {
        match text {
            [b'4', b'2', rest @ ..] => Some(event(rest)),
            [b'4', b'3', rest @ ..] => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let number = number(&rest[..digits])?;
                Some(Self::Ack(number, &rest[digits..]))
            }
            [b'2'] => Some(Self::Ping),
            [b'0', ..] => Some(Self::Open),
            [b'4', b'0', ..] => Some(Self::Connected),
            [b'4', b'4', rest @ ..] => Some(Self::Refused(lossless(rest))),
            [b'1'] | [b'4', b'1'] => Some(Self::Disconnected),
            _ => None,
        }
    }
}

fn event(rest: &[u8]) -> Packet<'_> {
    if rest.starts_with(b"[\"message:new\",") {
        Packet::MessageNew(rest)
    } else if rest.starts_with(b"[\"ready\",") {
        Packet::Ready
    } else if rest.starts_with(b"[\"command:failed\",") {
        Packet::CommandFailed(lossless(rest))
    } else {
        Packet::Other(rest)
    }
}

/// For messages to people only.
fn lossless(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("(not UTF-8)")
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The number after the first occurrence of `name`, which is a JSON field with its quotes and colon: `"seq":`.
pub fn number_after(text: &[u8], name: &[u8]) -> Option<u64> {
    let rest = &text[memmem::find(text, name)? + name.len()..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    number(&rest[..digits])
}

/// The text after the first occurrence of `name` up to the next quote, for ids, which have nothing to be unescaped:
/// `"roomId":"`.
pub fn text_after<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let rest = &text[memmem::find(text, name)? + name.len()..];
    std::str::from_utf8(&rest[..memchr::memchr(b'"', rest)?]).ok()
}

/// Whether an acknowledgement says that it went well.
pub fn is_success(answer: &[u8]) -> bool {
    memmem::find(answer, b"\"success\":true").is_some()
}

/// What a message of the bench carries in its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Unique in the run.
    pub message: u64,
    /// Nanoseconds since the run began.
    pub sent_at: u64,
    /// The index of the room that it was sent to.
    pub room: u32,
}

const STAMP_FIELD: &[u8] = b"\"content\":\"stamp ";
/// What people write has more than one script, and a length.
pub const TEXT: &str = "Lunch at noon, third floor? 점심은 열두 시에 삼 층에서 먹어요.";

impl Stamp {
    /// The content of a message: it needs no escaping in JSON but for what the text needs.
    pub fn content(&self, text: &str) -> String {
        format!("stamp {:016x}{:016x}{:08x} {text}", self.message, self.sent_at, self.room)
    }

    /// Finds the stamp in a `message:new`.
    pub fn find(event: &[u8]) -> Option<Self> {
        let begin = memmem::find(event, STAMP_FIELD)? + STAMP_FIELD.len();
        Some(Self {
            message: hex(event.get(begin..begin + 16)?)?,
            sent_at: hex(event.get(begin + 16..begin + 32)?)?,
            room: u32::try_from(hex(event.get(begin + 32..begin + 40)?)?).ok()?,
        })
    }
}

fn hex(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |value: u64, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(value << 4 | u64::from(digit))
    })
}

/// A `message:send` that asks for an acknowledgement under the message's own number. The text is escaped for JSON.
pub fn message_send(room_id: &str, stamp: Stamp, text: &str) -> String {
    let Stamp { message, .. } = stamp;
    let content = stamp.content(text);
    format!(
        r#"42{message}["message:send",{{"roomId":"{room_id}","content":"{content}","clientMessageId":"bench-{message}"}}]"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_found_in_the_event_that_tells_its_message() {
        let stamp = Stamp { message: 0xfedc_ba98, sent_at: u64::MAX, room: 99 };
        let content = stamp.content(TEXT);
        let event = format!(r#"["message:new",{{"message":{{"seq":17,"content":"{content}"}}}}]"#);
        assert_eq!(Stamp::find(event.as_bytes()), Some(stamp));
        assert_eq!(number_after(event.as_bytes(), b"\"seq\":"), Some(17));
        assert_eq!(Stamp::find(br#"["message:new",{"message":{"content":"stamp 12"}}]"#), None);
    }

    #[test]
    fn packets_are_told_apart() {
        assert_eq!(Packet::read(b"2"), Some(Packet::Ping));
        assert_eq!(Packet::read(b"4317[{\"success\":true}]"), Some(Packet::Ack(17, b"[{\"success\":true}]")));
        assert_eq!(Packet::read(b"42[\"ready\",{}]"), Some(Packet::Ready));
        assert_eq!(Packet::read(b"44{\"message\":\"no\"}"), Some(Packet::Refused("{\"message\":\"no\"}")));
        assert_eq!(Packet::read(b"9"), None);
        assert!(is_success(b"[{\"success\":true}]") && !is_success(b"[{\"success\":false}]"));
    }
}
