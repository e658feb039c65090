//! Words inside words: `getUserName` is found by `user`, `userName` and `name`, too, and `15pro` by `15` and `pro`.

use super::scripts::{Class, class};
use std::ops::Range;

/// Longer ones are not names but data.
const MAX_LENGTH: usize = 48;
/// Words shorter than this are never searched by their beginning, so they need a token of their own.
const SHORT: usize = 3;

/// Calls `each` with the bytes of what is to be found beside the whole of a name: all that begins at one of its inner
/// words (`userName`, `Name`), its short words (`DB` of `toDBName`), and a number that it begins with, of which nobody
/// looks for the beginning. Names are ASCII: one with an accent has none (`caféName`), for that the half of it would be
/// a false one. What Hangul follows or precedes is a name of its own.
pub(super) fn each_inner_word(text: &str, mut each: impl FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let joins = |letter: Option<char>| letter.is_some_and(|letter| class(letter) == Class::Word);
        let is_part = joins(text[..at].chars().next_back()) || joins(text[at + length..].chars().next());
        if (2..=MAX_LENGTH).contains(&length) && !is_part {
            inner_words(bytes, at..at + length, &mut each);
        }
        at += length;
    }
}

fn inner_words(bytes: &[u8], name: Range<usize>, each: &mut impl FnMut(Range<usize>)) {
    let mut start = name.start;
    let number = name.start + bytes[name.clone()].iter().take_while(|byte| byte.is_ascii_digit()).count();
    for at in name.start + 1..name.end {
        let begins = at == number
            || bytes[at].is_ascii_uppercase()
                && (!bytes[at - 1].is_ascii_uppercase()
                    || bytes[at + 1..name.end].first().is_some_and(u8::is_ascii_lowercase));
        if !begins {
            continue;
        }
        if at - start < SHORT || at == number {
            each(start..at);
        }
        each(at..name.end);
        start = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_words_of_names_are_found() {
        let words = |text: &str| {
            let mut words = Vec::new();
            each_inner_word(text, |range| words.push(text[range].to_owned()));
            words
        };
        assert_eq!(words("call getUserName()"), ["UserName", "Name"]);
        assert_eq!(words("HTTPServer와 iPhone"), ["Server", "i", "Phone"]);
        assert_eq!(words("toDBName"), ["to", "DBName", "DB", "Name"]);
        assert_eq!(words("base64Encode"), ["Encode"]);
        assert_eq!(words("15pro 15ProMax 1000won 123"), ["15", "pro", "15", "ProMax", "Max", "1000", "won"]);
        assert!(words("naïveTest caféName über3D Testé").is_empty());
        assert_eq!(words("é getName"), ["Name"]);
        assert!(words("WORLD world World snake_case 회의").is_empty());
        assert!(words(&"aB".repeat(30)).is_empty());
    }
}
