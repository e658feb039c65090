//! What the text of a message may be.

use crate::contract::MAX_CONTENT_CHARS;
use crate::error::Error;

/// What is wrong with a text, if anything.
pub(super) fn objection(content: &str) -> Option<Error> {
    if content.trim().is_empty() {
        return Some(Error::invalid("content", "a message must not be empty"));
    }
    if content.contains('\0') {
        return Some(Error::invalid("content", "a message must not contain U+0000"));
    }
    if content.chars().count() > MAX_CONTENT_CHARS {
        return Some(Error::TooLarge(format!("a message has at most {MAX_CONTENT_CHARS} characters")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_greatest_length_is_fine_and_one_more_is_not() {
        assert!(objection(&"가".repeat(MAX_CONTENT_CHARS)).is_none());
        assert!(matches!(objection(&"가".repeat(MAX_CONTENT_CHARS + 1)), Some(Error::TooLarge(_))));
    }

    #[test]
    fn blank_text_and_nul_are_refused_with_the_field() {
        for bad in ["", " \n\t ", "a\0b"] {
            assert!(matches!(objection(bad), Some(Error::Invalid { field: Some(field), .. }) if field == "content"));
        }
    }
}
