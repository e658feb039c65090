//! Who may be meant by the `@names` of a text.

use crate::app::App;
use crate::credentials::usernames;
use crate::ids::UserId;
use crate::storage::{GroupCall, Meant, Name, WhoIsHere};

/// More mentions than this in one text are read as plain text.
const MAX_MENTIONS: usize = 50;
/// How many characters a display name has that mentions: a single one begins too many words, and each more is one more
/// name to be looked for, while everybody who sends waits.
const SHOWN_LENGTH: std::ops::RangeInclusive<usize> = 2..=40;

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

/// For each `@` the names that may follow it, longest first: a particle may stick to a name (`@mina님`), so every
/// beginning of what follows is a candidate, and the longest that is somebody's is meant. And whether it calls a group.
fn candidates(content: &str) -> (Vec<Vec<Name>>, Option<Group>) {
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

/// Of the same text a username comes before a display name.
fn beginnings(text: &str) -> Vec<Name> {
    // One more than a name has, to see what follows it.
    let line: Vec<char> = text.chars().take_while(|c| !c.is_control()).take(SHOWN_LENGTH.end() + 1).collect();
    if line.first().is_none_or(|first| first.is_whitespace()) {
        return Vec::new();
    }
    let word = line.iter().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-')).count();
    let names = (2..=line.len()).rev().flat_map(|length| {
        let name: String = line[..length].iter().collect();
        let is_username = length <= word && usernames::LENGTH.contains(&length);
        let username = is_username.then(|| Name::Username(usernames::key(&name)));
        let is_shown = SHOWN_LENGTH.contains(&length) && may_end(line[length - 1], line.get(length).copied());
        username.into_iter().chain(is_shown.then_some(Name::Shown(name)))
    });
    names.collect()
}

/// Whether a display name may end between two characters. People are called by words, which go on to the next blank; but
/// where words are written without blanks, or followed by a particle of Korean, anything may follow.
fn may_end(last: char, next: Option<char>) -> bool {
    let is_hangul = |c| matches!(c, '가'..='힣');
    let is_unspaced = |c| is_hangul(c) || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
    let goes_on =
        |next: char| last.is_alphanumeric() && next.is_alphanumeric() && !is_unspaced(last) && !is_hangul(next);
    !last.is_whitespace() && !next.is_some_and(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_comes_first_and_particles_may_follow() {
        let (found, _) = candidates("@mina님 봐요");
        assert_eq!(found.len(), 1);
        let usernames = found[0].iter().filter(|name| matches!(name, Name::Username(_)));
        let expected = ["mina님", "mina", "min", "mi"].map(|name| Name::Username(name.to_owned()));
        assert_eq!(usernames.cloned().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_display_name_has_blanks_and_ends_where_a_word_does_or_a_particle_begins() {
        for (text, expected) in [
            ("@Jane Doe, see", &["Jane Doe, see", "Jane Doe,", "Jane Doe", "Jane"][..]),
            ("@Jane Doe님 봐", &["Jane Doe님 봐", "Jane Doe님", "Jane Doe", "Jane"]),
            ("@박준호가", &["박준호가", "박준호", "박준"]),
            ("@田中さん", &["田中さん", "田中さ", "田中"]),
            ("@Kim2\nParis", &["Kim2"]),
            ("@ Jane", &[]),
        ] {
            let found: Vec<Name> = candidates(text).0.into_iter().flatten().collect();
            let shown = found.iter().filter_map(|name| match name {
                Name::Shown(name) => Some(name.as_str()),
                Name::Username(_) => None,
            });
            assert_eq!(shown.collect::<Vec<_>>(), expected, "{text}");
        }
        let long = candidates(&format!("@{}", "가".repeat(200))).0.remove(0);
        assert_eq!(long.first(), Some(&Name::Shown("가".repeat(40))));
        let first = &candidates("@Mina").0[0][..2];
        assert_eq!(first, [Name::Username("mina".to_owned()), Name::Shown("Mina".to_owned())]);
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

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn any_text_mentions_a_bounded_number_of_names() {
        let seeds: [&[u8]; 4] = [
            "@mina님 봐요, @김 민아 그리고 @room".as_bytes(),
            b"mail@example.com @here @@ @a.b-c_d @ x",
            "@e\u{301}\u{302}\u{200d}x @\u{202e}y @👩‍💻".as_bytes(),
            b"```@code``` `@code` @Ada Lovelace, @Ada",
        ];
        crate::fuzzing::fuzz("mentions", &seeds, |bytes| {
            let (names, _) = candidates(&String::from_utf8_lossy(bytes));
            assert!(names.len() <= MAX_MENTIONS && names.iter().all(|names| !names.is_empty()));
        });
    }
}
