//! What all devices of the soak share: the truth of every room, what is broken, how much was done.

use super::truth::{Change, Message, Room, Synced};
use crate::load::device::{self, Ready};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// Broken promises that are told in full.
const TOLD: usize = 5;
/// Messages that others may react to.
const RECENT: usize = 300;

#[derive(Default)]
pub struct Counts {
    pub commands: u64,
    pub sends: u64,
    pub retried: u64,
    pub duplicates: u64,
    pub connects: u64,
    pub restored: u64,
    pub syncs: u64,
    pub heard: u64,
}

#[derive(Default)]
pub struct World {
    pub rooms: HashMap<String, Room>,
    pub counts: Counts,
    /// Room and seq of what was said lately.
    pub recent: VecDeque<(String, u64)>,
    breaches: Vec<String>,
    next: u64,
}

/// How far a device is in each of its rooms: the rev and the highest seq.
pub type Known = Rc<RefCell<HashMap<String, (u64, u64)>>>;

impl World {
    pub fn breach(&mut self, what: impl Into<String>) {
        if self.breaches.len() < TOLD {
            self.breaches.push(what.into());
        }
    }

    pub fn is_broken(&self) -> bool {
        !self.breaches.is_empty()
    }

    pub fn verdict(&self) -> crate::failure::Result<()> {
        if self.breaches.is_empty() {
            return Ok(());
        }
        Err(crate::failure::Failure::Broken(self.breaches.join("\n")))
    }

    /// A number that nothing else has in this run.
    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn said(&mut self, room: &str, seq: u64) {
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((room.to_owned(), seq));
    }

    /// Compares the syncs of which the witness has heard everything.
    pub fn check_syncs(&mut self, witness: &HashMap<String, (u64, u64)>) {
        for (id, room) in &mut self.rooms {
            let (rev, _) = witness.get(id).copied().unwrap_or_default();
            match room.check_syncs(rev) {
                Ok(checked) => self.counts.syncs += checked as u64,
                Err(why) => self.breaches.push(format!("room {id}: {why}")),
            }
        }
    }
}

#[derive(Deserialize)]
struct Told {
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    room_id: String,
    seq: u64,
    rev: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reacted {
    room_id: String,
    seq: u64,
    rev: u64,
    emoji: String,
    count: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SyncEvent {
    room_id: String,
    messages: Vec<Message>,
    rev: u64,
    complete: bool,
}

/// What one connection makes of what it hears.
pub struct Ear {
    pub world: Rc<RefCell<World>>,
    pub known: Known,
    /// Where `ready` goes.
    pub ready: Rc<RefCell<Option<Ready>>>,
    /// The first connection of the run: what it finds is where the truth begins.
    pub is_witness: bool,
}

impl Ear {
    pub fn hear(&mut self, event: &[u8]) {
        if let Err(why) = self.take(event) {
            self.world.borrow_mut().breach(why);
        }
    }

    fn take(&mut self, event: &[u8]) -> Result<(), String> {
        let name = event.strip_prefix(b"[\"").and_then(|rest| rest.split(|byte| *byte == b'"').next());
        match name {
            Some(b"ready") => self.begin(read(event)?),
            Some(b"sync") => self.synced(read(event)?),
            Some(b"message:new") => {
                let Told { message: Message { room_id, rev, seq, content, .. } } = read(event)?;
                self.changed(&room_id, rev, Change::New { seq, content })
            }
            Some(b"message:updated") => {
                let Told { message: Message { room_id, rev, seq, content, .. } } = read(event)?;
                self.changed(&room_id, rev, Change::Edited { seq, content })
            }
            Some(b"message:deleted") => {
                let Deleted { room_id, seq, rev } = read(event)?;
                self.changed(&room_id, rev, Change::Deleted { seq })
            }
            Some(b"message:reacted") => {
                let Reacted { room_id, seq, rev, emoji, count } = read(event)?;
                self.changed(&room_id, rev, Change::Reacted { seq, emoji, count })
            }
            Some(b"session:restored") => {
                self.world.borrow_mut().counts.restored += 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(&self, ready: Ready) -> Result<(), String> {
        for room in &ready.rooms {
            if self.is_witness {
                let begun = Room::new(room.rev, room.last_seq);
                self.world.borrow_mut().rooms.insert(room.id.clone(), begun);
            }
            // Rooms that it named are brought up to date by their `sync`.
            let mut known = self.known.borrow_mut();
            known.entry(room.id.clone()).or_insert((room.rev, room.last_seq));
        }
        *self.ready.borrow_mut() = Some(ready);
        Ok(())
    }

    fn synced(&self, sync: SyncEvent) -> Result<(), String> {
        let SyncEvent { room_id, messages, rev, complete } = sync;
        if !complete {
            return Err(format!("a sync of room {room_id} up to rev {rev} was not complete"));
        }
        let mut known = self.known.borrow_mut();
        let Some((mine, last)) = known.get_mut(&room_id) else {
            return Err(format!("a sync of room {room_id}, which was not named"));
        };
        *last = messages.iter().map(|message| message.seq).max().unwrap_or_default().max(*last);
        let before = std::mem::replace(mine, rev);
        let world = &mut *self.world.borrow_mut();
        let room = world.rooms.get_mut(&room_id).ok_or_else(|| format!("a sync of the foreign room {room_id}"))?;
        room.synced(Synced { known: before, rev, messages });
        Ok(())
    }

    fn changed(&self, room_id: &str, rev: u64, change: Change) -> Result<(), String> {
        let mut known = self.known.borrow_mut();
        let Some((mine, last)) = known.get_mut(room_id) else {
            return Err(format!("a change of the foreign room {room_id}"));
        };
        if rev != *mine + 1 {
            return Err(format!("a device heard rev {rev} of room {room_id} after {mine}: {change:?}"));
        }
        *mine = rev;
        *last = change.seq().max(*last);
        let world = &mut *self.world.borrow_mut();
        world.counts.heard += 1;
        let room = world.rooms.get_mut(room_id).ok_or_else(|| format!("a change of the foreign room {room_id}"))?;
        room.heard(rev, change).map_err(|why| format!("room {room_id}: {why}"))
    }
}

fn read<'a, T: Deserialize<'a>>(event: &'a [u8]) -> Result<T, String> {
    device::payload(event).map_err(|failure| failure.to_string())
}
