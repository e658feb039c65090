//! Full-text search: an index of bigrams beside the messages (docs/search.md).

mod cursor;
mod expression;
mod feed;
mod indexes;
mod looking;
mod names;
mod page;
mod range;
mod searchers;
mod status;
mod tables;
mod trouble;

pub(super) use feed::{Fault, Feed, ToIndex};
pub(super) use indexes::prepare;
pub(super) use searchers::Searchers;
pub use status::SearchStatus;

use super::Storage;
use super::transaction::Transaction;
use crate::contract::{Message, RoomRef, SearchSort};
use crate::error::{Error, Result};
use crate::fulltext::{Query, Snippet, Words, snippet};
use crate::ids::{RoomId, UserId};
use cursor::Cursor;
use expression::{Marks, expression};
use looking::RANKED;
use names::Scope;
use range::Range;
use searchers::{Deadline, TooLong};
use serde_json::json;
use sqlx::SqliteConnection;
use std::sync::Arc;

/// With fewer hits than this for what was typed, other spacings are looked for, too.
const FEW: usize = 20;
/// Hits that are counted one by one.
const COUNTED: usize = 200;
/// What asking the index for the mark of a room costs, in checks of a hit (measured; see `narrow`).
const MARK_COST: f64 = 20.0;
/// The most rooms whose marks an index is asked for, unless for nothing else.
const MOST_MARKS: usize = 512;
/// Longer texts are cut for display on a thread where they hold up nobody, in bytes.
const LONG: usize = 16 * 1024;

/// What is looked for.
pub struct Search {
    pub query: Query,
    /// Only in this room.
    pub room: Option<RoomId>,
    /// As it was given, for the same query.
    pub cursor: Option<String>,
    pub limit: u32,
    pub sort: SearchSort,
}

/// A page of what was found.
pub struct Found {
    pub hits: Vec<Hit>,
    /// How many there are in all, and whether there are more than that; on the first page only.
    pub total: Option<(i64, bool)>,
    /// For the next page. It tells how many messages the server has: nobody but the server may read it.
    pub cursor: Option<String>,
}

/// A message that fits.
pub struct Hit {
    pub message: Message,
    pub room: RoomRef,
    pub snippet: Snippet,
}

impl Storage {
    /// A page of the messages that a user may read and that fit.
    ///
    /// # Errors
    /// `NotFound` for the room, `Invalid` for a name or the cursor, `Unavailable` when it takes too long, many others
    /// search, or the index is damaged.
    pub async fn search(&self, user: UserId, search: Search) -> Result<Found> {
        let found = self.searchers.run(user, move |connection, deadline| {
            Box::pin(async move { find(connection, deadline, user, search).await })
        });
        match found.await {
            Err(error) => Err(trouble::explain(self, error).await),
            found => found,
        }
    }
}

/// A search whose names and days are resolved.
struct Asked {
    scope: Scope,
    words: Arc<Words>,
    limit: usize,
    marks: Marks,
    /// Words alone are looked for; marks there may be to find them faster.
    only_words: bool,
    range: Range,
    cursor: Option<Cursor>,
}

/// The keys of a page.
struct Chosen {
    keys: Vec<i64>,
    /// How many there are in all, if not more than were to be counted.
    counted: usize,
    most_counted: usize,
    next: Option<Cursor>,
}

impl Chosen {
    fn total(&self) -> (i64, bool) {
        (count(self.counted.min(self.most_counted)), self.counted > self.most_counted)
    }
}

impl Asked {
    /// What the index is asked for what was typed, and for other spacings of it where there are some.
    fn expressions(&self) -> (String, Option<String>) {
        let loose = self.words.loose().map(|text| expression(Some(&text), &self.words, &self.marks));
        (expression(self.words.strict().as_deref(), &self.words, &self.marks), loose)
    }

    fn goes_on_loosely(&self) -> bool {
        self.cursor.is_some_and(Cursor::is_loose)
    }

    /// Hits to look for: those of a page and whether there are more, or of a first page what is counted.
    fn enough(&self) -> usize {
        if self.cursor.is_some() { self.limit + 1 } else { self.limit.max(COUNTED) + 1 }
    }
}

async fn find(connection: &mut SqliteConnection, deadline: Deadline, user: UserId, search: Search) -> Result<Found> {
    let Search { query: Query { text, filters }, room, cursor, limit, sort } = search;
    let scope = names::scope(connection, deadline, user, room).await?;
    let cursor = cursor.as_deref().map(|cursor| Cursor::parse(cursor, sort)).transpose()?;
    let mut marks = Marks::of(&filters);
    names::resolve(connection, &scope, &filters, &mut marks).await?;
    let end = cursor.map_or(scope.end, |cursor| cursor.end().min(scope.end));
    let range = range::of_days(connection, (filters.after, filters.before), end).await?;
    let (only_words, limit) = (marks.is_empty(), limit as usize);
    let mut asked = Asked { scope, words: Arc::new(text), limit, marks, only_words, range, cursor };
    narrow(connection, &mut asked, sort).await?;
    let chosen = match sort {
        SearchSort::Relevance => looking::best(connection, &asked).await?,
        SearchSort::Newest if looking::is_small(connection, &asked).await? => {
            looking::newest(connection, &asked).await?
        }
        SearchSort::Newest => newest(connection, &asked).await?,
    };
    let found = page::with_keys(connection, &asked.scope, &chosen.keys).await?;
    Ok(Found {
        hits: show(found, &asked).await?,
        total: cursor.is_none().then(|| chosen.total()),
        cursor: chosen.next.map(|next| next.to_string()),
    })
}

/// A page of the newest hits, as the index finds them. For a first page their number is found out at once: of many, the
/// newest are counted and no more. What the caller may not see is no part of it, and nothing is inferred from where the
/// hits stand among everybody's messages.
async fn newest(connection: &mut SqliteConnection, asked: &Asked) -> Result<Chosen> {
    let (mut keys, most_counted, loose) = match looking::newest_of_broad(connection, asked).await? {
        Some(keys) => (keys, asked.limit, false),
        None => {
            let (keys, loose) = newest_keys(connection, asked).await?;
            (keys, COUNTED, loose)
        }
    };
    let counted = keys.len();
    keys.truncate(asked.limit);
    let last = keys.last().copied().filter(|_| counted > asked.limit);
    Ok(Chosen { keys, counted, most_counted, next: last.map(|last| Cursor::Newest { last, loose }) })
}

/// The keys of the newest hits, and whether other spacings were looked for.
async fn newest_keys(connection: &mut SqliteConnection, asked: &Asked) -> Result<(Vec<i64>, bool)> {
    let enough = count(asked.enough());
    let (strict, loose) = asked.expressions();
    let goes_on_loosely = asked.goes_on_loosely();
    let typed = if goes_on_loosely { loose.as_ref().unwrap_or(&strict) } else { &strict };
    let keys = page::newest(connection, &asked.scope, typed, asked.range, enough).await?;
    match loose {
        Some(loose) if asked.cursor.is_none() && keys.len() < FEW => {
            Ok((page::newest(connection, &asked.scope, &loose, asked.range, enough).await?, true))
        }
        _ => Ok((keys, goes_on_loosely)),
    }
}

fn count(hits: usize) -> i64 {
    i64::try_from(hits).unwrap_or(i64::MAX)
}

/// Lets the index itself look only into the user's rooms where that is faster. Every hit is checked against the
/// user's rooms in any case; but with few rooms, most hits of a common word would be others'. Asking for marks costs
/// for each room, checking costs for each hit in vain: of which there are about `1 / share` for each that is wanted.
async fn narrow(connection: &mut SqliteConnection, asked: &mut Asked, sort: SearchSort) -> Result<()> {
    if asked.marks.rooms.is_some() {
        return Ok(());
    }
    let finds_something = asked.marks.find_something() || asked.words.strict().is_some();
    let (most, wanted) = match sort {
        _ if !finds_something => (usize::MAX, f64::MAX),
        SearchSort::Newest => (MOST_MARKS, asked.enough() as f64),
        SearchSort::Relevance => (MOST_MARKS, RANKED as f64),
    };
    let (mut rooms, mut messages, all) = (Vec::new(), 0, asked.scope.end as f64);
    let pays = names::each_room(connection, asked.scope.user_key, |room, of_it| {
        rooms.push(room);
        messages += of_it;
        rooms.len() <= most && rooms.len() as f64 * (messages as f64 / all) * MARK_COST < wanted
    });
    if pays.await? {
        asked.marks.rooms = Some(rooms);
    }
    Ok(())
}

/// Cuts out of each message what shows why it was found.
async fn show(found: Vec<(Message, RoomRef)>, asked: &Asked) -> Result<Vec<Hit>> {
    let (words, deadline) = (asked.words.clone(), asked.scope.deadline.clone());
    let length: usize = found.iter().map(|(message, _)| message.content.len()).sum();
    let show = move || -> Result<Vec<Hit>, TooLong> {
        let hit = |(message, room): (Message, RoomRef)| {
            deadline.check()?;
            Ok(Hit { snippet: snippet(&message.content, &words), message, room })
        };
        found.into_iter().map(hit).collect()
    };
    Ok(if length < LONG { show() } else { tokio::task::spawn_blocking(show).await.map_err(Error::internal)? }?)
}

/// Lets the index follow a message that was changed.
pub(super) async fn changed(transaction: &mut Transaction, message_key: i64) -> Result<()> {
    sqlx::query("INSERT OR IGNORE INTO search_changes (message_id) VALUES (?)")
        .bind(message_key)
        .execute(&mut transaction.connection)
        .await?;
    transaction.reindex();
    Ok(())
}

/// The same for messages that are named by a JSON array of their keys.
pub(super) async fn all_changed(transaction: &mut Transaction, messages: &str) -> Result<()> {
    sqlx::query("INSERT OR IGNORE INTO search_changes (message_id) SELECT value FROM json_each(?)")
        .bind(messages)
        .execute(&mut transaction.connection)
        .await?;
    transaction.reindex();
    Ok(())
}

/// Takes messages out of every index before they are removed themselves.
pub(super) async fn forget(connection: &mut SqliteConnection, messages: &[i64]) -> Result<()> {
    let indexes = indexes::load(connection).await?;
    for index in [Some(indexes.serving), indexes.building].into_iter().flatten() {
        tables::remove(connection, index.id, messages).await?;
    }
    let query = "DELETE FROM search_changes WHERE message_id IN (SELECT value FROM json_each(?))";
    sqlx::query(query).bind(json!(messages).to_string()).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
