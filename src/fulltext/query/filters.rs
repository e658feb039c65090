//! What a query asks for beside words.

use super::Part;

/// What a message has to be beside what it says. Of several names one is enough; of `has` and `is` all are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    pub from: Vec<Name>,
    pub not_from: Vec<Name>,
    pub rooms: Vec<Name>,
    pub not_rooms: Vec<Name>,
    /// Sent earlier than this, in milliseconds since 1970 UTC.
    pub before: Option<i64>,
    /// Sent at this moment or later, in milliseconds since 1970 UTC.
    pub after: Option<i64>,
    pub has: Vec<Has>,
    pub not_has: Vec<Has>,
    pub is: Vec<Is>,
    pub not_is: Vec<Is>,
}

/// Somebody or some room as it was typed, in NFKC, never empty and without blanks around it.
#[derive(Clone, Debug, Eq)]
pub struct Name {
    pub text: String,
    /// The `@` or `#` before it. `in:@mina` means the direct room with her.
    pub sign: Option<char>,
    /// Where it stands in the query, for an error that names it.
    pub part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Has {
    File,
    Link,
    Image,
    Voice,
    Code,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    Pinned,
    /// The root of a thread or a reply in one.
    Thread,
}

/// The same name is the same wherever it stands.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.sign) == (&other.text, other.sign)
    }
}

impl Name {
    /// Whether it means whoever asks: `from:me`. Somebody may be called so, whom `from:@me` means then.
    pub fn is_me(&self) -> bool {
        self.sign.is_none() && self.says_me()
    }

    /// Whether it is a word for whoever asks, with or without a sign.
    pub fn says_me(&self) -> bool {
        matches!(self.text.to_lowercase().as_str(), "me" | "나" | "저" | "내" | "본인")
    }
}

impl Filters {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
