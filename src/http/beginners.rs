//! Connections that were accepted and have not asked for anything yet, encrypted or not. Where too many are, whoever came
//! first makes room: an honest client asks within a moment, while those who say nothing would keep everybody else out.

use super::admission::Seldom;
use crate::config::Network;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Connections that may be silent: all together, and from one network.
const MOST: usize = 4096;
const MOST_FROM_ONE: usize = 1024;

/// Everybody who has not asked yet, over all ports.
pub struct Beginners(Mutex<Begun>);

/// A place among them, which is given up once the first request has come.
pub struct Place {
    among: Arc<Beginners>,
    number: u64,
    displaced: Arc<Notify>,
}

struct Begun {
    most: usize,
    most_from_one: usize,
    next: u64,
    /// In the order in which they came.
    all: BTreeMap<u64, Beginner>,
    from: HashMap<Network, BTreeSet<u64>>,
    displaced: Seldom,
}

struct Beginner {
    network: Network,
    displaced: Arc<Notify>,
}

impl Default for Beginners {
    fn default() -> Self {
        Self(Mutex::new(Begun::new(MOST, MOST_FROM_ONE)))
    }
}

impl Beginners {
    /// A place for who has just come from a network.
    pub fn place(self: &Arc<Self>, network: Network) -> Place {
        let (number, displaced) = self.begun().enter(network);
        Place { among: self.clone(), number, displaced }
    }

    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits until somebody else needs it; that never happens once it was given up.
    pub fn taken(&self) -> impl Future<Output = ()> + Send + 'static {
        let displaced = self.displaced.clone();
        async move { displaced.notified().await }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.among.begun().leave(self.number);
    }
}

impl Begun {
    fn new(most: usize, most_from_one: usize) -> Self {
        let (all, from) = Default::default();
        Self { most, most_from_one, next: 0, all, from, displaced: Seldom::default() }
    }

    fn enter(&mut self, network: Network) -> (u64, Arc<Notify>) {
        let from = self.from.get(&network).filter(|from| from.len() >= self.most_from_one);
        let oldest = match from {
            Some(from) => from.first().copied(),
            None if self.all.len() >= self.most => self.all.first_key_value().map(|(number, _)| *number),
            None => None,
        };
        if let Some(oldest) = oldest
            && let Some(beginner) = self.leave(oldest)
        {
            beginner.displaced.notify_one();
            if let Some(connections) = self.displaced.happened() {
                let network = beginner.network;
                tracing::warn!(%network, connections, "connections that asked for nothing were closed for newer ones: \
                    too many are silent");
            }
        }
        let (number, displaced) = (self.next, Arc::new(Notify::new()));
        self.next += 1;
        self.from.entry(network).or_default().insert(number);
        self.all.insert(number, Beginner { network, displaced: displaced.clone() });
        (number, displaced)
    }

    fn leave(&mut self, number: u64) -> Option<Beginner> {
        let beginner = self.all.remove(&number)?;
        if let Some(from) = self.from.get_mut(&beginner.network) {
            from.remove(&number);
            if from.is_empty() {
                self.from.remove(&beginner.network);
            }
        }
        Some(beginner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn network(text: &str) -> Network {
        Network::of_client(text.parse().unwrap())
    }

    fn is_displaced(displaced: &Notify) -> bool {
        displaced.notified().now_or_never().is_some()
    }

    #[test]
    fn who_began_first_makes_room_for_who_comes() {
        let mut begun = Begun::new(4, 2);
        let silent: Vec<_> = (1..=4).map(|host| begun.enter(network(&format!("192.0.2.{host}")))).collect();
        let (newcomer, stays) = begun.enter(network("198.51.100.1"));
        let displaced: Vec<_> = silent.iter().map(|(_, displaced)| is_displaced(displaced)).collect();
        assert_eq!(displaced, [true, false, false, false]);
        assert!(!is_displaced(&stays) && begun.all.len() == 4);
        begun.leave(newcomer);
        // It has left already, and takes nobody with it.
        begun.leave(silent[0].0);
        assert_eq!((begun.all.len(), begun.from.len()), (3, 3));
    }

    #[test]
    fn who_begins_often_displaces_nobody_but_themselves() {
        let mut begun = Begun::new(4, 2);
        let (_, other) = begun.enter(network("192.0.2.1"));
        let own: Vec<_> = (0..5).map(|host| begun.enter(network(&format!("2001:db8::{host}")))).collect();
        let displaced: Vec<_> = own.iter().map(|(_, displaced)| is_displaced(displaced)).collect();
        assert_eq!(displaced, [true, true, true, false, false]);
        assert!(!is_displaced(&other));
        own.iter().for_each(|(number, _)| drop(begun.leave(*number)));
        assert_eq!((begun.all.len(), begun.from.len()), (1, 1));
    }
}
