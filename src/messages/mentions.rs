//! Who may be meant by the `@names` of a text.

use crate::credentials::usernames;

/// More mentions than this in one text are read as plain text.
const MAX_MENTIONS: usize = 50;

/// For each `@` the keys of the names that may follow it, longest first: a particle may stick to a name
/// (`@mina님`), so every beginning of what follows is a candidate, and the longest that is somebody's is meant.
pub(super) fn candidates(content: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    for (at, character) in content.char_indices() {
        // Within a word, as in an e-mail address, it is no mention.
        let starts = character == '@' && !before.is_some_and(char::is_alphanumeric);
        before = Some(character);
        if !starts {
            continue;
        }
        let names = beginnings(&content[at + 1..]);
        if !names.is_empty() {
            found.push(names);
        }
        if found.len() == MAX_MENTIONS {
            break;
        }
    }
    found
}

fn beginnings(text: &str) -> Vec<String> {
    let name: Vec<char> = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
        .take(*usernames::LENGTH.end())
        .collect();
    (*usernames::LENGTH.start()..=name.len())
        .rev()
        .map(|length| usernames::key(&name[..length].iter().collect::<String>()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_comes_first_and_particles_may_follow() {
        let found = candidates("@mina님 봐요");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0], ["mina님", "mina", "min", "mi"]);
    }

    #[test]
    fn an_address_is_no_mention() {
        assert!(candidates("write to mina@example.com").is_empty());
    }
}
