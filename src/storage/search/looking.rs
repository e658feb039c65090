//! Hits that are looked at one by one, because the index is slow at it or says too much.
//!
//! In a small room of a large server the index would read what it has of a common word in every other room, too. And
//! its own ranks weigh words by how rare they are among everybody's messages, which is nobody's business.

use super::cursor::{Cursor, Ranked};
use super::expression::expression;
use super::page::{self, Candidate};
use super::range::Range;
use super::searchers::TooLong;
use super::{Asked, COUNTED, Chosen, FEW};
use crate::error::{Error, Result};
use crate::fulltext::Words;
use serde_json::json;
use sqlx::SqliteConnection;

/// The most messages of small rooms.
const SMALL: i64 = 500;
/// The newest hits among which the best are looked for.
pub(super) const RANKED: i64 = 2_000;
/// Messages that are looked at in one go: each may have 16,000 characters.
const HELD: usize = 128;
/// How many of the newest messages are looked at for a broad question in each step.
const BROAD: [i64; 2] = [300, 1_800];
/// Of how many messages at least one has to be the caller's, so that looking at the newest pays.
const SPARSE: i64 = 16;

/// Whether words are looked for in rooms that are small enough to look at each message.
pub(super) async fn is_small(connection: &mut SqliteConnection, asked: &Asked) -> Result<bool> {
    let Some(rooms) = &asked.marks.rooms else { return Ok(false) };
    if asked.words.strict().is_none() {
        return Ok(false);
    }
    let query = "SELECT coalesce(sum(last_seq), 0) FROM rooms WHERE id IN (SELECT value FROM json_each(?))";
    let messages: i64 = sqlx::query_scalar(query).bind(json!(rooms).to_string()).fetch_one(connection).await?;
    Ok(messages <= SMALL)
}

/// A page of the newest hits in small rooms; the index is asked for the marks alone.
pub(super) async fn newest(connection: &mut SqliteConnection, asked: &Asked) -> Result<Chosen> {
    let marks = expression(None, &asked.words, &asked.marks);
    let messages = page::candidates(connection, &asked.scope, &marks, asked.range, SMALL).await?;
    let mut loose = asked.goes_on_loosely();
    let mut keys = fitting(connection, asked, &messages, loose).await?;
    if asked.cursor.is_none() && keys.len() < FEW && asked.words.loose().is_some() {
        keys = fitting(connection, asked, &messages, true).await?;
        loose = true;
    }
    let counted = keys.len();
    keys.truncate(asked.limit);
    let last = keys.last().copied().filter(|_| counted > asked.limit);
    Ok(Chosen { keys, counted, most_counted: COUNTED, next: last.map(|last| Cursor::Newest { last, loose }) })
}

/// The keys of the newest hits of a broad question, those of a page and one more; `None` when so few of the newest
/// messages fit that the index is faster. It puts together all that it has of a syllable, 14 ms for the commonest of a
/// million messages, which is in every third of them; looking at a message takes about 2 µs. So for `n` hits both take
/// the same where `k` of the first 300 fit, with `k² = 5 n`.
pub(super) async fn newest_of_broad(connection: &mut SqliteConnection, asked: &Asked) -> Result<Option<Vec<i64>>> {
    if asked.goes_on_loosely() || !asked.only_words || !asked.words.is_broad() {
        return Ok(None);
    }
    let enough = asked.limit + 1;
    let mut range = asked.range;
    let mut keys = Vec::new();
    for (step, portion) in BROAD.into_iter().enumerate() {
        if step > 0 && keys.len().pow(2) < 5 * enough {
            break;
        }
        let near = Range { start: range.start.max(range.end - portion * SPARSE), ..range };
        let messages = page::latest(connection, &asked.scope, near, portion).await?;
        for some in messages.chunks(HELD) {
            keys.extend(fitting(connection, asked, some, false).await?);
            if keys.len() >= enough {
                keys.truncate(enough);
                return Ok(Some(keys));
            }
        }
        // Most are others', or there are no more.
        let Some(oldest) = messages.last().filter(|_| messages.len() as i64 == portion) else { break };
        range.end = oldest.key;
    }
    Ok(None)
}

/// A page of the best among the newest hits.
pub(super) async fn best(connection: &mut SqliteConnection, asked: &Asked) -> Result<Chosen> {
    let (strict, loose) = asked.expressions();
    let mut is_loose = asked.goes_on_loosely();
    let typed = if is_loose { loose.as_ref().unwrap_or(&strict) } else { &strict };
    let mut hits = page::candidates(connection, &asked.scope, typed, asked.range, RANKED).await?;
    if let (None, Some(loose), true) = (asked.cursor, &loose, hits.len() < FEW) {
        hits = page::candidates(connection, &asked.scope, loose, asked.range, RANKED).await?;
        is_loose = true;
    }
    let ranked = look_at(connection, asked, &hits, Words::weight).await?;
    let mut ranked: Vec<Ranked> = ranked.into_iter().map(|(key, weight)| Ranked { weight, key }).collect();
    ranked.sort_unstable_by(Ranked::order);
    let mut behind = &ranked[..];
    if let Some(Cursor::Relevance { last, .. }) = asked.cursor {
        behind = &ranked[ranked.partition_point(|hit| hit.order(&last).is_le())..];
    }
    let page = &behind[..asked.limit.min(behind.len())];
    let next = hits.first().zip(page.last()).filter(|_| behind.len() > page.len());
    Ok(Chosen {
        keys: page.iter().map(|hit| hit.key).collect(),
        counted: ranked.len(),
        most_counted: COUNTED,
        next: next.map(|(newest, last)| Cursor::Relevance { newest: newest.key, last: *last, loose: is_loose }),
    })
}

/// Those of the messages that fit.
async fn fitting(
    connection: &mut SqliteConnection,
    asked: &Asked,
    messages: &[Candidate],
    loosely: bool,
) -> Result<Vec<i64>> {
    let looked = look_at(connection, asked, messages, move |words, content| words.fit(content, loosely)).await?;
    Ok(looked.into_iter().filter(|(_, fits)| *fits).map(|(key, _)| key).collect())
}

/// What `look` sees in each of these messages. Of long texts few are held at a time, and nothing but SQLite and this
/// waits while they are looked at.
async fn look_at<T: Send + 'static>(
    connection: &mut SqliteConnection,
    asked: &Asked,
    messages: &[Candidate],
    look: impl Fn(&Words, &str) -> T + Copy + Send + 'static,
) -> Result<Vec<(i64, T)>> {
    let mut seen = Vec::with_capacity(messages.len());
    for some in messages.chunks(HELD) {
        let contents = page::contents(connection, some).await?;
        let (words, deadline) = (asked.words.clone(), asked.scope.deadline.clone());
        let looked = tokio::task::spawn_blocking(move || -> Result<Vec<(i64, T)>, TooLong> {
            let each = |(key, content): (i64, String)| {
                deadline.check()?;
                Ok((key, look(&words, &content)))
            };
            contents.into_iter().map(each).collect()
        });
        seen.extend(looked.await.map_err(Error::internal)??);
    }
    Ok(seen)
}
