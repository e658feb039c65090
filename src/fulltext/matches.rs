//! Where the words of a query stand in a message, as the index would find them.

use super::expression::{Phrase, Term, Words};
use super::fold::{Folded, changes_little};
use super::identifiers::each_inner_word;
use super::scripts::{Class, class};
use super::tokens::{REPEATED, Token, runs};
use std::collections::HashMap;
use std::ops::Range;

/// BM25's `k1` and `b`, as everybody sets them.
const SATURATION: f64 = 1.2;
const OF_LENGTH: f64 = 0.75;
/// Tokens of a message of ordinary length.
const USUAL_LENGTH: f64 = 20.0;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// In bytes of the message, on boundaries of characters, never empty.
    pub range: Range<usize>,
    /// Which of the words it is.
    pub term: usize,
}

/// Whether the index finds a message: with what it must and without what it must not say; `loosely` as
/// [`Words::loose`] does.
pub(super) fn fits(content: &str, words: &Words, loosely: bool) -> bool {
    if changes_little(content) && words.wanted().any(|term| lacks(content, term, loosely)) {
        return false;
    }
    let folded = Folded::of(content);
    let lower = content.to_ascii_lowercase();
    let (tokens, _) = tokens(&folded.text, content, &lower);
    let says = |phrase: &Phrase| tokens.windows(phrase.tokens.len()).any(|window| matched(phrase, window).is_some());
    words.wanted().all(|term| says(&term.phrase) || (loosely && term.variants.iter().any(says)))
        && !words.unwanted().any(says)
}

/// Whether a text that folding changes little lacks a syllable of what is looked for: seen at a glance, as most texts do.
fn lacks(content: &str, term: &Term, loosely: bool) -> bool {
    let may_be_other = loosely && !term.variants.is_empty();
    let syllables = term.phrase.tokens.iter().flat_map(|token| token.chars().next());
    let mut syllables = syllables.filter(|first| class(*first) == Class::Unspaced);
    !may_be_other && syllables.any(|syllable| !content.contains(syllable))
}

/// How much of a message is about what is looked for: each word counts less each time it comes again, less in a long
/// message, and half when it is written otherwise (as BM25, but without a look at other messages).
pub(super) fn weigh(content: &str, words: &Words) -> f64 {
    let folded = Folded::of(content);
    let lower = content.to_ascii_lowercase();
    let (tokens, of_text) = tokens(&folded.text, content, &lower);
    let mut said = vec![0.0; words.wanted().count()];
    Sought::of(words).each_match(&tokens, |one, _, _| said[one.term] += if one.is_variant { 0.5 } else { 1.0 });
    let length = SATURATION * (1.0 - OF_LENGTH + OF_LENGTH * of_text as f64 / USUAL_LENGTH);
    said.into_iter().map(|said| said / (said + length)).sum()
}

/// A phrase that is looked for.
#[derive(Clone, Copy)]
struct One<'a> {
    phrase: &'a Phrase,
    /// Which of the words it is, and whether that is written otherwise.
    term: usize,
    is_variant: bool,
}

/// All phrases that are looked for: a query may have 160, and a message 16,000 tokens.
struct Sought<'a> {
    by_first_token: HashMap<&'a str, Vec<One<'a>>>,
    /// The beginnings of tokens.
    open: Vec<One<'a>>,
}

impl<'a> Sought<'a> {
    fn of(words: &'a Words) -> Self {
        let mut sought = Self { by_first_token: HashMap::new(), open: Vec::new() };
        for (term, written) in words.wanted().enumerate() {
            sought.add(One { phrase: &written.phrase, term, is_variant: false });
            for phrase in &written.variants {
                sought.add(One { phrase, term, is_variant: true });
            }
        }
        sought
    }

    fn add(&mut self, one: One<'a>) {
        match &one.phrase.tokens[..] {
            [_] if one.phrase.open => self.open.push(one),
            [first, ..] => self.by_first_token.entry(first).or_default().push(one),
            [] => {}
        }
    }

    /// Calls `each` with what stands at which token, and its bytes of the text that the tokens are of.
    fn each_match(&self, tokens: &[Token<'_>], mut each: impl FnMut(One<'a>, usize, Range<usize>)) {
        for (at, token) in tokens.iter().enumerate() {
            let begun = self.by_first_token.get(token.text).into_iter().flatten();
            for one in begun.chain(&self.open) {
                let window = tokens.get(at..at + one.phrase.tokens.len());
                if let Some(range) = window.and_then(|window| matched(one.phrase, window)) {
                    each(*one, at, range);
                }
            }
        }
    }
}

/// What the index keeps of a text, and how many tokens are of the folded text; behind them are those of `content`.
fn tokens<'a>(folded: &'a str, content: &str, lower: &'a str) -> (Vec<Token<'a>>, usize) {
    let mut tokens: Vec<Token<'a>> = Vec::new();
    for run in runs(folded) {
        run.each_token(folded, |token| tokens.push(token));
    }
    let of_text = tokens.len();
    tokens.push(Token { text: REPEATED, range: 0..0 });
    each_inner_word(content, |range| tokens.push(Token { text: &lower[range.clone()], range }));
    (tokens, of_text)
}

/// All matches by where they begin. They may overlap.
pub(super) fn find(content: &str, words: &Words) -> Vec<Match> {
    let folded = Folded::of(content);
    let lower = content.to_ascii_lowercase();
    let (tokens, of_text) = tokens(&folded.text, content, &lower);
    let mut matches = Vec::new();
    Sought::of(words).each_match(&tokens, |one, at, range| {
        let range = if at < of_text { folded.origin(range) } else { range };
        matches.push(Match { range, term: one.term });
    });
    matches.sort_by_key(|found| (found.range.start, found.range.end));
    matches
}

/// What of the tokens the phrase says: of the last one only its beginning, if the phrase is open.
fn matched(phrase: &Phrase, tokens: &[Token<'_>]) -> Option<Range<usize>> {
    let (wanted, before) = phrase.tokens.split_last()?;
    let (last, rest) = tokens.split_last()?;
    let fits = if phrase.open { last.text.starts_with(wanted.as_str()) } else { last.text == wanted };
    if !fits || !before.iter().zip(rest).all(|(wanted, token)| token.text == wanted) {
        return None;
    }
    let end = if phrase.open { last.range.start + wanted.len() } else { last.range.end };
    Some(tokens.first()?.range.start..end)
}
