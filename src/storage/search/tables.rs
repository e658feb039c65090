//! The tables of an index, and what is written into them.
//!
//! `body` holds the tokens that `fulltext` makes of a message, `marks` what else a message is found by: `r7` for its
//! room, `u7` for its author, and a word for each of the things that `has:` and `is:` ask for.

use crate::error::Result;
use crate::fulltext::index_text;
use crate::links::links;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::panic::{AssertUnwindSafe, catch_unwind};
use url::Url;

/// Some of its content is a link.
pub(super) const LINK: &str = "hl";
/// An image belongs to it, or some of its content is an address of one.
pub(super) const IMAGE: &str = "hi";
/// A voice message belongs to it.
pub(super) const VOICE: &str = "hv";
/// Some of its content stands between backticks.
pub(super) const CODE: &str = "hc";
/// A file belongs to it.
pub(super) const FILE: &str = "hf";
pub(super) const PINNED: &str = "ip";
/// The root of a thread, or a reply in one.
pub(super) const THREAD: &str = "it";

/// Links of a message that are looked at.
const MOST_LINKS: usize = 100;
const IMAGES: [&str; 7] = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"];

pub(super) fn room(key: i64) -> String {
    format!("r{key}")
}

pub(super) fn author(key: i64) -> String {
    format!("u{key}")
}

/// The name of an index's table.
pub(super) fn table(index: i64) -> String {
    format!("search_{index}")
}

/// What of a message `m` the index is made of, in the order of `Source`'s fields.
pub(super) const SOURCE_JSON: &str = "json_array(m.id, m.room_id, m.user_id, m.content, m.pinned_at IS NOT NULL,
    m.thread_root IS NOT NULL OR m.thread_replies > 0, m.files)";
/// Which messages `m` are found at all: system lines and what is still being written are not.
pub(super) const IS_INDEXED: &str = "m.kind = 'text' AND m.deleted_at IS NULL AND m.hidden_at IS NULL
    AND (m.stream IS NULL OR m.stream->>'state' <> 'open')";

/// A message as the index sees it: id, room, author, content, whether pinned, whether of a thread, what files it has.
#[derive(Deserialize)]
pub(super) struct Source(pub i64, i64, i64, String, u8, u8, u8);

impl Source {
    fn marks(&self) -> String {
        let Self(_, room_key, author_key, content, pinned, thread, files) = self;
        let mut marks = format!("{} {}", room(*room_key), author(*author_key));
        let links = links(content, MOST_LINKS);
        let words = [
            (*pinned != 0, PINNED),
            (*thread != 0, THREAD),
            (!links.is_empty(), LINK),
            (links.iter().any(is_image) || *files & 2 != 0, IMAGE),
            (*files & 4 != 0, VOICE),
            (*files != 0, FILE),
            (has_code(content), CODE),
        ];
        for (_, word) in words.iter().filter(|(is, _)| *is) {
            marks.push(' ');
            marks.push_str(word);
        }
        marks
    }
}

fn is_image(link: &Url) -> bool {
    let path = link.path().to_ascii_lowercase();
    IMAGES.iter().any(|ending| path.ends_with(ending))
}

/// Something between two backticks of a line, or behind three.
fn has_code(content: &str) -> bool {
    let says = |code: &str| !code.trim_matches(|c: char| c == '`' || c.is_whitespace()).is_empty();
    let between = |line: &str| {
        let parts: Vec<&str> = line.split('`').collect();
        (1..parts.len().saturating_sub(1)).step_by(2).any(|at| says(parts[at]))
    };
    content.split_once("```").is_some_and(|(_, code)| says(code)) || content.lines().any(between)
}

pub(super) async fn create(connection: &mut SqliteConnection, index: i64) -> Result<()> {
    let sql = format!(
        "CREATE VIRTUAL TABLE {} USING fts5(body, marks, tokenize = 'ascii', content = '', contentless_delete = 1)",
        table(index)
    );
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Adds messages that are not in the index.
pub(super) async fn insert(connection: &mut SqliteConnection, index: i64, messages: &[Source]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows = messages.iter().map(|message| {
        let row = catch_unwind(AssertUnwindSafe(|| {
            let mut body = String::with_capacity(message.3.len() * 2);
            index_text(&message.3, &mut body);
            json!([message.0, body, message.marks()])
        }));
        // One message that cannot be read must not keep all that follow out of the index.
        row.unwrap_or_else(|_panic| {
            tracing::error!(
                message = message.0,
                "a message cannot be found by what it says: its words could not be read"
            );
            json!([message.0, "", format!("{} {}", room(message.1), author(message.2))])
        })
    });
    let rows = Value::Array(rows.collect()).to_string();
    let sql = format!(
        "INSERT INTO {} (rowid, body, marks) SELECT value->>0, value->>1, value->>2 FROM json_each(?)",
        table(index)
    );
    sqlx::query(AssertSqlSafe(sql)).bind(rows).execute(connection).await?;
    Ok(())
}

/// Takes messages out; those that are not in the index are passed over.
pub(super) async fn remove(connection: &mut SqliteConnection, index: i64, messages: &[i64]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let sql = format!("DELETE FROM {} WHERE rowid IN (SELECT value FROM json_each(?))", table(index));
    sqlx::query(AssertSqlSafe(sql)).bind(json!(messages).to_string()).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(content: &str) -> String {
        Source(1, 2, 3, content.to_owned(), 0, 0, 0).marks()
    }

    #[test]
    fn every_message_is_marked_with_its_room_and_its_author() {
        assert_eq!(marks("hello"), "r2 u3");
        assert_eq!(Source(1, 2, 3, String::new(), 1, 1, 0).marks(), "r2 u3 ip it");
        assert_eq!(Source(1, 2, 3, String::new(), 0, 0, 1).marks(), "r2 u3 hf");
        assert_eq!(Source(1, 2, 3, String::new(), 0, 0, 3).marks(), "r2 u3 hi hf");
        assert_eq!(Source(1, 2, 3, String::new(), 0, 0, 5).marks(), "r2 u3 hv hf");
    }

    #[test]
    fn links_images_and_code_are_marked() {
        for (content, expected) in [
            ("see https://example.com/a.html.", "r2 u3 hl"),
            ("HTTP://example.com", "r2 u3 hl"),
            ("(https://example.com/cat.PNG?size=2)", "r2 u3 hl hi"),
            ("no link: ftp://example.com, https:// and xhttp://a", "r2 u3"),
            ("https://example.com/cat.png를 보세요", "r2 u3 hl"),
            ("https://example.com/cat.png.", "r2 u3 hl hi"),
            ("https://example.com/a, https://example.com/cat.png, and more", "r2 u3 hl hi"),
            ("`https://example.com/cat.png`", "r2 u3 hc"),
            ("run `cargo test`", "r2 u3 hc"),
            ("```\nfn main() {}\n```", "r2 u3 hc"),
            ("one ` alone", "r2 u3"),
            ("none ` ` here: ``", "r2 u3"),
            ("a ` here\nand ` there", "r2 u3"),
        ] {
            assert_eq!(marks(content), expected, "{content}");
        }
    }
}
