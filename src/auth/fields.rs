//! What people may be called beside their username.

use crate::error::{Error, Result};

const MAX_DISPLAY_NAME: usize = 80;

/// A display name without blanks around it.
///
/// # Errors
/// `Invalid` unless it has 1 to 80 characters on one line, and shows something.
pub(super) fn display_name(text: &str) -> Result<String> {
    let name = text.trim();
    let refuse = |message: String| Err(Error::invalid("displayName", message));
    if name.chars().count() > MAX_DISPLAY_NAME {
        return refuse(format!("a display name has at most {MAX_DISPLAY_NAME} characters"));
    }
    if name.chars().any(|character| character.is_control() || breaks_the_line(character)) {
        return refuse("a display name stands on one line, without control characters".to_owned());
    }
    if name.chars().all(|character| character.is_whitespace() || shows_nothing(character)) {
        return refuse("a display name has at least one character that can be seen".to_owned());
    }
    Ok(name.to_owned())
}

/// Separators of lines, and what turns the direction of the text around a name.
fn breaks_the_line(character: char) -> bool {
    matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shows_nothing(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_shows_something_on_one_line() {
        for (text, name) in
            [("김민수", "김민수"), ("  Ada Lovelace ", "Ada Lovelace"), ("🐈", "🐈"), ("👩‍💻 Kim", "👩‍💻 Kim")]
        {
            assert_eq!(display_name(text).expect(text), name);
        }
        assert!(display_name(&"가".repeat(80)).is_ok());
        let long = "가".repeat(81);
        for text in ["", "   ", "a\nb", "a\0b", "a\u{2028}b", "\u{202e}evil", "\u{200b}", "\u{3164} \u{200d}", &long] {
            let error = display_name(text).expect_err(text);
            assert!(matches!(&error, Error::Invalid { field: Some(field), .. } if field == "displayName"), "{text:?}");
        }
    }
}
