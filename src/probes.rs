//! How a request of `maru doctor` came to this server: through which proxy, and from where it seems to come.
//!
//! The doctor announces a word over the control socket, sends it to the public address, and asks what was seen. Nobody
//! else is told anything by it.

use crate::clock::{self, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The header that carries the word.
pub const HEADER: &str = "x-maru-probe";
/// A word that was not asked for by then is forgotten.
const FORGET_AFTER: Duration = Duration::from_secs(60);
/// Words that are known at once; the oldest goes.
const MOST: usize = 16;

/// What was seen of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Whose connection it came over.
    pub peer: IpAddr,
    /// Where it comes from, as far as proxies are trusted.
    pub client: IpAddr,
    /// Whether a proxy said where it comes from.
    pub forwarded: bool,
}

/// The words that are expected, and what came with them.
#[derive(Default)]
pub struct Probes(Mutex<Vec<Probe>>);

struct Probe {
    word: String,
    since: Timestamp,
    arrival: Option<Arrival>,
}

impl Probes {
    /// Expects a word from here on.
    pub fn expect(&self, word: String) {
        let now = clock::now();
        let mut probes = self.lock();
        probes.retain(|probe| now.since(probe.since) < FORGET_AFTER);
        if probes.len() >= MOST {
            probes.remove(0);
        }
        probes.push(Probe { word, since: now, arrival: None });
    }

    /// Notes what came with a word; one that is not expected means nothing.
    pub fn note(&self, word: &str, arrival: Arrival) {
        if let Some(probe) = self.lock().iter_mut().find(|probe| probe.word == word) {
            probe.arrival = Some(arrival);
        }
    }

    /// What came with a word, which is forgotten.
    pub fn take(&self, word: &str) -> Option<Arrival> {
        let mut probes = self.lock();
        let place = probes.iter().position(|probe| probe.word == word)?;
        probes.remove(place).arrival
    }

    /// Whoever held the lock when it was poisoned left the list whole.
    fn lock(&self) -> MutexGuard<'_, Vec<Probe>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_expected_word_is_noted_and_asked_for_once() {
        let probes = Probes::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let arrival = Arrival { peer: address, client: address, forwarded: false };
        probes.note("stranger", arrival);
        assert_eq!(probes.take("stranger"), None);
        (0..=MOST).for_each(|number| probes.expect(number.to_string()));
        ["0", "1"].into_iter().for_each(|word| probes.note(word, arrival));
        assert_eq!(probes.take("0"), None, "the oldest went");
        assert_eq!(probes.take("1"), Some(arrival));
        assert_eq!(probes.take("1"), None);
    }
}
