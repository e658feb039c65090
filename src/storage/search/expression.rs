//! The one expression that an index is asked: the words, and the marks of rooms, people and properties.

use super::tables::{CODE, FILE, IMAGE, LINK, PINNED, THREAD, VOICE, author, room};
use crate::fulltext::{Filters, Has, Is, Words};

/// What is looked for, all names resolved to keys.
#[derive(Default)]
pub(super) struct Marks {
    /// Of several, one is enough; none means that everything fits.
    pub rooms: Option<Vec<i64>>,
    pub not_rooms: Vec<i64>,
    pub authors: Option<Vec<i64>>,
    pub not_authors: Vec<i64>,
    has: Vec<&'static str>,
    has_not: Vec<&'static str>,
}

impl Marks {
    /// With what needs no resolving.
    pub(super) fn of(filters: &Filters) -> Self {
        let words = |has: &[Has], is: &[Is]| has.iter().map(of_has).chain(is.iter().map(of_is)).collect();
        let has = words(&filters.has, &filters.is);
        Self { has, has_not: words(&filters.not_has, &filters.not_is), ..Self::default() }
    }

    /// Whether nothing but words is looked for.
    pub(super) fn is_empty(&self) -> bool {
        !self.find_something() && self.not_rooms.is_empty() && self.not_authors.is_empty() && self.has_not.is_empty()
    }

    /// Whether an index can be asked for these alone: FTS5 can only take away from what it found.
    pub(super) fn find_something(&self) -> bool {
        self.rooms.is_some() || self.authors.is_some() || !self.has.is_empty()
    }
}

fn of_has(has: &Has) -> &'static str {
    match has {
        Has::File => FILE,
        Has::Link => LINK,
        Has::Image => IMAGE,
        Has::Voice => VOICE,
        Has::Code => CODE,
    }
}

fn of_is(is: &Is) -> &'static str {
    match is {
        Is::Pinned => PINNED,
        Is::Thread => THREAD,
    }
}

/// The expression of `words` (their strict or their loose one) and marks; at least one of them has to find something.
pub(super) fn expression(text: Option<&str>, words: &Words, marks: &Marks) -> String {
    let of_text = text.map(|text| format!("body : ({text})"));
    let rooms = marks.rooms.as_ref().map(|keys| any_of(keys.iter().map(|key| room(*key))));
    let authors = marks.authors.as_ref().map(|keys| any_of(keys.iter().map(|key| author(*key))));
    let has = marks.has.iter().map(|word| format!("marks : {word}"));
    let wanted: Vec<String> = of_text.into_iter().chain(rooms).chain(authors).chain(has).collect();

    // The words' own expression takes away by itself what must not be said.
    let unsaid = if text.is_none() { words.excluded() } else { None };
    let unwanted = unsaid.map(|unsaid| format!("body : ({unsaid})"));
    let keys = marks.not_rooms.iter().map(|key| room(*key)).chain(marks.not_authors.iter().map(|key| author(*key)));
    let unmarked = keys.chain(marks.has_not.iter().map(|word| (*word).to_owned()));
    let unwanted: Vec<String> = unwanted.into_iter().chain(unmarked.map(|word| format!("marks : {word}"))).collect();

    let wanted = wanted.join(" AND ");
    if unwanted.is_empty() { wanted } else { format!("({wanted}) NOT ({})", unwanted.join(" OR ")) }
}

/// FTS5 finds nothing for no words at all.
fn any_of(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    if words.is_empty() { "marks : none".to_owned() } else { format!("marks : ({})", words.join(" OR ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulltext::parse;

    fn of(query: &str, marks: impl FnOnce(&mut Marks)) -> String {
        let query = parse(query, &jiff::tz::TimeZone::UTC, 0).expect("a query");
        let mut all = Marks::of(&query.filters);
        marks(&mut all);
        expression(query.text.strict().as_deref(), &query.text, &all)
    }

    #[test]
    fn words_and_marks_are_one_expression() {
        assert_eq!(of("회의", |_| {}), r#"body : ("회의")"#);
        assert_eq!(
            of("회의 has:link", |marks| marks.rooms = Some(vec![1, 2])),
            r#"body : ("회의") AND marks : (r1 OR r2) AND marks : hl"#
        );
        assert_eq!(
            of("-회의 is:pinned", |marks| marks.not_authors = vec![7]),
            r#"(marks : ip) NOT (body : ("회의") OR marks : u7)"#
        );
        assert_eq!(of("note -회의 -is:thread", |_| {}), r#"(body : (("note" *) NOT ("회의"))) NOT (marks : it)"#);
        assert_eq!(of("from:me", |marks| marks.authors = Some(Vec::new())), "marks : none");
    }
}
