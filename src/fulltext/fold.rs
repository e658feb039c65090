//! Makes alike what people take for the same text: NFKC, lower case, Latin without accents, Hangul always composed,
//! numbers without the commas of their thousands.

use super::{hangul, scripts};
use std::iter::once;
use std::ops::Range;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_each(text, |character, _| folded.push(character));
    let commas = thousands(&folded);
    if !commas.is_empty() {
        let mut goes = at_places(&commas);
        folded.retain(|character| !goes(character.len_utf8()));
    }
    folded
}

/// A folded text that knows where each of its characters comes from.
pub(super) struct Folded {
    pub text: String,
    /// For each byte of the text, the bytes of the source that its character was made of.
    origins: Vec<(u32, u32)>,
}

impl Folded {
    /// Texts of up to 4 GiB.
    pub fn of(source: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(source.len()), origins: Vec::with_capacity(source.len()) };
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        fold_each(source, |character, from| {
            folded.text.push(character);
            folded.origins.resize(folded.text.len(), (offset(from.start), offset(from.end)));
        });
        let commas = thousands(&folded.text);
        if !commas.is_empty() {
            let mut goes = at_places(&commas);
            folded.text.retain(|character| !goes(character.len_utf8()));
            let mut goes = at_places(&commas);
            folded.origins.retain(|_| !goes(1));
        }
        folded
    }

    /// The bytes of the source that a range of bytes of the folded text was made of. The range is not empty.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        let at = |at: usize| self.origins.get(at).copied().unwrap_or_default();
        at(range.start).0 as usize..at(range.end.saturating_sub(1)).1 as usize
    }
}

/// Calls `each` with every folded character and the bytes of the source that it was made of.
fn fold_each(text: &str, mut each: impl FnMut(char, Range<usize>)) {
    let mut rest = text.char_indices().peekable();
    while let Some((start, character)) = rest.next() {
        let mut end = start + character.len_utf8();
        if let Some((keycap, length)) = keycap_at(&text[start..]) {
            end = start + length;
            while rest.next_if(|(at, _)| *at < end).is_some() {}
            each(keycap, start..end);
            continue;
        }
        if is_plain(character) && rest.peek().is_none_or(|(_, next)| is_plain(*next)) {
            each(character.to_ascii_lowercase(), start..end);
            continue;
        }
        while let Some((at, joining)) = rest.next_if(|(_, next)| joins(*next)) {
            end = at + joining.len_utf8();
        }
        fold_segment(&text[start..end], |folded| each(folded, start..end));
    }
}

/// The keycap that a text begins with (`1`, a variant selector or none, the key), and its length in bytes.
fn keycap_at(text: &str) -> Option<(char, usize)> {
    let keycap = text.chars().next().and_then(scripts::keycap)?;
    let behind = text[1..].strip_prefix('\u{fe0f}').unwrap_or(&text[1..]);
    behind.strip_prefix('\u{20e3}').map(|rest| (keycap, text.len() - rest.len()))
}

/// Called with the length of each item in turn, tells whether it stands at one of the places, which ascend.
fn at_places(places: &[usize]) -> impl FnMut(usize) -> bool {
    let mut at = 0;
    let mut places = places.iter().peekable();
    move |length| {
        let is_there = places.next_if(|place| **place == at).is_some();
        at += length;
        is_there
    }
}

/// Where the commas stand that set the thousands of a number apart: `1,000` is 1000, but `1,2` and `12,1,000` are lists.
fn thousands(text: &str) -> Vec<usize> {
    let mut commas = Vec::new();
    if !text.contains(',') {
        return commas;
    }
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = 0;
    while at < bytes.len() {
        let first = digits(at);
        let begins = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b',');
        at += first.max(1);
        let found = commas.len();
        while begins && (1..=3).contains(&first) && bytes.get(at) == Some(&b',') && digits(at + 1) == 3 {
            commas.push(at);
            at += 4;
        }
        if bytes.get(at) == Some(&b',') && digits(at + 1) > 0 {
            // A list after all.
            commas.truncate(found);
        }
    }
    commas
}

/// Whether folding changes nothing but the case of ASCII.
fn is_plain(character: char) -> bool {
    character.is_ascii()
        || matches!(character,
            '가'..='힣' | 'ㄱ'..='ㅣ' | '\u{4e00}'..='\u{9fff}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
            | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{2018}'..='\u{201d}' | '\u{1f300}'..='\u{1faff}')
}

/// Whether folding changes nothing but the case of ASCII and the commas of thousands.
pub(super) fn changes_little(text: &str) -> bool {
    text.chars().all(is_plain)
}

/// Whether a character may become one with what stands before it.
fn joins(character: char) -> bool {
    if is_plain(character) || is_lone_jamo(character) {
        return false;
    }
    let mut first = character;
    let mut parts = 0;
    decompose_compatible(character, |part| {
        if parts == 0 {
            first = part;
        }
        parts += 1;
    });
    canonical_combining_class(first) != 0 || is_nfc_quick(once(first)) == IsNormalized::Maybe
}

/// Jamo that are meant to stand alone, as in `ㅋㅋ`; NFKC would make ones of them that join into syllables.
fn is_lone_jamo(character: char) -> bool {
    matches!(character, '\u{3131}'..='\u{318e}' | '\u{ffa0}'..='\u{ffdc}')
}

/// A digit above another, which folding writes out: ½ becomes 1⁄2.
fn is_fraction(character: char) -> bool {
    matches!(character, '\u{bc}'..='\u{be}' | '\u{2150}'..='\u{215f}' | '\u{2189}')
}

/// Folds a character with all that may become one with it.
fn fold_segment(segment: &str, mut each: impl FnMut(char)) {
    let mut characters = segment.chars();
    let first = characters.next().filter(|first| is_lone_jamo(*first));
    if let Some(jamo) = first {
        fold_character(jamo, &mut each);
    }
    let rest = if first.is_some() { characters.as_str() } else { segment };
    if rest.starts_with(is_fraction) {
        // 3½ is not 31 halves.
        each(' ');
    }
    rest.nfkc().for_each(|character| fold_character(character, &mut each));
}

fn fold_character(character: char, each: &mut impl FnMut(char)) {
    if scripts::is_left_out(character) {
        return;
    }
    if let Some(jamo) = hangul::standing_alone(character) {
        return each(jamo);
    }
    character.to_lowercase().for_each(|lower| shed_accents(lower, each));
}

fn shed_accents(letter: char, each: &mut impl FnMut(char)) {
    match letter {
        _ if scripts::is_left_out(letter) => {}
        // Letters with strokes and ligatures have no decomposition.
        'ß' => "ss".chars().for_each(each),
        'æ' => "ae".chars().for_each(each),
        'œ' => "oe".chars().for_each(each),
        'ø' => each('o'),
        'đ' | 'ð' => each('d'),
        'ł' => each('l'),
        'ħ' => each('h'),
        'ŧ' => each('t'),
        'ı' => each('i'),
        'ς' => each('σ'),
        // Written without its points by most who write Russian.
        'ё' => each('е'),
        _ if !letter.is_ascii() && scripts::sheds_accents(letter) => {
            decompose_canonical(letter, |part| {
                if !scripts::is_left_out(part) {
                    each(part);
                }
            });
        }
        _ => each(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_take_for_the_same_is_alike() {
        for (text, folded) in [
            ("Hello", "hello"),
            ("ＡＢＣ１２", "abc12"),
            ("Café São Ünïcode Đà Nẵng", "cafe sao unicode da nang"),
            ("straße Œuvre ŁÓDŹ", "strasse oeuvre lodz"),
            ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
            ("Ёлка йод", "елка йод"),
            ("ｶﾞｷﾞ", "ガギ"),
            ("㈜마루 ㎏ ①", "(주)마루 kg 1"),
            ("हिन्दी", "हिन्दी"),
            ("שָׁלוֹם", "שלום"),
            ("İ", "i"),
            ("a\u{200b}b\u{ad}c", "abc"),
            ("❤️👍🏽", "❤👍🏽"),
            ("1️⃣2\u{20e3}#️⃣ 1\u{fe0f}", "\u{e011}\u{e012}\u{e01a} 1"),
            ("1,000원 12,345,678 ₩１，０００", "1000원 12345678 ₩1000"),
            (
                "1,2 1,00 12,1,000 2024,100 1,0000 a1,000 1,000,00 ,100",
                "1,2 1,00 12,1,000 2024,100 1,0000 a1,000 1,000,00 ,100",
            ),
            ("1/2 ½ 3½컵", "1/2  1⁄2 3 1⁄2컵"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn hangul_is_composed_and_lone_jamo_stay() {
        let decomposed: String = "회의록ㅋㅋ".nfd().collect();
        assert_eq!(fold(&decomposed), "회의록ㅋㅋ");
        assert_eq!(fold("ㅋㅋㅠㅏ가ㅏ"), "ㅋㅋㅠㅏ가ㅏ");
        assert_eq!(fold("ﾾￂ"), "ㅎㅏ");
        assert_eq!(fold("\u{1112}"), "ㅎ");
        assert_eq!(fold("회̷의̷"), "회의");
    }

    #[test]
    fn each_folded_character_knows_where_it_comes_from() {
        let source = "É ㈜회";
        let folded = Folded::of(source);
        assert_eq!(folded.text, "e (주)회");
        let origin = |part: &str| {
            let at = folded.text.find(part).expect("the part");
            &source[folded.origin(at..at + part.len())]
        };
        assert_eq!(origin("e"), "É");
        assert_eq!(origin("주"), "㈜");
        assert_eq!(origin("회"), "회");
        assert_eq!(origin("e (주)"), "É ㈜");
    }

    #[test]
    fn thousands_of_marks_are_one_segment() {
        let text = format!("a{}b", "\u{301}".repeat(10_000));
        assert_eq!(fold(&text), "ab");
        assert_eq!(Folded::of(&text).origin(1..2), text.len() - 1..text.len());
    }
}
