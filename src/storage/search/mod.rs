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
use crate::error::Result;
use crate::fulltext::Query;
use crate::ids::{RoomId, UserId};
use cursor::Cursor;
use expression::{Marks, expression};
use looking::RANKED;
use names::Scope;
use page::Range;
use serde_json::json;
use sqlx::SqliteConnection;

/// With fewer hits than this for what was typed, other spacings are looked for, too.
const FEW: usize = 20;
/// What asking the index for the mark of a room costs, in checks of a hit (measured; see `narrow`).
const MARK_COST: f64 = 20.0;
/// Rooms whose sizes are looked up to decide that.
const MOST_MARKS: [usize; 2] = [64, 512];

/// What is looked for.
pub struct Search {
    pub query: Query,
    /// Only in this room.
    pub room: Option<RoomId>,
    pub cursor: Option<String>,
    pub limit: u32,
    pub sort: SearchSort,
}

/// A page of what was found.
pub struct Found {
    pub hits: Vec<(Message, RoomRef)>,
    /// How many there are in all, and whether there are more than that; on the first page only.
    pub total: Option<(i64, bool)>,
    pub cursor: Option<String>,
}

impl Storage {
    /// A page of the messages that a user may read and that fit.
    ///
    /// # Errors
    /// `NotFound` for the room, `Invalid` for a name or the cursor, `Unavailable` when it takes too long, many others
    /// search, or the index is damaged.
    pub async fn search(&self, user: UserId, search: Search) -> Result<Found> {
        let found = self.searchers.run(|connection| Box::pin(async move { find(connection, user, search).await }));
        match found.await {
            Err(error) => Err(trouble::explain(self, error).await),
            found => found,
        }
    }
}

/// A search whose names and days are resolved.
struct Asked<'a> {
    scope: &'a Scope,
    search: &'a Search,
    marks: &'a Marks,
    range: Range,
    cursor: Option<Cursor>,
}

impl Asked<'_> {
    /// What the index is asked for what was typed, and for other spacings of it where there are some.
    fn expressions(&self) -> (String, Option<String>) {
        let words = &self.search.query.text;
        let loose = words.loose().map(|text| expression(Some(&text), words, self.marks));
        (expression(words.strict().as_deref(), words, self.marks), loose)
    }
}

async fn find(connection: &mut SqliteConnection, user: UserId, search: Search) -> Result<Found> {
    let scope = names::scope(connection, user, search.room).await?;
    let cursor = search.cursor.as_deref().map(|cursor| Cursor::parse(cursor, search.sort)).transpose()?;
    let mut marks = Marks::of(&search.query.filters);
    names::resolve(connection, &scope, &search.query.filters, &mut marks).await?;
    narrow(connection, &scope, &search, &mut marks).await?;
    let mut range = days(connection, &scope, &search).await?;
    if let Some(cursor) = cursor {
        let key = page::key_of(connection, cursor.message()).await?.ok_or_else(cursor::none_of_ours)?;
        let end = if search.sort == SearchSort::Newest { key } else { key + 1 };
        range.end = range.end.min(end);
    }
    let asked = Asked { scope: &scope, search: &search, marks: &marks, range, cursor };
    match search.sort {
        SearchSort::Relevance => looking::best(connection, &asked).await,
        SearchSort::Newest if looking::is_small(connection, &asked).await? => looking::newest(connection, &asked).await,
        SearchSort::Newest => newest(connection, &asked).await,
    }
}

/// A page of the newest hits, as the index finds them.
async fn newest(connection: &mut SqliteConnection, asked: &Asked<'_>) -> Result<Found> {
    let Asked { scope, search, range, cursor, .. } = *asked;
    let (strict, loose) = asked.expressions();
    let is_loose = cursor.is_some_and(Cursor::is_loose);
    let wanted = i64::from(search.limit) + 1;
    let typed = if is_loose { loose.as_ref().unwrap_or(&strict) } else { &strict };
    let enough = if cursor.is_some() { wanted } else { wanted.max(i64::try_from(FEW).unwrap_or(wanted)) };
    let mut hits = page::newest(connection, scope, typed, range, enough).await?;
    let (mut words, mut is_loose) = (typed, is_loose);
    if let (None, Some(loose), true) = (cursor, &loose, hits.len() < FEW) {
        hits = page::newest(connection, scope, loose, range, enough).await?;
        (words, is_loose) = (loose, true);
    }
    let has_more = hits.len() > search.limit as usize;
    let total = match cursor {
        Some(_) => None,
        None if !has_more => Some((i64::try_from(hits.len()).unwrap_or(i64::MAX), false)),
        None => Some(page::count(connection, scope, words, range).await?),
    };
    hits.truncate(search.limit as usize);
    let last = hits.last().filter(|_| has_more).map(|(message, _)| message.id);
    let cursor = last.map(|last| Cursor::Newest { last, loose: is_loose }.to_string());
    Ok(Found { hits, total, cursor })
}

/// Which messages the days of a query leave.
async fn days(connection: &mut SqliteConnection, scope: &Scope, search: &Search) -> Result<Range> {
    let filters = &search.query.filters;
    let mut range = Range { start: 0, end: scope.end };
    if let Some(after) = filters.after {
        range.start = range::first_since(connection, after).await?;
    }
    if let Some(before) = filters.before {
        range.end = range.end.min(range::first_since(connection, before).await?);
    }
    Ok(range)
}

/// Lets the index itself look only into the user's rooms where that is faster. Every hit is checked against the
/// user's rooms in any case; but with few rooms, most hits of a common word would be others'. Asking for marks costs
/// for each room, checking costs for each hit in vain: of which there are about `1 / share` for each that is wanted.
async fn narrow(connection: &mut SqliteConnection, scope: &Scope, search: &Search, marks: &mut Marks) -> Result<()> {
    if marks.rooms.is_some() {
        return Ok(());
    }
    let finds_something = marks.find_something() || search.query.text.strict().is_some();
    let (most, wanted) = match search.sort {
        _ if !finds_something => (usize::MAX, f64::MAX),
        SearchSort::Newest => (MOST_MARKS[0], f64::from(search.limit)),
        SearchSort::Relevance => (MOST_MARKS[1], RANKED as f64),
    };
    let Some(rooms) = names::rooms(connection, scope.user_key, most).await? else { return Ok(()) };
    let messages: i64 = rooms.iter().map(|(_, messages)| messages).sum();
    let share = messages as f64 / scope.end as f64;
    if rooms.len() as f64 * share * MARK_COST < wanted {
        marks.rooms = Some(rooms.into_iter().map(|(key, _)| key).collect());
    }
    Ok(())
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
