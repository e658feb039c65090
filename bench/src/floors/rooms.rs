//! The rooms of a floor and who listens in them.

use super::messages::Sent;
use crate::population::Given;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

struct Room<S> {
    seq: u64,
    sinks: Vec<S>,
}

pub struct Rooms<S> {
    /// For each person the rooms that they are in.
    rooms_of: Vec<Vec<usize>>,
    people: Vec<String>,
    by_id: HashMap<String, usize>,
    rooms: Vec<Mutex<Room<S>>>,
}

impl<S: Clone> Rooms<S> {
    pub fn new(given: Given) -> Self {
        let mut rooms_of = vec![Vec::new(); given.people.len()];
        for (index, room) in given.rooms.iter().enumerate() {
            room.members.iter().for_each(|member| rooms_of[*member].push(index));
        }
        Self {
            rooms_of,
            people: given.people,
            by_id: given.rooms.iter().enumerate().map(|(index, room)| (room.id.clone(), index)).collect(),
            rooms: given.rooms.iter().map(|_| Mutex::new(Room { seq: 0, sinks: Vec::new() })).collect(),
        }
    }

    /// Reads the connect packet, in which the token is the person's index, and lets them hear their rooms.
    pub fn enter(&self, packet: &str, sink: &S) -> Option<usize> {
        let auth: serde_json::Value = serde_json::from_str(packet.strip_prefix("40")?).ok()?;
        let person: usize = auth.get("token")?.as_str()?.parse().ok()?;
        for room in self.rooms_of.get(person)? {
            self.rooms[*room].lock().unwrap_or_else(PoisonError::into_inner).sinks.push(sink.clone());
        }
        Some(person)
    }

    /// Tells a message to its room, then answers its sender: `tell` is called with the event and everybody who hears
    /// it, one message of a room after the other. None when the packet is no message to a room of ours.
    pub fn send(&self, packet: &str, person: usize, tell: impl FnOnce(String, &[S])) -> Option<String> {
        let sent = Sent::read(packet)?;
        let mut room = self.rooms[*self.by_id.get(sent.command.room_id.as_ref())?].lock().ok()?;
        room.seq += 1;
        tell(sent.event(&self.people[person], room.seq), &room.sinks);
        Some(sent.answer(room.seq))
    }
}
