//! The copies of the database from before an update, to which there is a way back.

use super::{remove, words};
use crate::error::Result;
use crate::storage::copies::{DATABASE, explain};
use sqlx::SqliteConnection;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// That of the last update, and the one before it.
const KEPT: usize = 2;
/// The copy that is about to be the database again.
pub const RETURNING: &str = "maru.db.returning";
/// What a copy is called while it is made.
const UNFINISHED: &str = ".part";

/// A copy of the database from before a migration.
#[derive(Clone, Debug)]
pub struct KeptCopy {
    pub schema: i64,
    pub path: PathBuf,
    /// When what it is a copy of was last written.
    pub of: SystemTime,
}

pub(super) fn copy_of(data_dir: &Path, schema: i64) -> PathBuf {
    data_dir.join(format!("{DATABASE}.schema-{schema}"))
}

/// When a database was last written that nobody else uses; none when that cannot be known.
pub(super) async fn written_at(connection: &mut SqliteConnection, data_dir: &Path) -> Result<Option<SystemTime>> {
    let database = data_dir.join(DATABASE);
    // What was committed may be in its log until then.
    let settled = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(connection).await;
    let (is_busy, _, _): (bool, i64, i64) = settled.map_err(|error| explain(&database, error))?;
    let written = fs::metadata(&database).and_then(|found| found.modified());
    if is_busy { Ok(None) } else { written.map(Some).map_err(|error| words(&database, &error)) }
}

/// Whether there is a copy of the database as it was last written: an update that failed after it was made, and is begun
/// again and again, goes on with that one.
pub(super) fn is_kept(data_dir: &Path, schema: i64, written_at: SystemTime) -> bool {
    fs::metadata(copy_of(data_dir, schema)).and_then(|copy| copy.modified()).is_ok_and(|of| of == written_at)
}

/// Copies the database to `maru.db.schema-<schema>`. One that is there is of an earlier update, which was taken back since.
pub(super) async fn keep_copy(
    connection: &mut SqliteConnection,
    data_dir: &Path,
    schema: i64,
    written_at: Option<SystemTime>,
) -> Result<()> {
    let target = copy_of(data_dir, schema);
    let unfinished = PathBuf::from(format!("{}{UNFINISHED}", target.display()));
    remove(&unfinished)?;
    // Made before it is written, for its owner alone: SQLite would let everybody read it.
    let private = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished);
    let file = private.map_err(|error| words(&unfinished, &error))?;
    vacuum_into(connection, &unfinished).await?;
    // By this it is known again. Best effort: without it, the next attempt makes another copy in its place.
    let _unknown = written_at.map(|written_at| file.set_modified(written_at));
    let place = || {
        fs::rename(&unfinished, &target)?;
        File::open(data_dir)?.sync_all()
    };
    place().map_err(|error| words(&target, &error))?;
    tracing::info!(copy = %target.display(), "kept a copy of the database from before the migration");
    Ok(())
}

/// Into a file that is there and empty.
pub(super) async fn vacuum_into(connection: &mut SqliteConnection, target: &Path) -> Result<()> {
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
            let of = entry.metadata().and_then(|found| found.modified()).map_err(failed)?;
            found.push(KeptCopy { schema, path: entry.path(), of });
        }
    }
    found.sort_by_key(|copy| std::cmp::Reverse((copy.of, copy.schema)));
    Ok(found)
}

pub(super) fn expire(data_dir: &Path) -> Result<()> {
    for copy in kept_copies(data_dir)?.into_iter().skip(KEPT) {
        remove(&copy.path)?;
        tracing::info!(copy = %copy.path.display(), "removed a copy of the database from before an older migration");
    }
    Ok(())
}

/// What was cut off leaves a copy that is not whole. For whoever holds the folder.
pub(super) fn remove_leftovers(data_dir: &Path) -> Result<()> {
    let failed = |error| words(data_dir, &error);
    for entry in fs::read_dir(data_dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_copy = name.strip_prefix(DATABASE).is_some_and(|ending| ending.starts_with(".schema-"));
        if is_copy && name.ends_with(UNFINISHED) || name.starts_with(RETURNING) {
            remove(&path)?;
        }
    }
    Ok(())
}
