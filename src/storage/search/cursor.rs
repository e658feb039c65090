//! Where a search goes on.
//!
//! A cursor names a message that its reader was given, so that it tells nothing else. What comes into the index later
//! is newer than that, and neither doubles a hit nor leaves one out: the newest first go on behind the last, the best
//! first begin again with the same messages, behind as many as were given.

use crate::contract::SearchSort;
use crate::error::{Error, Result};
use crate::ids::MessageId;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Behind this message.
    Newest { last: MessageId, loose: bool },
    /// Of the hits from this one on, which was the newest, behind so many.
    Relevance { newest: MessageId, behind: usize, loose: bool },
}

impl Cursor {
    /// # Errors
    /// `Invalid` when it is none that was given for this order.
    pub(super) fn parse(text: &str, sort: SearchSort) -> Result<Self> {
        Self::read(text, sort).ok_or_else(none_of_ours)
    }

    fn read(text: &str, sort: SearchSort) -> Option<Self> {
        let mut parts = text.split('.');
        let loose = match parts.next()? {
            "s" => false,
            "l" => true,
            _ => return None,
        };
        let message: MessageId = parts.next()?.parse().ok()?;
        let behind = parts.next().map(|number| number.parse::<usize>().ok().filter(|_| number.len() < 10));
        match (sort, behind, parts.next()) {
            (SearchSort::Newest, None, None) => Some(Self::Newest { last: message, loose }),
            (SearchSort::Relevance, Some(Some(behind)), None) => {
                Some(Self::Relevance { newest: message, behind, loose })
            }
            _ => None,
        }
    }

    pub(super) fn message(self) -> MessageId {
        match self {
            Self::Newest { last: message, .. } | Self::Relevance { newest: message, .. } => message,
        }
    }

    pub(super) fn is_loose(self) -> bool {
        match self {
            Self::Newest { loose, .. } | Self::Relevance { loose, .. } => loose,
        }
    }
}

pub(super) fn none_of_ours() -> Error {
    Error::invalid("cursor", "this is no cursor that the server gave for such a search")
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_loose() { 'l' } else { 's' };
        match self {
            Self::Newest { last, .. } => write!(f, "{kind}.{last}"),
            Self::Relevance { newest, behind, .. } => write!(f, "{kind}.{newest}.{behind}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RoomId;

    #[test]
    fn a_cursor_is_read_back_for_its_own_order_alone() {
        let room: RoomId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id");
        let message = MessageId { room, seq: 7 };
        for (cursor, sort) in [
            (Cursor::Newest { last: message, loose: false }, SearchSort::Newest),
            (Cursor::Relevance { newest: message, behind: 20, loose: true }, SearchSort::Relevance),
        ] {
            let text = cursor.to_string();
            assert_eq!(Cursor::parse(&text, sort).ok(), Some(cursor));
            let other = if sort == SearchSort::Newest { SearchSort::Relevance } else { SearchSort::Newest };
            assert!(Cursor::parse(&text, other).is_err());
        }
        let named = format!("s.{message}");
        let wrong =
            [format!("{named}.-1"), format!("{named}.1.1"), format!("x.{message}"), format!("{named}.99999999999")];
        for wrong in ["", "s", "s.", "s.x", "s.5", "5"].into_iter().chain(wrong.iter().map(String::as_str)) {
            for sort in [SearchSort::Newest, SearchSort::Relevance] {
                assert!(Cursor::parse(wrong, sort).is_err(), "{wrong}");
            }
        }
    }
}
