//! Passwords that are guessed first: common ones, names, patterns. Rules of composition are deliberately not here: they
//! make passwords worse (NIST SP 800-63B).

use super::usernames;
use crate::error::PasswordWeakness;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// The first bytes of the SHA-256 of each common password, ascending; made by scripts/common-passwords.mjs.
const COMMON: &[u8] = include_bytes!("common-passwords.bin");
const HASH_BYTES: usize = 5;
/// So many digits and signs behind a common password make it no better.
const TAIL: usize = 6;
/// What everybody would try here.
const OURS: [&str; 2] = ["maru", "마루"];
/// Shorter names occur in words by chance.
const NAME: usize = 3;
/// A password that is one text of at most so many characters, again and again, is as good as that.
const REPEATED: usize = 3;

/// What is wrong with a password in NFKC, whose length is right. `names` are those of its user and the team.
pub fn of(password: &str, names: &[&str]) -> Option<PasswordWeakness> {
    // As the list has it, and as names are compared.
    let plain = password.to_lowercase();
    if is_common(&plain) || without_tail(&plain).is_some_and(is_common) {
        Some(PasswordWeakness::Common)
    } else if is_name(&usernames::key(password), names) {
        Some(PasswordWeakness::Name)
    } else if is_repeated(&plain) || is_sequence(&plain) {
        Some(PasswordWeakness::Pattern)
    } else {
        None
    }
}

fn is_common(password: &str) -> bool {
    let hash = Sha256::digest(password);
    let (hashes, _) = COMMON.as_chunks::<HASH_BYTES>();
    hash.first_chunk().is_some_and(|first| hashes.binary_search(first).is_ok())
}

/// What stands before a few digits and signs at the end.
fn without_tail(password: &str) -> Option<&str> {
    let base = password.trim_end_matches(|character: char| !character.is_alphabetic());
    let tail = password[base.len()..].chars().count();
    (1..=TAIL).contains(&tail).then_some(base)
}

/// Whether names are all that it has, but for digits and signs.
fn is_name(key: &str, names: &[&str]) -> bool {
    let names = names.iter().map(|name| usernames::key(name));
    let parts = names.flat_map(|name| {
        let words: Vec<String> =
            name.split(|character: char| !character.is_alphanumeric()).map(str::to_owned).collect();
        words.into_iter().chain([name])
    });
    // Ours are short and meant.
    let mut words: Vec<String> = parts.filter(|word| word.chars().count() >= NAME).collect();
    words.extend(OURS.map(|word| word.nfkc().collect()));
    // The longest first: a name may be part of another.
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = key.to_owned();
    for word in words {
        rest = rest.replace(&word, " ");
    }
    rest != key && !rest.contains(char::is_alphabetic)
}

fn is_repeated(password: &str) -> bool {
    let characters: Vec<char> = password.chars().collect();
    (1..=REPEATED).any(|length| characters.iter().zip(&characters[length.min(characters.len())..]).all(|(a, b)| a == b))
}

/// Whether each character but one follows the one before it in the alphabet or in counting, either way, or is the same.
fn is_sequence(password: &str) -> bool {
    let steps = password.chars().zip(password.chars().skip(1));
    let strange =
        steps.filter(|(one, next)| u32::from(*one).abs_diff(u32::from(*next)) > 1 && (*one, *next) != ('9', '0'));
    strange.count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use PasswordWeakness::{Common, Name, Pattern};

    const NAMES: [&str; 3] = ["mina.kim", "김민아", "Acme Zorbel"];

    #[test]
    fn what_is_guessed_first_is_weak() {
        for (password, weakness) in [
            ("password", Common),
            ("PassWord", Common),
            ("password2026!", Common),
            ("qwerty12", Common),
            ("iloveyou", Common),
            ("1q2w3e4r", Common),
            ("비밀번호1234", Common),
            ("qlalfqjsgh", Common),
            ("dkssudgktpdy!!", Common),
            ("minakim1", Name),
            ("Mina.Kim", Name),
            ("kimmina2026!", Name),
            ("김민아김민아12", Name),
            ("김민아김민아김민", Pattern),
            ("acmezorbel", Name),
            ("zorbel1!2", Name),
            ("marumaru", Name),
            ("Maru2026", Name),
            ("마루마루마루마루", Name),
            ("zyzyzyzyz", Pattern),
            ("가가가가가가가가", Pattern),
            ("ᄒ!ᄒ!ᄒ!ᄒ!ᄒ!", Pattern),
            ("mnopqrstu", Pattern),
            ("8765432109876", Pattern),
            ("efgh5678", Pattern),
        ] {
            assert_eq!(of(&password.nfkc().collect::<String>(), &NAMES), Some(weakness), "{password}");
        }
    }

    #[test]
    fn what_is_not_is_left_alone_however_simple_it_looks() {
        for password in [
            "wooden floor, open sky",
            "correct horse",
            "battery staple",
            "a better horse",
            "another floor, same sky",
            "mina likes tea",
            "하늘이 참 맑다",
            "zorbels are science",
            "marush ka tea",
            "x7#kd92!q",
            "tea at five o'clock",
            "abcdefg, said the goat",
            "9f86d081",
        ] {
            assert_eq!(of(password, &NAMES), None, "{password}");
        }
        assert_eq!(of("no names here", &["", "no", "a"]), None, "short names are part of anything");
    }

    #[test]
    fn the_list_is_sorted_small_and_whole() {
        let (hashes, rest) = COMMON.as_chunks::<HASH_BYTES>();
        assert!(rest.is_empty() && hashes.is_sorted() && COMMON.len() < 200_000);
        assert!(hashes.len() > 20_000, "{}", hashes.len());
    }
}
