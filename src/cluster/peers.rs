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
    /// Something of one was missed.
    missed: Notify,
}

struct Peer {
    heard_at: Instant,
    /// Of its last packet, since either of the two connected to Redis.
    number: Option<u64>,
    /// How far it says to be.
    reached: i64,
    /// What is known of it has to be read anew.
    is_unsure: bool,
}

impl Peer {
    fn new(heard_at: Instant) -> Self {
        Self { heard_at, number: None, reached: 0, is_unsure: false }
    }

    fn lives(&self) -> bool {
        self.heard_at.elapsed() <= LEASE
    }
}

impl Peers {
    /// Notes a packet; true when it is the first, or some before it were lost.
    pub(super) fn packet(&self, node: NodeId, number: u64) -> bool {
        let mut all = self.lock();
        let now = Instant::now();
        let peer = all.entry(node).or_insert_with(|| Peer::new(now));
        let is_next = peer.number.is_some_and(|last| last.checked_add(1) == Some(number));
        (peer.number, peer.heard_at) = (Some(number), now);
        if !is_next {
            peer.is_unsure = true;
            self.missed.notify_one();
        }
        !is_next
    }

    /// Notes that a server lives, by whatever sign.
    pub(super) fn heard(&self, node: NodeId, at: Instant) {
        self.lock().entry(node).or_insert_with(|| Peer::new(at)).heard_at = at;
    }

    /// Returns when something of a server was missed.
    pub(super) async fn missed(&self) {
        self.missed.notified().await;
    }

    /// Those of whom something was missed, which are read by who asks.
    pub(super) fn take_unsure(&self) -> Vec<NodeId> {
        let mut all = self.lock();
        let unsure = all.iter_mut().filter_map(|(node, peer)| std::mem::take(&mut peer.is_unsure).then_some(*node));
        unsure.collect()
    }

    /// It could not be read now.
    pub(super) fn doubt(&self, node: NodeId) {
        if let Some(peer) = self.lock().get_mut(&node) {
            peer.is_unsure = true;
        }
    }

    /// Notes how far a server says to be. The last word counts: one that was wrong is corrected by the next.
    pub(super) fn has_reached(&self, node: NodeId, number: i64) {
        if let Some(peer) = self.lock().get_mut(&node) {
            peer.reached = number;
        }
        self.look_again();
    }

    /// Has whoever waits for the others look how far they are.
    pub(super) fn look_again(&self) {
        self.advanced.notify_waiters();
    }

    pub(super) fn left(&self, node: NodeId) -> bool {
        let was_known = self.lock().remove(&node).is_some();
        self.look_again();
        was_known
    }

    /// There is a new connection to Redis: those who could not be heard get the time to be heard again.
    pub(super) fn forgive(&self) {
        let now = Instant::now();
        for peer in self.lock().values_mut() {
            (peer.heard_at, peer.number) = (now, None);
        }
    }

    /// Those whose time is over.
    pub(super) fn dead(&self) -> Vec<NodeId> {
        let all = self.lock();
        let dead = all.iter().filter(|(_, peer)| !peer.lives());
        dead.map(|(node, _)| *node).collect()
    }

    pub(super) fn living(&self) -> Vec<NodeId> {
        let all = self.lock();
        let living = all.iter().filter(|(_, peer)| peer.lives());
        living.map(|(node, _)| *node).collect()
    }

    /// Waits until each has told everything up to a commit, or was not heard of for too long. Whoever says to be further
    /// than there is to tell, by what is `known` here, is not believed.
    pub(super) async fn reached(&self, number: i64, known: impl Fn() -> i64) {
        loop {
            let advanced = self.advanced.notified();
            let known = known();
            let behind = |peer: &Peer| !(number..=known).contains(&peer.reached) && peer.lives();
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
        peers.reached(5, || 9).await;
        for node in [near, far] {
            assert!(peers.packet(node, 1));
        }
        peers.has_reached(near, 7);
        assert!(waits(&peers, 9).await, "one has not told it");
        for (said, known) in [(i64::MAX, 9), (10, 9), (6, 9)] {
            peers.has_reached(far, said);
            assert!(waits(&peers, known).await, "one cannot have told it, or has not");
        }
        peers.has_reached(far, 10);
        peers.reached(7, || 10).await;
        peers.has_reached(far, 6);
        peers.left(far);
        peers.reached(7, || 9).await;
    }

    async fn waits(peers: &Peers, known: i64) -> bool {
        tokio::time::timeout(Duration::from_millis(1), peers.reached(7, || known)).await.is_err()
    }

    #[test]
    fn whoever_was_missed_is_to_be_read_until_that_was_done() {
        let (peers, node) = (Peers::default(), NodeId::generate());
        for (number, is_missed) in [(4, true), (5, false), (7, true), (8, false), (u64::MAX, true), (0, true)] {
            assert_eq!(peers.packet(node, number), is_missed, "{number}");
            assert_eq!(peers.take_unsure().len(), usize::from(is_missed), "{number}");
        }
        peers.doubt(node);
        assert_eq!(peers.take_unsure(), [node]);
        assert_eq!(peers.take_unsure(), []);
        peers.forgive();
        assert!(peers.packet(node, 1), "what it said in between is not known");
    }
}
