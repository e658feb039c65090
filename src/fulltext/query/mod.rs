//! The query language: words, phrases in quotes, what is left out, and operators in English and Korean.

mod dates;
mod error;
mod filters;
mod lexer;
mod operators;

pub use error::{Part, QueryError, Reason};
pub use filters::{Filters, Has, Is, Name};

use super::expression::Words;
use dates::Calendar;
use lexer::{Item, Piece};

/// Characters of a query.
pub const MAX_QUERY_CHARS: usize = 500;
/// Words, phrases and operators of a query.
pub const MAX_TERMS: usize = 40;

/// What a query asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub text: Words,
    pub filters: Filters,
}

/// Reads a query. Days are those of `zone`; `now` is in milliseconds since 1970 UTC.
///
/// # Errors
/// When it is too long, asks for nothing, or an operator has no value or one that it does not know. Text that merely
/// looks like an operator (`http://…`, `10:30`) is text, and quotes that are not closed reach to the end.
pub fn parse(query: &str, zone: &jiff::tz::TimeZone, now: i64) -> Result<Query, QueryError> {
    if query.chars().nth(MAX_QUERY_CHARS).is_some() {
        return Err(QueryError::of_all(query, Reason::TooLong));
    }
    let calendar = Calendar::of(zone, now);
    let mut found = Query::default();
    let mut operators = 0;
    for item in lexer::items(query) {
        let error = |reason| QueryError::at(query, item.range.clone(), reason);
        match &item.piece {
            Piece::Text { text, .. } if item.negated => found.text.leave_out(text),
            Piece::Text { text, written } => found.text.want(text, *written, item.range.end == query.len()),
            Piece::Operator { operator, value } => {
                operators += 1;
                let filter = operators::Filter { operator: *operator, value, negated: item.negated };
                filter.add_to(&mut found.filters, &calendar, error::part(query, &item.range)).map_err(error)?;
            }
        }
        if found.text.len() + operators > MAX_TERMS {
            return Err(error(Reason::TooManyTerms));
        }
        check_days(query, &item, &found.filters)?;
    }
    if found.text.is_empty() && found.filters.is_empty() {
        return Err(QueryError::of_all(query, Reason::Nothing));
    }
    Ok(found)
}

fn check_days(query: &str, item: &Item, filters: &Filters) -> Result<(), QueryError> {
    match (filters.after, filters.before) {
        (Some(after), Some(before)) if after >= before => {
            Err(QueryError::at(query, item.range.clone(), Reason::NoDaysLeft))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
