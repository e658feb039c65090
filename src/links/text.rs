//! The words of a page as they may be shown: on one line, without what plays tricks, and not too many.

use unicode_segmentation::UnicodeSegmentation;

/// The text with single blanks, at most `most` characters and cut between two that a reader sees; None when nothing is
/// left of it.
pub(super) fn clean(text: &str, most: usize) -> Option<String> {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        let word: String = word.chars().filter(|c| !turns_the_direction(*c)).collect();
        if !word.is_empty() {
            line.extend((!line.is_empty()).then_some(' '));
            line.push_str(&word);
        }
    }
    if line.chars().count() <= most {
        return (!line.is_empty()).then_some(line);
    }
    let mut left = most - 1;
    let fits = |grapheme: &&str| {
        let fit = left.checked_sub(grapheme.chars().count());
        left = fit.unwrap_or(0);
        fit.is_some()
    };
    let cut: String = line.graphemes(true).take_while(fits).collect();
    (!cut.trim().is_empty()).then(|| format!("{}…", cut.trim_end()))
}

fn turns_the_direction(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn words_stand_on_one_line_without_tricks() {
        assert_eq!(clean(" a\n\t b\u{0}c ", 20).as_deref(), Some("a b c"));
        assert_eq!(clean("safe\u{202e}gpj.exe\u{2066}", 20).as_deref(), Some("safegpj.exe"));
        assert_eq!(clean("👩‍👧 둘", 20).as_deref(), Some("👩‍👧 둘"));
        for nothing in ["", " \n ", "\u{202e}"] {
            assert_eq!(clean(nothing, 20), None);
        }
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters_as_they_are_seen() {
        assert_eq!(clean("가나다라마", 4).as_deref(), Some("가나다…"));
        assert_eq!(clean("a👩‍👧b👩‍👧", 5).as_deref(), Some("a👩‍👧…"));
        assert_eq!(clean("one two", 5).as_deref(), Some("one…"));
        // One character that never ends is not shown at all.
        assert_eq!(clean(&format!("a{}", "\u{301}".repeat(900)), 80), None);
    }
}
