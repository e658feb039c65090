//! What a line that others are shown may hold: names of people and rooms, statuses.

/// Whether a text stands on one line and leaves the direction of what is around it alone.
pub fn is_one_line(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() || breaks_the_line(character))
}

/// Whether there is anything to be seen in a text.
pub fn shows_something(text: &str) -> bool {
    !text.chars().all(|character| character.is_whitespace() || shows_nothing(character))
}

/// Separators of lines, and what turns the direction of the text around a name.
fn breaks_the_line(character: char) -> bool {
    matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shows_nothing(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    )
}
