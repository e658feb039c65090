//! The requests that the documentation tells of.

use std::collections::BTreeSet;

pub const PROTOCOL: &str = include_str!("../../docs/protocol.md");

/// Every request of a text, as `METHOD /api/v1/path/{id}`, with the query that it may have.
pub fn documented(text: &'static str) -> BTreeSet<&'static str> {
    let codes = text.split('`').skip(1).step_by(2);
    codes.filter(|code| code.split_once(' ').is_some_and(|(_, rest)| rest.starts_with("/api/v1/"))).collect()
}

/// The same without the query.
pub fn without_query(request: &str) -> &str {
    request.split('?').next().unwrap_or(request)
}
