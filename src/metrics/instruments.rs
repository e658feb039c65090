//! What counts: atomics alone, so that counting costs some nanoseconds and waits for nobody.

use crate::clock::{self, Timestamp};
use crate::contract::JobRhythm;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// A number that only grows.
pub struct Counter(AtomicU64);

impl Counter {
    pub(super) const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    pub fn add(&self, number: usize) {
        self.0.fetch_add(number as u64, Ordering::Relaxed);
    }

    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The most bounds that a histogram may have.
const MOST_BOUNDS: usize = 16;

/// The upper bounds of a histogram of times, in microseconds.
pub const TIMES: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000,
];
/// Those of a histogram of how many commands were written together.
pub(super) const NUMBERS: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];

/// How often a value fell between which bounds.
pub struct Histogram {
    bounds: &'static [u64],
    /// One for each bound, and one for what is beyond the last.
    counts: [AtomicU64; MOST_BOUNDS + 1],
    sum: AtomicU64,
}

/// What a histogram had counted at a moment.
#[derive(Clone)]
pub struct Reading {
    pub bounds: &'static [u64],
    /// One for each bound, and one for what is beyond the last.
    pub counts: Vec<u64>,
    pub sum: u64,
}

impl Histogram {
    pub(super) const fn new(bounds: &'static [u64]) -> Self {
        assert!(bounds.len() <= MOST_BOUNDS);
        Self { bounds, counts: [const { AtomicU64::new(0) }; MOST_BOUNDS + 1], sum: AtomicU64::new(0) }
    }

    /// Counts a value `times` times.
    pub fn note(&self, value: u64, times: usize) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        self.counts[place].fetch_add(times as u64, Ordering::Relaxed);
        self.sum.fetch_add(value.saturating_mul(times as u64), Ordering::Relaxed);
    }

    /// Counts a time, for a histogram of times.
    pub fn took(&self, time: Duration) {
        self.took_each(time, 1);
    }

    /// Counts the same time for several.
    pub fn took_each(&self, time: Duration, times: usize) {
        self.note(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), times);
    }

    pub fn read(&self) -> Reading {
        let counts = self.counts[..=self.bounds.len()].iter().map(|count| count.load(Ordering::Relaxed)).collect();
        Reading { bounds: self.bounds, counts, sum: self.sum.load(Ordering::Relaxed) }
    }
}

/// Work that comes round together, and may be asked to do so before its time.
pub struct Round {
    pub rhythm: JobRhythm,
    asked: Notify,
}

impl Round {
    pub(super) const fn new(rhythm: JobRhythm) -> Self {
        Self { rhythm, asked: Notify::const_new() }
    }

    /// Has it come round now, or once more when it is under way.
    pub fn ask(&self) {
        self.asked.notify_one();
    }

    /// Waits until it is asked for.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }
}

/// Work that comes round by itself.
pub struct Job {
    pub name: &'static str,
    /// What it comes round with.
    pub round: &'static Round,
    pub runs: Counter,
    pub failures: Counter,
    /// In milliseconds since 1970; 0 before the first.
    ended_at: AtomicI64,
    /// In microseconds.
    took: AtomicU64,
    /// In milliseconds since 1970; 0 while it is not under way.
    begun_at: AtomicI64,
    last_failure: Mutex<Option<(Timestamp, String)>>,
}

impl Job {
    pub(super) const fn new(name: &'static str, round: &'static Round) -> Self {
        Self {
            name,
            round,
            runs: Counter::new(),
            failures: Counter::new(),
            ended_at: AtomicI64::new(0),
            took: AtomicU64::new(0),
            begun_at: AtomicI64::new(0),
            last_failure: Mutex::new(None),
        }
    }

    pub fn begun(&self) {
        self.begun_at.store(clock::now().as_millis(), Ordering::Relaxed);
    }

    /// `problem` is why it came to nothing, if so, in words for the operator.
    pub fn ended(&self, took: Duration, problem: Option<String>) {
        self.runs.add(1);
        self.failures.add(usize::from(problem.is_some()));
        self.begun_at.store(0, Ordering::Relaxed);
        if let Some(problem) = problem {
            *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some((clock::now(), problem));
        }
        self.took.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.ended_at.store(clock::now().as_millis(), Ordering::Relaxed);
    }

    /// Since when it has been under way; none while it is not.
    pub fn running_since(&self) -> Option<Timestamp> {
        let begun_at = self.begun_at.load(Ordering::Relaxed);
        (begun_at != 0).then(|| Timestamp::from_millis(begun_at))
    }

    /// When it last came to nothing, and why.
    pub fn last_failure(&self) -> Option<(Timestamp, String)> {
        self.last_failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When the last run ended and how long it took; none before the first.
    pub fn last(&self) -> Option<(Timestamp, Duration)> {
        let ended_at = self.ended_at.load(Ordering::Relaxed);
        let took = Duration::from_micros(self.took.load(Ordering::Relaxed));
        (ended_at != 0).then(|| (Timestamp::from_millis(ended_at), took))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_falls_under_the_first_bound_that_is_not_below_it() {
        let histogram = Histogram::new(&[10, 20]);
        for (value, times) in [(0, 1), (10, 1), (11, 2), (20, 1), (21, 3)] {
            histogram.note(value, times);
        }
        let Reading { counts, sum, .. } = histogram.read();
        assert_eq!((counts, sum), (vec![2, 3, 3], 10 + 22 + 20 + 63));
    }

    #[test]
    fn the_bounds_of_every_histogram_ascend() {
        for bounds in [TIMES, NUMBERS] {
            assert!(bounds.is_sorted_by(|earlier, later| earlier < later), "{bounds:?}");
        }
    }
}
