//! The other servers of a cluster: when each was heard of, and how far it is.

use super::LEASE;
use crate::ids::NodeId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// How often it is looked whether one that is waited for is gone.
const LOOK_EVERY: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct Peers {
    all: Mutex<HashMap<NodeId, Peer>>,
    /// One has told more, or is gone.
    advanced: Notify,
}

struct Peer {
    heard_at: Instant,
    /// Of its last packet.
    number: u64,
    reached: i64,
}

/// What a packet's number tells.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    InOrder,
    /// It is new, or something was lost: what is known of it has to be read anew.
    Afresh,
}

impl Peers {
    /// Notes a packet.
    pub(super) fn packet(&self, node: NodeId, number: u64) -> Heard {
        let mut all = self.lock();
        let now = Instant::now();
        match all.get_mut(&node) {
            Some(peer) => {
                let in_order = number == peer.number + 1;
                (peer.number, peer.heard_at) = (number, now);
                if in_order { Heard::InOrder } else { Heard::Afresh }
            }
            None => {
                all.insert(node, Peer { heard_at: now, number, reached: 0 });
                Heard::Afresh
            }
        }
    }

    /// Notes that a server lives, by whatever sign.
    pub(super) fn heard(&self, node: NodeId, at: Instant) {
        let new = Peer { heard_at: at, number: 0, reached: 0 };
        self.lock().entry(node).or_insert(new).heard_at = at;
    }

    pub(super) fn has_reached(&self, node: NodeId, number: i64) {
        if let Some(peer) = self.lock().get_mut(&node) {
            peer.reached = peer.reached.max(number);
        }
        self.advanced.notify_waiters();
    }

    pub(super) fn left(&self, node: NodeId) -> bool {
        let was_known = self.lock().remove(&node).is_some();
        self.advanced.notify_waiters();
        was_known
    }

    /// Gives those who could not be heard while Redis was away the time to be heard again.
    pub(super) fn forgive(&self) {
        let now = Instant::now();
        self.lock().values_mut().for_each(|peer| peer.heard_at = now);
    }

    /// Those whose time is over.
    pub(super) fn dead(&self) -> Vec<NodeId> {
        let all = self.lock();
        let dead = all.iter().filter(|(_, peer)| peer.heard_at.elapsed() > LEASE);
        dead.map(|(node, _)| *node).collect()
    }

    pub(super) fn living(&self) -> Vec<NodeId> {
        self.lock().keys().copied().collect()
    }

    /// Waits until each has told everything up to a commit, or was not heard of for too long.
    pub(super) async fn reached(&self, number: i64) {
        loop {
            let advanced = self.advanced.notified();
            let behind = |peer: &Peer| peer.reached < number && peer.heard_at.elapsed() <= LEASE;
            if !self.lock().values().any(behind) {
                return;
            }
            // What is not notified is that time passes.
            let _looked_again = tokio::time::timeout(LOOK_EVERY, advanced).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<NodeId, Peer>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_commit_is_waited_for_until_each_has_told_it_or_left() {
        let (peers, near, far) = (Peers::default(), NodeId::generate(), NodeId::generate());
        peers.reached(5).await;
        for node in [near, far] {
            assert_eq!(peers.packet(node, 1), Heard::Afresh);
        }
        peers.has_reached(near, 7);
        let waits = tokio::time::timeout(Duration::from_millis(1), peers.reached(7)).await;
        assert!(waits.is_err(), "one has not told it");
        peers.left(far);
        peers.reached(7).await;
    }

    #[test]
    fn a_hole_between_the_packets_of_one_is_noticed() {
        let (peers, node) = (Peers::default(), NodeId::generate());
        assert_eq!(peers.packet(node, 4), Heard::Afresh);
        assert_eq!(peers.packet(node, 5), Heard::InOrder);
        assert_eq!(peers.packet(node, 7), Heard::Afresh);
        assert_eq!(peers.packet(node, 8), Heard::InOrder);
    }
}
