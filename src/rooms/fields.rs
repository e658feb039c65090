//! What a room may be called.

use crate::error::{Error, Result};
use crate::text;

const MAX_NAME: usize = 80;
const MAX_TOPIC: usize = 500;

/// As `named`, in the field `name`.
pub(super) fn name(given: &str) -> Result<String> {
    named("name", given)
}

/// A name without blanks around it, as a field has it.
///
/// # Errors
/// `Invalid` unless it has 1 to 80 characters on one line, and shows something.
pub(super) fn named(field: &'static str, given: &str) -> Result<String> {
    let name = given.trim();
    if !text::shows_something(name) || name.chars().count() > MAX_NAME || !text::is_one_line(name) {
        return Err(Error::invalid(field, format!("a name has 1 to {MAX_NAME} characters on one line")));
    }
    Ok(name.to_owned())
}

/// A topic without blanks around it; an empty one takes the topic away.
///
/// # Errors
/// `Invalid` when it has more than 500 characters or control characters.
pub(super) fn topic(given: &str) -> Result<String> {
    let topic = given.trim();
    if topic.chars().count() > MAX_TOPIC {
        return Err(Error::invalid("topic", format!("a topic has at most {MAX_TOPIC} characters")));
    }
    if !topic.lines().all(text::is_one_line) {
        return Err(Error::invalid("topic", "a topic has no control characters"));
    }
    Ok(topic.to_owned())
}
