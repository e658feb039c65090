//! How a failing database is told: what passes by itself is `Unavailable`, the rest is ours.

use crate::error::Error;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let Some(message) = passing_fault(&error) {
            tracing::warn!(%error, "the database is unavailable");
            return Self::Unavailable(message.to_owned());
        }
        Self::internal(error)
    }
}

/// `SQLITE_IOERR_SHMSIZE`: what a disk that is full is called while a database is opened.
pub(super) const NO_ROOM_TO_OPEN: i32 = 4874;

/// Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that say nothing of the statement.
fn passing_fault(error: &sqlx::Error) -> Option<&'static str> {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::PoolTimedOut => Some("the database is busy"),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Some("the database is closed"),
            sqlx::Error::Io(_) => Some("the disk cannot be read or written"),
            _ => None,
        };
    };
    let code: i32 = database.code()?.parse().ok()?;
    if code == NO_ROOM_TO_OPEN {
        return Some("the disk is full");
    }
    match code & 0xff {
        5 | 6 => Some("the database is busy"),
        8 => Some("the database is read-only"),
        10 => Some("the disk cannot be read or written"),
        13 => Some("the disk is full"),
        14 => Some("the database cannot be opened"),
        _ => None,
    }
}

/// Whether what is stored cannot be read as what it should be.
pub(super) fn is_damage(error: &Error) -> bool {
    result_code(error).is_some_and(|code| code & 0xff == 11)
}

/// Whether a table is not there that should be.
pub(super) fn is_missing_table(error: &Error) -> bool {
    let Error::Internal(source) = error else { return false };
    let database = source.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    database.is_some_and(|error| error.message().starts_with("no such table: "))
}

/// Whether a statement was broken off.
pub(super) fn is_interrupt(error: &Error) -> bool {
    result_code(error) == Some(9)
}

fn result_code(error: &Error) -> Option<i32> {
    let Error::Internal(source) = error else { return None };
    source.downcast_ref::<sqlx::Error>()?.as_database_error()?.code()?.parse().ok()
}

/// An error with its cause, for the log.
pub(super) fn describe(error: &Error) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}
