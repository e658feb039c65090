//! Everything that can go wrong for a caller, and the few stable codes it is told with.

use serde::{Deserialize, Serialize};
use std::time::Duration;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller is told. The text of every variant but `Internal` is written for people and is safe to send.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    Unauthenticated(&'static str),
    #[error("{0}")]
    Forbidden(&'static str),
    /// The thing does not exist, or the caller may not know that it does.
    #[error("{0} was not found")]
    NotFound(&'static str),
    #[error("{message}")]
    Invalid { field: Option<String>, message: String },
    /// A text that may not become a password.
    #[error("{}", weakness.message())]
    Password { field: &'static str, weakness: PasswordWeakness },
    /// A search query that cannot be carried out.
    #[error("{message}")]
    Query { message: String, flaw: QueryFlaw },
    #[error("{0}")]
    Conflict(String),
    /// A chunk of a stream that would leave a hole.
    #[error("chunk {expected} is expected")]
    Gap { expected: i64 },
    #[error("too many requests; try again in {} s", retry_after.as_secs() + 1)]
    RateLimited { retry_after: Duration },
    #[error("{0}")]
    TooLarge(String),
    /// A file that cannot be uploaded: it would go beyond `limit`, which is `most` bytes or uploads where that may be told.
    #[error("{message}")]
    NoRoom { message: String, limit: FileLimit, most: Option<u64> },
    /// The server cannot do it now, but will be able to later.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of ours: logged once at the edge, never sent.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The error codes of the protocol; stable, and the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    Invalid,
    Conflict,
    RateLimited,
    TooLarge,
    Unavailable,
    // Stays the last: it is how `ALL` is checked.
    Internal,
}

/// The setting of `[files]` that an upload would go beyond; stable, and the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum FileLimit {
    Largest,
    PerPerson,
    Total,
    KeepFree,
    UnfinishedPerPerson,
}

/// Why a text may not become a password; stable, and the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum PasswordWeakness {
    TooShort,
    TooLong,
    /// It is among those that are tried first, perhaps with a few digits behind it.
    Common,
    /// It is little more than the name of its user, of the team, or Maru.
    Name,
    /// It repeats itself, or runs through the alphabet.
    Pattern,
}

/// What is wrong with a search query, for a client that says it in the words of its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct QueryFlaw {
    pub reason: QueryReason,
    /// The part of the query that is meant: from and to, in UTF-16 units, as JavaScript counts.
    pub range: (u32, u32),
}

/// Why a search query cannot be carried out; stable, and the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum QueryReason {
    TooLong,
    TooManyTerms,
    /// There is no word and no operator.
    Nothing,
    /// An operator without its value.
    NoName,
    NoDay,
    /// Not a day, or one that the calendar does not have.
    BadDay,
    NotInHas,
    NotInIs,
    /// Its opposite is another operator.
    NotNegatable,
    /// The days that are asked for exclude each other.
    NoDaysLeft,
    Nobody,
    SeveralPeople,
    /// The caller is in no room of this name.
    NoRoom,
    SeveralRooms,
    NoDirectRoom,
}

impl Error {
    /// A payload that cannot be carried out, with the offending field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: Some(field.into()), message: message.into() }
    }

    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    pub fn code(&self) -> Code {
        match self {
            Self::Unauthenticated(_) => Code::Unauthenticated,
            Self::Forbidden(_) => Code::Forbidden,
            Self::NotFound(_) => Code::NotFound,
            Self::Invalid { .. } | Self::Password { .. } | Self::Query { .. } => Code::Invalid,
            Self::Conflict(_) | Self::Gap { .. } => Code::Conflict,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::TooLarge(_) => Code::TooLarge,
            Self::NoRoom { limit, .. } => limit.code(),
            Self::Unavailable(_) => Code::Unavailable,
            Self::Internal(_) => Code::Internal,
        }
    }
}

const _: () = assert!(Code::Internal as usize + 1 == Code::ALL.len(), "a code is missing in Code::ALL");

impl PasswordWeakness {
    fn message(self) -> &'static str {
        match self {
            Self::TooShort => "a password has at least 8 characters",
            Self::TooLong => "a password has at most 256 characters",
            Self::Common => "this password is among those that are tried first; choose another one",
            Self::Name => "this password is little more than a name; choose another one",
            Self::Pattern => "this password follows a simple pattern; choose another one",
        }
    }
}

impl FileLimit {
    fn code(self) -> Code {
        match self {
            Self::Largest | Self::PerPerson | Self::Total => Code::TooLarge,
            Self::KeepFree => Code::Unavailable,
            Self::UnfinishedPerPerson => Code::Conflict,
        }
    }
}

impl Code {
    /// In the order in which they are declared, which is checked below.
    pub const ALL: [Self; 9] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Invalid,
        Self::Conflict,
        Self::RateLimited,
        Self::TooLarge,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The code as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::TooLarge => "too_large",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status that goes with the code.
    pub fn http_status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Invalid => 422,
            Self::Conflict => 409,
            Self::RateLimited => 429,
            Self::TooLarge => 413,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }
}
