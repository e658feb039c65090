//! Opening the database: settings of SQLite, migrations, the epoch.

use super::cluster::{self, Node};
use super::commit_log::Log;
use super::copies::explain;
use super::maintenance::Checkpoints;
use super::migrations::{self, MIGRATIONS};
use super::search::{self, Fault, Feed, Searchers};
use super::transaction::Transaction;
use super::writer::{Turns, Writer};
use super::{DATABASE, Notices, Storage, departures, settings, streams};
use crate::clock::{self, Timestamp};
use crate::error::{Error, Result};
use log::LevelFilter;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, UNIX_EPOCH};
use tokio::sync::{Semaphore, mpsc};

/// SQLite before it could corrupt a write-ahead log when it was reset (https://www.sqlite.org/releaselog/3_51_3.html).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];
/// Pages that each connection keeps, as SQLite counts: KiB, negative. What is not there is in the system's cache, a
/// microsecond away; there are up to ten connections, and each fills its cache in the course of time.
const CACHE: &str = "-4096";
const READERS: u32 = 6;
/// Snapshots read at the same time; the readers beyond them are for everything else, also while thousands connect.
const SNAPSHOTS: usize = 4;
/// The target of log lines about statements, of which only slow ones have any.
pub const SLOW_QUERIES: &str = "sqlx::query";
/// How long a read may wait for a reader.
pub(super) const READ_WITHIN: Duration = Duration::from_secs(10);
/// Commits whose notices may wait for the broadcaster; beyond it, the writer waits.
const UNTOLD_COMMITS: usize = 256;

/// An opened database.
pub struct Opened {
    pub storage: Storage,
    pub notices: Notices,
    /// Changes when a backup is restored: what clients keep of an older epoch is void.
    pub epoch: String,
    /// What every server commits, where there are several, and the number of the last commit before.
    pub log: Option<(Log, i64)>,
}

impl Storage {
    /// Opens the database of a data folder, and makes or migrates it. Statements that take longer than `slow_query` are
    /// logged, without what they were given.
    ///
    /// # Errors
    /// In words for the operator: a database newer than this program, a folder that cannot be written.
    pub async fn open(data_dir: &Path, slow_query: Duration) -> Result<Opened> {
        Self::open_among(data_dir, slow_query, None).await
    }

    /// As `open`, as one of several servers. Those that come after the first take the database as it is.
    ///
    /// # Errors
    /// As `open`; `Conflict` when the others have another schema.
    pub async fn open_among(data_dir: &Path, slow_query: Duration, node: Option<Node>) -> Result<Opened> {
        let path = data_dir.join(DATABASE);
        let last_written = last_written(&path);
        let mut connection = connect(&path, slow_query).await?;
        if node.is_none_or(|node| node.first) {
            migrations::migrate(&mut connection, data_dir, MIGRATIONS).await?;
            departures::presume(&mut connection, last_written.unwrap_or_else(clock::now)).await?;
        } else {
            let found = migrations::look(&mut connection, MIGRATIONS).await?;
            if found.from != found.to {
                return Err(cluster::other_schema(found.from, found.to));
            }
        }
        let epoch = settings::epoch(&mut connection).await?;
        let live = Arc::new(streams::Live::default());
        let mut transaction = Transaction::new(connection, live.clone());
        clear_up(&mut transaction, node).await?;
        let log = match node {
            Some(node) => {
                transaction.node = Some(node.id);
                Some(Log::open(logging(&path, slow_query), node.id, live.clone()).await?)
            }
            None => None,
        };

        let (told, notices) = mpsc::channel(UNTOLD_COMMITS);
        let index_fault = Fault::default();
        // Of several servers one keeps the index up, which is decided later.
        let keeps_index = Arc::new(AtomicBool::new(node.is_none()));
        let turns = node.map(|_| Turns::open(data_dir)).transpose()?;
        let feed = Feed::new(index_fault.clone());
        let writer = Writer::start(transaction, told, feed, keeps_index.clone(), turns);
        streams::start_writing(writer.clone(), live.clone());
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .min_connections(0)
            .acquire_timeout(READ_WITHIN)
            .test_before_acquire(false)
            .connect_lazy_with(logging(&path, slow_query).read_only(true));
        let checkpoints = SqliteConnection::connect_with(&options(&path)).await?;
        let checkpoints = Arc::new(Checkpoints::start(checkpoints, &path));
        let snapshots = Arc::new(Semaphore::new(SNAPSHOTS));
        let searchers = Arc::new(Searchers::new(logging(&path, slow_query).read_only(true)));
        let storage = Self {
            writer,
            readers,
            snapshots,
            searchers,
            long_reads: Arc::default(),
            checkpoints,
            index_fault,
            keeps_index,
            live,
            receipts: true,
            file_measures: Arc::default(),
            database: path,
        };
        Ok(Opened { storage, notices, epoch, log })
    }
}

/// The connection that writes.
async fn connect(path: &Path, slow_query: Duration) -> Result<SqliteConnection> {
    let connected = SqliteConnection::connect_with(&logging(path, slow_query)).await;
    let mut connection = connected.map_err(|error| match explain(path, error) {
        Error::Conflict(damage) => Error::Conflict(format!(
            "{damage}; keep the folder aside, and bring back the last good backup with maru restore"
        )),
        other => other,
    })?;
    check_sqlite_version(&mut connection).await?;
    Ok(connection)
}

/// Puts in order what servers left that are gone; none is there but this one when it does.
async fn clear_up(transaction: &mut Transaction, node: Option<Node>) -> Result<()> {
    if node.is_some_and(|node| !node.first) {
        return Ok(());
    }
    cluster::forget(&mut transaction.connection).await?;
    search::prepare(&mut transaction.connection).await?;
    streams::end_orphans(transaction).await
}

/// The version of the SQLite that is linked in.
pub async fn sqlite_version() -> Result<String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    Ok(sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await?)
}

/// As `options`, with slow statements in the log.
fn logging(path: &Path, slow_query: Duration) -> SqliteConnectOptions {
    options(path).log_slow_statements(LevelFilter::Warn, slow_query)
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

/// For looking into a database that others may use. It may be one that no server has opened yet, whose log is of another
/// kind, and stays so.
pub(super) fn reading(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "MEMORY")
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
