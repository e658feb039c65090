//! What is wrong with a query, and with which part of it.

use super::{MAX_QUERY_CHARS, MAX_TERMS};
pub use crate::error::QueryReason as Reason;
use crate::error::{Error, QueryFlaw};
use std::fmt;
use std::ops::Range;

/// A part of a query in UTF-16 code units, which is how JavaScript counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// From the first code unit to the one after the last.
    pub range: (u32, u32),
    pub text: String,
}

/// A query that cannot be carried out. As text it is written for people and names the part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    pub part: Part,
    pub reason: Reason,
}

impl QueryError {
    pub(super) fn at(query: &str, range: Range<usize>, reason: Reason) -> Self {
        Self { part: part(query, &range), reason }
    }

    pub(super) fn of_all(query: &str, reason: Reason) -> Self {
        Self::at(query, 0..query.len(), reason)
    }
}

pub(super) fn part(query: &str, range: &Range<usize>) -> Part {
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let start = units(&query[..range.start]);
    let text = query[range.clone()].to_owned();
    Part { range: (start, start + units(&text)), text }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.part.text;
        match self.reason {
            Reason::TooLong => write!(f, "a query has at most {MAX_QUERY_CHARS} characters"),
            Reason::TooManyTerms => write!(f, "a query has at most {MAX_TERMS} words and operators"),
            Reason::Nothing => write!(f, "a query needs a letter, a digit, an emoji or an operator"),
            Reason::NoName => {
                write!(f, "`{text}` needs a name right after the colon; in quotes it is searched as text")
            }
            Reason::NoDay => {
                write!(
                    f,
                    "`{text}` needs a day right after the colon, such as 2026-01-31; in quotes it is searched as text"
                )
            }
            Reason::BadDay => {
                write!(f, "`{text}` has no day that we know; write 2026-01-31, 2026-01, 2026, yesterday or 7d")
            }
            Reason::NotInHas => write!(f, "`{text}` is not known; after has: stands file, link, image, voice or code"),
            Reason::NotInIs => write!(f, "`{text}` is not known; after is: stands pinned or thread"),
            Reason::NotNegatable => write!(f, "`{text}` cannot be left out; turn before: and after: around instead"),
            Reason::NoDaysLeft => write!(f, "with `{text}` there is no day left that could match"),
            Reason::Nobody => write!(f, "`{text}`: nobody here has this name"),
            Reason::SeveralPeople => write!(f, "`{text}`: several people have a name like this; write the username"),
            Reason::NoRoom => write!(f, "`{text}`: you are in no room of this name"),
            Reason::SeveralRooms => write!(f, "`{text}`: several of your rooms have a name like this; write it out"),
            Reason::NoDirectRoom => write!(f, "`{text}`: you have no direct room with somebody of this name"),
        }
    }
}

impl std::error::Error for QueryError {}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        let flaw = QueryFlaw { reason: error.reason, range: error.part.range };
        Self::Query { message: error.to_string(), flaw }
    }
}
