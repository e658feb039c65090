//! The packets of a floor: the same fields as Maru's, so that as many bytes travel.

use serde::Deserialize;
use std::borrow::Cow;

/// A `message:send` as it came, after its `42`.
pub struct Sent<'a> {
    pub ack: &'a str,
    pub command: Command<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Command<'a> {
    #[serde(borrow)]
    pub room_id: Cow<'a, str>,
    #[serde(borrow)]
    content: Cow<'a, str>,
    #[serde(borrow)]
    client_message_id: Cow<'a, str>,
}

const CREATED_AT: &str = "2026-01-01T00:00:00.000Z";

impl<'a> Sent<'a> {
    /// None for every other packet.
    pub fn read(packet: &'a str) -> Option<Self> {
        let rest = packet.strip_prefix("42")?;
        let (ack, array) = rest.split_at(rest.find('[')?);
        let (_, command): (&str, Command<'_>) = serde_json::from_str(array).ok()?;
        Some(Self { ack, command })
    }

    /// The event that tells it.
    pub fn event(&self, user: &str, seq: u64) -> String {
        let Command { room_id, content, client_message_id } = &self.command;
        let content = serde_json::Value::from(content.as_ref());
        format!(
            r#"42["message:new",{{"message":{{"id":"{room_id}-{seq}","roomId":"{room_id}","seq":{seq},"rev":{seq},"kind":"text","user":{{"id":"{user}","username":"person000000","displayName":"Person 0"}},"content":{content},"clientMessageId":"{client_message_id}","mentions":[],"reactions":[],"pinned":false,"createdAt":"{CREATED_AT}"}}}}]"#
        )
    }

    /// The acknowledgement.
    pub fn answer(&self, seq: u64) -> String {
        let Self { ack, command: Command { room_id, .. } } = self;
        format!(
            r#"43{ack}[{{"success":true,"messageId":"{room_id}-{seq}","seq":{seq},"rev":{seq},"timestamp":"{CREATED_AT}"}}]"#
        )
    }
}
