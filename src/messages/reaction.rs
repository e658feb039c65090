//! What may stand under a message: one emoji, or the name of one.

use crate::text;
use unicode_segmentation::UnicodeSegmentation;

/// The longest, in bytes: the longest family of Unicode has 41.
const MAX_BYTES: usize = 64;

/// Whether a text is one emoji or a `:name:`. There are new emoji each year, so that what is one is not looked up: a
/// word, several signs and what cannot be seen are none.
pub(super) fn fits(text: &str) -> bool {
    let fits = (1..=MAX_BYTES).contains(&text.len()) && text::is_one_line(text) && text::shows_something(text);
    fits && (is_name(text) || is_emoji(text))
}

fn is_name(text: &str) -> bool {
    let name = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
    name.is_some_and(|name| {
        !name.is_empty() && name.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '-' | '+'))
    })
}

/// Keycaps begin with a digit, and a few emoji are letters until they are said to be shown as emoji.
fn is_emoji(text: &str) -> bool {
    let mut signs = text.graphemes(true);
    let (Some(sign), None) = (signs.next(), signs.next()) else { return false };
    sign.chars().next().is_some_and(|first| match first {
        '\u{1f000}'..='\u{1fbff}' => true,
        first if first.is_ascii() => sign.ends_with('\u{20e3}'),
        first => !first.is_alphanumeric() && !first.is_whitespace() || sign.contains('\u{fe0f}'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_or_a_name_is_one_and_words_and_what_cannot_be_seen_are_none() {
        let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
        let scotland = "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";
        let flag = "🏳\u{fe0f}\u{200d}🌈";
        for emoji in [
            "👍",
            "👍🏽",
            "❤",
            "❤\u{fe0f}",
            "🇰🇷",
            "1\u{fe0f}\u{20e3}",
            "#\u{20e3}",
            "©\u{fe0f}",
            "ℹ\u{fe0f}",
            "Ⓜ\u{fe0f}",
            "🅰",
            "㊗\u{fe0f}",
            "‼",
            "↔\u{fe0f}",
            "♥",
            family,
            scotland,
            flag,
            ":party:",
            ":+1:",
            ":파티_2:",
        ] {
            assert!(fits(emoji), "{emoji} {:?}", emoji.escape_unicode().to_string());
        }
        for other in [
            "",
            "hello",
            "a",
            "가",
            "漢",
            "1",
            "👍👍",
            "👍 ",
            ":a b:",
            "::",
            ":",
            "<b>",
            "\u{200b}",
            "\u{202e}",
            "\u{fe0f}",
            "👍\n",
            "e\u{301}",
            "a\u{fe0f}",
            "\u{3000}",
            "\0",
        ] {
            assert!(!fits(other), "{:?}", other.escape_unicode().to_string());
        }
        assert!(!fits(&format!(":{}:", "x".repeat(MAX_BYTES))));
    }
}
