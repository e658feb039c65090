//! What stands inside of a line: emphasis, code, links, mentions, the team's emoji.

use super::escaped::escape;
use super::markup::References;
use std::fmt::Write;

/// Longer addresses are text.
const LONGEST_ADDRESS: usize = 2_048;
const EMPHASIS: [(&str, &str); 5] = [("**", "strong"), ("__", "strong"), ("~~", "s"), ("*", "em"), ("_", "em")];

/// The HTML of a text without blocks. Emphasis inside of emphasis is followed `depth` deep.
pub(super) fn inline(text: &str, references: &References, depth: u8, out: &mut String) {
    let mut rest = text;
    let mut before = None;
    let mut plain = String::new();
    while let Some(character) = rest.chars().next() {
        let found = special(rest, before, references, depth);
        match found {
            Some((html, length)) => {
                out.push_str(&escape(&std::mem::take(&mut plain)));
                out.push_str(&html);
                before = rest[..length].chars().next_back();
                rest = &rest[length..];
            }
            None if character == '\n' => {
                out.push_str(&escape(plain.trim_end()));
                plain.clear();
                out.push_str("<br>");
                before = Some(character);
                rest = rest[1..].trim_start_matches(' ');
            }
            None => {
                let mut length = character.len_utf8();
                // A mark that begins nothing is taken whole: none of its parts begins anything either.
                if matches!(character, '*' | '_' | '~' | '`') {
                    length = rest.len() - rest.trim_start_matches(character).len();
                }
                plain.push_str(&rest[..length]);
                before = Some(character);
                rest = &rest[length..];
            }
        }
    }
    out.push_str(&escape(&plain));
}

/// What begins here, as HTML, with its length in bytes.
fn special(rest: &str, before: Option<char>, references: &References, depth: u8) -> Option<(String, usize)> {
    let in_word = before.is_some_and(char::is_alphanumeric);
    match rest.as_bytes()[0] {
        b'\\' => rest[1..].chars().next().filter(char::is_ascii_punctuation).map(|next| (escape(&next.to_string()), 2)),
        b'`' => code(rest),
        b'[' if depth > 0 => link(rest, references, depth),
        b'h' if !in_word => address(rest),
        b'@' if !in_word => mention(rest, references),
        b':' => emoji(rest, references),
        b'*' | b'_' | b'~' if depth > 0 => emphasis(rest, in_word, references, depth),
        _ => None,
    }
}

fn code(rest: &str) -> Option<(String, usize)> {
    let length = rest.len() - rest.trim_start_matches('`').len();
    let inside = &rest[length..];
    let end = inside.find(&rest[..length]).filter(|end| *end > 0)?;
    Some((format!("<code>{}</code>", escape(inside[..end].trim())), length + end + length))
}

fn emphasis(rest: &str, in_word: bool, references: &References, depth: u8) -> Option<(String, usize)> {
    let (mark, tag) = EMPHASIS.iter().find(|(mark, _)| rest.starts_with(mark))?;
    let inside = &rest[mark.len()..];
    let is_under = mark.starts_with('_');
    if inside.starts_with(|next: char| next.is_whitespace() || mark.starts_with(next)) || is_under && in_word {
        return None;
    }
    let closes = |at: &usize| {
        let after = inside[at + mark.len()..].chars().next();
        let is_longer = mark.len() == 1 && after.is_some_and(|after| mark.starts_with(after));
        let ends_in_word = is_under && after.is_some_and(char::is_alphanumeric);
        *at > 0 && !is_longer && !ends_in_word && !inside[..*at].ends_with([' ', '\n', '\\'])
    };
    let end = inside.match_indices(mark).map(|(at, _)| at).find(closes)?;
    let mut html = format!("<{tag}>");
    inline(&inside[..end], references, depth - 1, &mut html);
    let _infallible = write!(html, "</{tag}>");
    Some((html, mark.len() + end + mark.len()))
}

/// `[text](address)`, of web pages and mail alone.
fn link(rest: &str, references: &References, depth: u8) -> Option<(String, usize)> {
    let middle = rest.find("](")?;
    let behind = &rest[middle + 2..];
    let end = behind.find([')', ' ', '\n']).filter(|end| behind[*end..].starts_with(')'))?;
    let href = &behind[..end];
    let is_known = ["https://", "http://", "mailto:"].iter().any(|scheme| href.starts_with(scheme));
    if !is_known || href.len() > LONGEST_ADDRESS || rest[1..middle].contains('[') {
        return None;
    }
    let mut shown = String::new();
    // A link has none inside.
    if rest[1..middle].contains("://") {
        shown.push_str(&escape(&rest[1..middle]));
    } else {
        inline(&rest[1..middle], references, depth - 1, &mut shown);
    }
    Some((anchor(href, &shown), middle + 2 + end + 1))
}

fn address(rest: &str) -> Option<(String, usize)> {
    let scheme = ["https://", "http://"].iter().find(|scheme| rest.starts_with(**scheme))?;
    let ends = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '<' | '>' | '"' | '`' | '\u{ac00}'..='\u{d7a3}')
    };
    let mut end = rest.find(ends).unwrap_or(rest.len());
    // What ends the sentence, or the bracket around it.
    while let Some(last) = rest[..end].chars().next_back() {
        let closes = last == ')' && !rest[..end].contains('(');
        if !closes && !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~') {
            break;
        }
        end -= last.len_utf8();
    }
    (end > scheme.len() && end <= LONGEST_ADDRESS).then(|| (anchor(&rest[..end], &escape(&rest[..end])), end))
}

fn anchor(href: &str, shown: &str) -> String {
    format!("<a href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\">{shown}</a>", escape(href))
}

fn mention(rest: &str, references: &References) -> Option<(String, usize)> {
    let ends = |name: &&String| {
        let after = rest[1..].strip_prefix(name.as_str()).map(|after| after.chars().next());
        // A particle of Korean stands right behind a name.
        after.is_some_and(|after| after.is_none_or(|after| !(after.is_ascii_alphanumeric() || after == '_')))
    };
    let name = references.names.iter().find(ends)?;
    Some((format!("<span class=\"mention\">@{}</span>", escape(name)), 1 + name.len()))
}

fn emoji(rest: &str, references: &References) -> Option<(String, usize)> {
    let end = rest[1..].find(':')?;
    let name = &rest[1..=end];
    let (_, path) = references.emoji.iter().find(|(known, _)| known == name)?;
    let (name, path) = (escape(name), escape(path));
    Some((format!("<img class=\"emoji\" src=\"{path}\" alt=\":{name}:\">"), end + 2))
}
