//! A text without the name by which it mentions somebody.

use crate::credentials::usernames;

/// What stands for the name of somebody who was erased.
pub(super) const DELETED: &str = usernames::NOBODY;

/// The text with every `@name` of somebody replaced; none when it has none. A name that goes on in Latin letters or
/// digits is another one.
pub(super) fn unnamed(text: &str, username_key: &str, display_name: &str) -> Option<String> {
    let mut told = String::with_capacity(text.len());
    let (mut rest, mut before, mut found) = (text, None::<char>, false);
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        let begins = character == '@' && !before.is_some_and(char::is_alphanumeric);
        let length = if begins { length_of_name(behind, username_key, display_name) } else { 0 };
        if length > 0 {
            told.push_str(DELETED);
            (rest, before, found) = (&behind[length..], behind[..length].chars().next_back(), true);
        } else {
            told.push(character);
            (rest, before) = (behind, Some(character));
        }
    }
    found.then_some(told)
}

/// The bytes of the longest of the two names that a text begins with.
fn length_of_name(text: &str, username_key: &str, display_name: &str) -> usize {
    let ends = |length: &usize| {
        let next = text[*length..].chars().next();
        !next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '_')
    };
    let lengths = text.char_indices().map(|(at, character)| at + character.len_utf8());
    let word = lengths.take(*usernames::LENGTH.end()).filter(|length| usernames::key(&text[..*length]) == username_key);
    let shown = text.starts_with(display_name).then_some(display_name.len());
    word.chain(shown).filter(ends).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_loses_the_name_and_nothing_else() {
        for (text, told) in [
            ("@Mina, look", Some("Deleted person, look")),
            ("(@mina)", Some("(Deleted person)")),
            ("@mina님 그리고 @MINA", Some("Deleted person님 그리고 Deleted person")),
            ("ask @Mina Kim.", Some("ask Deleted person.")),
            ("@minah", None),
            ("@mina_2", None),
            ("mail to a@mina", None),
            ("mina", None),
            ("@", None),
        ] {
            assert_eq!(unnamed(text, "mina", "Mina Kim").as_deref(), told, "{text}");
        }
    }
}
