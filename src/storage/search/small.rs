//! A search in few messages looks at each of them: in a small room of a large server the index would read what it has
//! of a common word in every other room, too.

use super::cursor::Cursor;
use super::expression::{Marks, expression};
use super::names::Scope;
use super::page::{self, Hit, Range};
use super::{FEW, Found, Search};
use crate::contract::SearchSort;
use crate::error::{Error, Result};
use crate::fulltext::Words;
use serde_json::json;
use sqlx::SqliteConnection;

/// Messages that are looked at one by one.
const MOST: i64 = 500;

/// Whether the rooms that are asked for are small enough, and words are looked for at all. The best hits are ranked by
/// the index.
pub(super) async fn applies(connection: &mut SqliteConnection, search: &Search, marks: &Marks) -> Result<bool> {
    let Some(rooms) = &marks.rooms else { return Ok(false) };
    if search.sort != SearchSort::Newest || search.query.text.strict().is_none() {
        return Ok(false);
    }
    let query = "SELECT coalesce(sum(last_seq), 0) FROM rooms WHERE id IN (SELECT value FROM json_each(?))";
    let messages: i64 = sqlx::query_scalar(query).bind(json!(rooms).to_string()).fetch_one(connection).await?;
    Ok(messages <= MOST)
}

/// A page of the newest hits; the index is asked for the marks alone.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    scope: &Scope,
    search: &Search,
    marks: &Marks,
    range: Range,
    cursor: Option<Cursor>,
) -> Result<Found> {
    let words = search.query.text.clone();
    let messages = page::contents(connection, scope, &expression(None, &words, marks), range).await?;
    let way = cursor.map(Cursor::is_loose);
    // Long texts take their time.
    let chosen = tokio::task::spawn_blocking(move || choose(&messages, &words, way));
    let (mut keys, is_loose) = chosen.await.map_err(Error::internal)?;
    let total = cursor.is_none().then_some((i64::try_from(keys.len()).unwrap_or(i64::MAX), false));
    let limit = search.limit as usize;
    let has_more = keys.len() > limit;
    keys.truncate(limit);
    let last = keys.last().filter(|_| has_more).copied();
    let hits = page::read_keys(connection, scope, &keys).await?;
    let next = last.and_then(|last| Cursor::behind_page(search.sort, is_loose, cursor, range.end, last, limit));
    let hits = hits.into_iter().map(|Hit { message, room, .. }| (message, room)).collect();
    Ok(Found { hits, total, cursor: next.map(|cursor| cursor.to_string()) })
}

/// The keys of those that fit, and whether they were looked for loosely: as an earlier page was, or because only few
/// fit as typed.
fn choose(messages: &[(i64, String)], words: &Words, way: Option<bool>) -> (Vec<i64>, bool) {
    let fitting = |loosely| -> Vec<i64> {
        messages.iter().filter(|(_, content)| words.fit(content, loosely)).map(|(key, _)| *key).collect()
    };
    let strict = if way == Some(true) { Vec::new() } else { fitting(false) };
    let goes_on = way.is_some() || strict.len() >= FEW || words.loose().is_none();
    if way != Some(true) && goes_on { (strict, false) } else { (fitting(true), true) }
}
