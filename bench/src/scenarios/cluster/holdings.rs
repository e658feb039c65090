//! What a client has of its rooms, made of what it hears as the protocol says.

use crate::load::device::{self, Ready};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// What a message says of itself: a number that no other text of the run has, and more.
pub fn content(number: u64) -> String {
    format!("cluster {number} {}", crate::wire::packet::TEXT)
}

/// A message in the state of its last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    pub rev: u64,
    pub number: u64,
}

/// One room, from the moment on at which the client came first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// The last message that was there before.
    pub base: u64,
    pub rev: u64,
    /// By `seq`.
    pub messages: BTreeMap<u64, Message>,
}

/// All rooms of a client, by id.
#[derive(Default)]
pub struct Holdings {
    pub rooms: HashMap<String, Room>,
}

/// What an event brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    pub ready: Option<(String, String)>,
    /// The number of a message or of its new text.
    pub live: Option<u64>,
    pub caught_up: u64,
    /// Milliseconds until it may come back.
    pub draining: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    pub room_id: String,
    pub seq: u64,
    pub rev: u64,
    pub content: String,
}

#[derive(Deserialize)]
struct Changed {
    message: Told,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sync {
    room_id: String,
    messages: Vec<Told>,
    rev: u64,
    complete: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Draining {
    reconnect_in_ms: u64,
}

impl Told {
    /// # Errors
    /// When it is no message of this run.
    pub fn message(&self) -> Result<Message, String> {
        let number = self.content.strip_prefix("cluster ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let number = number.ok_or_else(|| format!("nobody wrote this: {}", self.content))?;
        Ok(Message { rev: self.rev, number })
    }
}

impl Holdings {
    /// The rooms and revs to be named when it comes back.
    pub fn revs(&self) -> Vec<(String, u64)> {
        self.rooms.iter().map(|(id, room)| (id.clone(), room.rev)).collect()
    }

    /// Takes in an event.
    ///
    /// # Errors
    /// With the promise that it breaks: a change that is missing, doubled, or of a room that is not the client's.
    pub fn hear(&mut self, event: &[u8]) -> Result<Heard, String> {
        let name = event.strip_prefix(b"[\"").and_then(|rest| rest.split(|byte| *byte == b'"').next());
        let mut heard = Heard::default();
        match name {
            Some(b"ready") => {
                let ready: Ready = read(event)?;
                // Rooms that it named are brought up to date by their `sync`.
                for room in ready.rooms {
                    let begun = Room { base: room.last_seq, rev: room.rev, messages: BTreeMap::new() };
                    self.rooms.entry(room.id).or_insert(begun);
                }
                heard.ready = Some((ready.client_id, ready.epoch));
            }
            Some(b"sync") => heard.caught_up = self.catch_up(read(event)?)?,
            Some(b"message:new") => heard.live = Some(self.change(read(event)?, true)?),
            Some(b"message:updated") => heard.live = Some(self.change(read(event)?, false)?),
            Some(b"server:draining") => heard.draining = Some(read::<Draining>(event)?.reconnect_in_ms),
            _ => {}
        }
        Ok(heard)
    }

    fn change(&mut self, Changed { message: told }: Changed, is_new: bool) -> Result<u64, String> {
        let (id, seq) = (&told.room_id, told.seq);
        let room = self.rooms.get_mut(id).ok_or_else(|| format!("a change of the foreign room {id}"))?;
        if told.rev != room.rev + 1 {
            return Err(format!("rev {} of room {id} was heard after {}", told.rev, room.rev));
        }
        let last = room.messages.last_key_value().map_or(room.base, |(seq, _)| *seq);
        if is_new && seq != last + 1 {
            return Err(format!("message {seq} of room {id} was heard as new after {last}"));
        }
        if !is_new && !room.messages.contains_key(&seq) {
            return Err(format!("message {seq} of room {id} was changed and never heard"));
        }
        let message = told.message()?;
        room.rev = told.rev;
        room.messages.insert(seq, message);
        Ok(message.number)
    }

    /// How many messages it lacked.
    fn catch_up(&mut self, sync: Sync) -> Result<u64, String> {
        let Sync { room_id: id, messages, rev, complete } = sync;
        let room = self.rooms.get_mut(&id).ok_or_else(|| format!("a sync of the foreign room {id}"))?;
        if !complete {
            return Err(format!("the sync of room {id} from rev {} to {rev} was not complete", room.rev));
        }
        if rev < room.rev {
            return Err(format!("a sync of room {id} up to rev {rev} for who knew of rev {}", room.rev));
        }
        for told in &messages {
            if told.rev <= room.rev || told.rev > rev {
                return Err(format!("a sync of room {id} from rev {} to {rev} had rev {}", room.rev, told.rev));
            }
            room.messages.insert(told.seq, told.message()?);
        }
        room.rev = rev;
        Ok(messages.len() as u64)
    }
}

fn read<'a, T: Deserialize<'a>>(event: &'a [u8]) -> Result<T, String> {
    device::payload(event).map_err(|failure| failure.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, seq: u64, rev: u64, number: u64) -> Vec<u8> {
        let message = format!(r#"{{"roomId":"r","seq":{seq},"rev":{rev},"content":"{}"}}"#, content(number));
        format!(r#"["{name}",{{"message":{message}}}]"#).into_bytes()
    }

    fn holdings() -> Holdings {
        let room = Room { base: 3, rev: 7, messages: BTreeMap::new() };
        let mut holdings = Holdings { rooms: HashMap::from([("r".to_owned(), room)]) };
        assert_eq!(holdings.hear(&told("message:new", 4, 8, 70)).unwrap().live, Some(70));
        holdings
    }

    #[test]
    fn a_change_that_is_missing_doubled_or_of_another_room_is_a_broken_promise() {
        for wrong in [
            told("message:new", 5, 10, 71),
            told("message:new", 6, 9, 71),
            told("message:new", 4, 8, 70),
            told("message:new", 4, 9, 70),
            told("message:updated", 5, 9, 71),
        ] {
            let holdings = &mut holdings();
            assert!(holdings.hear(&wrong).is_err(), "{}", String::from_utf8_lossy(&wrong));
        }
        let elsewhere = String::from_utf8(told("message:new", 5, 9, 71)).unwrap().replace(r#""r""#, r#""other""#);
        assert!(holdings().hear(elsewhere.as_bytes()).is_err());
        assert_eq!(holdings().hear(&told("message:updated", 4, 9, 71)).unwrap().live, Some(71));
    }

    #[test]
    fn a_sync_brings_what_changed_and_nothing_else() {
        let sync = |known: u64, rev: u64| {
            let message = format!(r#"{{"roomId":"r","seq":5,"rev":{known},"content":"{}"}}"#, content(72));
            format!(r#"["sync",{{"roomId":"r","messages":[{message}],"rev":{rev},"complete":true}}]"#).into_bytes()
        };
        let mut up_to_date = holdings();
        assert_eq!(up_to_date.hear(&sync(10, 10)).unwrap().caught_up, 1);
        assert_eq!(up_to_date.rooms["r"].messages[&5], Message { rev: 10, number: 72 });
        assert!(holdings().hear(&sync(8, 10)).is_err(), "it knew of that");
        assert!(holdings().hear(&sync(7, 7)).is_err(), "it knows more");
        let cut = String::from_utf8(sync(10, 10)).unwrap().replace("true", "false");
        assert!(holdings().hear(cut.as_bytes()).is_err(), "it is not complete");
    }
}
