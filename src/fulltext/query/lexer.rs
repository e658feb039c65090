//! Cuts a query into words, quoted phrases and operators with their values.

use super::operators::{self, Operator};
use crate::fulltext::expression::Written;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub piece: Piece,
    pub negated: bool,
    /// In bytes of the query, with the sign and the quotes.
    pub range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text { text: String, written: Written },
    Operator { operator: Operator, value: String },
}

pub(super) fn items(query: &str) -> Vec<Item> {
    let mut lexer = Lexer { query, at: 0 };
    std::iter::from_fn(|| lexer.next()).collect()
}

struct Lexer<'a> {
    query: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Option<Item> {
        self.take_while(|character| is_blank(character) || is_comma(character) || is_nothing(character));
        let start = self.at;
        self.peek()?;
        let negated = self.takes_minus();
        let piece = match self.operator() {
            Some(operator) => {
                let value = self.value();
                Piece::Operator { operator, value }
            }
            None => self.text(!negated),
        };
        Some(Item { piece, negated, range: start..self.at })
    }

    /// A minus that has something to leave out right after it; `--force` is text.
    fn takes_minus(&mut self) -> bool {
        let mut rest = self.rest().chars();
        let (first, next) = (rest.next(), rest.next());
        let negates = first.is_some_and(is_minus) && next.is_some_and(|next| !is_blank(next) && !is_minus(next));
        if negates {
            self.at += first.map_or(0, char::len_utf8);
        }
        negates
    }

    /// Takes the name of an operator with its colon.
    fn operator(&mut self) -> Option<Operator> {
        let (colon, length) = self.rest().char_indices().find_map(|(at, character)| match character {
            ':' | '：' => Some((at, character.len_utf8())),
            _ => None,
        })?;
        let operator = operators::named(&self.rest()[..colon])?;
        self.at += colon + length;
        Some(operator)
    }

    /// A sign may stand before the quotes: `in:#"dev ops"`.
    fn value(&mut self) -> String {
        let mut ahead = self.rest().chars();
        match (ahead.next(), ahead.next()) {
            (Some(quote), _) if is_quote(quote) => self.quoted().0.trim().to_owned(),
            (Some(sign), Some(quote)) if is_sign(sign) && is_quote(quote) => {
                self.at += sign.len_utf8();
                format!("{sign}{}", self.quoted().0.trim())
            }
            _ => self.take_while(|character| !is_blank(character)).to_owned(),
        }
    }

    /// With `lists`, commas set words apart as blanks do: 회의,점심 is not one phrase, and 1,000 one number.
    fn text(&mut self, lists: bool) -> Piece {
        if self.peek().is_some_and(is_quote) {
            let (text, closed) = self.quoted();
            return Piece::Text { text, written: if closed { Written::Quoted } else { Written::HalfQuoted } };
        }
        let rest = self.rest();
        let ends = |(at, character): &(usize, char)| {
            is_blank(*character) || is_quote(*character) || (lists && is_comma(*character) && !is_in_number(rest, *at))
        };
        let text = &rest[..rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at)];
        self.at += text.len();
        Piece::Text { text: text.to_owned(), written: Written::Plain }
    }

    /// What stands in quotes, which begin here, and whether they are closed.
    fn quoted(&mut self) -> (String, bool) {
        self.at += self.peek().map_or(0, char::len_utf8);
        let text = self.take_while(|character| !is_quote(character)).to_owned();
        let close = self.peek();
        self.at += close.map_or(0, char::len_utf8);
        (text, close.is_some())
    }

    fn rest(&self) -> &'a str {
        &self.query[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, goes_on: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = rest.find(|character| !goes_on(character)).unwrap_or(rest.len());
        self.at += taken;
        &rest[..taken]
    }
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// What is invisible and comes along when text is pasted.
fn is_nothing(character: char) -> bool {
    matches!(character, '\u{feff}' | '\u{200b}')
}

fn is_sign(character: char) -> bool {
    matches!(character, '@' | '＠' | '#' | '＃')
}

fn is_comma(character: char) -> bool {
    matches!(character, ',' | '，' | '、')
}

/// Whether digits stand on both sides of a comma.
fn is_in_number(text: &str, comma: usize) -> bool {
    let mut behind = text[comma..].chars();
    let is_digit = |character: Option<char>| character.is_some_and(char::is_numeric);
    is_digit(text[..comma].chars().next_back()) && is_digit(behind.nth(1))
}

/// Straight ones, and those that phones make of them.
fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„' | '‟' | '＂' | '«' | '»')
}

fn is_minus(character: char) -> bool {
    matches!(character, '-' | '−' | '－')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Piece {
        Piece::Text { text: text.to_owned(), written: Written::Plain }
    }

    fn pieces(query: &str) -> Vec<(Piece, bool)> {
        items(query).into_iter().map(|item| (item.piece, item.negated)).collect()
    }

    #[test]
    fn what_only_looks_like_an_operator_is_text() {
        for text in ["http://maru.im/a", "foo:bar", "10:30", ":", "::", "--force", "-", "--", "AND", "a:in"] {
            assert_eq!(pieces(text), [(plain(text), false)]);
        }
    }

    #[test]
    fn a_minus_leaves_out_what_follows() {
        assert_eq!(pieces("-회의 a-b"), [(plain("회의"), true), (plain("a-b"), false)]);
        let quoted = Piece::Text { text: "a b".to_owned(), written: Written::Quoted };
        assert_eq!(pieces("-“a b”"), [(quoted, true)]);
    }

    #[test]
    fn commas_set_words_apart_but_not_numbers() {
        let apart = [(plain("회의"), false), (plain("점심"), false)];
        for query in ["회의,점심", "회의, 점심", ",회의，점심、", "회의 ,점심"] {
            assert_eq!(pieces(query), apart, "{query}");
        }
        assert_eq!(pieces("1,000원,3월"), [(plain("1,000원"), false), (plain("3월"), false)]);
        assert_eq!(pieces("-a,b"), [(plain("a,b"), true)]);
        assert_eq!(pieces("\"a,b\""), [(Piece::Text { text: "a,b".to_owned(), written: Written::Quoted }, false)]);
        assert_eq!(pieces("a,is:pinned").len(), 2);
        assert!(pieces(",").is_empty());
    }

    #[test]
    fn quotes_that_are_not_closed_reach_to_the_end() {
        let open = Piece::Text { text: "b c".to_owned(), written: Written::HalfQuoted };
        assert_eq!(pieces("a\"b c"), [(plain("a"), false), (open, false)]);
    }

    #[test]
    fn operators_take_a_word_or_a_quoted_value() {
        let of = |operator, value: &str| Piece::Operator { operator, value: value.to_owned() };
        assert_eq!(
            pieces("IN:\"dev ops\" -보낸이：@mina has:"),
            [(of(Operator::In, "dev ops"), false), (of(Operator::From, "@mina"), true), (of(Operator::Has, ""), false)]
        );
    }
}
