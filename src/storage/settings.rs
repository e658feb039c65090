//! Facts about the server as a whole.

use super::{Storage, accounts};
use crate::error::Result;
use sqlx::SqliteConnection;

/// The epoch of this database; made at the first start.
pub(super) async fn epoch(connection: &mut SqliteConnection) -> Result<String> {
    let fresh = fresh_epoch();
    sqlx::query("INSERT INTO settings (name, value) VALUES ('epoch', ?) ON CONFLICT (name) DO NOTHING")
        .bind(fresh)
        .execute(&mut *connection)
        .await?;
    Ok(sqlx::query_scalar("SELECT value FROM settings WHERE name = 'epoch'").fetch_one(connection).await?)
}

/// The version of Maru that used the database last; the first ones did not note it.
pub(super) async fn version(connection: &mut SqliteConnection) -> Result<Option<String>> {
    let query = "SELECT value FROM settings WHERE name = 'version'";
    Ok(sqlx::query_scalar(query).fetch_optional(connection).await?)
}

/// Notes that this version uses the database.
pub(super) async fn note_version(connection: &mut SqliteConnection) -> Result<()> {
    let query = "INSERT INTO settings (name, value) VALUES ('version', ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(query).bind(env!("CARGO_PKG_VERSION")).execute(connection).await?;
    Ok(())
}

/// Puts another epoch in the place of what was there.
pub(super) async fn begin_epoch(connection: &mut SqliteConnection) -> Result<()> {
    let query = "INSERT INTO settings (name, value) VALUES ('epoch', ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(query).bind(fresh_epoch()).execute(connection).await?;
    Ok(())
}

fn fresh_epoch() -> String {
    format!("{:016x}", rand::random::<u64>())
}

impl Storage {
    /// Whether no person has an account yet.
    pub async fn needs_setup(&self) -> Result<bool> {
        Ok(!accounts::has_people(&mut *self.readers.acquire().await?).await?)
    }
}
