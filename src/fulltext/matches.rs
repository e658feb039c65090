//! Where the words of a query stand in a message, as the index would find them.

use super::expression::{Phrase, Term, Words};
use super::fold::Folded;
use super::identifiers::each_inner_word;
use super::tokens::{REPEATED, Token, runs};
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
    let folded = Folded::of(content);
    let lower = content.to_ascii_lowercase();
    let (tokens, _) = tokens(&folded.text, content, &lower);
    let says = |phrase: &Phrase| tokens.windows(phrase.tokens.len()).any(|window| matched(phrase, window).is_some());
    words.wanted().all(|term| says(&term.phrase) || (loosely && term.variants.iter().any(says)))
        && !words.unwanted().any(says)
}

/// How much of a message is about what is looked for: each word counts less each time it comes again, less in a long
/// message, and half when it is written otherwise (as BM25, but without a look at other messages).
pub(super) fn weigh(content: &str, words: &Words) -> f64 {
    let folded = Folded::of(content);
    let lower = content.to_ascii_lowercase();
    let (tokens, of_text) = tokens(&folded.text, content, &lower);
    let count = |phrase: &Phrase| {
        let windows = tokens.windows(phrase.tokens.len());
        windows.filter(|window| matched(phrase, window).is_some()).count() as f64
    };
    let length = SATURATION * (1.0 - OF_LENGTH + OF_LENGTH * of_text as f64 / USUAL_LENGTH);
    let weight = |term: &Term| {
        let said = count(&term.phrase) + term.variants.iter().map(count).sum::<f64>() / 2.0;
        said / (said + length)
    };
    words.wanted().map(weight).sum()
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
    for (term, phrase) in words.phrases() {
        let length = phrase.tokens.len();
        for (at, window) in tokens.windows(length).enumerate() {
            if let Some(range) = matched(phrase, window) {
                let range = if at < of_text { folded.origin(range) } else { range };
                matches.push(Match { range, term });
            }
        }
    }
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
