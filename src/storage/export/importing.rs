//! Lines of an export become the rows of a new database.

use super::sql::Shape;
use super::{Kind, Moment};
use crate::error::{Error, Result};
use crate::storage::copies::{close, connect, explain};
use crate::storage::migrations::{self, MIGRATIONS};
use crate::storage::open::options;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::path::{Path, PathBuf};

/// What follows from the rest, and no export has.
const DERIVED: &[&str] = &[
    "INSERT INTO message_times SELECT id >> 10, min(created_at), max(created_at) FROM messages GROUP BY id >> 10",
    "INSERT INTO open_streams (message_id) SELECT id FROM messages WHERE stream ->> '$.state' = 'open'",
    // Those that nothing has are looked at, and go.
    "INSERT INTO withdrawn_files SELECT id FROM files f WHERE sent_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM message_files x WHERE x.file_id = f.id)",
    "INSERT INTO loose_link_pages SELECT id FROM link_pages p
        WHERE NOT EXISTS (SELECT 1 FROM message_links x WHERE x.page_id = p.id)",
];

/// Tables whose rows have ids on the wire, and what is one.
const WITH_IDS: &[&str] = &["users", "rooms", "files", "tasks", "reminders", "invites", "reports", "announcements"];
const IS_ID: &str = "length(pid) = 26 AND pid NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*' AND pid < '8'";

/// A database that is being filled. Nothing of it is there before it is finished.
pub struct Import {
    connection: SqliteConnection,
    database: PathBuf,
}

impl Import {
    /// Begins a database where there is none.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn begin(database: &Path) -> Result<Self> {
        let failed = |error| explain(database, error);
        let alone = options(database).journal_mode(SqliteJournalMode::Delete);
        let mut connection = SqliteConnection::connect_with(&alone).await.map_err(failed)?;
        migrations::apply(&mut connection, 0, MIGRATIONS).await?;
        sqlx::query("BEGIN").execute(&mut connection).await.map_err(failed)?;
        Ok(Self { connection, database: database.to_owned() })
    }

    /// Takes a line of a kind. Those that it names have to be there.
    ///
    /// # Errors
    /// `Invalid` with what is wrong with it.
    pub async fn take(&mut self, kind: &'static Kind, line: &str) -> Result<()> {
        let shape = Shape::of(kind);
        let inserted = sqlx::query(AssertSqlSafe(shape.insert()))
            .bind(line.to_owned())
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.refused(error))?;
        let key = inserted.last_insert_rowid();
        for (name, insert) in shape.insert_lists() {
            if line.contains(name) {
                let insert = sqlx::query(AssertSqlSafe(insert)).bind(line.to_owned()).bind(key);
                insert.execute(&mut self.connection).await.map_err(|error| self.refused(error))?;
            }
        }
        Ok(())
    }

    /// A line that does not fit is the sender's fault; all else is the disk's or ours.
    fn refused(&self, error: sqlx::Error) -> Error {
        // 1: text that is no JSON; 19: a constraint; 20: a wrong type; 25: a value out of range.
        let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok()).unwrap_or(0);
        match code & 0xff {
            1 | 19 | 20 | 25 => Error::Invalid { field: None, message: error.to_string() },
            _ => explain(&self.database, error),
        }
    }

    /// Brings everything to the disk. What was taken reads as it was written when this returns; see [`Moment`].
    ///
    /// # Errors
    /// `Conflict` when a row names another that is not there.
    pub async fn finish(mut self) -> Result<()> {
        for statement in DERIVED {
            sqlx::query(*statement).execute(&mut self.connection).await?;
        }
        for table in WITH_IDS {
            let query = format!("SELECT pid FROM {table} WHERE NOT ({IS_ID}) LIMIT 1");
            let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(query));
            if let Some(found) = query.fetch_optional(&mut self.connection).await? {
                return Err(Error::Conflict(format!("the export is damaged: {found} is no id, of {table}")));
            }
        }
        let orphan = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut self.connection).await?;
        if orphan.is_some() {
            return Err(Error::Conflict("the export names what it does not have".to_owned()));
        }
        sqlx::query("COMMIT").execute(&mut self.connection).await.map_err(|error| explain(&self.database, error))?;
        close(self.connection).await;
        Ok(())
    }
}

impl Moment {
    /// Begins with a database that an import has finished, which nobody else uses.
    pub async fn of_import(database: &Path) -> Result<Self> {
        let mut connection = connect(database, true).await?;
        sqlx::query("BEGIN").execute(&mut connection).await?;
        Ok(Self { connection })
    }
}
