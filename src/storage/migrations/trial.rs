//! Trying an upgrade on a copy.

use super::kept::vacuum_into;
use super::{MIGRATIONS, Upgrade, apply, check_room, look, remove, words};
use crate::blobs;
use crate::error::{Error, Result};
use crate::storage::copies::{DATABASE, close, explain};
use crate::storage::open::{options, reading};
use sqlx::{Connection, SqliteConnection};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// What a copy is called that the migrations are tried on.
pub(super) const TRIAL: &str = "maru.db.trial";

/// What came of trying an upgrade on a copy.
#[derive(Clone, Debug)]
pub struct Trial {
    pub upgrade: Upgrade,
    /// The name of each migration, and how long it took.
    pub steps: Vec<(&'static str, Duration)>,
    /// All of them together, with bringing them to the disk.
    pub changing: Duration,
    pub copying: Duration,
    /// What the copy takes that is kept, in bytes.
    pub copy_bytes: u64,
    /// What the migrations take beside it, in bytes: at the end, or meanwhile if that is more.
    pub more_bytes: u64,
}

/// Tries on a copy what an upgrade would do, and removes the copy. A server may run meanwhile, an older one too; it is
/// left `reserve` bytes of the free room.
///
/// # Errors
/// In words for the operator: a newer database, no room, a migration that fails, another who tries it.
pub async fn try_upgrade(data_dir: &Path, reserve: u64) -> Result<Trial> {
    let database = data_dir.join(DATABASE);
    let trial = data_dir.join(TRIAL);
    let failed = |error: io::Error| words(&trial, &error);
    let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&trial);
    // Open to the end: closing it would take away the locks that SQLite has on it.
    let held = opened.map_err(failed)?;
    if held.try_lock().is_err() {
        return Err(Error::Conflict(format!("an upgrade of {} is being tried already", data_dir.display())));
    }
    held.set_len(0).map_err(failed)?;
    let tried = try_on(&database, &trial, data_dir, reserve).await;
    remove_trial(data_dir)?;
    drop(held);
    tried
}

async fn try_on(database: &Path, trial: &Path, data_dir: &Path, reserve: u64) -> Result<Trial> {
    let mut source =
        SqliteConnection::connect_with(&reading(database)).await.map_err(|error| explain(database, error))?;
    let upgrade = look(&mut source, MIGRATIONS).await?;
    if upgrade.from >= upgrade.to {
        close(source).await;
        let (changing, copying) = (Duration::ZERO, Duration::ZERO);
        return Ok(Trial { upgrade, steps: Vec::new(), changing, copying, copy_bytes: 0, more_bytes: 0 });
    }
    check_room(&mut source, data_dir, blobs::free_bytes(data_dir)?.saturating_sub(reserve), 2).await?;
    let begun = Instant::now();
    vacuum_into(&mut source, trial).await?;
    close(source).await;
    let copying = begun.elapsed();
    let size = |ending: &str| fs::metadata(format!("{}{ending}", trial.display())).map_or(0, |found| found.len());
    let copy_bytes = size("");
    let there = options(trial).create_if_missing(false);
    let mut copy = SqliteConnection::connect_with(&there).await.map_err(|error| explain(trial, error))?;
    let begun = Instant::now();
    let steps = apply(&mut copy, upgrade.from, MIGRATIONS).await;
    let changing = begun.elapsed();
    let log = size("-wal");
    close(copy).await;
    let more_bytes = size("").saturating_sub(copy_bytes) + log;
    Ok(Trial { upgrade, steps: steps?, changing, copying, copy_bytes, more_bytes })
}

/// What one leaves that was cut off. Whoever tries an upgrade meanwhile goes on, and removes it.
pub(super) fn remove_abandoned(data_dir: &Path) -> Result<()> {
    let is_abandoned = File::open(data_dir.join(TRIAL)).is_ok_and(|trial| trial.try_lock().is_ok());
    if is_abandoned { remove_trial(data_dir) } else { Ok(()) }
}

fn remove_trial(data_dir: &Path) -> Result<()> {
    ["-wal", "-shm", ""].iter().try_for_each(|ending| remove(&data_dir.join(format!("{TRIAL}{ending}"))))
}
