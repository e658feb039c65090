//! How long messages took.

use hdrhistogram::Histogram;
use std::time::Instant;

/// What was measured since the last look.
pub struct Recording {
    /// Send to delivered, in nanoseconds.
    pub delivered: Histogram<u64>,
    /// Send to acknowledged, in nanoseconds.
    pub acked: Histogram<u64>,
    pub last_delivery: Instant,
}

impl Recording {
    pub fn new() -> Self {
        Self { delivered: histogram(), acked: histogram(), last_delivery: Instant::now() }
    }
}

/// Up to a minute, three digits; it resizes itself.
fn histogram() -> Histogram<u64> {
    let mut histogram =
        Histogram::new_with_max(60_000_000_000, 3).unwrap_or_else(|_| unreachable!("3 digits are fine"));
    histogram.auto(true);
    histogram
}
