//! Search: everything that was said in the caller's rooms is found again.

use crate::actor::Actor;
use crate::app::App;
use crate::clock;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::fulltext::{Query, Words, parse, snippet};
use crate::metrics;
use crate::storage::Search;
use jiff::tz::TimeZone;

const DEFAULT_LIMIT: u32 = 20;
/// Longer texts are cut for display on a thread where they hold up nobody, in bytes.
const LONG: usize = 64 * 1024;

/// A page of messages that fit a query.
pub async fn messages(app: &App, actor: &Actor, command: SearchMessages) -> Result<SearchMessagesAck> {
    app.limits.search(actor)?;
    metrics::SEARCHES.add(1);
    let query = match read(&command) {
        Ok(query) => query,
        Err(objection) => {
            if let Some(room) = command.room_id {
                app.storage.check_member(actor.user, room).await?;
            }
            return Err(objection);
        }
    };
    let words = query.text.clone();
    let search = Search {
        query,
        room: command.room_id,
        cursor: command.cursor,
        limit: command.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_SEARCH_LIMIT),
        sort: command.sort.unwrap_or_default(),
    };
    let found = app.storage.search(actor.user, search).await?;
    let length: usize = found.hits.iter().map(|(message, _)| message.content.len()).sum();
    let hits = if length < LONG {
        show(found.hits, &words)
    } else {
        tokio::task::spawn_blocking(move || show(found.hits, &words)).await.map_err(Error::internal)?
    };
    let (total, total_is_estimate) = found.total.map_or((None, false), |(total, estimate)| (Some(total), estimate));
    Ok(SearchMessagesAck { hits, total, total_is_estimate, cursor: found.cursor })
}

fn read(command: &SearchMessages) -> Result<Query> {
    let zone = match &command.time_zone {
        Some(name) => TimeZone::get(name)
            .map_err(|_| Error::invalid("timeZone", "the IANA name of a time zone is allowed, such as Asia/Seoul"))?,
        None => TimeZone::UTC,
    };
    Ok(parse(&command.query, &zone, clock::now().as_millis())?)
}

fn show(hits: Vec<(Message, RoomRef)>, words: &Words) -> Vec<SearchHit> {
    let hits = hits.into_iter().map(|(message, room)| {
        let shown = snippet(&message.content, words);
        SearchHit { message, room, snippet: shown.text, ranges: shown.ranges }
    });
    hits.collect()
}
