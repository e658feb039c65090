//! How fast somebody may act: token buckets per user, people and bots apart; and how fast strangers may come.

use crate::actor::Actor;
use crate::config::{self, Network, Rate};
use crate::error::{Error, Result};
use crate::ids::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::hash::Hash;
use std::num::NonZeroU32;

/// For how many seconds those who opened a session are as many as may be connected: twice as long as it is kept for who
/// does not say who they are.
const OPENING_SECONDS: u32 = 16;
/// However few may be connected, these may try at once: they are told that they are too many.
const LEAST_OPENINGS: u32 = 256;

/// The buckets of everybody who acted lately.
pub struct Limits {
    people: Buckets,
    bots: Buckets,
    openings: DefaultKeyedRateLimiter<Network>,
}

struct Buckets {
    events: DefaultKeyedRateLimiter<UserId>,
    sends: DefaultKeyedRateLimiter<UserId>,
    searches: DefaultKeyedRateLimiter<UserId>,
    chunks: DefaultKeyedRateLimiter<UserId>,
    files: DefaultKeyedRateLimiter<UserId>,
    reports: DefaultKeyedRateLimiter<UserId>,
    archives: DefaultKeyedRateLimiter<UserId>,
}

/// How many messages one person may report in a minute.
const REPORTS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// How many archives one person may ask for in an hour: making them costs the disk and the processor for a while.
const ARCHIVES_PER_HOUR: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

impl Limits {
    pub fn new(limits: &config::Limits) -> Self {
        let burst = limits.connections_per_address.get().max(LEAST_OPENINGS);
        let [burst, per_second] =
            [burst, burst / OPENING_SECONDS].map(|number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN));
        Self {
            people: Buckets::new(&limits.of_a_person()),
            bots: Buckets::new(&limits.of_a_bot()),
            openings: limiter(Rate { per_second, burst }),
        }
    }

    /// Counts one session of sockets that a network opens, whoever it is for.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn opening(&self, from: Network) -> Result<()> {
        check(&self.openings, from)
    }

    /// Counts one command or request of any kind.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn event(&self, actor: &Actor) -> Result<()> {
        check(&self.of(actor).events, actor.user)
    }

    /// Counts one sent, changed, pinned or reacted to message, or what costs as much: a room that is made, changed or kept
    /// in order, people who are added to one.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn send(&self, actor: &Actor) -> Result<()> {
        check(&self.of(actor).sends, actor.user)
    }

    /// Counts one search.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn search(&self, actor: &Actor) -> Result<()> {
        check(&self.of(actor).searches, actor.user)
    }

    /// Counts one chunk of a streamed message, which is no event of `event`: each stream has a rate of its own, and this
    /// is what all of somebody's may do together.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn chunk(&self, actor: &Actor) -> Result<()> {
        check(&self.of(actor).chunks, actor.user)
    }

    /// Counts one request for a file, which is no event of `event`: a room may show hundreds of images.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn file(&self, actor: &Actor) -> Result<()> {
        check(&self.of(actor).files, actor.user)
    }

    /// Counts one message that is reported.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn report(&self, actor: &Actor) -> Result<()> {
        check(&self.of(actor).reports, actor.user)
    }

    /// Counts one archive that is asked for.
    ///
    /// # Errors
    /// `RateLimited` with the time to wait.
    pub fn archive(&self, actor: &Actor) -> Result<()> {
        check(&self.of(actor).archives, actor.user)
    }

    fn of(&self, actor: &Actor) -> &Buckets {
        if actor.bot { &self.bots } else { &self.people }
    }

    /// Forgets those whose buckets are full again.
    pub fn sweep(&self) {
        self.openings.retain_recent();
        for buckets in [&self.people, &self.bots] {
            buckets.events.retain_recent();
            buckets.sends.retain_recent();
            buckets.searches.retain_recent();
            buckets.chunks.retain_recent();
            buckets.files.retain_recent();
            buckets.reports.retain_recent();
            buckets.archives.retain_recent();
        }
    }
}

impl Buckets {
    fn new(rates: &config::Rates) -> Self {
        Self {
            events: limiter(rates.events),
            sends: limiter(rates.sends),
            searches: limiter(rates.searches),
            chunks: limiter(rates.chunks),
            files: limiter(rates.files),
            reports: DefaultKeyedRateLimiter::keyed(Quota::per_minute(REPORTS_PER_MINUTE)),
            archives: DefaultKeyedRateLimiter::keyed(Quota::per_hour(ARCHIVES_PER_HOUR)),
        }
    }
}

fn limiter<K: Clone + Eq + Hash>(rate: Rate) -> DefaultKeyedRateLimiter<K> {
    DefaultKeyedRateLimiter::keyed(Quota::per_second(rate.per_second).allow_burst(rate.burst))
}

fn check<K: Clone + Eq + Hash>(limiter: &DefaultKeyedRateLimiter<K>, who: K) -> Result<()> {
    limiter
        .check_key(&who)
        .map_err(|busy| Error::RateLimited { retry_after: busy.wait_time_from(DefaultClock::default().now()) })
}
