//! A look at the database of a data folder from outside, whether a server runs on it or not.

use super::DATABASE;
use super::migrations::known_schema;
use super::open::options;
use crate::clock::Timestamp;
use crate::error::Result;
use sqlx::{Connection, SqliteConnection};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What was found. Nothing was changed.
#[derive(Clone, Debug)]
pub struct Examined {
    pub schema: i64,
    /// The schema that this program has.
    pub known_schema: i64,
    /// What is damaged, if anything is.
    pub damage: Option<String>,
    /// When the newest message was written.
    pub newest: Option<Timestamp>,
    /// Messages that are not in the search index; none when there is no index that is searched.
    pub unindexed: Option<i64>,
}

/// Looks through the database; with `full` every index is compared with its table, which takes longer. None when there is
/// no database.
///
/// # Errors
/// What SQLite says: that it is damaged so that it cannot be read, or that it may not be.
pub async fn examine(data_dir: &Path, full: bool) -> Result<Option<Examined>> {
    let path = data_dir.join(DATABASE);
    if !path.try_exists().map_err(crate::blobs::io_failure)? {
        return Ok(None);
    }
    loop {
        let before = Rest::of(&path);
        let found = examine_once(&path, before.is_some(), full).await;
        // Pages that somebody wrote in the middle of the look do not go together, and say nothing of damage.
        if before == Rest::of(&path) {
            return found.map(Some);
        }
    }
}

/// A database that nobody uses, as it lies there.
#[derive(PartialEq, Eq)]
struct Rest {
    modified: (i64, i64),
    bytes: u64,
    file: u64,
}

impl Rest {
    /// None while somebody uses it, or did so when the machine went out.
    fn of(database: &Path) -> Option<Self> {
        let log = PathBuf::from(format!("{}-wal", database.display()));
        if log.try_exists().unwrap_or(true) {
            return None;
        }
        let found = std::fs::metadata(database).ok()?;
        Some(Self { modified: (found.mtime(), found.mtime_nsec()), bytes: found.len(), file: found.ino() })
    }
}

async fn examine_once(path: &Path, at_rest: bool, full: bool) -> Result<Examined> {
    let mut options = options(path).create_if_missing(false).read_only(true);
    // A database at rest is read as it lies there: what SQLite would write beside it is not needed.
    if at_rest {
        options = options.immutable(true);
    }
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let found = look(&mut connection, full).await;
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "the database could not be closed in order");
    }
    found
}

async fn look(connection: &mut SqliteConnection, full: bool) -> Result<Examined> {
    let schema = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let check = if full { "PRAGMA integrity_check(1)" } else { "PRAGMA quick_check(1)" };
    let found: String = sqlx::query_scalar(check).fetch_one(&mut *connection).await?;
    let mut examined = Examined {
        schema,
        known_schema: known_schema(),
        damage: (found != "ok").then_some(found),
        newest: None,
        unindexed: None,
    };
    if examined.damage.is_some() || examined.schema != examined.known_schema {
        return Ok(examined);
    }
    let query = "SELECT (SELECT created_at FROM messages ORDER BY id DESC LIMIT 1),
        (SELECT max(coalesce((SELECT max(id) FROM messages), 0) - indexed_up_to, 0)
            FROM search_indexes WHERE state = 'serving') + (SELECT count(*) FROM search_changes)";
    let (newest, unindexed): (Option<i64>, Option<i64>) = sqlx::query_as(query).fetch_one(connection).await?;
    examined.newest = newest.map(Timestamp::from_millis);
    examined.unindexed = unindexed;
    Ok(examined)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes something, and answers with how it stands while whoever wrote is still there.
    async fn rest_beside_a_writer(path: &Path, schema: u8) -> Option<Rest> {
        let mut connection = SqliteConnection::connect_with(&options(path)).await.expect("a connection");
        let change = format!("PRAGMA user_version = {schema}");
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut connection).await.expect("written");
        let rest = Rest::of(path);
        connection.close().await.expect("closed");
        rest
    }

    #[tokio::test]
    async fn a_database_that_somebody_used_meanwhile_was_not_at_rest() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(DATABASE);
        assert!(rest_beside_a_writer(&path, 1).await.is_none(), "it is in use");
        let before = Rest::of(&path);
        assert!(before.is_some() && before == Rest::of(&path), "nobody uses it");
        assert!(rest_beside_a_writer(&path, 2).await.is_none(), "it is in use");
        assert!(Rest::of(&path).is_some() && before != Rest::of(&path), "it was used");
    }
}
