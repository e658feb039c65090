//! How many connections there are, and each network has, from the first byte to the last, whatever they are used for.

use super::beginners::{Beginners, Place};
use crate::config::{Config, Network};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What happens to many at once is told once within this.
const TELL_EVERY: Duration = Duration::from_secs(60);
/// Open files that connections leave to the database, to files and to what is looked up elsewhere: a quarter of those that
/// the system allows, and at the most so many.
const LEFT: u64 = 2_048;

/// Everybody who is connected, over all ports.
pub struct Admission {
    /// Connections from one network.
    most: usize,
    most_in_all: usize,
    beginners: Arc<Beginners>,
    /// Proxies speak for many.
    proxies: Vec<Network>,
    here: Mutex<Here>,
}

#[derive(Default)]
struct Here {
    from: HashMap<Network, usize>,
    in_all: usize,
    refused: Seldom,
    full: Seldom,
}

/// Counts as a connection until it is dropped.
pub struct Admitted {
    among: Arc<Admission>,
    /// None for a proxy, which is counted among all alone.
    network: Option<Network>,
}

impl Admission {
    /// `open_files` is how many the system allows this process, if that is known.
    pub fn new(config: &Config, open_files: Option<u64>) -> Arc<Self> {
        let most = config.limits.tcp_connections_per_address.get() as usize;
        let left = |files: u64| usize::try_from(files - (files / 4).min(LEFT)).unwrap_or(usize::MAX);
        let (proxies, beginners) = (config.trusted_proxies.clone(), Arc::default());
        Arc::new(Self {
            most,
            most_in_all: open_files.map_or(usize::MAX, left),
            beginners,
            proxies,
            here: Mutex::default(),
        })
    }

    /// Lets a connection in, with a place among those who have not asked for anything yet. None when there are as many, or
    /// as many from there, as there may be.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Option<(Admitted, Place)> {
        let admitted = self.count(address)?;
        Some((admitted, self.beginners.place(Network::of_client(address))))
    }

    fn count(self: &Arc<Self>, address: IpAddr) -> Option<Admitted> {
        let mut here = self.here();
        if here.in_all >= self.most_in_all {
            if let Some(connections) = here.full.happened() {
                tracing::warn!(
                    connections,
                    "connections were closed at once: the system's limit of open files leaves no \
                    room for more; raise it (LimitNOFILE, ulimit -n)"
                );
            }
            return None;
        }
        if self.proxies.iter().any(|network| network.contains(address)) {
            here.in_all += 1;
            return Some(Admitted { among: self.clone(), network: None });
        }
        let network = Network::of_client(address);
        let count = here.from.entry(network).or_default();
        if *count < self.most {
            *count += 1;
            here.in_all += 1;
            return Some(Admitted { among: self.clone(), network: Some(network) });
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

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut here = self.among.here();
        here.in_all -= 1;
        let Some(network) = self.network else { return };
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
        let admission = Admission::new(&config, None);
        let admit = |address: &str| admission.admit(address.parse().unwrap());
        let (first, _second) = (admit("2001:db8::1"), admit("2001:db8::2"));
        assert!(first.is_some() && admit("2001:db8::3").is_none(), "a /64 counts as one");
        assert!(admit("2001:db8:0:1::1").is_some(), "another is not meant");
        assert_eq!(admission.here().from.len(), 1, "who has gone is forgotten");
        drop(first);
        assert!(admit("2001:db8::3").is_some());
        let proxied: Vec<_> = (0..5).map(|_| admit("127.0.0.1")).collect();
        assert!(proxied.iter().all(Option::is_some));
    }

    #[test]
    fn connections_leave_open_files_to_the_database() {
        let config = Config { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], ..Config::default() };
        for (files, most) in [(8, 6), (1_024, 768), (100_000, 97_952)] {
            assert_eq!(Admission::new(&config, Some(files)).most_in_all, most, "{files}");
        }
        let admission = Admission::new(&config, Some(8));
        let mut here: Vec<_> =
            (1..=3).map(|host| admission.admit(IpAddr::from([192, 0, 2, host])).expect("room")).collect();
        here.extend((1..=3).map(|_| admission.admit(IpAddr::from([127, 0, 0, 1])).expect("room")));
        for address in [[127, 0, 0, 1], [192, 0, 2, 9]] {
            assert!(admission.admit(address.into()).is_none(), "proxies take files, too");
        }
        here.pop();
        assert!(admission.admit(IpAddr::from([192, 0, 2, 9])).is_some());
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
