//! The types of the table of kinds.

/// A kind of thing, in a file of its own.
#[derive(Debug)]
pub struct Kind {
    /// The name of its file, without the ending.
    pub name: &'static str,
    /// The table, `t` in what follows.
    pub(super) table: &'static str,
    pub(super) fields: &'static [Field],
    /// Which rows are meant.
    pub(super) filter: &'static str,
    /// Which rows everything has beside those, and no archive to be read: what administrators have to decide about.
    pub(super) beside: &'static str,
    /// The key of a table without row ids. All others come by their row ids, as they lie there: whoever asked for that order
    /// might have them sorted, in memory.
    pub(super) order: Option<&'static str>,
    /// Columns that no line has, and what an import puts there.
    pub(super) made: &'static [(&'static str, &'static str)],
    /// Lists that stand inside a line, in tables of their own.
    pub(super) lists: &'static [List],
}

/// A field of a line. What is null is left out of it.
#[derive(Debug)]
pub(super) struct Field {
    pub name: &'static str,
    pub column: &'static str,
    pub form: Form,
}

/// How a column is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A number or a text, as it is.
    Plain,
    /// 0 or 1, as false or true.
    Flag,
    /// Milliseconds, as on the wire: `2026-01-31T08:30:00.000Z`.
    Moment,
    /// A text of JSON, as JSON.
    Json,
    /// Bytes, as hexadecimal digits.
    Bytes,
    /// The key of a row of another table, as that row's name.
    Named(Names),
    /// The key of a message of the same room, as its number there.
    MessageOfRoom,
}

/// What rows are named by outside of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Person,
    Room,
    File,
    Content,
}

impl Names {
    /// The table, and the column with the name.
    pub fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Person => ("users", "pid"),
            Self::Room => ("rooms", "pid"),
            Self::File => ("files", "pid"),
            Self::Content => ("contents", "hash"),
        }
    }
}

/// Rows of another table that belong to a line.
#[derive(Debug)]
pub(super) struct List {
    pub name: &'static str,
    pub table: &'static str,
    pub fields: &'static [Field],
    /// Which rows `x` of the table belong to the row `t`.
    pub of: &'static str,
    pub order: &'static str,
    /// Columns of `x` that are the row's, and what they are there.
    pub owned: &'static [(&'static str, &'static str)],
}

pub(super) const fn field(name: &'static str, column: &'static str, form: Form) -> Field {
    Field { name, column, form }
}
