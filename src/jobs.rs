//! Work that comes round by itself: what is past its time is removed, and the search index is tidied at night.

use crate::app::App;
use crate::clock::{self, Timestamp};
use crate::error::Result;
use crate::{files, preferences, previews};
use jiff::civil::{Time, time};
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;

const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// A pause between two portions of a large removal.
const BETWEEN_PORTIONS: Duration = Duration::from_millis(100);
/// How long a send may be repeated with the same `clientMessageId`.
const KEEP_IDEMPOTENCY_KEYS: Duration = Duration::from_secs(8 * 24 * 3600);
/// How long ended sessions are kept, to tell a stolen refresh token from an old one.
const KEEP_ENDED_SESSIONS: Duration = Duration::from_secs(30 * 24 * 3600);
/// When few are awake.
const NIGHT: Time = time(4, 0, 0, 0);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Removes what is past its time, in small portions. Runs until the server stops. What a crash interrupts goes on
/// by itself: what is to be removed is found in the tables.
pub async fn sweep(app: Arc<App>) {
    let mut tick = tokio::time::interval(SWEEP_EVERY);
    if let Err(error) = files::discard_leftovers(&app).await {
        tracing::warn!(%error, "what a crash left of uploads could not be removed");
    }
    loop {
        tick.tick().await;
        app.limits.sweep();
        let portion = |_| app.storage.sweep(clock::now(), KEEP_IDEMPOTENCY_KEYS, KEEP_ENDED_SESSIONS);
        in_portions("what is past its time could not be removed", portion).await;
        in_portions("old notifications could not be removed", |_| app.storage.sweep_notifications(clock::now())).await;
        in_portions("quiet hours could not be moved on", |_| preferences::move_quiet_hours(&app)).await;
        in_portions("old previews could not be removed", |_| previews::sweep(&app)).await;
        in_portions("files could not be removed", |_| files::sweep(&app)).await;
        in_portions("a former search index could not be removed", |_| app.storage.sweep_search()).await;
    }
}

/// Shortens inboxes and tidies the search index each night, in small steps. Runs until the server stops.
pub async fn tidy_at_night(app: Arc<App>) {
    loop {
        tokio::time::sleep(until_night(clock::now(), &TimeZone::system())).await;
        in_portions("long inboxes could not be shortened", |_| app.storage.shorten_inboxes()).await;
        in_portions("the search index could not be tidied", |first| app.storage.tidy_search(first)).await;
    }
}

/// Looks after the bucket of files, if there is one. Runs until the server stops.
pub async fn watch_files(app: Arc<App>) {
    app.blobs.watch().await;
}

/// Carries out portions until nothing is left, with pauses for everything else. Each is told whether it is the first.
async fn in_portions<F: Future<Output = Result<bool>>>(fault: &'static str, mut portion: impl FnMut(bool) -> F) {
    let mut first = true;
    loop {
        match portion(first).await {
            Ok(true) => tokio::time::sleep(BETWEEN_PORTIONS).await,
            Ok(false) => return,
            Err(error) => return tracing::warn!(%error, "{fault}"),
        }
        first = false;
    }
}

/// How long it is until the next time that clocks here show four.
fn until_night(now: Timestamp, zone: &TimeZone) -> Duration {
    let next = |now: jiff::Timestamp| {
        let today = now.to_zoned(zone.clone()).with().time(NIGHT).build()?;
        let next = if today.timestamp() > now { today } else { today.tomorrow()?.with().time(NIGHT).build()? };
        Ok::<_, jiff::Error>(Timestamp::from_millis(next.timestamp().as_millisecond()))
    };
    // Beyond the years that a calendar has, a day is as good.
    let next = jiff::Timestamp::from_millisecond(now.as_millis()).and_then(next).unwrap_or(now + DAY);
    next.since(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_night_is_at_four_by_the_clocks_of_the_place() {
        let seoul = TimeZone::get("Asia/Seoul").expect("a zone");
        for (now, hours) in [("2026-01-31T18:00:00Z", 1), ("2026-01-31T19:00:00Z", 24), ("2026-01-31T20:00:00Z", 23)] {
            let now = Timestamp::parse(now).expect("a time");
            assert_eq!(until_night(now, &seoul), Duration::from_secs(hours * 3600));
        }
    }
}
