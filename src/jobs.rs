//! Work that comes round by itself: what is past its time is removed, and the search index is tidied at night.

use crate::app::App;
use crate::clock::{self, Timestamp};
use crate::cluster::{Cluster, LEASE, Lost};
use crate::error::Result;
use crate::ids::{ClientId, UserId};
use crate::metrics::{AT_NIGHT, EVERY_MINUTE, JOBS, Job};
use crate::systemd::Notifier;
use crate::{archive, files, preferences, previews};
use futures_util::future::{FutureExt, join_all};
use jiff::civil::{Time, time};
use jiff::tz::TimeZone;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::MissedTickBehavior;

const SWEEP_EVERY: Duration = Duration::from_secs(60);
const LEAD_EVERY: Duration = Duration::from_secs(1);
const SWEEP_LOG_EVERY: Duration = Duration::from_secs(10);
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
    if app.is_first()
        && let Err(error) = files::discard_leftovers(&app).await
    {
        tracing::warn!(%error, "what a crash left of uploads could not be removed");
    }
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = EVERY_MINUTE.asked() => {}
        }
        if !app.leads() {
            continue;
        }
        let portion = |_| app.storage.sweep(clock::now(), KEEP_IDEMPOTENCY_KEYS, KEEP_ENDED_SESSIONS);
        in_portions(&JOBS.expired, "what is past its time could not be removed", portion).await;
        in_portions(&JOBS.expired, "archives could not be removed", |_| archive::asked::sweep(&app)).await;
        let notifications = |_| app.storage.sweep_notifications(clock::now());
        in_portions(&JOBS.notifications, "old notifications could not be removed", notifications).await;
        let quiet_hours = |_| preferences::move_quiet_hours(&app);
        in_portions(&JOBS.quiet_hours, "quiet hours could not be moved on", quiet_hours).await;
        in_portions(&JOBS.previews, "old previews could not be removed", |_| previews::sweep(&app)).await;
        in_portions(&JOBS.files, "files could not be removed", |_| files::sweep(&app)).await;
        let former_indexes = |_| app.storage.sweep_search();
        in_portions(&JOBS.former_indexes, "a former search index could not be removed", former_indexes).await;
    }
}

/// Forgets whose limits have recovered, whatever else takes long. Runs until the server stops.
pub async fn forget_limits(app: Arc<App>) {
    let mut tick = tokio::time::interval(SWEEP_EVERY);
    loop {
        tick.tick().await;
        app.limits.sweep();
    }
}

/// Removes messages past their time, in small portions. Runs until the server stops.
pub async fn expire_messages(app: Arc<App>) {
    let fault = "messages past their time could not be removed";
    by_itself(&app, &JOBS.retention, fault, |_| app.storage.expire_messages(clock::now())).await;
}

/// Erases people to the end, in small portions. Runs until the server stops.
pub async fn erase(app: Arc<App>) {
    let fault = "somebody could not be erased to the end";
    by_itself(&app, &JOBS.erasures, fault, |_| app.storage.erase_portion()).await;
}

/// Comes round each minute with work that may take hours, which nothing else waits for. What a crash interrupts goes on
/// by itself.
async fn by_itself<F: Future<Output = Result<bool>>>(
    app: &App,
    job: &'static Job,
    fault: &'static str,
    mut portion: impl FnMut(bool) -> F,
) {
    loop {
        if app.leads() {
            in_portions(job, fault, &mut portion).await;
        }
        tokio::select! {
            () = job.round.asked() => {}
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}

/// Shortens inboxes and the audit log and tidies the search index each night, in small steps. Runs until the server stops.
pub async fn tidy_at_night(app: Arc<App>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(until_night(clock::now(), &TimeZone::system())) => {}
            () = AT_NIGHT.asked() => {}
        }
        if !app.leads() {
            continue;
        }
        in_portions(&JOBS.inboxes, "long inboxes could not be shortened", |_| app.storage.shorten_inboxes()).await;
        let tidy = |first| app.storage.tidy_search(first);
        in_portions(&JOBS.search, "the search index could not be tidied", tidy).await;
        let before = clock::now() - app.config.keep_audit_log;
        let audit = |_| app.storage.sweep_audit(before);
        in_portions(&JOBS.audit, "the audit log could not be shortened", audit).await;
    }
}

/// Claims what one server of a cluster does for all, puts in order what others left that are gone, and keeps the search
/// index up with what others write. Runs until the server stops.
pub async fn lead(app: Arc<App>) {
    let Some(cluster) = app.cluster.clone() else { return };
    let mut tick = tokio::time::interval(LEAD_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut swept = Instant::now();
    loop {
        tick.tick().await;
        // A server that said no more that it lives would lose what it has: a fault costs one round.
        let _panic = AssertUnwindSafe(lead_once(&app, &cluster, &mut swept)).catch_unwind().await;
    }
}

async fn lead_once(app: &App, cluster: &Cluster, swept: &mut Instant) {
    if !claim(app, cluster).await {
        return;
    }
    if let Err(error) = app.storage.bury().await {
        tracing::warn!(%error, "what a server left that is gone could not be put in order");
    }
    app.storage.follow_others().await;
    // What others noted is not told here.
    app.reminder_set.notify_one();
    app.links_noted.notify_one();
    if swept.elapsed() >= SWEEP_LOG_EVERY {
        match app.storage.sweep_log().await {
            // The next portion has its turn the next time: what is led is claimed in between.
            Ok(true) => {}
            Ok(false) => *swept = Instant::now(),
            Err(error) => tracing::warn!(%error, "the log of the cluster could not be shortened"),
        }
    }
}

/// Says that this server lives; whether it does what one does for all.
pub async fn claim(app: &App, cluster: &Cluster) -> bool {
    // From before it is claimed: nobody else has it earlier.
    let until = clock::steady() + LEASE;
    let leads = app.storage.live_until(cluster.node.id, until).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "what one server does for all could not be claimed");
        false
    });
    app.storage.keep_index(leads);
    if cluster.lead(leads.then_some(until)) {
        tracing::info!("this server does what one does for all");
    }
    leads
}

/// Notes that devices went with their server, which could not do that itself. Runs until the server stops.
pub async fn note_lost(app: Arc<App>, mut losses: UnboundedReceiver<Lost>) {
    while let Some(lost) = losses.recv().await {
        // All at once, for the writer to take many into one commit.
        join_all(lost.into_iter().map(|(user, client)| note_gone(&app, user, client))).await;
    }
}

async fn note_gone(app: &App, user: UserId, client: ClientId) {
    if app.directory.has_client(user, client) {
        return;
    }
    if let Err(error) = app.storage.depart(user, client, Some(clock::now())).await {
        tracing::warn!(%error, "a departure could not be noted");
    }
}

/// Tells the service manager that the server is not stuck, twice as often as it asks, for as long as the writer and the
/// broadcaster come round. Runs until the server stops.
pub async fn keep_alive(app: Arc<App>, notifier: Arc<Notifier>) {
    let Some(within) = notifier.watchdog() else { return };
    let mut tick = tokio::time::interval(within / 2);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if app.storage.comes_round().await && app.place().await.is_some() {
            notifier.alive();
        } else {
            tracing::error!("nothing is written or told any more; the service manager is to start the server anew");
        }
    }
}

/// Looks after the bucket of files, if there is one. Runs until the server stops.
pub async fn watch_files(app: Arc<App>) {
    app.blobs.watch().await;
}

/// Carries out portions until nothing is left, with pauses for everything else. Each is told whether it is the first.
async fn in_portions<F: Future<Output = Result<bool>>>(
    job: &'static Job,
    fault: &'static str,
    mut portion: impl FnMut(bool) -> F,
) {
    job.begun();
    let (mut first, begun) = (true, Instant::now());
    let ended = loop {
        match portion(first).await {
            Ok(true) => tokio::time::sleep(BETWEEN_PORTIONS).await,
            ended => break ended,
        }
        first = false;
    };
    if let Err(error) = &ended {
        tracing::warn!(%error, "{fault}");
    }
    job.ended(begun.elapsed(), ended.err().map(|error| error.to_string()));
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
