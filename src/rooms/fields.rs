//! What a room may be called.

use crate::error::{Error, Result};

const MAX_NAME: usize = 80;
const MAX_TOPIC: usize = 500;

/// A name without blanks around it.
///
/// # Errors
/// `Invalid` unless it has 1 to 80 characters on one line.
pub(super) fn name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", format!("a name has 1 to {MAX_NAME} characters on one line")));
    }
    Ok(name.to_owned())
}

/// A topic without blanks around it; an empty one takes the topic away.
///
/// # Errors
/// `Invalid` when it has more than 500 characters or control characters.
pub(super) fn topic(text: &str) -> Result<String> {
    let topic = text.trim();
    if topic.chars().count() > MAX_TOPIC || topic.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Error::invalid("topic", format!("a topic has at most {MAX_TOPIC} characters")));
    }
    Ok(topic.to_owned())
}
