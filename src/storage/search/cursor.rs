//! Where a search goes on.
//!
//! A cursor names the last hit that its reader was given, which may be gone by then. What comes into the index later is
//! newer than the first page, and neither doubles a hit nor leaves one out. Its text tells how many messages the server
//! has: it is for those alone who seal it before they hand it out.

use crate::contract::SearchSort;
use crate::error::Error;
use std::fmt;

/// Keys are those of messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cursor {
    /// Older than this one.
    Newest { last: i64, loose: bool },
    /// Of the hits from `newest` on, which was the newest of all, those behind the last one in their order.
    Relevance { newest: i64, last: Ranked, loose: bool },
}

/// A hit among the best: they come by weight, and of equals the newest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ranked {
    pub weight: f64,
    pub key: i64,
}

impl Ranked {
    /// The better ones are less.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        other.weight.total_cmp(&self.weight).then(other.key.cmp(&self.key))
    }
}

impl Cursor {
    /// # Errors
    /// `Invalid` when it is none that was given for this order.
    pub(super) fn parse(text: &str, sort: SearchSort) -> Result<Self, Error> {
        Self::read(text, sort).ok_or_else(none_of_ours)
    }

    fn read(text: &str, sort: SearchSort) -> Option<Self> {
        let mut parts = text.split('.');
        let loose = match parts.next()? {
            "s" => false,
            "l" => true,
            _ => return None,
        };
        let number = |part: &str| u64::from_str_radix(part, 16).ok();
        let parts: Vec<u64> = parts.map(number).collect::<Option<_>>()?;
        let key = |number: u64| i64::try_from(number).ok();
        match (sort, &parts[..]) {
            (SearchSort::Newest, [last]) => Some(Self::Newest { last: key(*last)?, loose }),
            (SearchSort::Relevance, [newest, weight, last]) => {
                let last = Ranked { weight: f64::from_bits(*weight), key: key(*last)? };
                Some(Self::Relevance { newest: key(*newest)?, last, loose })
            }
            _ => None,
        }
    }

    /// Above every key that is looked through.
    pub(super) fn end(self) -> i64 {
        match self {
            Self::Newest { last, .. } => last,
            Self::Relevance { newest, .. } => newest.saturating_add(1),
        }
    }

    pub(super) fn is_loose(self) -> bool {
        match self {
            Self::Newest { loose, .. } | Self::Relevance { loose, .. } => loose,
        }
    }
}

fn none_of_ours() -> Error {
    Error::invalid("cursor", "this is no cursor that the server gave for such a search")
}

/// As long for every message.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_loose() { 'l' } else { 's' };
        match self {
            Self::Newest { last, .. } => write!(f, "{kind}.{last:016x}"),
            Self::Relevance { newest, last: Ranked { weight, key }, .. } => {
                write!(f, "{kind}.{newest:016x}.{:016x}.{key:016x}", weight.to_bits())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_for_its_own_order_alone() {
        let last = Ranked { weight: 1.25, key: 3 };
        for (cursor, sort, end) in [
            (Cursor::Newest { last: 7, loose: false }, SearchSort::Newest, 7),
            (Cursor::Relevance { newest: 20, last, loose: true }, SearchSort::Relevance, 21),
        ] {
            let text = cursor.to_string();
            assert_eq!(Cursor::parse(&text, sort).ok(), Some(cursor));
            assert_eq!(cursor.end(), end);
            let other = if sort == SearchSort::Newest { SearchSort::Relevance } else { SearchSort::Newest };
            assert!(Cursor::parse(&text, other).is_err());
        }
        for wrong in ["", "s", "s.", "s.x", "x.5", "5", "s.-1", "s.5.5", "s.ffffffffffffffff", "s.5.5.5.5"] {
            for sort in [SearchSort::Newest, SearchSort::Relevance] {
                assert!(Cursor::parse(wrong, sort).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn the_best_come_first_and_of_equals_the_newest() {
        let mut hits = [(1.0, 1), (2.0, 2), (1.0, 3)].map(|(weight, key)| Ranked { weight, key });
        hits.sort_by(Ranked::order);
        assert_eq!(hits.map(|hit| hit.key), [2, 3, 1]);
    }
}
