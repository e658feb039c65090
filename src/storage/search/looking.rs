//! Hits that are looked at one by one, because the index is slow at it or says too much.
//!
//! In a small room of a large server the index would read what it has of a common word in every other room, too. And
//! its own ranks weigh words by how rare they are among everybody's messages, which is nobody's business.

use super::cursor::Cursor;
use super::expression::expression;
use super::page::{self, Candidate};
use super::searchers::{Deadline, TooLong};
use super::{Asked, FEW, Found};
use crate::error::{Error, Result};
use crate::fulltext::Words;
use serde_json::json;
use sqlx::SqliteConnection;

/// The most messages of small rooms.
const SMALL: i64 = 500;
/// The newest hits among which the best are looked for.
pub(super) const RANKED: i64 = 2_000;

/// Whether words are looked for in rooms that are small enough to look at each message.
pub(super) async fn is_small(connection: &mut SqliteConnection, asked: &Asked<'_>) -> Result<bool> {
    let Some(rooms) = &asked.marks.rooms else { return Ok(false) };
    if asked.search.query.text.strict().is_none() {
        return Ok(false);
    }
    let query = "SELECT coalesce(sum(last_seq), 0) FROM rooms WHERE id IN (SELECT value FROM json_each(?))";
    let messages: i64 = sqlx::query_scalar(query).bind(json!(rooms).to_string()).fetch_one(connection).await?;
    Ok(messages <= SMALL)
}

/// A page of the newest hits in small rooms; the index is asked for the marks alone.
pub(super) async fn newest(connection: &mut SqliteConnection, asked: &Asked<'_>) -> Result<Found> {
    let words = asked.search.query.text.clone();
    let marks = expression(None, &words, asked.marks);
    let messages = page::candidates(connection, asked.scope, &marks, asked.range, SMALL).await?;
    let way = asked.cursor.map(Cursor::is_loose);
    // Long texts take their time.
    let deadline = asked.scope.deadline;
    let chosen = tokio::task::spawn_blocking(move || choose(messages, &words, way, deadline));
    let (chosen, loose) = chosen.await.map_err(Error::internal)??;
    let limit = asked.search.limit as usize;
    let last = chosen.get(limit.wrapping_sub(1)).filter(|_| chosen.len() > limit).map(|hit| hit.id);
    let keys: Vec<i64> = chosen.iter().take(limit).map(|hit| hit.key).collect();
    Ok(Found {
        hits: page::with_keys(connection, asked.scope, &keys).await?,
        total: asked.cursor.is_none().then_some((count(chosen.len()), false)),
        cursor: last.map(|last| Cursor::Newest { last, loose }.to_string()),
    })
}

/// Those that fit, and whether they were looked for loosely: as an earlier page was, or because only few fit as typed.
fn choose(
    messages: Vec<Candidate>,
    words: &Words,
    way: Option<bool>,
    deadline: Deadline,
) -> Result<(Vec<Candidate>, bool), TooLong> {
    let fits = |message: &Candidate, loosely: bool| {
        deadline.check()?;
        Ok(words.fit(&message.content, loosely))
    };
    let loosely = match way {
        Some(loosely) => loosely,
        None if words.loose().is_none() => false,
        None => {
            let mut fitting = 0;
            for message in &messages {
                fitting += usize::from(fits(message, false)?);
            }
            fitting < FEW
        }
    };
    let mut fitting = Vec::new();
    for message in messages {
        if fits(&message, loosely)? {
            fitting.push(message);
        }
    }
    Ok((fitting, loosely))
}

/// A page of the best among the newest hits.
pub(super) async fn best(connection: &mut SqliteConnection, asked: &Asked<'_>) -> Result<Found> {
    let (strict, loose) = asked.expressions();
    let mut is_loose = asked.cursor.is_some_and(Cursor::is_loose);
    let typed = if is_loose { loose.as_ref().unwrap_or(&strict) } else { &strict };
    let mut hits = page::candidates(connection, asked.scope, typed, asked.range, RANKED).await?;
    if let (None, Some(loose), true) = (asked.cursor, &loose, hits.len() < FEW) {
        hits = page::candidates(connection, asked.scope, loose, asked.range, RANKED).await?;
        is_loose = true;
    }
    let newest = hits.first().map(|hit| hit.id);
    let total = asked.cursor.is_none().then_some((count(hits.len()), count(hits.len()) >= RANKED));
    let words = asked.search.query.text.clone();
    let deadline = asked.scope.deadline;
    let ranked = tokio::task::spawn_blocking(move || rank(&hits, &words, deadline));
    let ranked = ranked.await.map_err(Error::internal)??;

    let behind = match asked.cursor {
        Some(Cursor::Relevance { behind, .. }) => behind,
        _ => 0,
    };
    let next = behind.saturating_add(asked.search.limit as usize);
    let page = ranked.get(behind..next.min(ranked.len())).unwrap_or_default();
    let cursor = newest.filter(|_| ranked.len() > next);
    Ok(Found {
        hits: page::with_keys(connection, asked.scope, page).await?,
        total,
        cursor: cursor.map(|newest| Cursor::Relevance { newest, behind: next, loose: is_loose }.to_string()),
    })
}

/// The keys of hits, the best first, of equals the newest.
fn rank(hits: &[Candidate], words: &Words, deadline: Deadline) -> Result<Vec<i64>, TooLong> {
    let mut ranked: Vec<(f64, i64)> = Vec::with_capacity(hits.len());
    for hit in hits {
        deadline.check()?;
        ranked.push((words.weight(&hit.content), hit.key));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    Ok(ranked.into_iter().map(|(_, key)| key).collect())
}

fn count(hits: usize) -> i64 {
    i64::try_from(hits).unwrap_or(i64::MAX)
}
