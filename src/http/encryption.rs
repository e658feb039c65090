//! The beginning of an encrypted connection, which costs strangers little and the server nothing for long.

use super::guests::Seldom;
use crate::certificates::PROOF;
use crate::config::Network;
use crate::net::Transport;
use axum::http::HeaderValue;
use rustls::ServerConfig;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Who has not agreed on a session by then is disconnected.
const WITHIN: Duration = Duration::from_secs(10);
/// Connections that may be in the middle of it: all together, and from one network.
const MOST: usize = 4096;
const MOST_FROM_ONE: usize = 1024;

/// How connections are encrypted, and who is in the middle of agreeing on that. Where too many are, whoever began first
/// makes room: an honest client is done in a moment, while those who say nothing would keep everybody else out.
pub struct Encryption {
    config: Arc<ServerConfig>,
    /// What every answer says of coming back by HTTPS (RFC 6797).
    pub hsts: Option<HeaderValue>,
    begun: Mutex<Begun>,
}

struct Begun {
    most: usize,
    most_from_one: usize,
    next: u64,
    /// In the order in which they began.
    all: BTreeMap<u64, Beginner>,
    from: HashMap<Network, BTreeSet<u64>>,
    displaced: Seldom,
}

struct Beginner {
    network: Network,
    displaced: Arc<Notify>,
}

/// A place among those who have begun.
struct Place<'a> {
    among: &'a Encryption,
    number: u64,
    displaced: Arc<Notify>,
}

impl Encryption {
    /// `hsts` is how long browsers are told to come by HTTPS alone.
    pub fn new(config: Arc<ServerConfig>, hsts: Option<Duration>) -> Self {
        let hsts = hsts.and_then(|time| HeaderValue::from_str(&format!("max-age={}", time.as_secs())).ok());
        Self { config, hsts, begun: Mutex::new(Begun::new(MOST, MOST_FROM_ONE)) }
    }

    /// Agrees with the other end on a session. None when that came to nothing, or when it only wanted to see the proof
    /// of a domain.
    pub async fn begin(&self, stream: TcpStream, address: SocketAddr) -> Option<Transport> {
        let place = self.place(address.ip());
        let shaken = tokio::select! {
            shaken = tokio::time::timeout(WITHIN, Transport::shake_hands(stream, self.config.clone())) => shaken,
            () = place.displaced.notified() => return None,
        };
        match shaken {
            Ok(Ok(transport)) if transport.speaks(PROOF) => None,
            Ok(Ok(transport)) => Some(transport),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a connection was not encrypted");
                None
            }
            Err(_) => {
                tracing::debug!("a connection was not encrypted in time");
                None
            }
        }
    }

    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, address: IpAddr) -> Place<'_> {
        let (number, displaced) = self.begun().enter(Network::of_client(address));
        Place { among: self, number, displaced }
    }
}

impl Drop for Place<'_> {
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
                tracing::warn!(%network, connections, "connections that took long to be encrypted were closed for newer \
                    ones: too many are beginning");
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
