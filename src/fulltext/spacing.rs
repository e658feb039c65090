//! Where blanks might stand in a Korean word: many leave them out, or set them where others do not.

use super::hangul;
use super::tokens::{Kind, Run};

/// Syllables of a word in which two blanks are looked for (`할수있다` for `할 수 있다`); in longer ones there is one.
const MAX_FOR_TWO: usize = 7;
/// Longer words have their blanks.
const MAX_SYLLABLES: usize = 24;
/// A single syllable at the end would find whatever begins with it.
const MIN_LAST: usize = 2;

/// The ways to set blanks into one of the runs, each with all runs.
pub(super) fn variants(folded: &str, runs: &[Run]) -> Vec<Vec<Run>> {
    let mut variants = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        if run.kind != Kind::Unspaced {
            continue;
        }
        let is_last = at + 1 == runs.len();
        for cuts in cuts(&folded[run.range.clone()], if is_last { MIN_LAST } else { 1 }) {
            let mut variant = runs[..at].to_vec();
            let mut start = run.range.start;
            for end in cuts.into_iter().map(|cut| run.range.start + cut).chain([run.range.end]) {
                variant.push(Run { kind: Kind::Unspaced, range: start..end });
                start = end;
            }
            variant.extend_from_slice(&runs[at + 1..]);
            variants.push(variant);
        }
    }
    variants
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
        variants(word, &runs).iter().map(parts).collect()
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
    fn other_scripts_and_long_words_are_left_alone() {
        assert!(spaced("東京タワー").is_empty());
        assert!(spaced("reports").is_empty());
        assert!(spaced(&"가".repeat(MAX_SYLLABLES + 1)).is_empty());
        assert_eq!(spaced(&"가".repeat(MAX_SYLLABLES)).len(), MAX_SYLLABLES - MIN_LAST);
    }
}
