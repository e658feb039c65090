//! Who is connected, and with what; who is typing.

mod elsewhere;
mod typing;

pub use elsewhere::Move;

pub use typing::{Typing, TypingIn};

use crate::config::Network;
use crate::contract::Connection;
use crate::ids::{ClientId, UserId};
use elsewhere::Elsewhere;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::mpsc;

/// What carries a connection that may yet become a websocket.
const POLLING: &str = "polling";

/// The connections of this server, and what it knows of those to others of its cluster. Never locked across an await.
#[derive(Default)]
pub struct Directory {
    state: Mutex<State>,
    /// Who wants to know of those that come here and go.
    follower: OnceLock<mpsc::UnboundedSender<Move>>,
}

#[derive(Default)]
struct State {
    users: HashMap<UserId, Vec<Device>>,
    elsewhere: Elsewhere,
    networks: HashMap<Network, usize>,
    /// Whose connections became more or fewer since it was last asked.
    changed: Vec<UserId>,
}

/// A connected device.
pub struct Device {
    pub connection: Connection,
    /// What carries it at present: long-polling may become a websocket.
    pub transport: Box<dyn Fn() -> &'static str + Send + Sync>,
    /// It counts for its network as long as it is here.
    pub place: Place,
}

/// How many are here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Online {
    pub accounts: usize,
    pub websockets: usize,
    pub polling: usize,
}

/// A place of a network, taken until it is dropped.
pub struct Place {
    directory: Arc<Directory>,
    network: Network,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.directory.lock().networks.entry(self.network) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl Device {
    /// As it is carried at present.
    fn present(&self) -> Connection {
        Connection { transport: (self.transport)().to_owned(), ..self.connection.clone() }
    }
}

impl State {
    fn is_online(&self, user: UserId) -> bool {
        self.users.contains_key(&user) || self.elsewhere.has(user)
    }

    fn connections(&self, user: UserId) -> impl Iterator<Item = &Connection> {
        let here = self.users.get(&user).into_iter().flatten().map(|device| &device.connection);
        here.chain(self.elsewhere.of(user))
    }
}

impl Directory {
    /// Takes a place for a connection that is about to enter; none when its network has `most` already.
    pub fn reserve(self: &Arc<Self>, network: Network, most: usize) -> Option<Place> {
        let mut state = self.lock();
        let taken = state.networks.entry(network).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Place { directory: self.clone(), network })
    }

    /// Adds a connection and answers with the sockets that are too many for `most`, the oldest first, wherever they are.
    pub fn enter(&self, user: UserId, device: Device, most: Option<usize>) -> Vec<String> {
        let connection = device.connection.clone();
        let mut state = self.lock();
        state.users.entry(user).or_default().push(device);
        state.changed.push(user);
        let mut all: Vec<&Connection> = state.connections(user).collect();
        let surplus = most.map_or(0, |most| all.len().saturating_sub(most));
        // Those of one moment in the order of their coming.
        all.sort_by_key(|connection| connection.connected_at);
        let replaced = all.into_iter().take(surplus).map(|surplus| surplus.socket_id.clone()).collect();
        // Still locked: what becomes of the connection is noted later.
        self.note(Move::Came(user, connection));
        replaced
    }

    /// Takes a connection away; one that is gone already changes nothing.
    pub fn leave(&self, user: UserId, socket_id: &str) {
        // Its place is given back when the lock is.
        let _device;
        let mut state = self.lock();
        let Some(devices) = state.users.get_mut(&user) else { return };
        let Some(at) = devices.iter().position(|device| device.connection.socket_id == socket_id) else { return };
        _device = devices.remove(at);
        if devices.is_empty() {
            state.users.remove(&user);
        }
        state.changed.push(user);
        drop(state);
        self.note(Move::Went(user, socket_id.to_owned()));
    }

    /// Those who came or went since the last call; ask `is_online` which of the two.
    pub fn take_changed(&self) -> Vec<UserId> {
        std::mem::take(&mut self.lock().changed)
    }

    pub fn is_online(&self, user: UserId) -> bool {
        self.lock().is_online(user)
    }

    /// Those of `users` who are connected, in the same order.
    pub fn among(&self, users: &[UserId]) -> Vec<UserId> {
        let state = self.lock();
        users.iter().copied().filter(|user| state.is_online(*user)).collect()
    }

    pub fn connections(&self, user: UserId) -> Vec<Connection> {
        let state = self.lock();
        let here = state.users.get(&user).into_iter().flatten().map(Device::present);
        here.chain(state.elsewhere.of(user).cloned()).collect()
    }

    /// Whether a device of somebody is connected.
    pub fn has_client(&self, user: UserId, client: ClientId) -> bool {
        self.lock().connections(user).any(|connection| connection.client_id == client)
    }

    pub fn connection_count(&self, user: UserId) -> usize {
        self.lock().connections(user).count()
    }

    /// How many connections there are to this server, and of how many accounts.
    pub fn online(&self) -> Online {
        let state = self.lock();
        let mut online = Online { accounts: state.users.len(), ..Online::default() };
        for device in state.users.values().flatten() {
            if (device.transport)() == POLLING { online.polling += 1 } else { online.websockets += 1 }
        }
        online
    }

    /// Whoever held the lock when it was poisoned left the maps whole: every change is a single step.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
