//! What files may be called.

use crate::error::{Error, Result};
use crate::text;
use unicode_normalization::UnicodeNormalization;

/// The longest name, in characters.
const LONGEST: usize = 255;

/// The name without a path before it; what cannot be seen, or turns the direction of text to hide an ending, and what
/// no file system takes is replaced. Some systems take Hangul syllables apart, and others would show them so.
///
/// # Errors
/// `Invalid` for what shows nothing, or is too long.
pub fn clean(name: &str) -> Result<String> {
    let name: String = name.rsplit(['/', '\\']).next().unwrap_or_default().trim().nfc().collect();
    let fits = (1..=LONGEST).contains(&name.chars().count()) && !name.chars().all(|c| c == '.');
    let fits = fits && text::shows_something(&name);
    if !fits {
        return Err(Error::invalid("name", format!("a name of 1 to {LONGEST} characters is needed")));
    }
    let is_harmful = |c: char| {
        c.is_control()
            || matches!(c, '"' | '<' | '>' | '|' | '*' | '?' | ':')
            || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
            || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
    };
    Ok(name.chars().map(|c| if is_harmful(c) { '_' } else { c }).collect())
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_name_is_the_last_part_of_a_path_without_tricks() {
        for (name, cleaned) in [
            ("보고서 최종.pdf", "보고서 최종.pdf"),
            ("C:\\Users\\mina\\cat.png", "cat.png"),
            ("../../etc/passwd", "passwd"),
            (" a\nb\0.txt ", "a_b_.txt"),
            ("cat\u{202E}gpj.exe", "cat_gpj.exe"),
            ("cat\u{61C}\u{2067}gpj.exe\u{2060}\u{AD}", "cat__gpj.exe__"),
            ("a\"b;c.txt", "a_b;c.txt"),
            ("👩‍👧.png", "👩_👧.png"),
            ("\u{1107}\u{1169}\u{1100}\u{1169}.hwp", "보고.hwp"),
        ] {
            assert_eq!(clean(name).ok().as_deref(), Some(cleaned), "{name:?}");
        }
        for refused in ["", "  ", "a/", "..", "...", "\u{2800}", "\u{3164}\u{ffa0}\u{200b}", &"가".repeat(256)] {
            assert!(clean(refused).is_err(), "{refused:?}");
        }
    }
}
