//! How long is waited before an authority is asked: after a fault, and from one certificate to the next.

use super::fault::Fault;
use super::folder::Attempts;
use super::pair::Pair;
use crate::clock::Timestamp;
use std::time::Duration;

/// After an authority was not reached, or an order did not come to its end, which is then gone on with: doubled each
/// time, up to the longest.
const UNREACHED: Duration = Duration::from_secs(5);
const UNREACHED_MOST: Duration = Duration::from_secs(600);
/// After a refusal: tripled each time, up to the longest. Let's Encrypt allows five failed proofs of a domain an hour.
const REFUSED: Duration = Duration::from_secs(5 * 60);
const REFUSED_MOST: Duration = Duration::from_secs(12 * 3600);
/// Between one certificate and the next, however short they live.
const SHORTEST: Duration = Duration::from_secs(5);

/// A process that ends in the middle of an attempt has tried, too: the next one waits as after a refusal.
pub(super) fn begin(attempts: &mut Attempts, now: Timestamp) {
    let wait = refused(attempts.failures);
    attempts.failures = attempts.failures.saturating_add(1);
    attempts.not_before = Some(now + spread(wait));
}

/// A third of its life before its end. A clock that runs ahead does not have it renewed again as soon as it has come,
/// nor does one that ran ahead then delay it to its end.
pub(super) fn renewal(pair: &Pair, fetched_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let third = (pair.validity.lifetime() / 3).max(SHORTEST);
    let due = pair.validity.not_after - third;
    let Some(fetched_at) = fetched_at.filter(|fetched_at| *fetched_at <= now) else { return due };
    due.max((fetched_at + third).min(pair.validity.not_after - SHORTEST)).max(fetched_at + third.min(REFUSED_MOST))
}

/// How long an authority is left alone after a fault, which came after so many others.
pub(super) fn patience(fault: &Fault, failures: u32) -> Duration {
    match fault.is_away() {
        true => UNREACHED.saturating_mul(2_u32.saturating_pow(failures)).min(UNREACHED_MOST),
        false => refused(failures),
    }
}

fn refused(failures: u32) -> Duration {
    REFUSED.saturating_mul(3_u32.saturating_pow(failures)).min(REFUSED_MOST)
}

/// Up to a fifth more or less, so that many servers do not come back together.
pub(super) fn spread(wait: Duration) -> Duration {
    wait.mul_f64(rand::random_range(0.8..1.2))
}

#[cfg(test)]
mod tests;
