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
}

impl Hub {
    /// A link hears what is told to its user and to these rooms from here on.
    pub fn add(&mut self, link: Arc<Link>, rooms: HashSet<RoomId>) {
        for room in &rooms {
            self.rooms.entry(*room).or_default().push(link.clone());
        }
        self.users.entry(link.actor.user).or_default().push(link.clone());
        self.links.insert(link.id(), Entry { link, rooms: rooms.into_iter().collect() });
    }

    pub fn remove(&mut self, id: Sid) {
        let Some(entry) = self.links.remove(&id) else { return };
        for room in entry.rooms {
            self.forget(room, id);
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
                entry.rooms.push(room);
                self.rooms.entry(room).or_default().push(link.clone());
            }
        }
    }

    pub fn leave(&mut self, user: UserId, room: RoomId) {
        let ids: Vec<Sid> = self.of_user(user).map(|link| link.id()).collect();
        for id in ids {
            if let Some(entry) = self.links.get_mut(&id) {
                entry.rooms.retain(|heard| *heard != room);
            }
            self.forget(room, id);
        }
    }

    pub fn close(&mut self, room: RoomId) {
        for link in self.rooms.remove(&room).unwrap_or_default() {
            if let Some(entry) = self.links.get_mut(&link.id()) {
                entry.rooms.retain(|heard| *heard != room);
            }
        }
    }

    fn forget(&mut self, room: RoomId, id: Sid) {
        let Some(links) = self.rooms.get_mut(&room) else { return };
        if let Some(at) = links.iter().position(|link| link.id() == id) {
            links.swap_remove(at);
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
