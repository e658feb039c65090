//! Who is connected to the other servers of a cluster, as far as they said.

use super::{Device, Directory};
use crate::contract::Connection;
use crate::ids::{ClientId, NodeId, UserId};
use std::collections::{HashMap, HashSet};
use tokio::sync::mpsc;

/// Somebody came here, or went.
pub enum Move {
    Came(UserId, Connection),
    Went(UserId, String),
}

#[derive(Default)]
pub(super) struct Elsewhere {
    users: HashMap<UserId, Vec<(NodeId, Connection)>>,
    /// How often something was said.
    moves: u64,
}

impl Elsewhere {
    pub(super) fn has(&self, user: UserId) -> bool {
        self.users.contains_key(&user)
    }

    pub(super) fn of(&self, user: UserId) -> impl Iterator<Item = &Connection> {
        self.users.get(&user).into_iter().flatten().map(|(_, connection)| connection)
    }

    fn add(&mut self, node: NodeId, user: UserId, connection: Connection) {
        let known = self.users.entry(user).or_default();
        known.retain(|(_, known)| known.socket_id != connection.socket_id);
        known.push((node, connection));
    }

    /// Takes away what `is_gone`; answers with whose it was.
    fn take(&mut self, is_gone: impl Fn(NodeId, &Connection) -> bool) -> Vec<(UserId, ClientId)> {
        let mut taken = Vec::new();
        self.users.retain(|user, known| {
            let gone = known.extract_if(.., |(node, connection)| is_gone(*node, connection));
            taken.extend(gone.map(|(_, connection)| (*user, connection.client_id)));
            !known.is_empty()
        });
        taken
    }
}

impl Directory {
    /// Who comes here from now on, and who goes. For one who asks.
    pub fn follow(&self) -> mpsc::UnboundedReceiver<Move> {
        let (sender, moves) = mpsc::unbounded_channel();
        let _only_follower = self.follower.set(sender);
        moves
    }

    pub(super) fn note(&self, moved: Move) {
        if let Some(follower) = self.follower.get() {
            // Nobody follows at the end.
            let _ended = follower.send(moved);
        }
    }

    /// Everybody who is connected to this server.
    pub fn connected_here(&self) -> Vec<(UserId, Connection)> {
        let state = self.lock();
        let users = state.users.iter();
        users.flat_map(|(user, devices)| devices.iter().map(|device| (*user, Device::present(device)))).collect()
    }

    /// Everybody who is connected, to whichever server.
    pub fn connected(&self) -> HashSet<UserId> {
        let state = self.lock();
        state.users.keys().chain(state.elsewhere.users.keys()).copied().collect()
    }

    pub fn came_elsewhere(&self, node: NodeId, user: UserId, connection: Connection) {
        let mut state = self.lock();
        state.elsewhere.moves += 1;
        state.elsewhere.add(node, user, connection);
        state.changed.push(user);
    }

    pub fn went_elsewhere(&self, node: NodeId, user: UserId, socket: &str) {
        let mut state = self.lock();
        state.elsewhere.moves += 1;
        let Some(known) = state.elsewhere.users.get_mut(&user) else { return };
        known.retain(|(at, connection)| *at != node || connection.socket_id != socket);
        if known.is_empty() {
            state.elsewhere.users.remove(&user);
        }
        state.changed.push(user);
    }

    /// How often somebody came to another server or went.
    pub fn moves_elsewhere(&self) -> u64 {
        self.lock().elsewhere.moves
    }

    /// Takes over who is connected to another server.
    pub fn set_node(&self, node: NodeId, connected: Vec<(UserId, Connection)>) {
        let mut state = self.lock();
        let before = state.elsewhere.take(|at, _| at == node);
        state.changed.extend(before.into_iter().map(|(user, _)| user));
        for (user, connection) in connected {
            state.elsewhere.add(node, user, connection);
            state.changed.push(user);
        }
    }

    /// Another server is gone: answers with the devices that are not connected any more.
    pub fn forget_node(&self, node: NodeId) -> Vec<(UserId, ClientId)> {
        let mut state = self.lock();
        // Who reads at this moment who is connected there reads again.
        state.elsewhere.moves += 1;
        let mut lost = state.elsewhere.take(|at, _| at == node);
        state.changed.extend(lost.iter().map(|(user, _)| *user));
        lost.retain(|(user, client)| !state.connections(*user).any(|connection| connection.client_id == *client));
        lost
    }
}
