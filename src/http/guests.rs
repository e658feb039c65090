//! How many connections each network has, from the first byte to the last, whatever they are used for.

use crate::config::{Config, Network};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What happens to many at once is told once within this.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Everybody who is connected, over all ports.
pub struct Guests {
    /// Connections from one network.
    most: usize,
    /// Proxies speak for many.
    proxies: Vec<Network>,
    here: Mutex<Here>,
}

#[derive(Default)]
struct Here {
    from: HashMap<Network, usize>,
    refused: Seldom,
}

/// Counts as a connection until it is dropped.
pub struct Guest {
    among: Arc<Guests>,
    /// None for who is not counted.
    network: Option<Network>,
}

impl Guests {
    pub fn new(config: &Config) -> Arc<Self> {
        let most = config.limits.tcp_connections_per_address.get() as usize;
        Arc::new(Self { most, proxies: config.trusted_proxies.clone(), here: Mutex::default() })
    }

    /// None when there are as many from there as there may be.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Guest> {
        if self.proxies.iter().any(|network| network.contains(address)) {
            return Some(Guest { among: self.clone(), network: None });
        }
        let network = Network::of_client(address);
        let mut here = self.here();
        let count = here.from.entry(network).or_default();
        if *count < self.most {
            *count += 1;
            return Some(Guest { among: self.clone(), network: Some(network) });
        }
        if let Some(connections) = here.refused.happened() {
            tracing::warn!(%network, connections, "connections were closed at once: that many from there are open \
                already (limits.tcp_connections_per_address)");
        }
        None
    }

    fn here(&self) -> MutexGuard<'_, Here> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let Some(network) = self.network else { return };
        let mut here = self.among.here();
        match here.from.get_mut(&network) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                here.from.remove(&network);
            }
        }
    }
}

/// Something that strangers can cause as often as they like, and that is logged seldom all the same.
#[derive(Default)]
pub struct Seldom {
    told: Option<Instant>,
    untold: u64,
}

impl Seldom {
    /// How often it has happened since it was told last, when it is time to tell it again.
    pub fn happened(&mut self) -> Option<u64> {
        self.untold += 1;
        if self.told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
            return None;
        }
        self.told = Some(Instant::now());
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_so_many_and_proxies_have_more() {
        let mut config = Config { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], ..Config::default() };
        config.limits.tcp_connections_per_address = 2.try_into().unwrap();
        let guests = Guests::new(&config);
        let admit = |address: &str| guests.admit(address.parse().unwrap());
        let (first, _second) = (admit("2001:db8::1"), admit("2001:db8::2"));
        assert!(first.is_some() && admit("2001:db8::3").is_none(), "a /64 counts as one");
        assert!(admit("2001:db8:0:1::1").is_some(), "another is not meant");
        assert_eq!(guests.here().from.len(), 1, "who has gone is forgotten");
        drop(first);
        assert!(admit("2001:db8::3").is_some());
        let proxied: Vec<_> = (0..5).map(|_| admit("127.0.0.1")).collect();
        assert!(proxied.iter().all(Option::is_some));
    }

    #[test]
    fn what_happens_often_is_told_seldom() {
        let mut seldom = Seldom::default();
        assert_eq!(seldom.happened(), Some(1));
        assert_eq!((seldom.happened(), seldom.happened()), (None, None));
        seldom.told = Instant::now().checked_sub(TELL_EVERY);
        assert_eq!(seldom.happened(), Some(3));
    }
}
