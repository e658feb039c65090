//! Everything that was said, read from the database and folded by plain means: what a search has to find is looked up
//! here by brute force.

use crate::corpus::is_hangul;
use crate::failure::{Failure, Result};
use memchr::memmem::Finder;
use sqlx::SqliteConnection;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Messages that are read at once.
const AT_ONCE: i64 = 50_000;

/// All messages, oldest first; each is named by its place.
pub struct Said {
    folded: Texts,
    /// Letters and digits alone.
    squeezed: Texts,
    /// Names of code taken apart: `get User Name`.
    parted: Texts,
    /// Room and `seq` of each.
    names: Vec<(String, i64)>,
    places: HashMap<(String, i64), usize>,
    /// Of the texts as they were written.
    pub bytes: usize,
    pub with_hangul: usize,
}

/// Texts one after the other, so that they are looked through at once.
#[derive(Default)]
struct Texts {
    all: String,
    starts: Vec<usize>,
}

/// How a message has to hold what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Anywhere.
    Part,
    /// At the beginning of a word of ASCII.
    Beginning,
    /// As a whole word of ASCII.
    Word,
    /// As a whole word, or one of those that a name of code is made of.
    Inner,
    /// Anywhere, whatever stands between its letters that is neither letter nor digit.
    Spaced,
}

impl Said {
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(db: &mut SqliteConnection) -> Result<Self> {
        let mut said = Self {
            folded: Texts::default(),
            squeezed: Texts::default(),
            parted: Texts::default(),
            names: Vec::new(),
            places: HashMap::new(),
            bytes: 0,
            with_hangul: 0,
        };
        let query = "SELECT m.id, r.pid, m.seq, m.content FROM messages m JOIN rooms r ON r.id = m.room_id
            WHERE m.id > ? AND m.kind = 'text' AND m.deleted_at IS NULL ORDER BY m.id LIMIT ?";
        let mut last = 0;
        loop {
            let read = sqlx::query_as(query).bind(last).bind(AT_ONCE);
            let some: Vec<(i64, String, i64, String)> = read.fetch_all(&mut *db).await?;
            let Some((id, ..)) = some.last() else { return Ok(said) };
            last = *id;
            for (_, room, seq, content) in some {
                said.add(room, seq, &content);
            }
        }
    }

    fn add(&mut self, room: String, seq: i64, content: &str) {
        self.bytes += content.len();
        self.with_hangul += usize::from(content.chars().any(is_hangul));
        let folded = fold(content);
        let squeezed: String = folded.chars().filter(|character| character.is_alphanumeric()).collect();
        self.folded.push(&folded);
        self.squeezed.push(&squeezed);
        self.parted.push(&fold(&part(content)));
        self.places.insert((room.clone(), seq), self.names.len());
        self.names.push((room, seq));
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The folded text of a message.
    pub fn text(&self, place: usize) -> &str {
        self.folded.text(place)
    }

    /// # Errors
    /// `Broken` when there is no such message.
    pub fn place(&self, room: &str, seq: i64) -> Result<usize> {
        let place = self.places.get(&(room.to_owned(), seq));
        place.copied().ok_or_else(|| Failure::Broken(format!("message {seq} of room {room} was found, but never said")))
    }

    /// Whether a message holds a folded text.
    pub fn holds(&self, place: usize, what: &str, how: Holds) -> bool {
        let texts = self.texts(how);
        texts.text(place).match_indices(what).any(|(at, _)| fits(texts.text(place), at, what.len(), how))
    }

    /// The messages that hold a folded text, oldest first.
    pub fn all_with(&self, what: &str, how: Holds) -> Vec<usize> {
        let texts = self.texts(how);
        let bytes = texts.all.as_bytes();
        let finder = Finder::new(what);
        let (mut found, mut from) = (Vec::new(), 0);
        while let Some(at) = finder.find(&bytes[from..]) {
            let at = from + at;
            let place = texts.starts.partition_point(|start| *start <= at) - 1;
            if self.holds(place, what, how) {
                found.push(place);
            }
            from = texts.starts.get(place + 1).copied().unwrap_or(bytes.len());
        }
        found
    }

    fn texts(&self, how: Holds) -> &Texts {
        match how {
            Holds::Spaced => &self.squeezed,
            Holds::Inner => &self.parted,
            Holds::Part | Holds::Beginning | Holds::Word => &self.folded,
        }
    }
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.starts.push(self.all.len());
        // What stands between two messages is part of no query.
        self.all.push_str(text);
        self.all.push('\n');
    }

    fn text(&self, place: usize) -> &str {
        let end = self.starts.get(place + 1).copied().unwrap_or(self.all.len());
        &self.all[self.starts[place]..end - 1]
    }
}

fn fits(text: &str, at: usize, length: usize, how: Holds) -> bool {
    let bytes = text.as_bytes();
    let is_letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    match how {
        Holds::Part | Holds::Spaced => true,
        Holds::Beginning => !is_letter(at.checked_sub(1)),
        Holds::Word | Holds::Inner => !is_letter(at.checked_sub(1)) && !is_letter(Some(at + length)),
    }
}

/// Puts a blank before each capital letter that begins a word within a name.
fn part(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_capital = |at: usize| letters.get(at).is_some_and(char::is_ascii_uppercase);
    let is_small = |at: usize| letters.get(at).is_some_and(char::is_ascii_lowercase);
    let mut parted = String::with_capacity(text.len() + text.len() / 8);
    for (at, letter) in letters.iter().enumerate() {
        if at > 0 && is_capital(at) && (!is_capital(at - 1) || is_small(at + 1)) {
            parted.push(' ');
        }
        parted.push(*letter);
    }
    parted
}

/// What people take for the same text: compatible forms, case and accents do not matter.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase().replace('\n', " ");
    }
    let plain: String = text.nfkd().filter(|character| !is_combining_mark(*character)).nfc().collect();
    plain.to_lowercase().replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_by_what_they_hold() {
        let mut said = Said {
            folded: Texts::default(),
            squeezed: Texts::default(),
            parted: Texts::default(),
            names: Vec::new(),
            places: HashMap::new(),
            bytes: 0,
            with_hangul: 0,
        };
        let texts = ["회의 록", "회의록, 회의록", "Café notes\nnot", "footnote", "회의, 록", "getHTTPNote()"];
        for (text, seq) in texts.iter().zip(1..) {
            said.add("room".to_owned(), seq, text);
        }
        let found = |what: &str, how| said.all_with(what, how);
        assert_eq!(found("회의록", Holds::Part), [1]);
        assert_eq!(found("회의록", Holds::Spaced), [0, 1, 4]);
        assert_eq!(found("note", Holds::Part), [2, 3, 5]);
        assert_eq!(found("note", Holds::Inner), [5]);
        assert_eq!(found("note", Holds::Beginning), [2]);
        assert_eq!(found("note", Holds::Word), [0; 0]);
        assert_eq!(found("cafe", Holds::Word), [2]);
        assert_eq!((said.text(2), said.len(), said.with_hangul), ("cafe notes not", 6, 3));
        assert_eq!(said.place("room", 4), Ok(3));
        assert!(said.place("room", 7).is_err());
    }
}
