//! Finds names by their beginnings and by the initial consonants of their syllables: `ㅎㅇㄹ` finds 회의록.
//!
//! What is still being typed counts, too: the last syllable may grow (`호` finds 회의록), and the consonant at its end
//! may be the next one's first (`회읠` finds it as well). The client follows the same rules; `tests/cases/initials.json`
//! holds what both must answer.

use super::fold::fold;
use super::hangul::{self, Syllable};
use super::scripts::{Class, class};

/// How well a name fits, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The name begins with it.
    Name,
    /// A word of the name begins with it.
    Word,
    /// It stands within a word, where only scripts without blanks are looked for.
    Inside,
}

/// Whether a name fits what was typed, and how well. All that is separated by blanks has to fit, and the worst counts.
/// Case, accents, blanks and punctuation of the name do not matter; nothing typed fits every name.
pub fn initials_match(name: &str, typed: &str) -> Option<Rank> {
    let name = letters(name);
    let mut worst = Rank::Name;
    for typed in fold(typed).split_whitespace().map(letters) {
        let typed: Vec<char> = typed.into_iter().filter(|letter| class(*letter) != Class::Between).collect();
        if !typed.is_empty() {
            worst = worst.max(best_rank(&name, &typed)?);
        }
    }
    Some(worst)
}

/// A name as its initial consonants, and letters of other scripts, without blanks and punctuation: `ㅎㅇㄹapi` of
/// `회의록 API`. The key of a name that fits holds the key of each part of what was typed.
pub fn initials_key(name: &str) -> String {
    let letters = letters(name).into_iter().filter(|letter| class(*letter) != Class::Between);
    letters.map(|letter| hangul::split(letter).map_or(letter, |syllable| syllable.initial)).collect()
}

/// Folded, with the clusters of input methods taken apart (`ㅄ`), which stand for two that were typed.
fn letters(text: &str) -> Vec<char> {
    let mut letters = Vec::new();
    for letter in fold(text).chars() {
        match hangul::cluster(letter) {
            Some((first, second)) => letters.extend([first, second]),
            None => letters.push(letter),
        }
    }
    letters
}

fn best_rank(name: &[char], typed: &[char]) -> Option<Rank> {
    let first = name.iter().position(|letter| class(*letter) != Class::Between)?;
    let anywhere = typed.first().is_some_and(|letter| class(*letter) == Class::Unspaced);
    let ranks = (first..name.len()).filter(|at| class(name[*at]) != Class::Between).filter_map(|at| {
        let rank = match at {
            _ if at == first => Rank::Name,
            _ if class(name[at - 1]) != class(name[at]) => Rank::Word,
            _ => Rank::Inside,
        };
        ((anywhere || rank != Rank::Inside) && fits(&name[at..], typed)).then_some(rank)
    });
    ranks.min()
}

fn fits(name: &[char], typed: &[char]) -> bool {
    let Some((last, before)) = typed.split_last() else { return true };
    let mut name = name.iter().copied().filter(|letter| class(*letter) != Class::Between);
    if !before.iter().all(|typed| name.next().is_some_and(|letter| is_same(*typed, letter))) {
        return false;
    }
    let Some(letter) = name.next() else { return false };
    is_same(*last, letter) || grows_into(*last, letter, name.next())
}

fn is_same(typed: char, letter: char) -> bool {
    typed == letter || (hangul::is_consonant(typed) && hangul::split(letter).is_some_and(|of| of.initial == typed))
}

/// Whether the syllable that is being typed may become this one, or this one and the next.
fn grows_into(typed: char, letter: char, next: Option<char>) -> bool {
    let (Some(typed), Some(letter)) = (hangul::split(typed), hangul::split(letter)) else { return false };
    if typed.initial != letter.initial {
        return false;
    }
    let Some(last) = typed.last else {
        return typed.vowel == letter.vowel || hangul::vowel_grows_into(typed.vowel, letter.vowel);
    };
    if typed.vowel != letter.vowel {
        return false;
    }
    let grows = |of: char| hangul::cluster(of).is_some_and(|(first, _)| first == last);
    letter.last.is_some_and(grows) || belongs_to_next(last, letter, next)
}

/// Whether the consonant at the end of what is typed, or the second of a cluster, is the initial of the next syllable.
fn belongs_to_next(last: char, letter: Syllable, next: Option<char>) -> bool {
    let (stays, goes) = match hangul::cluster(last) {
        Some((stays, goes)) => (Some(stays), goes),
        None => (None, last),
    };
    letter.last == stays && next.is_some_and(|next| is_same(goes, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        typed: String,
        /// 0 for the name, 1 for a word, 2 for inside, none where it does not fit.
        rank: Option<u8>,
    }

    fn cases() -> Vec<Case> {
        serde_json::from_str(include_str!("../../tests/cases/initials.json")).expect("a table of cases")
    }

    #[test]
    fn names_fit_as_the_table_says() {
        for Case { name, typed, rank } in cases() {
            let found = initials_match(&name, &typed).map(|rank| rank as u8);
            assert_eq!(found, rank, "{typed} in {name}");
        }
    }

    #[test]
    fn the_key_of_a_name_that_fits_holds_the_key_of_what_was_typed() {
        for Case { name, typed, .. } in cases().into_iter().filter(|case| case.rank.is_some()) {
            let key = initials_key(&name);
            assert!(typed.split_whitespace().all(|part| key.contains(&initials_key(part))), "{typed} in {name}");
        }
        assert_eq!(initials_key("회의록 API-팀"), "ㅎㅇㄹapiㅌ");
    }
}
