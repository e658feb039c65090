//! Other ways to write a word: many leave out the blanks of Korean, or set them where others do not, the last syllable
//! may still be on its way, and a number may stand close to its word or not.

use super::hangul;
use super::tokens::{Kind, Run};
use std::ops::Range;

/// Syllables of a word in which two blanks are looked for (`할수있다` for `할 수 있다`); in longer ones there is one.
const MAX_FOR_TWO: usize = 7;
/// Longer words have their blanks.
const MAX_SYLLABLES: usize = 24;
/// Words in which numbers and letters change more often are data.
const MAX_CHANGES: usize = 3;
/// A single syllable at the end would find whatever begins with it.
const MIN_LAST: usize = 2;

/// The ways to set blanks into one of the runs, each with all runs.
pub(super) fn with_blanks(folded: &str, runs: &[Run]) -> Vec<Vec<Run>> {
    let mut ways = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        if run.kind != Kind::Unspaced {
            continue;
        }
        let is_last = at + 1 == runs.len();
        for cuts in cuts(&folded[run.range.clone()], if is_last { MIN_LAST } else { 1 }) {
            let mut way = runs[..at].to_vec();
            let mut start = run.range.start;
            for end in cuts.into_iter().map(|cut| run.range.start + cut).chain([run.range.end]) {
                way.push(Run { kind: Kind::Unspaced, range: start..end });
                start = end;
            }
            way.extend_from_slice(&runs[at + 1..]);
            ways.push(way);
        }
    }
    ways
}

/// The runs without a consonant at the end that will begin the next syllable: `회ㅇ` becomes 회의.
pub(super) fn without_begun_syllable(folded: &str, runs: &[Run]) -> Option<Vec<Run>> {
    let (last, before) = runs.split_last()?;
    let mut backwards = folded[last.range.clone()].chars().rev();
    let begun = backwards.next().filter(|begun| hangul::is_consonant(*begun))?;
    backwards.next().filter(|syllable| hangul::is_syllable(*syllable))?;
    let shorter = Run { kind: last.kind, range: last.range.start..last.range.end - begun.len_utf8() };
    Some([before, &[shorter]].concat())
}

/// The runs with each word cut between its numbers and its letters: `15pro` becomes 15 and pro.
pub(super) fn with_numbers_apart(folded: &str, runs: &[Run]) -> Option<Vec<Run>> {
    let mut apart = Vec::new();
    for run in runs {
        let changes = if run.kind == Kind::Word { changes(folded, &run.range) } else { Vec::new() };
        let mut start = run.range.start;
        for end in changes.into_iter().chain([run.range.end]) {
            apart.push(Run { kind: run.kind, range: start..end });
            start = end;
        }
    }
    (apart.len() > runs.len()).then_some(apart)
}

/// The text with nothing between a number and the word next to it: `utf-8` becomes utf8.
pub(super) fn with_numbers_joined(folded: &str, runs: &[Run]) -> Option<String> {
    let mut joined = String::new();
    let mut end = 0;
    for (before, after) in runs.iter().zip(runs.iter().skip(1)) {
        let between = before.range.end..after.range.start;
        let meet = before.kind == Kind::Word && after.kind == Kind::Word;
        if meet && !between.is_empty() && changes_between(&folded[before.range.clone()], &folded[after.range.clone()]) {
            joined.push_str(&folded[end..between.start]);
            end = between.end;
        }
    }
    (end > 0).then(|| joined + &folded[end..])
}

/// Where a number follows letters, or letters a number, in a word that is no data.
fn changes(folded: &str, word: &Range<usize>) -> Vec<usize> {
    let text = &folded[word.clone()];
    let places = text.char_indices().skip(1).map(|(at, _)| at);
    let changes = places.filter(|at| changes_between(&text[..*at], &text[*at..])).map(|at| word.start + at);
    let changes: Vec<usize> = changes.take(MAX_CHANGES + 1).collect();
    if changes.len() > MAX_CHANGES { Vec::new() } else { changes }
}

fn changes_between(before: &str, after: &str) -> bool {
    let is_digit = |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
    is_digit(before.chars().next_back()) != is_digit(after.chars().next())
}

/// Byte offsets for one blank or two.
fn cuts(run: &str, min_last: usize) -> Vec<Vec<usize>> {
    let syllables = run.chars().count();
    if !run.chars().all(hangul::is_syllable) || syllables > MAX_SYLLABLES || syllables <= min_last {
        return Vec::new();
    }
    let offsets: Vec<usize> = run.char_indices().map(|(at, _)| at).skip(1).collect();
    let offsets = &offsets[..syllables - min_last];
    let mut cuts: Vec<Vec<usize>> = offsets.iter().map(|at| vec![*at]).collect();
    if syllables <= MAX_FOR_TWO {
        let pairs =
            offsets.iter().enumerate().flat_map(|(at, first)| offsets[at + 1..].iter().map(|next| vec![*first, *next]));
        cuts.extend(pairs);
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulltext::tokens::runs;

    fn spaced(word: &str) -> Vec<String> {
        let runs: Vec<Run> = runs(word).collect();
        let parts = |runs: &Vec<Run>| runs.iter().map(|run| &word[run.range.clone()]).collect::<Vec<_>>().join(" ");
        with_blanks(word, &runs).iter().map(parts).collect()
    }

    #[test]
    fn blanks_stand_between_syllables_and_leave_two_at_the_end() {
        assert!(spaced("회의").is_empty());
        assert_eq!(spaced("회의록"), ["회 의록"]);
        assert_eq!(spaced("할수있다"), ["할 수있다", "할수 있다", "할 수 있다"]);
        assert_eq!(spaced("회의3"), ["회 의 3"]);
        assert_eq!(spaced("3회의록"), ["3 회 의록"]);
    }

    #[test]
    fn a_consonant_after_a_syllable_is_one_that_was_begun() {
        let without = |word: &str| {
            let runs: Vec<Run> = runs(word).collect();
            without_begun_syllable(word, &runs)
                .and_then(|runs| runs.last().map(|run| word[run.range.clone()].to_owned()))
        };
        assert_eq!(without("회ㅇ").as_deref(), Some("회"));
        assert_eq!(without("api 회의ㄹ").as_deref(), Some("회의"));
        assert_eq!((without("ㅇ"), without("회ㅋㅋ"), without("회ㅏ"), without("회의")), (None, None, None, None));
    }

    #[test]
    fn numbers_stand_close_to_their_words_or_apart() {
        let apart = |word: &str| {
            let runs: Vec<Run> = runs(word).collect();
            let apart = with_numbers_apart(word, &runs)?;
            Some(apart.iter().map(|run| &word[run.range.clone()]).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(apart("15pro").as_deref(), Some("15 pro"));
        assert_eq!(apart("회의 v2beta").as_deref(), Some("회의 v 2 beta"));
        assert_eq!((apart("pro"), apart("15"), apart("a1b2c3d4")), (None, None, None));
        let joined = |word: &str| with_numbers_joined(word, &runs(word).collect::<Vec<Run>>());
        assert_eq!(joined("utf-8").as_deref(), Some("utf8"));
        assert_eq!(joined("(covid-19.a)").as_deref(), Some("(covid19a)"));
        assert_eq!((joined("a-b"), joined("1-2"), joined("utf8"), joined("회-8")), (None, None, None, None));
    }

    #[test]
    fn other_scripts_and_long_words_are_left_alone() {
        assert!(spaced("東京タワー").is_empty());
        assert!(spaced("reports").is_empty());
        assert!(spaced(&"가".repeat(MAX_SYLLABLES + 1)).is_empty());
        assert_eq!(spaced(&"가".repeat(MAX_SYLLABLES)).len(), MAX_SYLLABLES - MIN_LAST);
    }
}
