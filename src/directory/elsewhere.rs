//! Who is connected to the other servers of a cluster, as far as they said.

use super::{Device, Directory, POLLING};
use crate::contract::Connection;
use crate::ids::{ClientId, NodeId, UserId};
use std::collections::{HashMap, HashSet};
use tokio::sync::mpsc;

/// Somebody came to a server, or went; who comes again has another transport.
pub enum Move {
    Came(UserId, Connection),
    Went(UserId, String),
}

#[derive(Default)]
pub(super) struct Elsewhere {
    users: HashMap<UserId, Vec<(NodeId, Connection)>>,
    /// What servers say while it is read who is connected to them.
    reading: HashMap<NodeId, Vec<Move>>,
}

impl Elsewhere {
    pub(super) fn has(&self, user: UserId) -> bool {
        self.users.contains_key(&user)
    }

    pub(super) fn of(&self, user: UserId) -> impl Iterator<Item = &Connection> {
        self.users.get(&user).into_iter().flatten().map(|(_, connection)| connection)
    }

    /// Answers with whose connections are others now.
    fn apply(&mut self, node: NodeId, moved: &Move) -> UserId {
        match moved {
            Move::Came(user, connection) => {
                self.add(node, *user, connection.clone());
                *user
            }
            Move::Went(user, socket) => {
                if let Some(known) = self.users.get_mut(user) {
                    known.retain(|(at, connection)| *at != node || connection.socket_id != *socket);
                    if known.is_empty() {
                        self.users.remove(user);
                    }
                }
                *user
            }
        }
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

    /// Notes the transports that have changed, as those of who comes again.
    pub fn note_upgrades(&self) {
        let mut state = self.lock();
        let all = state.users.iter_mut().flat_map(|(user, devices)| devices.iter_mut().map(|device| (*user, device)));
        for (user, device) in all.filter(|(_, device)| device.connection.transport == POLLING) {
            if (device.transport)() != POLLING {
                device.connection = device.present();
                self.note(Move::Came(user, device.connection.clone()));
            }
        }
    }

    /// Another server said who came or went there.
    pub fn moved_elsewhere(&self, node: NodeId, moved: Move) {
        let mut state = self.lock();
        let user = state.elsewhere.apply(node, &moved);
        state.changed.push(user);
        if let Some(meanwhile) = state.elsewhere.reading.get_mut(&node) {
            meanwhile.push(moved);
        }
    }

    /// It is about to be read who is connected to another server: what that says meanwhile may not be in what is read.
    pub fn begin_reading(&self, node: NodeId) {
        self.lock().elsewhere.reading.insert(node, Vec::new());
    }

    /// Nothing was read.
    pub fn end_reading(&self, node: NodeId) {
        self.lock().elsewhere.reading.remove(&node);
    }

    /// Takes over what was read of who is connected to another server, and what that said meanwhile. False when it is gone
    /// since it was begun to be read.
    pub fn set_node(&self, node: NodeId, connected: Vec<(UserId, Connection)>) -> bool {
        let mut state = self.lock();
        let Some(meanwhile) = state.elsewhere.reading.remove(&node) else { return false };
        let before = state.elsewhere.take(|at, _| at == node);
        state.changed.extend(before.into_iter().map(|(user, _)| user));
        let read = connected.into_iter().map(|(user, connection)| Move::Came(user, connection));
        for moved in read.chain(meanwhile) {
            let user = state.elsewhere.apply(node, &moved);
            state.changed.push(user);
        }
        true
    }

    /// Another server is gone: answers with the devices that are not connected any more.
    pub fn forget_node(&self, node: NodeId) -> Vec<(UserId, ClientId)> {
        let mut state = self.lock();
        // Who reads at this moment who is connected there reads in vain.
        state.elsewhere.reading.remove(&node);
        let mut lost = state.elsewhere.take(|at, _| at == node);
        state.changed.extend(lost.iter().map(|(user, _)| *user));
        lost.retain(|(user, client)| !state.connections(*user).any(|connection| connection.client_id == *client));
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn connection(socket: &str) -> Connection {
        Connection {
            client_id: ClientId::generate(),
            socket_id: socket.to_owned(),
            node: "a".to_owned(),
            connected_at: clock::now(),
            transport: "websocket".to_owned(),
        }
    }

    #[test]
    fn what_a_server_says_while_it_is_read_holds_against_what_was_read() {
        let (directory, node, user) = (Directory::default(), NodeId::generate(), UserId::generate());
        let sockets = || directory.connections(user).into_iter().map(|known| known.socket_id).collect::<Vec<_>>();
        directory.moved_elsewhere(node, Move::Came(user, connection("gone unheard")));
        directory.begin_reading(node);
        directory.moved_elsewhere(node, Move::Went(user, "leaves".to_owned()));
        directory.moved_elsewhere(node, Move::Came(user, connection("comes")));
        let read = ["leaves", "stays"].map(|socket| (user, connection(socket))).to_vec();
        assert!(directory.set_node(node, read.clone()));
        assert_eq!(sockets(), ["stays", "comes"]);

        directory.begin_reading(node);
        assert_eq!(directory.forget_node(node).len(), 2);
        assert!(!directory.set_node(node, read), "it has gone meanwhile");
        assert_eq!(sockets(), [""; 0]);
    }
}
