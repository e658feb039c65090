//! Search: everything that was said in the caller's rooms is found again.

use crate::actor::Actor;
use crate::app::App;
use crate::clock;
use crate::contract::*;
use crate::credentials::cursors;
use crate::error::{Error, Result};
use crate::fulltext::{Query, parse};
use crate::metrics;
use crate::storage::{Hit, Search};
use jiff::tz::TimeZone;

const DEFAULT_LIMIT: u32 = 20;

/// A page of messages that fit a query.
pub async fn messages(app: &App, actor: &Actor, command: SearchMessages) -> Result<SearchMessagesAck> {
    app.limits.search(actor)?;
    metrics::SEARCHES.add(1);
    let (query, asked_at, cursor) = match read(app, actor, &command) {
        Ok(read) => read,
        Err(objection) => {
            if let Some(room) = command.room_id {
                app.storage.check_member(actor.user, room).await?;
            }
            return Err(objection);
        }
    };
    let search = Search {
        query,
        room: command.room_id,
        cursor,
        limit: command.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_SEARCH_LIMIT),
        sort: command.sort.unwrap_or_default(),
    };
    let found = app.storage.search(actor.user, search).await?;
    let (total, total_is_estimate) = found.total.map_or((None, false), |(total, estimate)| (Some(total), estimate));
    let seal = |cursor: String| cursors::seal(&format!("{asked_at:016x} {cursor}"), actor.user, &app.keys.ring());
    Ok(SearchMessagesAck {
        hits: found.hits.into_iter().map(hit).collect(),
        total,
        total_is_estimate,
        cursor: found.cursor.map(seal).transpose()?,
    })
}

/// The query, the moment that its days are reckoned from (UTC milliseconds), which is that of the first page, and where
/// the search goes on.
fn read(app: &App, actor: &Actor, command: &SearchMessages) -> Result<(Query, i64, Option<String>)> {
    let cursor = command.cursor.as_deref().map(|sealed| open(app, actor, sealed)).transpose()?;
    let (asked_at, cursor) = match cursor {
        Some((asked_at, cursor)) => (asked_at, Some(cursor)),
        None => (clock::now().as_millis(), None),
    };
    let zone = match &command.time_zone {
        Some(name) => TimeZone::get(name)
            .map_err(|_| Error::invalid("timeZone", "the IANA name of a time zone is allowed, such as Asia/Seoul"))?,
        None => TimeZone::UTC,
    };
    Ok((parse(&command.query, &zone, asked_at)?, asked_at, cursor))
}

fn open(app: &App, actor: &Actor, sealed: &str) -> Result<(i64, String)> {
    let opened = cursors::open(sealed, actor.user, &app.keys.ring());
    let parts = opened.as_deref().and_then(|text| {
        let (asked_at, cursor) = text.split_once(' ')?;
        Some((i64::from_str_radix(asked_at, 16).ok()?, cursor.to_owned()))
    });
    parts.ok_or_else(|| Error::invalid("cursor", "this is no cursor that the server gave you"))
}

fn hit(Hit { message, room, snippet }: Hit) -> SearchHit {
    SearchHit { message, room, snippet: snippet.text, ranges: snippet.ranges }
}
