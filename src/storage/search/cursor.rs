//! Where a search goes on.
//!
//! What comes into the index later has higher keys than all that a search began with, so that it neither doubles a hit
//! nor leaves one out: the newest first go on below the last, the best first begin again with the same messages, behind
//! as many as were given.

use crate::contract::SearchSort;
use crate::error::{Error, Result};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Below this key.
    Newest { end: i64, loose: bool },
    /// Of the hits below this key, behind so many.
    Relevance { end: i64, behind: i64, loose: bool },
}

impl Cursor {
    /// # Errors
    /// `Invalid` when it is none that was given for this order.
    pub(super) fn parse(text: &str, sort: SearchSort) -> Result<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let number = |at: usize| parts.get(at)?.parse::<i64>().ok().filter(|number| *number >= 0);
        let loose = match parts.first() {
            Some(&"s") => Some(false),
            Some(&"l") => Some(true),
            _ => None,
        };
        let cursor = match (sort, parts.len(), loose, number(1), number(2)) {
            (SearchSort::Newest, 2, Some(loose), Some(end), None) => Some(Self::Newest { end, loose }),
            (SearchSort::Relevance, 3, Some(loose), Some(end), Some(behind)) => {
                Some(Self::Relevance { end, behind, loose })
            }
            _ => None,
        };
        cursor.ok_or_else(|| Error::invalid("cursor", "this is no cursor that the server gave for such a search"))
    }

    /// That of the page behind one of so many hits, whose last has this key.
    pub(super) fn behind_page(
        sort: SearchSort,
        loose: bool,
        before: Option<Self>,
        end: i64,
        last: i64,
        hits: usize,
    ) -> Option<Self> {
        match sort {
            SearchSort::Newest => Some(Self::Newest { end: last, loose }),
            SearchSort::Relevance => {
                let behind = before.map_or(0, Self::behind) + i64::try_from(hits).ok()?;
                Some(Self::Relevance { end, behind, loose })
            }
        }
    }

    pub(super) fn end(self) -> i64 {
        match self {
            Self::Newest { end, .. } | Self::Relevance { end, .. } => end,
        }
    }

    pub(super) fn behind(self) -> i64 {
        match self {
            Self::Newest { .. } => 0,
            Self::Relevance { behind, .. } => behind,
        }
    }

    pub(super) fn is_loose(self) -> bool {
        match self {
            Self::Newest { loose, .. } | Self::Relevance { loose, .. } => loose,
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_loose() { 'l' } else { 's' };
        match self {
            Self::Newest { end, .. } => write!(f, "{kind}.{end}"),
            Self::Relevance { end, behind, .. } => write!(f, "{kind}.{end}.{behind}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_for_its_own_order_alone() {
        for (cursor, sort) in [
            (Cursor::Newest { end: 7, loose: false }, SearchSort::Newest),
            (Cursor::Relevance { end: 9, behind: 20, loose: true }, SearchSort::Relevance),
        ] {
            let text = cursor.to_string();
            assert_eq!(Cursor::parse(&text, sort).ok(), Some(cursor));
            let other = if sort == SearchSort::Newest { SearchSort::Relevance } else { SearchSort::Newest };
            assert!(Cursor::parse(&text, other).is_err());
        }
        for wrong in ["", "s", "s.", "s.x", "s.-1", "x.5", "s.5.6.7", "5", "s.99999999999999999999"] {
            for sort in [SearchSort::Newest, SearchSort::Relevance] {
                assert!(Cursor::parse(wrong, sort).is_err(), "{wrong}");
            }
        }
    }
}
