//! What kind of token a character belongs to.

use unicode_normalization::char::is_combining_mark;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Scripts that set no blanks between words, or loose ones, as Korean does: cut into pairs.
    Unspaced,
    /// Letters and digits of all other scripts: whole words.
    Word,
    /// Each a token of its own.
    Emoji,
    /// Half a flag.
    Regional,
    /// Blanks and punctuation.
    Between,
}

/// The class of a folded character.
pub(super) fn class(character: char) -> Class {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() { Class::Word } else { Class::Between };
    }
    match character {
        _ if is_unspaced(character) => Class::Unspaced,
        '\u{1f1e6}'..='\u{1f1ff}' => Class::Regional,
        _ if is_emoji(character) => Class::Emoji,
        _ if character.is_alphanumeric() || is_combining_mark(character) => Class::Word,
        _ => Class::Between,
    }
}

fn is_unspaced(character: char) -> bool {
    matches!(character,
        '가'..='힣' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{a960}'..='\u{a97c}'
        | '\u{d7b0}'..='\u{d7fb}'
        // Han
        | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}'
        // Kana and Bopomofo, without the dot between words
        | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3105}'..='\u{312f}'
        // Thai, Lao, Myanmar, Khmer
        | '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e50}'..='\u{e59}' | '\u{e81}'..='\u{edf}'
        | '\u{1000}'..='\u{1049}' | '\u{1050}'..='\u{109d}' | '\u{1780}'..='\u{17d3}' | '\u{17e0}'..='\u{17e9}')
}

/// What stands for keycaps (1️⃣, #️⃣): private characters, which nobody writes.
const FIRST_KEYCAP: char = '\u{e010}';
const LAST_KEYCAP: char = '\u{e01b}';

/// The character that stands for the keycap of a sign.
pub(super) fn keycap(sign: char) -> Option<char> {
    let place = match sign {
        '0'..='9' => sign as u32 - '0' as u32,
        '#' => 10,
        '*' => 11,
        _ => return None,
    };
    char::from_u32(FIRST_KEYCAP as u32 + place)
}

/// Pictures, squared letters (🆗), and the modifiers of skin included. Arrows and most boxes are not: they are
/// punctuation to most who type them.
fn is_emoji(character: char) -> bool {
    matches!(character,
        FIRST_KEYCAP..=LAST_KEYCAP |
        '\u{203c}' | '\u{2049}' | '\u{231a}' | '\u{231b}' | '\u{2328}' | '\u{23cf}' | '\u{23e9}'..='\u{23ff}'
        | '\u{25b6}' | '\u{25c0}' | '\u{25fb}'..='\u{25fe}' | '\u{2600}'..='\u{27bf}' | '\u{2b1b}' | '\u{2b1c}'
        | '\u{2b50}' | '\u{2b55}' | '\u{1f000}'..='\u{1f1e5}' | '\u{1f200}'..='\u{1f2ff}' | '\u{1f300}'..='\u{1faff}')
}

/// Marks and signs that one who searches does not type: accents, points of vowels in Hebrew and Arabic, what is
/// invisible (joiners, directions, variants), fillers of Hangul.
pub(super) fn is_left_out(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{3099}' | '\u{309a}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e8}'
        | '\u{6ea}'..='\u{6ed}'
        | '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// Whether a letter is of a script whose accents are left out.
pub(super) fn sheds_accents(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '\u{80}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' // Latin
        | '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}') // Greek
}
