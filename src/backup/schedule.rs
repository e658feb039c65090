//! Backups that are made by themselves, and what administrators are told of all.

use super::record::{Record, problem};
use super::{Made, listing, run, snapshots};
use crate::actor::{Actor, By};
use crate::app::App;
use crate::clock::{self, Timestamp};
use crate::config::Config;
use crate::contract::{AuditAct, Backups, FailedBackup, GoodBackup, KeptBackup};
use crate::error::{Error, Result};
use crate::metrics::{BACKUPS, JOBS};
use crate::policy;
use crate::storage::Note;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// What came to nothing is tried again so soon, or sooner.
const AGAIN_AFTER: Duration = Duration::from_secs(15 * 60);
/// The clock may be set, and a machine may sleep.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Makes backups when they are due. Runs until the server stops.
pub async fn keep_up(app: Arc<App>) {
    let Some(folder) = app.config.backup.dir.clone() else { return };
    let mut failed_at = None;
    loop {
        let due = match failed_at {
            Some(failed_at) => failed_at + app.config.backup.every.min(AGAIN_AFTER),
            None => next_at(app.config.backup.every, folder.clone()).await,
        };
        let wait = if app.leads() { due.since(clock::now()) } else { LOOK_EVERY };
        let is_asked = !wait.is_zero() && is_asked_within(wait.min(LOOK_EVERY)).await && app.leads();
        if !wait.is_zero() && !is_asked {
            continue;
        }
        JOBS.backup.begun();
        let begun = Instant::now();
        let mut fault = None;
        failed_at = match on_a_thread(app.config.clone(), folder.clone()).await {
            Ok(made) => {
                tell(&made);
                note(&app, &made).await;
                None
            }
            Err(error) => {
                tracing::error!(problem = problem(&error), "a backup could not be made");
                fault = Some(problem(&error));
                Some(clock::now())
            }
        };
        JOBS.backup.ended(begun.elapsed(), fault);
    }
}

/// Whether somebody asks for one before the time is over.
async fn is_asked_within(wait: Duration) -> bool {
    tokio::time::timeout(wait, BACKUPS.asked()).await.is_ok()
}

fn tell(made: &Made) {
    let Made { snapshot, manifest, copied, decayed } = made;
    if !manifest.missing.is_empty() {
        let contents = manifest.missing.len();
        tracing::error!(contents, "the database names files that are not kept; the backup is without them");
    }
    if !decayed.is_empty() {
        let contents = decayed.len();
        tracing::error!(contents, "the disk of backups has lost some of what it had; earlier backups may lack it");
    }
    let (snapshot, messages) = (snapshot.display(), manifest.holds.messages);
    tracing::info!(%snapshot, messages, new_bytes = copied.bytes, "a backup was made and proven");
}

async fn note(app: &App, made: &Made) {
    let snapshot = made.snapshot.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let detail = json!({ "snapshot": snapshot, "messages": made.manifest.holds.messages });
    let note = Note { by: By::Server, act: AuditAct::BackupMade, about: None, detail };
    if let Err(error) = app.storage.note(note).await {
        tracing::warn!(%error, "a backup could not be noted in the audit log");
    }
}

/// When the next one is due: at once when there is none.
async fn next_at(every: Duration, folder: PathBuf) -> Timestamp {
    // The folder may be far away.
    let found = tokio::task::spawn_blocking(move || snapshots::whole_until_now(&folder)).await;
    let latest = found.ok().and_then(Result::ok).and_then(|mut found| found.pop());
    let now = clock::now();
    latest.map_or(now, |(created_at, _)| created_at.min(now) + every)
}

/// A thread of its own, which waits for the disk and hashes, and which the end of the server does not wait for: what is
/// not whole then is removed by the next one.
async fn on_a_thread(config: Config, folder: PathBuf) -> Result<Made> {
    let (done, made) = oneshot::channel();
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let made = match runtime {
            Ok(runtime) => runtime.block_on(run(&config, &folder, Some(config.backup.keep))),
            Err(error) => Err(Error::internal(error)),
        };
        // Nobody waits when the server has ended.
        let _ended = done.send(made);
    };
    std::thread::Builder::new().name("backup".to_owned()).spawn(work).map_err(Error::internal)?;
    made.await.map_err(Error::internal)?
}

/// None without a folder; nor where it cannot be read, which the next backup says.
async fn kept(folder: Option<PathBuf>) -> Result<Option<Vec<KeptBackup>>> {
    let Some(folder) = folder else { return Ok(None) };
    // It may be far away.
    let listed = tokio::task::spawn_blocking(move || listing::list(&folder)).await.map_err(Error::internal)?;
    let listed = listed.inspect_err(|error| tracing::warn!(%error, "the folder of backups cannot be read"));
    Ok(listed.ok().map(|kept| kept.into_iter().map(KeptBackup::from).collect()))
}

/// What the backups of a folder take on its disk: what they share counts once. None without a folder, or where it cannot
/// be read.
pub async fn disk_bytes(folder: Option<PathBuf>) -> Option<u64> {
    let folder = folder?;
    let measured = tokio::task::spawn_blocking(move || snapshots::disk_bytes(&folder)).await;
    let measured = measured.ok()?;
    measured.inspect_err(|error| tracing::warn!(%error, "the folder of backups cannot be measured")).ok()
}

/// How it stands with backups.
///
/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn status(app: &App, actor: &Actor) -> Result<Backups> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    let settings = &app.config.backup;
    let record = Record::read(app.data_dir());
    Ok(Backups {
        kept: kept(settings.dir.clone()).await?,
        state: record.state(settings, clock::now()),
        every_seconds: settings.dir.as_ref().map(|_| settings.every.as_secs()),
        keep: settings.dir.as_ref().map(|_| settings.keep.get()),
        last_good: record.last_good.map(|good| GoodBackup {
            at: good.at,
            messages: good.messages,
            files: good.files,
            bytes: good.bytes,
            new_bytes: good.copied_bytes,
            missing: good.missing,
        }),
        last_failure: record.last_failure.map(|failed| FailedBackup { at: failed.at, problem: failed.problem }),
    })
}
