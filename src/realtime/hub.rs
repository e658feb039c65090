//! Which socket hears which room. Owned by the broadcaster alone, so that nothing is locked.
//!
//! This stands in the place of Socket.IO's own rooms: an emit to those does not say which socket was full, and holds
//! a lock over all sockets while it runs.

use super::link::Link;
use crate::ids::{RoomId, SessionId, UserId};
use socketioxide::socket::Sid;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The links of this node, by what they hear.
#[derive(Default)]
pub struct Hub {
    links: HashMap<Sid, Entry>,
    /// Lists rather than sets: a person in many rooms costs a few bytes for each, and a room is told to all in it.
    rooms: HashMap<RoomId, Vec<Arc<Link>>>,
    users: HashMap<UserId, Vec<Arc<Link>>>,
}

struct Entry {
    link: Arc<Link>,
    /// Each once.
    rooms: Vec<RoomId>,
    /// For each of them, where in its list the link is: thousands who leave a large room at once are not searched for.
    places: Vec<u32>,
}

impl Entry {
    fn note(&mut self, room: RoomId, place: usize) {
        self.rooms.push(room);
        self.places.push(as_place(place));
    }

    /// Moves the link within a room's list.
    fn moved(&mut self, room: RoomId, place: usize) {
        if let Some(at) = self.rooms.iter().position(|heard| *heard == room) {
            self.places[at] = as_place(place);
        }
    }

    /// Takes a room away; answers with where in its list the link is.
    fn forget(&mut self, room: RoomId) -> Option<u32> {
        let at = self.rooms.iter().position(|heard| *heard == room)?;
        self.rooms.swap_remove(at);
        Some(self.places.swap_remove(at))
    }
}

/// There are fewer links than open files.
fn as_place(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Hub {
    /// A link hears what is told to its user and to these rooms from here on.
    pub fn add(&mut self, link: Arc<Link>, rooms: HashSet<RoomId>) {
        let (id, user) = (link.id(), link.actor.user);
        let mut entry = Entry {
            link: link.clone(),
            rooms: Vec::with_capacity(rooms.len()),
            places: Vec::with_capacity(rooms.len()),
        };
        for room in rooms {
            let links = self.rooms.entry(room).or_default();
            entry.note(room, links.len());
            links.push(link.clone());
        }
        self.users.entry(user).or_default().push(link);
        self.links.insert(id, entry);
    }

    pub fn remove(&mut self, id: Sid) {
        let Some(entry) = self.links.remove(&id) else { return };
        for (room, place) in entry.rooms.into_iter().zip(entry.places) {
            self.forget(room, place);
        }
        let user = entry.link.actor.user;
        if let Some(links) = self.users.get_mut(&user) {
            links.retain(|link| link.id() != id);
            if links.is_empty() {
                self.users.remove(&user);
            }
        }
    }

    pub fn enter(&mut self, user: UserId, room: RoomId) {
        for link in self.users.get(&user).into_iter().flatten() {
            if let Some(entry) = self.links.get_mut(&link.id())
                && !entry.rooms.contains(&room)
            {
                let links = self.rooms.entry(room).or_default();
                entry.note(room, links.len());
                links.push(link.clone());
            }
        }
    }

    pub fn leave(&mut self, user: UserId, room: RoomId) {
        let ids: Vec<Sid> = self.of_user(user).map(|link| link.id()).collect();
        for id in ids {
            if let Some(place) = self.links.get_mut(&id).and_then(|entry| entry.forget(room)) {
                self.forget(room, place);
            }
        }
    }

    pub fn close(&mut self, room: RoomId) {
        for link in self.rooms.remove(&room).unwrap_or_default() {
            if let Some(entry) = self.links.get_mut(&link.id()) {
                entry.forget(room);
            }
        }
    }

    /// Takes the link at a place out of a room's list; the last one takes its place.
    fn forget(&mut self, room: RoomId, place: u32) {
        let Some(links) = self.rooms.get_mut(&room) else { return };
        let place = place as usize;
        links.swap_remove(place);
        if let Some(moved) = links.get(place).and_then(|link| self.links.get_mut(&link.id())) {
            moved.moved(room, place);
        }
        if links.is_empty() {
            self.rooms.remove(&room);
        }
    }

    pub fn in_room(&self, room: RoomId) -> impl Iterator<Item = &Arc<Link>> {
        self.rooms.get(&room).into_iter().flatten()
    }

    pub fn of_user(&self, user: UserId) -> impl Iterator<Item = &Arc<Link>> {
        self.users.get(&user).into_iter().flatten()
    }

    /// Whether a device of the user hears the room.
    pub fn hears(&self, user: UserId, room: RoomId) -> bool {
        self.of_user(user).any(|link| self.links.get(&link.id()).is_some_and(|entry| entry.rooms.contains(&room)))
    }

    pub fn of_session(&self, session: SessionId) -> Vec<Arc<Link>> {
        self.all().filter(|link| link.actor.session == Some(session)).cloned().collect()
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Link>> {
        self.links.values().map(|entry| &entry.link)
    }
}
