//! From an older database to the present one: which changes there are, the room that they need, and the copy of what was
//! before, to which there is a way back.

use super::copies::{DATABASE, close, explain};
use super::open::{options, reading};
use super::settings;
use crate::blobs;
use crate::config::rounded;
use crate::error::{Error, Result};
use sqlx::sqlite::SqliteJournalMode;
use sqlx::{Connection, SqliteConnection};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

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
    "emoji" in "0014_emoji",
};
/// Copies from before a migration that are kept: that of the last update, and the one before it.
const KEPT: usize = 2;
/// What every migration may need beside what the database takes.
const SPARE: u64 = 16 * 1024 * 1024;
/// What a copy is called that the migrations are tried on.
const TRIAL: &str = "maru.db.trial";
/// The copy that is about to be the database again.
pub const RETURNING: &str = "maru.db.returning";
/// What a copy is called while it is made.
const UNFINISHED: &str = ".part";

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

/// A copy of the database from before a migration.
#[derive(Clone, Debug)]
pub struct KeptCopy {
    pub schema: i64,
    pub path: PathBuf,
    pub made: SystemTime,
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
    remove_leftovers(data_dir)?;
    let upgrade = look(connection, known).await?;
    if upgrade.from < upgrade.to {
        if upgrade.from > 0 {
            check_room(connection, data_dir, blobs::free_bytes(data_dir)?).await?;
            tracing::info!(from = upgrade.from, to = upgrade.to, "changing the database, after a copy of it");
            keep_copy(connection, data_dir, upgrade.from).await?;
        }
        apply(connection, upgrade.from, known).await?;
        expire(data_dir)?;
    }
    if upgrade.version.as_deref() != Some(env!("CARGO_PKG_VERSION")) {
        settings::note_version(connection).await?;
    }
    Ok(upgrade)
}

/// All of them are one transaction: whatever cuts an update off, the database is what it was, and so is the copy of it.
async fn apply(
    connection: &mut SqliteConnection,
    from: i64,
    known: &[Migration],
) -> Result<Vec<(&'static str, Duration)>> {
    let mut steps = Vec::new();
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for migration in known.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)) {
        let begun = Instant::now();
        sqlx::raw_sql(migration.sql).execute(&mut *transaction).await?;
        steps.push((migration.name, begun.elapsed()));
    }
    let set_version = format!("PRAGMA user_version = {}", known.len());
    sqlx::raw_sql(sqlx::AssertSqlSafe(set_version)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    tracing::info!(from, schema = known.len(), changes = ?steps, "migrated the database");
    Ok(steps)
}

/// What a copy takes: the pages that are in use.
async fn bytes_in_use(connection: &mut SqliteConnection) -> Result<u64> {
    let query = "SELECT (page_count - freelist_count) * page_size
        FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
    let bytes: i64 = sqlx::query_scalar(query).fetch_one(connection).await?;
    Ok(bytes.unsigned_abs())
}

/// A migration may write every row anew, and what it writes lies in the log until it is done.
async fn check_room(connection: &mut SqliteConnection, data_dir: &Path, free: u64) -> Result<()> {
    let needed = bytes_in_use(connection).await? * 2 + SPARE;
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

fn copy_of(data_dir: &Path, schema: i64) -> PathBuf {
    data_dir.join(format!("{DATABASE}.schema-{schema}"))
}

/// Copies the database to `maru.db.schema-<schema>`. One that is there is of an earlier update, which was taken back since.
async fn keep_copy(connection: &mut SqliteConnection, data_dir: &Path, schema: i64) -> Result<()> {
    let target = copy_of(data_dir, schema);
    let unfinished = PathBuf::from(format!("{}{UNFINISHED}", target.display()));
    remove(&unfinished)?;
    // Made before it is written, for its owner alone: SQLite would let everybody read it.
    let private = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished);
    private.map_err(|error| words(&unfinished, &error))?;
    vacuum_into(connection, &unfinished).await?;
    let place = || {
        fs::rename(&unfinished, &target)?;
        File::open(data_dir)?.sync_all()
    };
    place().map_err(|error| words(&target, &error))?;
    tracing::info!(copy = %target.display(), "kept a copy of the database from before the migration");
    Ok(())
}

/// Into a file that is there and empty.
async fn vacuum_into(connection: &mut SqliteConnection, target: &Path) -> Result<()> {
    let copied = sqlx::query("VACUUM INTO ?").bind(target.to_string_lossy().as_ref()).execute(connection).await;
    if let Err(error) = copied {
        // Best effort: the next one removes it as well.
        let _left = remove(target);
        return Err(explain(target, error));
    }
    File::open(target).and_then(|file| file.sync_all()).map_err(|error| words(target, &error))
}

/// The copies from before a migration, the newest first.
///
/// # Errors
/// `Unavailable` when the folder cannot be read.
pub fn kept_copies(data_dir: &Path) -> Result<Vec<KeptCopy>> {
    let failed = |error| words(data_dir, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(data_dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let schema = name.to_str().and_then(|name| name.strip_prefix(DATABASE)?.strip_prefix(".schema-")?.parse().ok());
        if let Some(schema) = schema {
            let made = entry.metadata().and_then(|found| found.modified()).map_err(failed)?;
            found.push(KeptCopy { schema, path: entry.path(), made });
        }
    }
    found.sort_by_key(|copy| std::cmp::Reverse((copy.made, copy.schema)));
    Ok(found)
}

fn expire(data_dir: &Path) -> Result<()> {
    for copy in kept_copies(data_dir)?.into_iter().skip(KEPT) {
        remove(&copy.path)?;
        tracing::info!(copy = %copy.path.display(), "removed a copy of the database from before an older migration");
    }
    Ok(())
}

/// What was cut off leaves a copy that is not whole. For whoever holds the folder.
fn remove_leftovers(data_dir: &Path) -> Result<()> {
    let failed = |error| words(data_dir, &error);
    for entry in fs::read_dir(data_dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_copy = name.strip_prefix(DATABASE).is_some_and(|ending| ending.starts_with(".schema-"));
        if is_copy && name.ends_with(UNFINISHED) || name.starts_with(RETURNING) {
            remove(&path)?;
        }
    }
    let trial = data_dir.join(TRIAL);
    // Whoever tries an upgrade meanwhile goes on, and removes it.
    let is_abandoned = File::open(&trial).is_ok_and(|trial| trial.try_lock().is_ok());
    if is_abandoned { remove_trial(data_dir) } else { Ok(()) }
}

fn remove_trial(data_dir: &Path) -> Result<()> {
    ["-wal", "-shm", ""].iter().try_for_each(|ending| remove(&data_dir.join(format!("{TRIAL}{ending}"))))
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
    check_room(&mut source, data_dir, blobs::free_bytes(data_dir)?.saturating_sub(reserve)).await?;
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
