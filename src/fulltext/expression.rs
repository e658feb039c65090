//! The words of a query, and the FTS5 expressions that find them.
//!
//! What is written without a blank is a phrase of tokens; the phrases are ANDed. A word of three letters or more also
//! finds what begins with it, unless it stands in quotes; of Hangul and Han any part is found.

use super::fold::fold;
use super::scripts::{Class, class};
use super::tokens::{Kind, Run, each_pair, runs};
use super::variants;
use std::fmt::Write;

/// Shorter words are found whole: what begins with two letters is most of a language.
const MIN_PREFIX: usize = 3;
/// Each costs a look-up in the index; a query of ordinary length has far fewer.
const MAX_VARIANTS: usize = 120;

/// What the content of a message has to say, and what it must not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    wanted: Vec<Term>,
    unwanted: Vec<Phrase>,
}

/// Something that was typed without a blank, or in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub phrase: Phrase,
    /// Other ways to write it.
    pub variants: Vec<Phrase>,
}

/// Tokens one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    /// At least one.
    pub tokens: Vec<String>,
    /// Whether the last token may be the beginning of one.
    pub open: bool,
}

/// How a piece of a query was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Plain,
    Quoted,
    /// In quotes that were not closed: it is still being typed.
    HalfQuoted,
}

impl Words {
    /// Whether there is nothing to be found or left out.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// The FTS5 expression for what was typed, without column filter: put it in brackets after one (`body : (…)`).
    /// `None` when no word is to be found; [`Words::excluded`] may still have some.
    pub fn strict(&self) -> Option<String> {
        self.expression(false)
    }

    /// The same with each Korean word also written with blanks between its syllables, each number apart from its letters
    /// or close to them, and without a consonant at the end of the query that begins a syllable; `None` when it would
    /// not differ. It finds all that [`Words::strict`] finds, and is the slower of the two.
    pub fn loose(&self) -> Option<String> {
        (self.variants() > 0).then(|| self.expression(true)).flatten()
    }

    /// The FTS5 expression for what must not be said, for a query without a word to be found: FTS5 itself can only
    /// take away from what it found.
    pub fn excluded(&self) -> Option<String> {
        (!self.unwanted.is_empty()).then(|| any_of(self.unwanted.iter()))
    }

    fn expression(&self, loose: bool) -> Option<String> {
        if self.wanted.is_empty() {
            return None;
        }
        let terms = self.wanted.iter().map(|term| match loose && !term.variants.is_empty() {
            true => format!("({})", any_of(std::iter::once(&term.phrase).chain(&term.variants))),
            false => term.phrase.to_string(),
        });
        let wanted = terms.collect::<Vec<_>>().join(" AND ");
        Some(match self.excluded() {
            Some(excluded) => format!("({wanted}) NOT ({excluded})"),
            None => wanted,
        })
    }

    /// Adds what is to be found; text without letters, digits and emoji adds nothing. What is `unfinished` stands at
    /// the end of the query.
    pub(super) fn want(&mut self, text: &str, written: Written, unfinished: bool) {
        let folded = fold(text);
        let runs: Vec<Run> = runs(&folded).collect();
        let Some(phrase) = Phrase::of(&folded, &runs, written != Written::Quoted) else { return };
        if self.wanted.iter().any(|term| term.phrase == phrase) {
            return;
        }
        let goes_on = unfinished && written != Written::Quoted;
        let begun = if goes_on { variants::without_begun_syllable(&folded, &runs) } else { None };
        let mut ways: Vec<Phrase> = begun.iter().filter_map(|runs| Phrase::of(&folded, runs, true)).collect();
        if written == Written::Plain {
            ways.extend(spaced(&folded, &runs));
        }
        ways.truncate(MAX_VARIANTS.saturating_sub(self.variants()));
        self.wanted.push(Term { phrase, variants: ways });
    }

    /// Adds what must not be said; a word is left out whole, so that `-cat` does not take categories away.
    pub(super) fn leave_out(&mut self, text: &str) {
        let folded = fold(text);
        let runs: Vec<Run> = runs(&folded).collect();
        let phrase = Phrase::of(&folded, &runs, false);
        self.unwanted.extend(phrase.filter(|phrase| !self.unwanted.contains(phrase)));
    }

    /// Whether a message says what it must, and nothing that it must not: exactly those that the index finds for
    /// [`Words::strict`], or for [`Words::loose`].
    pub fn fit(&self, content: &str, loosely: bool) -> bool {
        super::matches::fits(content, self, loosely)
    }

    /// Whether a word is asked for, or left out, by its first syllable alone. An index has to put together what it has of
    /// everything that begins so, however few hits are wanted.
    pub fn is_broad(&self) -> bool {
        let wanted = self.wanted.iter().map(|term| &term.phrase);
        wanted.chain(&self.unwanted).any(Phrase::begins_with_one_syllable)
    }

    /// How much of a message that was found is about what is looked for, from 0 to the number of words.
    pub fn weight(&self, content: &str) -> f64 {
        super::matches::weigh(content, self)
    }

    pub(super) fn wanted(&self) -> impl Iterator<Item = &Term> {
        self.wanted.iter()
    }

    pub(super) fn unwanted(&self) -> impl Iterator<Item = &Phrase> {
        self.unwanted.iter()
    }

    /// How many words and phrases there are.
    pub(super) fn len(&self) -> usize {
        self.wanted.len() + self.unwanted.len()
    }

    fn variants(&self) -> usize {
        self.wanted.iter().map(|term| term.variants.len()).sum()
    }
}

/// The phrases of a text whose words stand apart or together where others set them otherwise.
fn spaced(folded: &str, runs: &[Run]) -> Vec<Phrase> {
    let apart = variants::with_numbers_apart(folded, runs);
    let joined = variants::with_numbers_joined(folded, runs);
    let joined = joined.and_then(|text| Phrase::of(&text, &self::runs(&text).collect::<Vec<Run>>(), true));
    let ways = apart.into_iter().chain(variants::with_blanks(folded, runs));
    joined.into_iter().chain(ways.filter_map(|runs| Phrase::of(folded, &runs, true))).collect()
}

impl Phrase {
    /// `None` when there are no runs. With `open` the last word may be the beginning of a longer one.
    fn of(folded: &str, runs: &[Run], open: bool) -> Option<Self> {
        let last = runs.last()?;
        let mut tokens = Vec::new();
        for run in runs {
            let ends = run != last;
            match run.kind {
                // The pairs of the last run alone, because more may follow; what ends before another run ends there.
                Kind::Unspaced => {
                    let is_single = folded[run.range.clone()].chars().nth(1).is_none();
                    each_pair(folded, &run.range, ends || is_single, |token| tokens.push(token.text.to_owned()));
                }
                _ => run.each_token(folded, |token| tokens.push(token.text.to_owned())),
            }
        }
        let text = &folded[last.range.clone()];
        let open = match last.kind {
            Kind::Unspaced => text.chars().nth(1).is_none(),
            // A number is meant whole: #12 is not #123.
            Kind::Word => {
                open && text.chars().count() >= MIN_PREFIX && !text.chars().all(|digit| digit.is_ascii_digit())
            }
            // Half a flag.
            Kind::Emoji => matches!(text.chars().collect::<Vec<_>>()[..], ['\u{1f1e6}'..='\u{1f1ff}']),
            Kind::Sign(_) => false,
        };
        Some(Self { tokens, open })
    }

    /// Whether the last token may be any that begins with its one syllable.
    fn begins_with_one_syllable(&self) -> bool {
        self.open && self.tokens.last().is_some_and(|last| is_syllable(last))
    }
}

fn is_syllable(token: &str) -> bool {
    let mut characters = token.chars();
    characters.next().is_some_and(|first| class(first) == Class::Unspaced) && characters.next().is_none()
}

/// As FTS5 writes it. No token holds a quote.
impl std::fmt::Display for Phrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"{}", self.tokens.join(" "), if self.open { " *" } else { "" })
    }
}

fn any_of<'a>(phrases: impl Iterator<Item = &'a Phrase>) -> String {
    let mut expression = String::new();
    for phrase in phrases {
        let between = if expression.is_empty() { "" } else { " OR " };
        // Writing to a string does not fail.
        let _ = write!(expression, "{between}{phrase}");
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(plain: &[&str]) -> Words {
        let mut words = Words::default();
        plain.iter().for_each(|text| words.want(text, Written::Plain, false));
        words
    }

    #[test]
    fn words_become_phrases() {
        for (typed, expected) in [
            ("회의록", r#""회의 의록""#),
            ("회", r#""회" *"#),
            ("meet", r#""meet" *"#),
            ("pr", r#""pr""#),
            ("#123", r#""123""#),
            ("API를", r#""api 를" *"#),
            ("3월회의", r#""3 월회 회의""#),
            ("회의3", r#""회의 의 3""#),
            ("foo.bar()", r#""foo bar" *"#),
            ("C++", r#""c ＋＋""#),
            ("👍", r#""👍""#),
            ("🇰", r#""🇰" *"#),
            (r#"a"b*^:("#, r#""a b""#),
        ] {
            assert_eq!(words(&[typed]).strict().as_deref(), Some(expected), "{typed}");
        }
        assert_eq!(words(&["!!", "-"]), Words::default());
    }

    #[test]
    fn one_syllable_is_a_broad_question() {
        for (typed, expected) in
            [("회", true), ("API를", true), ("東", true), ("회의", false), ("meet", false), ("🇰", false), ("", false)]
        {
            assert_eq!(words(&[typed]).is_broad(), expected, "{typed}");
        }
        assert!(words(&["notes", "회"]).is_broad());
        let mut without = words(&["notes"]);
        without.leave_out("회");
        assert!(without.is_broad());
    }

    #[test]
    fn words_are_anded_and_what_must_not_be_said_is_taken_away() {
        let mut words = words(&["회의", "note", "회의"]);
        assert_eq!(words.strict().as_deref(), Some(r#""회의" AND "note" *"#));
        words.leave_out("cat");
        words.leave_out("점심");
        assert_eq!(words.strict().as_deref(), Some(r#"("회의" AND "note" *) NOT ("cat" OR "점심")"#));
        assert_eq!(words.loose(), None);
    }

    #[test]
    fn only_what_is_still_typed_in_quotes_is_open() {
        let strict = |written| {
            let mut words = Words::default();
            words.want("meeting note", written, true);
            words.strict()
        };
        assert_eq!(strict(Written::Quoted).as_deref(), Some(r#""meeting note""#));
        assert_eq!(strict(Written::HalfQuoted).as_deref(), Some(r#""meeting note" *"#));
    }

    #[test]
    fn a_syllable_that_was_begun_does_not_hide_what_stands_before_it() {
        let mut words = Words::default();
        words.want("회ㅇ", Written::Plain, true);
        assert_eq!(words.strict().as_deref(), Some(r#""회ㅇ""#));
        assert_eq!(words.loose().as_deref(), Some(r#"("회ㅇ" OR "회" *)"#));
        let mut closed = Words::default();
        closed.want("네ㅋ", Written::Quoted, true);
        assert_eq!((closed.strict().as_deref(), closed.loose()), (Some(r#""네ㅋ""#), None), "quotes that are closed");
    }

    #[test]
    fn loose_words_have_their_numbers_apart_and_together() {
        assert_eq!(words(&["15pro"]).loose().as_deref(), Some(r#"("15pro" * OR "15 pro" *)"#));
        assert_eq!(words(&["utf-8"]).loose().as_deref(), Some(r#"("utf 8" OR "utf8" *)"#));
        assert_eq!(words(&["pro"]).loose(), None);
    }

    #[test]
    fn loose_words_have_their_split_points() {
        let loose = words(&["선만유지", "api"]).loose().expect("a loose expression");
        assert!(loose.starts_with(r#"("선만 만유 유지" OR "#), "{loose}");
        assert!(loose.contains(r#""선만 만 유지""#), "{loose}");
        assert!(loose.ends_with(r#") AND "api" *"#), "{loose}");
    }
}
