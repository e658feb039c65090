//! Slows down whoever makes accounts by the dozen where registration is open.

use crate::config::{Limits, Network};
use crate::error::{Error, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::net::IpAddr;
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(3_600);
/// Beyond this many addresses, those that have recovered are forgotten.
const MANY: usize = 10_000;

/// Counts the accounts made from each address (an IPv6 /64 counts as one). A restart forgets.
pub struct Registrations(DefaultKeyedRateLimiter<Network>);

impl Registrations {
    pub fn new(limits: &Limits) -> Self {
        let an_hour = limits.registrations_per_address;
        let quota = Quota::with_period(WINDOW / an_hour.get()).unwrap_or_else(|| Quota::per_hour(an_hour));
        Self(DefaultKeyedRateLimiter::keyed(quota.allow_burst(an_hour)))
    }

    /// Counts one.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn count(&self, address: IpAddr) -> Result<()> {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        let counted = self.0.check_key(&Network::of_client(address));
        counted.map_err(|early| Error::RateLimited { retry_after: early.wait_time_from(DefaultClock::default().now()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_number_of_accounts() {
        let limits = Limits { registrations_per_address: 2.try_into().expect("not zero"), ..Limits::default() };
        let registrations = Registrations::new(&limits);
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().expect("an address"));
        registrations.count(one).expect("the first");
        registrations.count(one).expect("the second");
        let Err(Error::RateLimited { retry_after }) = registrations.count(one) else { panic!("a third") };
        assert!(retry_after > WINDOW / 3 && retry_after <= WINDOW / 2, "{retry_after:?}");
        registrations.count(other).expect("somebody else");
    }
}
