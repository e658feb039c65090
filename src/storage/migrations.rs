//! From an older database to the present one: which changes there are, and the room that they need.

mod kept;
mod trial;

pub use kept::{KeptCopy, RETURNING, kept_copies};
pub use trial::{Trial, try_upgrade};

use super::copies::{DATABASE, close, explain};
use super::open::options;
use super::settings;
use crate::blobs;
use crate::config::rounded;
use crate::error::{Error, Result};
use kept::{expire, keep_copy};
use sqlx::sqlite::SqliteJournalMode;
use sqlx::{Connection, SqliteConnection};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// One change of how things are kept.
#[derive(Debug)]
pub(super) struct Migration {
    pub name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($($name:literal in $file:literal,)+) => {
        &[$(Migration { name: $name, sql: include_str!(concat!("../../migrations/", $file, ".sql")) },)+]
    };
}

/// Every migration in order; `PRAGMA user_version` tells how many a database has had.
pub(super) const MIGRATIONS: &[Migration] = migrations! {
    "core" in "0001_core",
    "search" in "0002_search",
    "favourites" in "0003_favourites",
    "notifications" in "0004_notifications",
    "streams and tasks" in "0005_streams_tasks",
    "reminders" in "0006_reminders",
    "files" in "0007_files",
    "order of tasks" in "0008_task_order",
    "previews" in "0009_previews",
    "sweeping" in "0010_sweeping",
    "display names" in "0011_display_names",
    "times of messages" in "0012_message_times",
    "unread threads" in "0013_unread_threads",
    "emoji" in "0014_emoji",
    "audit log" in "0015_audit",
    "people" in "0016_people",
    "moderation" in "0017_moderation",
    "retention and announcements" in "0018_governing",
    "voice messages" in "0019_voice",
    "cluster" in "0020_cluster",
    "second factor" in "0021_two_factor",
    "reports and passwords" in "0022_reports_passwords",
};
/// What every migration may need beside what the database takes.
const SPARE: u64 = 16 * 1024 * 1024;
/// How far a database is from the present one.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// How many migrations it has had.
    pub from: i64,
    /// How many there are.
    pub to: i64,
    /// The version of Maru that used it last; unknown of the first ones.
    pub version: Option<String>,
}

/// How many migrations this program knows.
pub fn known_schema() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Looks how far a database is, and changes nothing.
///
/// # Errors
/// `Unavailable` when it was written by a newer Maru, in words that name it and the ways on.
pub(super) async fn look(connection: &mut SqliteConnection, known: &[Migration]) -> Result<Upgrade> {
    let from: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let to = i64::try_from(known.len()).unwrap_or(i64::MAX);
    let version = if from > 0 { settings::version(connection).await? } else { None };
    if from <= to {
        return Ok(Upgrade { from, to, version });
    }
    let newer = version.map_or_else(|| "a newer Maru".to_owned(), |version| format!("Maru {version}"));
    Err(Error::Unavailable(format!(
        "this database was written by {newer} (schema {from}), and this is Maru {}, which knows schema {to}; start {newer} \
         again, or go back to the copy from before the update with: maru downgrade",
        env!("CARGO_PKG_VERSION")
    )))
}

/// Makes the database of a data folder the present one, after a copy of what it was.
///
/// # Errors
/// `Unavailable` in words for the operator: a newer database, no room. Then nothing was changed.
pub(super) async fn migrate(
    connection: &mut SqliteConnection,
    data_dir: &Path,
    known: &[Migration],
) -> Result<Upgrade> {
    kept::remove_leftovers(data_dir)?;
    trial::remove_abandoned(data_dir)?;
    let upgrade = look(connection, known).await?;
    if upgrade.from < upgrade.to {
        if upgrade.from > 0 {
            prepare(connection, data_dir, &upgrade).await?;
        }
        apply(connection, upgrade.from, known).await?;
        expire(data_dir)?;
    }
    if upgrade.version.as_deref() != Some(env!("CARGO_PKG_VERSION")) {
        settings::note_version(connection).await?;
    }
    Ok(upgrade)
}

/// Sees to it that there is room, and a copy of what is about to be changed.
async fn prepare(connection: &mut SqliteConnection, data_dir: &Path, upgrade: &Upgrade) -> Result<()> {
    let Upgrade { from, to, .. } = *upgrade;
    let written_at = kept::written_at(connection, data_dir).await?;
    let is_kept = written_at.is_some_and(|written_at| kept::is_kept(data_dir, from, written_at));
    check_room(connection, data_dir, blobs::free_bytes(data_dir)?, if is_kept { 1 } else { 2 }).await?;
    if is_kept {
        tracing::info!(from, to, "changing the database, of which an earlier attempt has kept a copy");
        return Ok(());
    }
    tracing::info!(from, to, "changing the database, after a copy of it");
    keep_copy(connection, data_dir, from, written_at).await
}

/// All of them are one transaction: whatever cuts an update off, the database is what it was, and so is the copy of it.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    from: i64,
    known: &[Migration],
) -> Result<Vec<(&'static str, Duration)>> {
    let mut steps = Vec::new();
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for migration in known.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)) {
        let begun = Instant::now();
        let changed = sqlx::raw_sql(migration.sql).execute(&mut *transaction).await;
        changed.map_err(|error| refused(migration, &error))?;
        steps.push((migration.name, begun.elapsed()));
    }
    let set_version = format!("PRAGMA user_version = {}", known.len());
    sqlx::raw_sql(sqlx::AssertSqlSafe(set_version)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    tracing::info!(from, schema = known.len(), changes = ?steps, "migrated the database");
    Ok(steps)
}

fn refused(migration: &Migration, error: &sqlx::Error) -> Error {
    let name = migration.name;
    Error::Unavailable(format!(
        "changing the database for this version failed, and nothing was changed ({name}: {error}); the former version \
         still serves it"
    ))
}

/// What a copy takes: the pages that are in use.
async fn bytes_in_use(connection: &mut SqliteConnection) -> Result<u64> {
    let query = "SELECT (page_count - freelist_count) * page_size
        FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
    let bytes: i64 = sqlx::query_scalar(query).fetch_one(connection).await?;
    Ok(bytes.unsigned_abs())
}

/// A migration may write every row anew, and what it writes lies in the log until it is done: that is what the
/// database takes, and a copy of it as much again. `times` is how often that is.
async fn check_room(connection: &mut SqliteConnection, data_dir: &Path, free: u64, times: u64) -> Result<()> {
    let needed = bytes_in_use(connection).await? * times + SPARE;
    if free < needed {
        return Err(Error::Unavailable(format!(
            "the database has to be changed for this version, and that needs {} of free room in {}, where {} may be \
             taken; nothing was changed",
            rounded(needed),
            data_dir.display(),
            rounded(free)
        )));
    }
    Ok(())
}

/// Makes the database of a data folder the present one, which nobody may use meanwhile.
///
/// # Errors
/// As [`try_upgrade`].
pub async fn upgrade(data_dir: &Path) -> Result<Upgrade> {
    let database = data_dir.join(DATABASE);
    let there = options(&database).create_if_missing(false);
    let mut connection = SqliteConnection::connect_with(&there).await.map_err(|error| explain(&database, error))?;
    let upgraded = migrate(&mut connection, data_dir, MIGRATIONS).await;
    close(connection).await;
    upgraded
}

/// How many migrations a database has had that nobody uses, and which version used it last. What its log holds is brought
/// into it, so that it is one file.
///
/// # Errors
/// In words for the operator, when it is damaged or in use.
pub async fn settle(database: &Path) -> Result<(i64, Option<String>)> {
    let there = options(database).create_if_missing(false).journal_mode(SqliteJournalMode::Delete);
    let mut connection = SqliteConnection::connect_with(&there).await.map_err(|error| explain(database, error))?;
    let look = async |connection: &mut SqliteConnection| {
        let schema = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
        let version = if schema > 0 { settings::version(connection).await? } else { None };
        Ok::<_, Error>((schema, version))
    };
    let looked = look(&mut connection).await;
    close(connection).await;
    let log = PathBuf::from(format!("{}-wal", database.display()));
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(Error::Conflict(format!("{} is in use by another program", database.display())));
    }
    looked
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(words(path, &error)),
        _ => Ok(()),
    }
}

fn words(path: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
