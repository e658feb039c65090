//! What is found is what holds the words, whatever they are.

use crate::index::Index;
use proptest::prelude::*;

fn places<'a>(messages: impl IntoIterator<Item = &'a String>, fits: impl Fn(&str) -> bool) -> Vec<usize> {
    messages.into_iter().enumerate().filter(|(_, message)| fits(message)).map(|(at, _)| at).collect()
}

/// A few syllables, so that words repeat.
const SYLLABLES: &str = "[회의록선만유지 ]{0,12}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn every_part_of_a_korean_word_is_found_and_nothing_that_lacks_it(
        messages in prop::collection::vec(SYLLABLES, 1..12),
        other in "[회의록선만유지]{1,4}",
    ) {
        let index = Index::new();
        index.fill(&messages);
        let runs = messages.iter().flat_map(|message| message.split(' '));
        let parts = runs.flat_map(|run| {
            let run: Vec<char> = run.chars().collect();
            (0..run.len()).flat_map(|start| (start + 1..=run.len()).map(move |end| (start, end)))
                .map(|(start, end)| run[start..end].iter().collect::<String>()).collect::<Vec<_>>()
        });
        for part in parts.chain([other]) {
            prop_assert_eq!(index.strict(&part), places(&messages, |message| message.contains(&part)), "{}", part);
        }
    }

    #[test]
    fn a_korean_phrase_is_found_where_it_stands(
        messages in prop::collection::vec(SYLLABLES, 1..12),
        phrase in "[회의록선만]{1,3} [회의록선만]{1,3}",
    ) {
        let index = Index::new();
        let messages: Vec<String> = messages.iter().map(|message| format!("{phrase} {message}"))
            .chain(messages.iter().cloned()).collect();
        index.fill(&messages);
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = places(&messages, |message| flat(message).contains(&phrase));
        prop_assert_eq!(index.strict(&format!("\"{phrase}\"")), expected);
    }

    #[test]
    fn english_words_and_their_beginnings_are_found(
        messages in prop::collection::vec("([abC]{1,5}[ .,_'-]?){0,8}", 1..12),
        word in "[abc]{1,5}",
    ) {
        let index = Index::new();
        // Capitals within a word would be words of their own.
        let messages: Vec<String> = messages.iter().map(|message| message.to_lowercase()).collect();
        index.fill(&messages);
        let begins = |of: &str| if word.len() < 3 { of == word } else { of.starts_with(&word) };
        let fits = |message: &str| message.split(|letter: char| !letter.is_alphanumeric()).any(begins);
        prop_assert_eq!(index.strict(&word.to_uppercase()), places(&messages, fits));
        let whole = |message: &str| message.split(|letter: char| !letter.is_alphanumeric()).any(|of| of == word);
        prop_assert_eq!(index.strict(&format!("\"{word}\"")), places(&messages, whole));
    }

    #[test]
    fn a_word_is_found_however_its_blanks_are_set(
        syllables in prop::collection::vec("[회의록선만유지]", 3..8),
        blank in 1_usize..6,
    ) {
        let word = syllables.concat();
        let blank = blank.min(syllables.len() - 2);
        let spaced = format!("{} {}", syllables[..blank].concat(), syllables[blank..].concat());
        let index = Index::new();
        index.fill(&[&spaced, &word]);
        prop_assert_eq!(index.strict(&word), [1]);
        prop_assert_eq!(index.loose(&word), [0, 1]);
        let typed = index.strict(&spaced);
        prop_assert_eq!(typed, [0, 1]);
    }
}
