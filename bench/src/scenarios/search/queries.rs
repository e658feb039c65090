//! What people might look for, sampled from what was said.

use super::said::{Holds, Said};
use crate::corpus::is_hangul;
use crate::random::Random;
use std::collections::{BTreeSet, HashMap};

/// Messages that distinct words are collected from.
const LOOKED_THROUGH: usize = 100_000;
/// Tries for each query that is wanted.
const TRIES: usize = 10_000;

/// A query, and what it has to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub typed: String,
    /// All of these.
    pub wanted: Vec<(String, Holds)>,
}

/// How parts of Hangul are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// By how often they are said.
    Frequent,
    /// Each distinct one alike.
    Rare,
}

impl Query {
    fn of(typed: impl Into<String>, what: impl Into<String>, how: Holds) -> Self {
        Self { typed: typed.into(), wanted: vec![(what.into(), how)] }
    }
}

/// Parts of Hangul words of so many syllables, from anywhere in the words.
pub fn korean(said: &Said, syllables: usize, choice: Choice, count: usize, random: &mut Random) -> Vec<Query> {
    let parts = match choice {
        Choice::Frequent => distinct(count, || {
            let words = words(said.text(random.below(said.len())), is_hangul);
            let words: Vec<&str> = words.into_iter().filter(|word| word.chars().count() >= syllables).collect();
            let word: Vec<char> = words.get(random.below(words.len().max(1)))?.chars().collect();
            let start = random.below(word.len() - syllables + 1);
            Some(word[start..start + syllables].iter().collect())
        }),
        Choice::Rare => {
            let mut all = BTreeSet::new();
            for place in (0..said.len()).step_by(said.len().div_ceil(LOOKED_THROUGH)) {
                for word in words(said.text(place), is_hangul) {
                    let word: Vec<char> = word.chars().collect();
                    all.extend(word.windows(syllables).map(|part| part.iter().collect::<String>()));
                }
            }
            pick(all, count, random)
        }
    };
    parts.into_iter().map(|part| Query::of(part.clone(), part, Holds::Part)).collect()
}

/// Two Korean words that stand side by side, typed without the blank between them. Of the second there are at least
/// two syllables: with a single one, whatever begins with it would be found.
pub fn without_blank(said: &Said, count: usize, random: &mut Random) -> Vec<Query> {
    let pairs = distinct(count, || {
        let text = said.text(random.below(said.len()));
        let words: Vec<&str> = text.split(' ').collect();
        let at = random.below(words.len().max(2) - 1);
        let (first, second) = (words.get(at)?, words.get(at + 1)?);
        let length = |word: &str| if word.chars().all(is_hangul) { word.chars().count() } else { 0 };
        ((1..=4).contains(&length(first)) && (2..=4).contains(&length(second))).then(|| format!("{first}{second}"))
    });
    pairs.into_iter().map(|pair| Query::of(pair.clone(), pair, Holds::Spaced)).collect()
}

/// A Korean word of four syllables or more, typed with a blank in its middle.
pub fn with_blank(said: &Said, count: usize, random: &mut Random) -> Vec<Query> {
    let words = distinct(count, || {
        let words = words(said.text(random.below(said.len())), is_hangul);
        let long: Vec<&str> = words.into_iter().filter(|word| (4..=6).contains(&word.chars().count())).collect();
        long.get(random.below(long.len().max(1))).map(|word| (*word).to_owned())
    });
    let halves = words.into_iter().map(|word| {
        let middle = word.char_indices().nth(2).map_or(word.len(), |(at, _)| at);
        let (first, second) = word.split_at(middle);
        let part = |part: &str| (part.to_owned(), Holds::Part);
        Query { typed: format!("{first} {second}"), wanted: vec![part(first), part(second)] }
    });
    halves.collect()
}

/// English words by how often they are said: whole ones in quotes, or as one types them, their beginnings.
pub fn english(said: &Said, whole: bool, count: usize, random: &mut Random) -> Vec<Query> {
    let words = distinct(count, || {
        let words = words(said.text(random.below(said.len())), |letter| letter.is_ascii_alphanumeric());
        let is_word =
            |word: &&str| (3..=20).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let words: Vec<&str> = words.into_iter().filter(is_word).collect();
        let word = words.get(random.below(words.len().max(1)))?;
        Some(if whole { (*word).to_owned() } else { word[..3 + random.below(word.len() - 2)].to_owned() })
    });
    let query = |word: String| match whole {
        true => Query::of(format!("\"{word}\""), word, Holds::Word),
        false => Query::of(word.clone(), word, Holds::Beginning),
    };
    words.into_iter().map(query).collect()
}

/// The Korean word that is said most often, of two syllables or more.
pub fn commonest_word(said: &Said) -> Option<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for place in (0..said.len()).step_by(said.len().div_ceil(LOOKED_THROUGH)) {
        for word in words(said.text(place), is_hangul) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let long = counts.into_iter().filter(|(word, _)| word.chars().count() >= 2);
    long.max_by_key(|(word, count)| (*count, *word)).map(|(word, _)| word.to_owned())
}

fn words(text: &str, of: impl Fn(char) -> bool) -> Vec<&str> {
    text.split(|character| !of(character)).filter(|word| !word.is_empty()).collect()
}

fn distinct(count: usize, mut sample: impl FnMut() -> Option<String>) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut tries = 0;
    let mut all = Vec::new();
    while all.len() < count && tries < count * TRIES {
        tries += 1;
        all.extend(sample().filter(|text| found.insert(text.clone())));
    }
    all
}

fn pick(from: BTreeSet<String>, count: usize, random: &mut Random) -> Vec<String> {
    let mut from: Vec<String> = from.into_iter().collect();
    let count = count.min(from.len());
    (0..count).map(|_| from.swap_remove(random.below(from.len()))).collect()
}
