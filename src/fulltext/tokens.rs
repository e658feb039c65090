//! Cuts folded text into the tokens that the index holds.
//!
//! A run of Hangul or Han (`회의록을`) becomes overlapping pairs and a last single one: `회의 의록 록을 을`. So every
//! part of it is found, the last token marks the end of the run, and one syllable is found as the beginning of a token.

use super::fold::fold;
use super::identifiers::each_inner_word;
use super::scripts::{Class, class};
use std::ops::Range;

/// Changes when the same text gets other tokens: what was indexed with another one is to be indexed anew.
pub const TOKENISER_VERSION: u32 = 3;

/// Stands before tokens that repeat parts of others, so that no phrase leads from the text into them. Never a part of
/// a token, because it is neither letter nor emoji nor keycap.
pub(super) const REPEATED: &str = "\u{e000}";
/// Longer words are cut, so that data in a message makes no tokens that nobody can search.
const MAX_WORD: usize = 64;
/// What makes another word of the one before it, and the token that stands for it: folded text holds no such letters.
const PLUSES: (&str, &str) = ("++", "＋＋");
const SHARP: (&str, &str) = ("#", "＃");

/// Appends the tokens of a text to `out`, separated by blanks. Of ASCII they hold letters and digits alone, so that
/// FTS5's `ascii` tokeniser leaves them as they are.
pub fn index_text(content: &str, out: &mut String) {
    let folded = fold(content);
    for run in runs(&folded) {
        run.each_token(&folded, |token| {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(token.text);
        });
    }
    let mut repeats = false;
    each_inner_word(content, |range| {
        if !repeats {
            out.push(' ');
            out.push_str(REPEATED);
            repeats = true;
        }
        out.push(' ');
        out.extend(content[range].chars().map(|letter| letter.to_ascii_lowercase()));
    });
}

/// A token and where in the folded text it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub text: &'a str,
    pub range: Range<usize>,
}

/// A stretch of folded text of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub kind: Kind,
    pub range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Cut into pairs.
    Unspaced,
    Word,
    Emoji,
    /// What makes another word of the one before it (`C++`, `C#`), with the token that stands for it.
    Sign(&'static str),
}

impl Run {
    /// All tokens of the run in order.
    pub fn each_token<'a>(&self, folded: &'a str, mut each: impl FnMut(Token<'a>)) {
        match self.kind {
            Kind::Unspaced => each_pair(folded, &self.range, true, each),
            Kind::Sign(text) => each(Token { text, range: self.range.clone() }),
            Kind::Word | Kind::Emoji => each(Token { text: &folded[self.range.clone()], range: self.range.clone() }),
        }
    }
}

/// The overlapping pairs of a run, and with `end` its last character alone.
pub(super) fn each_pair<'a>(folded: &'a str, run: &Range<usize>, end: bool, mut each: impl FnMut(Token<'a>)) {
    let mut token = |range: Range<usize>| each(Token { text: &folded[range.clone()], range });
    let mut previous: Option<usize> = None;
    for (at, character) in folded[run.clone()].char_indices() {
        let at = run.start + at;
        if let Some(previous) = previous {
            token(previous..at + character.len_utf8());
        }
        previous = Some(at);
    }
    if let Some(last) = previous.filter(|_| end) {
        token(last..run.end);
    }
}

/// The runs of a folded text in order; what stands between them is in none.
pub(super) fn runs(folded: &str) -> impl Iterator<Item = Run> {
    let mut at = 0;
    let mut after_word = false;
    std::iter::from_fn(move || {
        while let Some(first) = folded[at..].chars().next() {
            let start = at;
            if let Some((sign, token)) = sign_at(folded, at).filter(|_| after_word) {
                at += sign.len();
                after_word = false;
                return Some(Run { kind: Kind::Sign(token), range: start..at });
            }
            let class = class(first);
            at += first.len_utf8() + rest_of_run(&folded[at + first.len_utf8()..], class);
            after_word = class == Class::Word;
            let kind = match class {
                Class::Between => continue,
                Class::Unspaced => Kind::Unspaced,
                Class::Word => Kind::Word,
                Class::Emoji | Class::Regional => Kind::Emoji,
            };
            return Some(Run { kind, range: start..at });
        }
        None
    })
}

/// How many bytes continue a run of which one character was taken.
fn rest_of_run(rest: &str, of: Class) -> usize {
    let most = match of {
        Class::Unspaced => usize::MAX,
        Class::Word => MAX_WORD - 1,
        Class::Regional => 1,
        Class::Emoji | Class::Between => 0,
    };
    let rest = rest.chars().take(most).take_while(|character| class(*character) == of);
    rest.map(char::len_utf8).sum()
}

/// The sign of `C++17` or `C#`, but not of `a+b`, `+++` or `page#part`.
fn sign_at(folded: &str, at: usize) -> Option<(&'static str, &'static str)> {
    let next = |sign: &str| folded[at..].strip_prefix(sign).map(|rest| rest.chars().next());
    if next(PLUSES.0).is_some_and(|next| next != Some('+')) {
        return Some(PLUSES);
    }
    let ends = |next: Option<char>| next.is_none_or(|next| next != '#' && class(next) != Class::Word);
    next(SHARP.0).is_some_and(ends).then_some(SHARP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> String {
        let mut out = String::new();
        index_text(text, &mut out);
        out
    }

    #[test]
    fn texts_become_tokens() {
        for (text, expected) in [
            ("회의록을", "회의 의록 록을 을"),
            ("회의 록", "회의 의 록"),
            ("3월 API를", "3 월 api 를"),
            ("회의3", "회의 의 3"),
            ("네ㅋㅋㅋ", "네ㅋ ㅋㅋ ㅋㅋ ㅋ"),
            ("東京タワー", "東京 京タ タワ ワー ー"),
            ("Don't stop-me", "don t stop me"),
            ("👍🏽👨‍👩‍👧", "👍 🏽 👨 👩 👧"),
            ("🇰🇷🇺🇸", "🇰🇷 🇺🇸"),
            ("🆗🆘 🅰️ ⌨ ▶⬛", "🆗 🆘 🅰 ⌨ ▶ ⬛"),
            ("naïveTest über3D caféName", "naivetest uber3d cafename"),
            ("C++17, C# #123 a+b x#y i+++", "c ＋＋ 17 c ＃ 123 a b x y i"),
            ("snake_case foo.bar() a@b.co", "snake case foo bar a b co"),
            ("getUserName", "getusername \u{e000} username name"),
            ("15pro 15 Pro", "15pro 15 pro \u{e000} 15 pro"),
            ("1,000원 ½", "1000 원 1 2"),
            ("1️⃣2️⃣ 3", "\u{e011} \u{e012} 3"),
            ("हिन्दी", "हिन्दी"),
            ("!? …", ""),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn tokens_are_appended_after_a_blank() {
        let mut out = "r1".to_owned();
        index_text("회의", &mut out);
        assert_eq!(out, "r1 회의 의");
    }

    #[test]
    fn a_long_word_is_cut() {
        assert_eq!(tokens(&"x".repeat(100)), format!("{} {}", "x".repeat(64), "x".repeat(36)));
    }
}
