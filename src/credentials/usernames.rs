//! What a username may be, and when two of them are the same.

use crate::error::{Error, Result};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// How many characters a username has.
pub const LENGTH: std::ops::RangeInclusive<usize> = 2..=32;
/// What mentions many: nobody can be called that.
pub const GROUPS: [&str; 2] = ["here", "room"];
/// What people may take for a call of many, or will be one: no new account is called so.
const RESERVED: [&str; 4] = ["here", "room", "channel", "everyone"];
/// What stands for the name of somebody who was erased.
pub const NOBODY: &str = "Deleted person";
/// More marks on one letter than any language needs in a name only make it spill over its neighbours.
const MAX_MARKS: usize = 3;

/// A username as it is shown (NFC), and the key by which it is unique.
///
/// Letters (with their combining marks) and digits of any script, `.`, `_`, `-`. It begins with a letter, a digit or
/// `_`, does not end with `.` or `-` (which end sentences and mentions), and has at least one letter or digit.
/// Look-alikes of different scripts are different names, unless one name has both (`for_new`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Username {
    shown: String,
    key: String,
}

impl Username {
    /// `field` is named in the error (`invalid`).
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        let refuse = |message: &str| Error::invalid(field, message);
        // Compatibility forms may be many characters in one: both the shown name and its key have to fit.
        if text.len() > MAX_BYTES {
            return Err(refuse(TOO_LONG));
        }
        let shown: String = text.nfc().collect();
        let key = key(&shown);
        match [&shown, &key].map(|name| name.chars().count()) {
            lengths if lengths.iter().any(|length| length < LENGTH.start()) => {
                return Err(refuse("a username has at least 2 characters"));
            }
            lengths if lengths.iter().any(|length| length > LENGTH.end()) => return Err(refuse(TOO_LONG)),
            _ => {}
        }
        if ![&shown, &key].iter().all(|name| name.chars().all(is_allowed)) {
            return Err(refuse("a username consists of letters, digits, '.', '_' and '-'"));
        }
        if !shown.starts_with(|first| is_letter_or_digit(first) || first == '_') {
            return Err(refuse("a username begins with a letter, a digit or '_'"));
        }
        if shown.ends_with(['.', '-']) {
            return Err(refuse("a username does not end with '.' or '-'"));
        }
        if !shown.contains(is_letter_or_digit) {
            return Err(refuse("a username has at least one letter or digit"));
        }
        if has_stray_marks(&shown) {
            return Err(refuse("a username has accents only on letters, and few of them"));
        }
        Ok(Self { shown, key })
    }

    /// A username of an account to be. Beside what `parse` wants, it is written in letters that cannot be taken for those of
    /// another name: not Latin, Greek and Cyrillic ones side by side, and no ligatures or letters of other widths. Who is
    /// called so already is found by `parse` all the same.
    pub fn for_new(field: &str, text: &str) -> Result<Self> {
        let name = Self::parse(field, text)?;
        if alike(&name.shown).next().is_some_and(|first| alike(&name.shown).any(|script| script != first)) {
            return Err(Error::invalid(
                field,
                "a username does not mix Latin, Greek and Cyrillic letters, which look alike",
            ));
        }
        if name.shown.chars().any(is_disguised) {
            let plain: String = name.shown.nfkc().collect();
            return Err(Error::invalid(field, format!("a username is written in plain letters, such as {plain}")));
        }
        Ok(name)
    }

    /// Whether no new account may be called so.
    pub fn is_reserved(&self) -> bool {
        RESERVED.contains(&self.key())
    }

    /// As it is shown and mentioned.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// Two usernames with the same key are the same.
    pub fn key(&self) -> &str {
        &self.key
    }
}

const TOO_LONG: &str = "a username has at most 32 characters";
/// 32 characters of four bytes, each decomposed into a base and three marks.
const MAX_BYTES: usize = 512;

/// The key under which a username is found, for any text that somebody typed. NFKC, and without case: to
/// lower, upper and lower again, one character at a time, so that `ß`, `ẞ` and `SS`, or `σ` and `ς`, are alike.
pub fn key(text: &str) -> String {
    let folded = text.nfkc().flat_map(char::to_lowercase).flat_map(char::to_uppercase);
    folded.flat_map(char::to_lowercase).collect::<String>().nfkc().collect()
}

/// Scripts with letters that look alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
}

fn alike(name: &str) -> impl Iterator<Item = Script> {
    name.chars().filter(|character| character.is_alphabetic()).filter_map(|character| match character {
        'A'..='Z' | 'a'..='z' | '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{2b8}' | '\u{1e00}'..='\u{1eff}' => {
            Some(Script::Latin)
        }
        '\u{2c60}'..='\u{2c7f}' | '\u{a722}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab64}' => Some(Script::Latin),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(Script::Greek),
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' => Some(Script::Cyrillic),
        '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}' => Some(Script::Cyrillic),
        _ => None,
    })
}

/// Whether it is another letter, or several, in disguise. What input methods for Korean, Thai, Lao and Tibetan write is
/// none, although NFKC changes some of it.
fn is_disguised(character: char) -> bool {
    let is_written = matches!(character, '\u{e00}'..='\u{fff}' | '\u{3130}'..='\u{318f}');
    !is_written && !std::iter::once(character).nfkc().eq(std::iter::once(character).nfc())
}

/// Whether the character may stand somewhere in a username.
pub fn is_allowed(character: char) -> bool {
    is_letter_or_digit(character) || is_mark(character) || matches!(character, '.' | '_' | '-')
}

fn is_letter_or_digit(character: char) -> bool {
    // A number that NFKC turns into another (², ①, ½) is a sign, not a digit.
    let digit = character.is_numeric() && std::iter::once(character).nfkc().eq([character]);
    (character.is_alphabetic() || digit) && !is_mark(character) && !is_invisible(character)
}

fn is_mark(character: char) -> bool {
    is_combining_mark(character) && !is_invisible(character)
}

/// Letters and marks that show nothing: with them a name could look empty, or like another.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{034f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn has_stray_marks(name: &str) -> bool {
    let mut room: usize = 0;
    name.chars().any(|character| {
        if is_letter_or_digit(character) {
            room = MAX_MARKS;
            return false;
        }
        if !is_mark(character) {
            room = 0;
            return false;
        }
        match room.checked_sub(1) {
            Some(left) => room = left,
            None => return true,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Username> {
        Username::parse("username", text)
    }

    #[test]
    fn names_of_many_scripts_are_accepted_as_they_are() {
        for name in [
            "ab",
            "Kim.Min-su_2",
            "_kim_",
            "김민수",
            "마루2",
            "山田太郎",
            "Łukasz",
            "José",
            "Мария",
            "نور",
            "הילה",
            "นภา",
            "हिन्दी",
            "தமிழ்",
            "x٣",
            "2024",
            "a".repeat(32).as_str(),
            "가".repeat(32).as_str(),
        ] {
            assert_eq!(parse(name).expect(name).as_str(), name);
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_field() {
        let (long, marks) = ("a".repeat(33), format!("ab{}", "\u{0332}\u{0333}\u{0334}\u{0335}"));
        for name in [
            "",
            "a",
            "가",
            &long,
            "a b",
            " ab",
            "ab\n",
            "a@b",
            "a/b",
            "a\0b",
            "..",
            "--",
            "__",
            ".ab",
            "-ab",
            "ab.",
            "ab-",
            "a😀",
            "\u{0301}ab",
            "a.\u{0301}b",
            &marks,
            "a\u{200b}b",
            "a\u{202e}b",
            "\u{3164}\u{3164}",
            "a\u{115f}",
            "a\u{fe0f}",
            "²ab",
            "ab½",
            "①②",
            "\u{fdfa}",
            "a…b",
            "ﬀ…",
            &"\u{0301}".repeat(100_000),
        ] {
            let error = parse(name).expect_err(name);
            assert!(matches!(&error, Error::Invalid { field: Some(field), .. } if field == "username"), "{name:?}");
        }
    }

    #[test]
    fn a_name_is_the_same_in_every_case_and_composition() {
        for (one, other) in [
            ("Kim", "kIM"),
            ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
            ("José", "JOSE\u{0301}"),
            ("ＫＩＭ", "kim"),
            ("Straße", "STRASSE"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("ﬁne", "FINE"),
        ] {
            assert_eq!(parse(one).expect(one).key(), parse(other).expect(other).key(), "{one} {other}");
        }
        assert_eq!(key("Kim.Straße"), "kim.strasse");
        assert_ne!(key("kim"), key("kim1"));
        assert_ne!(key("김민수"), key("김민서"));
    }

    #[test]
    fn the_key_of_any_allowed_character_is_its_own_key_and_that_of_its_other_cases() {
        for character in ('\0'..=char::MAX).filter(|character| is_allowed(*character)) {
            let text = character.to_string();
            let folded = key(&text);
            assert_eq!(key(&folded), folded, "{character:?}");
            assert_eq!(key(&text.to_uppercase()), folded, "{character:?}");
            assert_eq!(key(&text.nfd().collect::<String>()), folded, "{character:?}");
        }
    }

    #[test]
    fn no_new_name_is_written_in_letters_that_look_like_those_of_another() {
        for disguised in ["\u{430}dam", "ad\u{430}m", "\u{3b1}dam", "а\u{3bf}", "ﬁsh", "ＫＩＭ", "𝐚dam", "ªdam", "ｶﾅ"]
        {
            let error = Username::for_new("username", disguised).expect_err(disguised);
            assert!(matches!(&error, Error::Invalid { field: Some(field), .. } if field == "username"), "{disguised}");
            assert!(parse(disguised).is_ok(), "who is called {disguised} already can still be meant");
        }
        for plain in [
            "김adam",
            "adam.김민수",
            "山田taro",
            "やまだTaro",
            "カナkana",
            "Мария_2",
            "Łukasz",
            "José",
            "Straße",
            "ㅋㅋㅋ",
            "ㅇㅅㅇ.kim",
            "Νίκος",
            "สำลี",
            "ຫນູ",
            "नर्मदा2",
            "نور.2",
            "x٣",
        ] {
            assert_eq!(Username::for_new("username", plain).expect(plain).as_str(), plain);
        }
    }

    #[test]
    fn what_calls_many_is_reserved_however_it_is_written() {
        for reserved in ["here", "Room", "CHANNEL", "everyone", "Ｅveryone"] {
            assert!(parse(reserved).expect(reserved).is_reserved(), "{reserved}");
        }
        assert!(!parse("everyone2").expect("a name").is_reserved());
    }

    #[test]
    fn what_is_shown_is_composed_and_parses_to_itself() {
        let name = parse("Jose\u{0301}").expect("a name");
        assert_eq!(name.as_str(), "José");
        assert_eq!(parse(name.as_str()).expect("again"), name);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn any_text_is_a_name_that_stays_what_it_is_or_none() {
        let seeds: [&[u8]; 5] =
            [b"mina.kim", "김민아".as_bytes(), "José_1".as_bytes(), "ẞtraße".as_bytes(), "e\u{301}\u{302}x".as_bytes()];
        crate::fuzzing::fuzz("usernames", &seeds, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let typed = key(&text);
            assert_eq!(key(&typed), typed, "a key is its own");
            if let Ok(name) = Username::parse("username", &text) {
                assert_eq!(Username::parse("username", name.as_str()).ok(), Some(name.clone()));
                assert!(name.as_str().chars().count() <= *LENGTH.end() && name.key().chars().count() <= *LENGTH.end());
            }
        });
    }
}
