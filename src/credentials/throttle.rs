//! Slows down whoever guesses passwords, without giving him a way to lock anybody out.
//!
//! Only failures count, in three budgets that refill evenly over a window: those of one account from one address,
//! those of one address for all accounts, and (ten times looser) those of one account from everywhere. Whoever has
//! logged in from an address before answers there for the first budget alone, so that neither strangers elsewhere nor
//! neighbours behind the same router can use the other two up for him. Nothing is kept on disk: a restart forgets. So
//! browsers keep a pass that says who has logged in with them: with it, a login has a budget of its own wherever it comes
//! from, which strangers cannot touch. Passes are had by every login, and end with the password: the browsers of an account
//! have one budget more together, and when that is used up, a pass counts for nothing.
//!
//! Since hashing takes its time, those of one address that are under way are few as well.
//!
//! Codes of a second factor are counted the same way and apart from passwords, so that a password that is right forgives
//! none of them. They are short, and only who has the password comes to guess them: an account takes fewer from everywhere.

use crate::{
    config::{Limits, Network},
    error::{Error, Result},
    ids::SessionId,
};
use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How many times the failures from one address an account takes from everywhere, and from all of its browsers: of
/// passwords and of codes.
const PASSWORDS_EVERYWHERE: u32 = 10;
const CODES_EVERYWHERE: u32 = 2;
/// Entries in each map, which then takes 1.6 MB.
const MAX_ENTRIES: usize = 32_768;
/// Passwords from one address, or of the browsers of one account, that may be under way: a quarter of the line for them.
const UNDER_WAY: u32 = 32;
/// From one address, those of known browsers included, so that accounts by the dozen do not fill the line from there.
const UNDER_WAY_IN_ALL: u32 = 3 * UNDER_WAY;
/// When the next one may try.
const CROWDED: Duration = Duration::from_secs(1);

/// Somebody who says to be somebody.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The username's key as it was typed, whether or not there is such a user.
    pub account: &'a str,
    pub address: IpAddr,
    /// The login by which the account is known to have used this browser before.
    pub device: Option<SessionId>,
}

/// Counts as under way until it is dropped.
#[derive(Debug)]
pub struct UnderWay<'a> {
    throttle: &'a Throttle,
    /// What it takes a place of.
    places: [u64; 2],
}

/// Counts failed logins. Cheap: a login asks twice.
#[derive(Debug)]
pub struct Throttle {
    start: Instant,
    hasher: RandomState,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    pairs: Budget,
    addresses: Budget,
    accounts: Budget,
    /// What failed with a pass, by account.
    browsers: Budget,
    /// Pairs that have logged in, and when they last did.
    familiar: HashMap<u64, Duration>,
    /// Pairs that were told to be held back, and when.
    told: HashMap<u64, Duration>,
    /// How many are under way, by what they take a place of.
    under_way: HashMap<u64, u32>,
}

impl Throttle {
    pub fn of_passwords(limits: &Limits) -> Self {
        Self::new(limits, PASSWORDS_EVERYWHERE)
    }

    /// Of second factors.
    pub fn of_codes(limits: &Limits) -> Self {
        Self::new(limits, CODES_EVERYWHERE)
    }

    fn new(limits: &Limits, everywhere: u32) -> Self {
        let window = limits.failed_login_window;
        let per_account = limits.failed_logins_per_account.get();
        let state = State {
            pairs: Budget::new(per_account, window),
            addresses: Budget::new(limits.failed_logins_per_address.get(), window),
            accounts: Budget::new(per_account.saturating_mul(everywhere), window),
            browsers: Budget::new(per_account.saturating_mul(everywhere), window),
            familiar: HashMap::new(),
            told: HashMap::new(),
            under_way: HashMap::new(),
        };
        Self { start: Instant::now(), hasher: RandomState::new(), state: Mutex::new(state) }
    }

    /// To be asked before waiting for a turn to hash, and held until it is done.
    ///
    /// # Errors
    /// `RateLimited` when there were too many failures, or too many from there are under way.
    pub fn begin(&self, attempt: Attempt<'_>) -> Result<UnderWay<'_>> {
        self.check(attempt)?;
        let browsers = attempt.device.map(|_| self.hash(("browsers", attempt.account)));
        self.place(browsers, attempt.address)
    }

    /// As `begin`, for who chooses a password and is not asked for one.
    ///
    /// # Errors
    /// `RateLimited` when too many from there are under way.
    pub fn begin_choosing(&self, address: IpAddr) -> Result<UnderWay<'_>> {
        self.place(None, address)
    }

    /// A place among those of known browsers, or else among those of the address: nobody who has been given a pass for an
    /// account keeps its others out.
    fn place(&self, browsers: Option<u64>, address: IpAddr) -> Result<UnderWay<'_>> {
        let network = Network::of_client(address);
        let (without_pass, in_all) = (self.hash(network), self.hash(("in all", network)));
        let mut state = self.state();
        let taken = |place: &u64| state.under_way.get(place).copied().unwrap_or_default();
        let free = browsers.into_iter().chain([without_pass]).find(|place| taken(place) < UNDER_WAY);
        let free = free.filter(|_| taken(&in_all) < UNDER_WAY_IN_ALL);
        let places = [free.ok_or(Error::RateLimited { retry_after: CROWDED })?, in_all];
        for place in places {
            *state.under_way.entry(place).or_default() += 1;
        }
        Ok(UnderWay { throttle: self, places })
    }

    /// To be asked again when the turn to hash has come: so no more guesses slip through than are hashed at once.
    ///
    /// # Errors
    /// `RateLimited` when there were too many failures.
    pub fn check(&self, attempt: Attempt<'_>) -> Result<()> {
        self.check_at(attempt, self.start.elapsed())
    }

    /// What was given was wrong, or there is no such user. True when the next one is held back, once within the window for
    /// the same account and place.
    #[must_use]
    pub fn failed(&self, attempt: Attempt<'_>) -> bool {
        let now = self.start.elapsed();
        self.failed_at(attempt, now);
        self.check_at(attempt, now).is_err() && self.is_news(attempt, now)
    }

    /// What was given was right.
    pub fn succeeded(&self, attempt: Attempt<'_>) {
        self.succeeded_at(attempt, self.start.elapsed());
    }

    fn check_at(&self, attempt: Attempt<'_>, now: Duration) -> Result<()> {
        let keys = self.keys(attempt);
        let state = self.state();
        let mut wait = state.pairs.wait(keys.pair, now);
        if !state.trusts(attempt, &keys, now) && !state.familiar.contains_key(&keys.pair) {
            wait = wait.max(state.addresses.wait(keys.address, now)).max(state.accounts.wait(keys.account, now));
        }
        if wait.is_zero() { Ok(()) } else { Err(Error::RateLimited { retry_after: wait }) }
    }

    fn failed_at(&self, attempt: Attempt<'_>, now: Duration) {
        let keys = self.keys(attempt);
        let mut state = self.state();
        state.pairs.charge(keys.pair, now);
        if state.trusts(attempt, &keys, now) {
            state.browsers.charge(keys.account, now);
        } else {
            state.addresses.charge(keys.address, now);
            state.accounts.charge(keys.account, now);
        }
    }

    fn is_news(&self, attempt: Attempt<'_>, now: Duration) -> bool {
        let pair = self.keys(attempt).pair;
        let mut state = self.state();
        let window = state.pairs.window;
        if state.told.get(&pair).is_some_and(|told| now < *told + window) {
            return false;
        }
        make_room(&mut state.told, pair);
        state.told.insert(pair, now);
        true
    }

    fn succeeded_at(&self, attempt: Attempt<'_>, now: Duration) {
        let pair = self.keys(attempt).pair;
        let mut state = self.state();
        state.pairs.forgive(pair);
        if attempt.device.is_none() {
            make_room(&mut state.familiar, pair);
            state.familiar.insert(pair, now);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hashes with a random key stand for the names, so that an entry has one size whatever was typed.
    fn keys(&self, Attempt { account, address, device }: Attempt<'_>) -> Keys {
        let network = Network::of_client(address);
        let pair = device.map_or_else(|| self.hash((account, network)), |session| self.hash((account, session)));
        Keys { pair, address: self.hash(network), account: self.hash(account) }
    }

    fn hash(&self, value: impl Hash) -> u64 {
        self.hasher.hash_one(value)
    }
}

impl State {
    /// Whether a pass speaks for who has it, against whom failures of strangers do not count then.
    fn trusts(&self, attempt: Attempt<'_>, keys: &Keys, now: Duration) -> bool {
        attempt.device.is_some() && self.browsers.wait(keys.account, now).is_zero()
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.throttle.state();
        for place in self.places {
            match state.under_way.get_mut(&place) {
                Some(count) if *count > 1 => *count -= 1,
                _ => {
                    state.under_way.remove(&place);
                }
            }
        }
    }
}

struct Keys {
    /// The account, and the address or the browser.
    pair: u64,
    address: u64,
    account: u64,
}

/// How many failures each of many keys has left: for each the moment at which it will have recovered (GCRA).
#[derive(Debug)]
struct Budget {
    window: Duration,
    /// What one failure costs.
    interval: Duration,
    recovered: HashMap<u64, Duration>,
}

impl Budget {
    fn new(failures: u32, window: Duration) -> Self {
        Self { window, interval: window / failures.max(1), recovered: HashMap::new() }
    }

    /// How long until one more failure has room; zero when it has.
    fn wait(&self, key: u64, now: Duration) -> Duration {
        let recovered = self.recovered.get(&key).copied().unwrap_or(now).max(now);
        (recovered + self.interval).saturating_sub(now + self.window)
    }

    fn charge(&mut self, key: u64, now: Duration) {
        make_room(&mut self.recovered, key);
        let recovered = self.recovered.entry(key).or_insert(now);
        *recovered = (*recovered).max(now) + self.interval;
    }

    fn forgive(&mut self, key: u64) {
        self.recovered.remove(&key);
    }
}

/// When the map is full, drops the earlier half: of failures those that weigh least, of successes the oldest.
fn make_room(map: &mut HashMap<u64, Duration>, key: u64) {
    if map.len() < MAX_ENTRIES || map.contains_key(&key) {
        return;
    }
    let mut moments: Vec<_> = map.values().copied().collect();
    let (_, middle, _) = moments.select_nth_unstable(MAX_ENTRIES / 2);
    map.retain(|_, moment| *moment > *middle);
}

#[cfg(test)]
mod tests;
