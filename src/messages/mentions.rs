//! Who may be meant by the `@names` of a text.

use crate::app::App;
use crate::credentials::usernames;
use crate::ids::UserId;
use crate::storage::{GroupCall, Meant, WhoIsHere};

/// More mentions than this in one text are read as plain text.
const MAX_MENTIONS: usize = 50;

/// Whom a text may mention. Who is here is asked when a text that calls them is stored.
pub(super) fn meant(app: &App, content: &str) -> Meant {
    let (names, group) = candidates(content);
    let limits = &app.config.limits;
    let group = group.map(|group| GroupCall {
        who_is_here: (group == Group::Here).then(|| {
            let directory = app.directory.clone();
            Box::new(move |users: &[UserId]| directory.among(users)) as WhoIsHere
        }),
        most: limits.group_mentions.get(),
        most_by_members: limits.group_mentions_by_members.get(),
    });
    Meant { names, group }
}

/// The words that mention many. `@room` has all of `@here` in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Here,
    Room,
}

/// For each `@` the keys of the names that may follow it, longest first: a particle may stick to a name
/// (`@mina님`), so every beginning of what follows is a candidate, and the longest that is somebody's is meant.
/// And whether it calls a group.
fn candidates(content: &str) -> (Vec<Vec<String>>, Option<Group>) {
    let (mut found, mut group) = (Vec::new(), None);
    let mut before: Option<char> = None;
    for (at, character) in content.char_indices() {
        // Within a word, as in an e-mail address, it is no mention.
        let starts = character == '@' && !before.is_some_and(char::is_alphanumeric);
        before = Some(character);
        if !starts {
            continue;
        }
        let called = group_at(&content[at + 1..]);
        if called.is_some() {
            group = group.max(called);
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
    (found, group)
}

/// A group's word, unless a longer name begins with it; a particle or the end of a sentence may follow (`@room에게`,
/// `@here.`).
fn group_at(text: &str) -> Option<Group> {
    let [here, room] = usernames::GROUPS;
    [(here, Group::Here), (room, Group::Room)].into_iter().find_map(|(word, group)| {
        let (start, rest) = text.split_at_checked(word.len())?;
        let mut rest = rest.chars();
        let goes_on = match rest.next() {
            Some('.') => rest.next().is_some_and(char::is_alphanumeric),
            Some(next) => next.is_ascii_alphanumeric() || matches!(next, '_' | '-'),
            None => false,
        };
        (start.eq_ignore_ascii_case(word) && !goes_on).then_some(group)
    })
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
        let (found, _) = candidates("@mina님 봐요");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0], ["mina님", "mina", "min", "mi"]);
    }

    #[test]
    fn an_address_is_no_mention() {
        assert!(candidates("write to mina@example.com").0.is_empty());
    }

    #[test]
    fn a_group_is_called_by_its_word_alone_and_room_is_more_than_here() {
        for (text, group) in [
            ("@room", Some(Group::Room)),
            ("@Here.", Some(Group::Here)),
            ("@room에게 알림", Some(Group::Room)),
            ("(@here) and @room!", Some(Group::Room)),
            ("@rooms @room_2 @room.kim @here-not a@room", None),
        ] {
            assert_eq!(candidates(text).1, group, "{text}");
        }
    }
}
