//! Everything as it was at one moment, line by line, and back: what an export has, and what is imported of one.

mod archive;
mod importing;
mod kinds;
mod messages;
mod sql;
mod table;
#[cfg(test)]
mod tests;

pub use archive::{Kept, MessagesOf, Person, Reach, RoomOf};
pub use importing::Import;
pub use kinds::KINDS;
pub use table::Kind;

use super::copies::{DATABASE, Inventory, NeededContent, close, count_in, explain, needed_contents_in};
use super::migrations::known_schema;
use super::open::reading;
use crate::error::{Error, Result};
use futures_util::TryStreamExt;
use sql::Shape;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::path::Path;

/// A database as it was when this was begun, whatever is written to it meanwhile. Beside a server that runs, its log grows
/// until this is closed.
pub struct Moment {
    connection: SqliteConnection,
}

impl Moment {
    /// Begins with the database of a data folder.
    ///
    /// # Errors
    /// In words for the operator: what cannot be read, or is of another version.
    pub async fn begin(data_dir: &Path) -> Result<Self> {
        Self::of(&data_dir.join(DATABASE)).await
    }

    async fn of(database: &Path) -> Result<Self> {
        let failed = |error| explain(database, error);
        let mut connection = SqliteConnection::connect_with(&reading(database)).await.map_err(failed)?;
        // The moment is that of the first read.
        sqlx::query("BEGIN").execute(&mut connection).await.map_err(failed)?;
        let schema: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await.map_err(failed)?;
        let known = known_schema();
        if schema != known {
            close(connection).await;
            return Err(Error::Conflict(format!(
                "{} is of another version of Maru (schema {schema}, this program knows {known}); use the program that \
                 serves it, or let this one bring it up to date with: maru upgrade",
                database.display()
            )));
        }
        Ok(Self { connection })
    }

    /// Counts what there is, with what no export has.
    pub async fn count(&mut self) -> Result<Inventory> {
        Ok(count_in(&mut self.connection).await?)
    }

    /// The contents that files and pages have.
    pub async fn contents(&mut self) -> Result<Vec<NeededContent>> {
        needed_contents_in(&mut self.connection).await
    }

    /// Hands every line of a kind to `each`, one after the other, without a line break. Answers with how many there were.
    ///
    /// # Errors
    /// Those of reading, and of `each`, which ends it.
    pub async fn lines(&mut self, kind: &'static Kind, each: impl FnMut(&str) -> Result<()>) -> Result<u64> {
        self.lines_of(kind, Shape::select_everything, each).await
    }

    async fn lines_where(
        &mut self,
        kind: &'static Kind,
        condition: &str,
        each: impl FnMut(&str) -> Result<()>,
    ) -> Result<u64> {
        self.lines_of(kind, |shape| shape.select(condition), each).await
    }

    async fn lines_of(
        &mut self,
        kind: &'static Kind,
        query: impl FnOnce(&Shape) -> String,
        mut each: impl FnMut(&str) -> Result<()>,
    ) -> Result<u64> {
        let shape = Shape::of(kind);
        let mut rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(query(&shape))).fetch(&mut self.connection);
        let (mut number, mut line) = (0, String::new());
        while let Some(row) = rows.try_next().await? {
            line.clear();
            shape.write(&row, &mut line)?;
            each(&line)?;
            number += 1;
        }
        Ok(number)
    }

    /// Lets go of the moment.
    pub async fn end(self) {
        close(self.connection).await;
    }
}
