//! What a line that others are shown may hold: names of people and rooms, statuses.

/// Whether a text stands on one line and leaves the direction of what is around it alone.
pub fn is_one_line(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() || breaks_the_line(character))
}

/// Whether there is anything to be seen in a text.
pub fn shows_something(text: &str) -> bool {
    !text.chars().all(|character| character.is_whitespace() || shows_nothing(character))
}

/// Whether something in a text cannot be seen, so that it could be taken for another: what joins letters and signs may, but
/// behind such as are joined.
pub fn hides_something(text: &str) -> bool {
    let mut before = None;
    text.chars().any(|character| {
        let is_joint = matches!(character, '\u{200c}' | '\u{200d}');
        let is_seen = match character {
            _ if is_joint => before.is_some_and(is_joined),
            // Signs are told by it whether they are drawn in colour.
            '\u{fe00}'..='\u{fe0f}' => before.is_some(),
            // Flags of regions are spelled with them.
            '\u{e0020}'..='\u{e007f}' => before.is_some_and(|before: char| before > '\u{1f000}'),
            _ => !shows_nothing(character),
        };
        before = Some(character);
        !is_seen
    })
}

/// Whether joining does something behind a character: behind emoji and their variations, marks, and letters of Arabic and of
/// India.
fn is_joined(character: char) -> bool {
    let is_sign = !character.is_ascii() && !character.is_alphanumeric() && !character.is_whitespace();
    let is_joint = matches!(character, '\u{200c}' | '\u{200d}');
    !is_joint && (is_sign || matches!(character, '\u{600}'..='\u{dff}'))
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
