//! The words of search against the real index: SQLite's FTS5, fed and asked as the server does it.

mod examples;
mod guide;
mod hard_input;
mod index;
mod properties;
