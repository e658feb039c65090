//! What the text of a message may be.

use crate::error::Error;
use crate::text;

/// What is wrong with a text of at most `most` characters, if anything.
pub(super) fn objection(content: &str, most: usize) -> Option<Error> {
    if !text::shows_something(content) {
        return Some(Error::invalid("content", "a message must not be empty"));
    }
    objection_with_files(content, most)
}

/// The same for a message that may have files: then it may be empty.
pub(super) fn objection_with_files(content: &str, most: usize) -> Option<Error> {
    if content.contains('\0') {
        return Some(Error::invalid("content", "a message must not contain U+0000"));
    }
    if content.chars().count() > most {
        return Some(Error::TooLarge(format!("a message has at most {most} characters")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_greatest_length_is_fine_and_one_more_is_not() {
        assert!(objection(&"가".repeat(16), 16).is_none());
        assert!(matches!(objection(&"가".repeat(17), 16), Some(Error::TooLarge(_))));
    }

    #[test]
    fn blank_text_and_nul_are_refused_with_the_field() {
        for bad in ["", " \n\t ", "\u{200b}\u{2060} \u{3164}", "a\0b"] {
            assert!(
                matches!(objection(bad, 16), Some(Error::Invalid { field: Some(field), .. }) if field == "content")
            );
        }
    }
}
