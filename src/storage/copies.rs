//! Copies of the whole database: made while others write to it, looked into, and made ready to be used in its place.

use super::failure::NO_ROOM_TO_OPEN;
use super::migrations::MIGRATIONS;
use super::open::{options, reading};
use super::{audit, sessions, settings};
use crate::blobs::Hash;
use crate::contract::AuditAct;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::{Connection, SqliteConnection};
use std::fmt;
use std::path::Path;

/// The database's name in a data folder.
pub const DATABASE: &str = "maru.db";

/// How much a database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// The number of its last migration.
    pub schema: i64,
    pub users: i64,
    pub rooms: i64,
    pub messages: i64,
    pub files: i64,
}

impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { users, rooms, messages, files, .. } = self;
        write!(f, "people: {users}, rooms: {rooms}, messages: {messages}, files: {files}")
    }
}

/// A content that the files of a database have.
#[derive(Clone, Copy, Debug)]
pub struct NeededContent {
    pub hash: Hash,
    /// Of what is kept of it, in bytes.
    pub size: u64,
    pub has_thumbnails: bool,
}

/// Copies the database of a data folder to `target`, which must not exist: everything that was committed before, and
/// nothing of what is half done. Others go on writing meanwhile. Uploads that are not finished are left out.
///
/// # Errors
/// `Unavailable` with what is wrong, in words for the operator.
pub async fn copy_database(data_dir: &Path, target: &Path) -> Result<()> {
    let failed = |error| explain(target, error);
    let database = data_dir.join(DATABASE);
    let mut source =
        SqliteConnection::connect_with(&reading(&database)).await.map_err(|error| explain(&database, error))?;
    let copied = sqlx::query("VACUUM INTO ?").bind(target.to_string_lossy().into_owned()).execute(&mut source).await;
    close(source).await;
    copied.map_err(failed)?;
    let mut copy = connect(target, false).await?;
    // Their bytes are not copied.
    let trimmed = sqlx::query("DELETE FROM files WHERE content_id IS NULL").execute(&mut copy).await;
    close(copy).await;
    trimmed.map_err(failed).map(|_| ())
}

/// Counts what a copy holds.
pub async fn count(copy: &Path) -> Result<Inventory> {
    let mut connection = connect(copy, true).await?;
    let counted = count_in(&mut connection).await;
    close(connection).await;
    counted.map_err(|error| explain(copy, error))
}

/// Looks through all of a copy, and counts what it holds.
///
/// # Errors
/// `Conflict` when it is damaged, or of a newer Maru.
pub async fn inspect(copy: &Path) -> Result<Inventory> {
    let mut connection = connect(copy, true).await?;
    let fault = fault(&mut connection).await;
    close(connection).await;
    if let Some(fault) = fault.map_err(|error| explain(copy, error))? {
        return Err(Error::Conflict(format!("{} is damaged: {fault}", copy.display())));
    }
    let inventory = count(copy).await?;
    let known = MIGRATIONS.len();
    if usize::try_from(inventory.schema).map_or(true, |schema| schema > known) {
        return Err(Error::Conflict(format!(
            "{} was written by a newer Maru (schema {}, this program knows {known})",
            copy.display(),
            inventory.schema
        )));
    }
    Ok(inventory)
}

async fn fault(connection: &mut SqliteConnection) -> sqlx::Result<Option<String>> {
    let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *connection).await?;
    if found != "ok" {
        return Ok(Some(found));
    }
    let orphan = sqlx::query("PRAGMA foreign_key_check").fetch_optional(connection).await?;
    Ok(orphan.map(|_| "a row names another that is not there".to_owned()))
}

pub(super) async fn count_in(connection: &mut SqliteConnection) -> sqlx::Result<Inventory> {
    let schema = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let query = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM rooms), (SELECT count(*) FROM messages),
        (SELECT count(*) FROM sqlite_schema WHERE name = 'files')";
    let (users, rooms, messages, knows_files): (_, _, _, bool) =
        sqlx::query_as(query).fetch_one(&mut *connection).await?;
    // One from before there were any has no table for them.
    let files =
        if knows_files { sqlx::query_scalar("SELECT count(*) FROM files").fetch_one(connection).await? } else { 0 };
    Ok(Inventory { schema, users, rooms, messages, files })
}

/// The contents that the files of a copy have.
pub async fn needed_contents(copy: &Path) -> Result<Vec<NeededContent>> {
    let mut connection = connect(copy, true).await?;
    let needed = needed_contents_in(&mut connection).await;
    close(connection).await;
    needed
}

pub(super) async fn needed_contents_in(connection: &mut SqliteConnection) -> Result<Vec<NeededContent>> {
    let query = "SELECT hash, size, thumbnails IS NOT NULL FROM contents
        WHERE id NOT IN (SELECT content_id FROM unused_contents) ORDER BY hash";
    let found: Vec<(Vec<u8>, i64, bool)> = sqlx::query_as(query).fetch_all(connection).await?;
    let needed = found.into_iter().map(|(hash, size, has_thumbnails)| {
        let hash = <[u8; 32]>::try_from(hash.as_slice()).map_err(Error::internal)?;
        Ok(NeededContent { hash: Hash::from_bytes(hash), size: size.unsigned_abs(), has_thumbnails })
    });
    needed.collect()
}

/// Makes a restored database one that clients do not take for what they knew, and in which they stay logged in.
pub async fn begin_epoch(copy: &Path) -> Result<()> {
    let mut connection = connect(copy, false).await?;
    let begun = begin_epoch_in(&mut connection).await;
    close(connection).await;
    begun
}

async fn begin_epoch_in(connection: &mut SqliteConnection) -> Result<()> {
    settings::begin_epoch(connection).await?;
    sessions::mark_restored(connection).await?;
    audit::note_beside(connection, AuditAct::BackupRestored, &json!({})).await
}

/// A copy is one file, beside which none may stay.
pub(super) async fn connect(database: &Path, read_only: bool) -> Result<SqliteConnection> {
    let alone = options(database).journal_mode(SqliteJournalMode::Delete);
    let alone = alone.create_if_missing(false).read_only(read_only);
    SqliteConnection::connect_with(&alone).await.map_err(|error| explain(database, error))
}

pub(super) async fn close(connection: SqliteConnection) {
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "a copy could not be closed in order");
    }
}

pub(super) fn explain(path: &Path, error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok()).unwrap_or(0);
    let path = path.display();
    if code == NO_ROOM_TO_OPEN {
        return Error::Unavailable(format!("{path} cannot be opened: the disk is full"));
    }
    match code & 0xff {
        11 | 26 => Error::Conflict(format!("{path} is damaged: {error}")),
        13 => Error::Unavailable(format!("{path} could not be written: the disk is full")),
        8 | 10 | 14 => Error::Unavailable(format!("{path} cannot be read or written: {error}")),
        _ => error.into(),
    }
}
