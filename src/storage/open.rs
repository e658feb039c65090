//! Opening the database: settings of SQLite, migrations with a snapshot before, the epoch.

use super::search::{self, Fault, Feed, Searchers};
use super::{DATABASE, Notices, Storage, departures, maintenance, settings, streams, writer::Writer};
use crate::clock::{self, Timestamp};
use crate::error::{Error, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tokio::sync::{Semaphore, mpsc};

/// Every migration in order; `PRAGMA user_version` tells how many a database has had.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_core.sql"),
    include_str!("../../migrations/0002_search.sql"),
    include_str!("../../migrations/0003_favourites.sql"),
    include_str!("../../migrations/0004_notifications.sql"),
    include_str!("../../migrations/0005_streams_tasks.sql"),
    include_str!("../../migrations/0006_reminders.sql"),
    include_str!("../../migrations/0007_files.sql"),
    include_str!("../../migrations/0008_task_order.sql"),
    include_str!("../../migrations/0009_previews.sql"),
    include_str!("../../migrations/0010_sweeping.sql"),
];
/// SQLite before it could corrupt a write-ahead log when it was reset (https://www.sqlite.org/releaselog/3_51_3.html).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];
/// Pages that each connection keeps, as SQLite counts: KiB, negative. What is not there is in the system's cache, a
/// microsecond away; there are up to ten connections, and each fills its cache in the course of time.
const CACHE: &str = "-4096";
const READERS: u32 = 6;
/// Snapshots read at the same time; the readers beyond them are for everything else, also while thousands connect.
const SNAPSHOTS: usize = 4;
/// How long a read may wait for a reader.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// Commits whose notices may wait for the broadcaster; beyond it, the writer waits.
const UNTOLD_COMMITS: usize = 256;

/// An opened database.
pub struct Opened {
    pub storage: Storage,
    pub notices: Notices,
    /// Changes when a backup is restored: what clients keep of an older epoch is void.
    pub epoch: String,
}

impl Storage {
    /// Opens the database of a data folder, and makes or migrates it.
    ///
    /// # Errors
    /// In words for the operator: a database newer than this program, a folder that cannot be written.
    pub async fn open(data_dir: &Path) -> Result<Opened> {
        let path = data_dir.join(DATABASE);
        let last_written = last_written(&path);
        let mut connection = SqliteConnection::connect_with(&options(&path)).await?;
        check_sqlite_version(&mut connection).await?;
        migrate(&mut connection, data_dir).await?;
        departures::presume(&mut connection, last_written.unwrap_or_else(clock::now)).await?;
        let epoch = settings::epoch(&mut connection).await?;
        search::prepare(&mut connection).await?;
        streams::end_orphans(&mut connection).await?;

        let (told, notices) = mpsc::channel(UNTOLD_COMMITS);
        let index_fault = Fault::default();
        let live = Arc::new(streams::Live::default());
        let writer = Writer::start(connection, told, Feed::new(index_fault.clone()), live.clone());
        streams::start_writing(writer.clone(), live.clone());
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(0)
            .acquire_timeout(READ_WITHIN)
            .test_before_acquire(false)
            .connect_lazy_with(options(&path).read_only(true));
        let checkpoints = SqliteConnection::connect_with(&options(&path)).await?;
        maintenance::start_checkpoints(checkpoints, &path);
        let snapshots = Arc::new(Semaphore::new(SNAPSHOTS));
        let searchers = Arc::new(Searchers::new(options(&path).read_only(true)));
        let storage = Self { writer, readers, snapshots, searchers, index_fault, live, receipts: true };
        Ok(Opened { storage, notices, epoch })
    }
}

/// The version of the SQLite that is linked in.
pub async fn sqlite_version() -> Result<String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    Ok(sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await?)
}

pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(256)
        .pragma("cache_size", CACHE)
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "0")
        .pragma("journal_size_limit", "67108864")
        // Checkpoints run beside the writer (maintenance.rs); this is the safety net should they fall behind.
        .pragma("wal_autocheckpoint", "16000")
}

/// When a server last committed something here: the last sign of life of one that crashed.
fn last_written(database: &Path) -> Option<Timestamp> {
    let log = PathBuf::from(format!("{}-wal", database.display()));
    let modified =
        [database, &log].into_iter().filter_map(|file| std::fs::metadata(file).ok()?.modified().ok()).max()?;
    let since_1970 = modified.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(0) + since_1970)
}

async fn check_sqlite_version(connection: &mut SqliteConnection) -> Result<()> {
    let text: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(connection).await?;
    let version: Vec<u32> = text.split('.').filter_map(|part| part.parse().ok()).collect();
    if version.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(Error::Unavailable(format!("SQLite {text} is too old; at least 3.51.3 is needed")));
    }
    Ok(())
}

async fn migrate(connection: &mut SqliteConnection, data_dir: &Path) -> Result<()> {
    let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(Error::Unavailable(format!(
            "this database was written by a newer Maru (schema {version}, this program knows {}); start that one again",
            MIGRATIONS.len()
        )));
    }
    if done > 0 && done < MIGRATIONS.len() {
        snapshot(connection, data_dir, version).await?;
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
        let set_version = format!("PRAGMA user_version = {}", index + 1);
        sqlx::raw_sql(sqlx::AssertSqlSafe(set_version)).execute(&mut *transaction).await?;
        transaction.commit().await?;
        tracing::info!(schema = index + 1, "migrated the database");
    }
    Ok(())
}

/// A copy of the database as it was before a migration, beside it: `maru.db.schema-<version>`.
async fn snapshot(connection: &mut SqliteConnection, data_dir: &Path, version: i64) -> Result<()> {
    let target: PathBuf = data_dir.join(format!("maru.db.schema-{version}"));
    if target.exists() {
        return Ok(());
    }
    let unfinished = data_dir.join(format!("maru.db.schema-{version}.part"));
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).map_err(Error::internal)?;
    }
    sqlx::query("VACUUM INTO ?").bind(unfinished.to_string_lossy().as_ref()).execute(connection).await?;
    std::fs::File::open(&unfinished).and_then(|file| file.sync_all()).map_err(Error::internal)?;
    std::fs::rename(&unfinished, &target).map_err(Error::internal)?;
    tracing::info!(snapshot = %target.display(), "kept a copy of the database from before the migration");
    Ok(())
}
