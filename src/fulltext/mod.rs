//! Search as text alone: tokens for the index, the query language, expressions for FTS5, snippets.
//!
//! Nothing here knows SQL, rooms or people; whoever asks keeps the index and resolves the names in [`Filters`].

mod expression;
mod fold;
mod hangul;
mod identifiers;
mod initials;
mod matches;
mod query;
mod scripts;
mod snippet;
mod tokens;
mod variants;

pub use expression::Words;
pub use initials::{Rank, initials_key, initials_match};
pub use query::{Filters, Has, Is, MAX_QUERY_CHARS, MAX_TERMS, Name, Part, Query, QueryError, Reason, parse};
pub use snippet::{Snippet, snippet};
pub use tokens::{TOKENISER_VERSION, index_text};
