//! What people may be called beside their username.

use crate::credentials::usernames::{self, NOBODY};
use crate::error::{Error, Result};
use crate::text;

const MAX_DISPLAY_NAME: usize = 80;

/// A display name without blanks around it.
///
/// # Errors
/// `Invalid` unless it has 1 to 80 characters on one line that can be seen, and is not what stands for who was erased.
pub(crate) fn display_name(given: &str) -> Result<String> {
    let name = given.trim();
    let refuse = |message: String| Err(Error::invalid("displayName", message));
    if name.chars().count() > MAX_DISPLAY_NAME {
        return refuse(format!("a display name has at most {MAX_DISPLAY_NAME} characters"));
    }
    if !text::is_one_line(name) {
        return refuse("a display name stands on one line, without control characters".to_owned());
    }
    if !text::shows_something(name) {
        return refuse("a display name has at least one character that can be seen".to_owned());
    }
    if text::hides_something(name) {
        return refuse("a display name has no characters that cannot be seen".to_owned());
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    if usernames::key(&words.join(" ")) == usernames::key(NOBODY) {
        return refuse(format!("nobody can be called {NOBODY}"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_shows_something_on_one_line() {
        for (text, name) in [
            ("김민수", "김민수"),
            ("  Ada Lovelace ", "Ada Lovelace"),
            ("🐈", "🐈"),
            ("👩‍💻 Kim", "👩‍💻 Kim"),
            ("❤\u{fe0f}\u{200d}🔥", "❤\u{fe0f}\u{200d}🔥"),
            ("علی\u{200c}رضا", "علی\u{200c}رضا"),
            ("क्\u{200d}ष", "क्\u{200d}ष"),
            ("Deleted people", "Deleted people"),
        ] {
            assert_eq!(display_name(text).expect(text), name);
        }
        assert!(display_name(&"가".repeat(80)).is_ok());
        let long = "가".repeat(81);
        for text in [
            "",
            "   ",
            "a\nb",
            "a\0b",
            "a\u{2028}b",
            "\u{202e}evil",
            "\u{200b}",
            "\u{3164} \u{200d}",
            "ad\u{200b}min",
            "ad\u{200d}min",
            "김\u{200c}민수",
            "a\u{feff}b",
            "a\u{ad}b",
            "Ada\u{3164}",
            "\u{200d}🔥",
            "Deleted person",
            "deleted  PERSON",
            &long,
        ] {
            let error = display_name(text).expect_err(text);
            assert!(matches!(&error, Error::Invalid { field: Some(field), .. } if field == "displayName"), "{text:?}");
        }
    }
}
