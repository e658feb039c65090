//! Syllables of Hangul and the jamo that they are written with.

const SYLLABLES: std::ops::RangeInclusive<char> = '가'..='힣';
const VOWELS: u32 = 21;
/// None is one of them.
const FINALS: u32 = 28;

const INITIAL_JAMO: [char; 19] =
    ['ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ'];
const FINAL_JAMO: [char; 27] = [
    'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ', 'ㅁ', 'ㅂ', 'ㅄ', 'ㅅ',
    'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];

/// The parts of a syllable as jamo that stand alone (`ㅎ`, `ㅚ`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syllable {
    pub initial: char,
    pub vowel: char,
    pub last: Option<char>,
}

pub(super) fn is_syllable(character: char) -> bool {
    SYLLABLES.contains(&character)
}

/// A consonant that stands alone, clusters (`ㄳ`) included.
pub(super) fn is_consonant(character: char) -> bool {
    ('ㄱ'..='ㅎ').contains(&character)
}

/// Takes a syllable apart; `None` for anything else.
pub(super) fn split(character: char) -> Option<Syllable> {
    let index = is_syllable(character).then(|| u32::from(character) - u32::from(*SYLLABLES.start()))?;
    let (before, last) = (index / FINALS, index % FINALS);
    Some(Syllable {
        initial: *INITIAL_JAMO.get(usize::try_from(before / VOWELS).ok()?)?,
        vowel: char::from_u32(u32::from('ㅏ') + before % VOWELS)?,
        last: last.checked_sub(1).and_then(|at| FINAL_JAMO.get(usize::try_from(at).ok()?).copied()),
    })
}

/// The two consonants of a cluster, which input methods make of two that are typed one after the other.
pub(super) fn cluster(character: char) -> Option<(char, char)> {
    Some(match character {
        'ㄳ' => ('ㄱ', 'ㅅ'),
        'ㄵ' => ('ㄴ', 'ㅈ'),
        'ㄶ' => ('ㄴ', 'ㅎ'),
        'ㄺ' => ('ㄹ', 'ㄱ'),
        'ㄻ' => ('ㄹ', 'ㅁ'),
        'ㄼ' => ('ㄹ', 'ㅂ'),
        'ㄽ' => ('ㄹ', 'ㅅ'),
        'ㄾ' => ('ㄹ', 'ㅌ'),
        'ㄿ' => ('ㄹ', 'ㅍ'),
        'ㅀ' => ('ㄹ', 'ㅎ'),
        'ㅄ' => ('ㅂ', 'ㅅ'),
        _ => return None,
    })
}

/// Whether a vowel becomes another one by what is typed next (`ㅗ` becomes `ㅚ`).
pub(super) fn vowel_grows_into(vowel: char, other: char) -> bool {
    match vowel {
        'ㅗ' => matches!(other, 'ㅘ' | 'ㅙ' | 'ㅚ'),
        'ㅜ' => matches!(other, 'ㅝ' | 'ㅞ' | 'ㅟ'),
        'ㅡ' => other == 'ㅢ',
        'ㅘ' => other == 'ㅙ',
        'ㅝ' => other == 'ㅞ',
        _ => false,
    }
}

/// The jamo that stands alone for one that joins others (`ᄒ` U+1112) or is half as wide (`ﾾ` U+FFBE).
pub(super) fn standing_alone(character: char) -> Option<char> {
    let from = |start: char, base: char| char::from_u32(u32::from(base) + u32::from(character) - u32::from(start));
    match character {
        '\u{1100}'..='\u{1112}' => INITIAL_JAMO.get(usize::try_from(u32::from(character) - 0x1100).ok()?).copied(),
        '\u{1161}'..='\u{1175}' => from('\u{1161}', 'ㅏ'),
        '\u{11a8}'..='\u{11c2}' => FINAL_JAMO.get(usize::try_from(u32::from(character) - 0x11a8).ok()?).copied(),
        '\u{ffa1}'..='\u{ffbe}' => from('\u{ffa1}', 'ㄱ'),
        '\u{ffc2}'..='\u{ffc7}' => from('\u{ffc2}', 'ㅏ'),
        '\u{ffca}'..='\u{ffcf}' => from('\u{ffca}', 'ㅕ'),
        '\u{ffd2}'..='\u{ffd7}' => from('\u{ffd2}', 'ㅛ'),
        '\u{ffda}'..='\u{ffdc}' => from('\u{ffda}', 'ㅡ'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syllable_comes_apart_into_jamo_that_stand_alone() {
        let parts = |initial, vowel, last| Some(Syllable { initial, vowel, last });
        assert_eq!(split('회'), parts('ㅎ', 'ㅚ', None));
        assert_eq!(split('록'), parts('ㄹ', 'ㅗ', Some('ㄱ')));
        assert_eq!(split('힣'), parts('ㅎ', 'ㅣ', Some('ㅎ')));
        assert_eq!(split('ㅎ'), None);
    }

    #[test]
    fn jamo_that_join_or_are_half_as_wide_have_one_that_stands_alone() {
        for (joining, alone) in
            [('\u{1112}', 'ㅎ'), ('\u{1175}', 'ㅣ'), ('\u{11c2}', 'ㅎ'), ('\u{11b9}', 'ㅄ'), ('ﾾ', 'ㅎ'), ('ￜ', 'ㅣ')]
        {
            assert_eq!(standing_alone(joining), Some(alone), "{joining}");
        }
        assert_eq!(standing_alone('회'), None);
    }
}
