//! What tests say and ask most often, in a word each.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{log::Heard, people::Person, program::Builder, socket::Socket};

static MARKERS: AtomicU32 = AtomicU32::new(1);

impl Builder {
    /// Rates that no test reaches unless it means to.
    pub fn generous(self) -> Self {
        let rates = ["EVENTS", "SENDS", "SEARCHES", "FILES"]
            .map(|what| [format!("{what}_PER_SECOND"), format!("{what}_BURST")]);
        rates.into_iter().flatten().fold(self, |builder, rate| builder.env(&format!("MARU_LIMITS_{rate}"), 1_000_000))
    }
}

impl Socket {
    /// Makes a room with these people in it and answers with its id.
    pub async fn create_room(&self, kind: &str, name: &str, people: &[&Person]) -> String {
        let participants: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
        let room = json!({ "kind": kind, "name": name, "participants": participants });
        text(&self.call_ok("room:create", room).await["room"]["id"])
    }

    /// Sends a text and answers with the acknowledgement.
    pub async fn say(&self, room: &str, content: &str) -> Value {
        self.call_ok("message:send", json!({ "roomId": room, "content": content })).await
    }

    /// Makes a task in a room and answers with its id.
    pub async fn add_task(&self, room: &str, title: &str) -> String {
        text(&self.call_ok("task:create", json!({ "roomId": room, "title": title })).await["task"]["id"])
    }

    /// The room's summary as this person has it now.
    pub async fn summary(&self, room: &str) -> Value {
        let mine = self.call_ok("room:mine", json!({ "limit": 200 })).await;
        let found = mine["rooms"].as_array().and_then(|rooms| rooms.iter().find(|summary| summary["id"] == room));
        found.unwrap_or_else(|| panic!("{room} is not among one's own rooms: {mine}")).clone()
    }

    /// The newest 200 messages of a room.
    pub async fn history(&self, room: &str) -> Vec<Value> {
        let page = self.call_ok("messages:history", json!({ "roomId": room, "limit": 200 })).await;
        page["messages"].as_array().expect("messages").clone()
    }

    /// Everything that this socket was told until now and that was not handed out yet. Lets `speaker`, who shares
    /// `room` with it, cause a marker on both ways that events take (what is stored, and what is passing), so that
    /// what does not come before the markers never comes.
    pub async fn hear_the_rest(&self, speaker: &Socket, room: &str) -> Vec<Heard> {
        let marker = format!("marker {}", MARKERS.fetch_add(1, Ordering::Relaxed));
        speaker.call_ok("status:update", json!({ "status": "active", "text": marker })).await;
        let mut rest = self.hear_through("user:status", |status| status["text"] == marker.as_str()).await;
        speaker.say(room, &marker).await;
        let stored = self.hear_through("message:new", |new| new["message"]["content"] == marker.as_str()).await;
        rest.extend(stored);
        rest.retain(|heard| !heard.mentions(&marker));
        rest
    }

    /// Proves that this socket was told nothing of `secret` that was not handed out yet; see `hear_the_rest`.
    pub async fn heard_nothing_of(&self, secret: &str, speaker: &Socket, room: &str) {
        for heard in self.hear_the_rest(speaker, room).await {
            assert!(!heard.mentions(secret), "an outsider of {secret} heard {heard}");
        }
    }
}

/// The text of a JSON string.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A JSON integer.
pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no integer"))
}
