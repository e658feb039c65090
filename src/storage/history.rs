//! Reading back: pages of history, and everything that a returning client lacks.

use super::Storage;
use super::members::seat;
use super::messages::{pick, select};
use super::rows;
use super::streams::Live;
use super::threads;
use crate::contract::{MAX_SYNC_MESSAGES, Message, ThreadState};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// The most bytes of messages that a client which lacks some is sent, of all its rooms together: what waits for a socket
/// is bounded (net/outbound.rs).
const MAX_LACKING_BYTES: usize = 3 * 1024 * 1024;
/// Each room of which something is lacking costs a query: of more, a client loads the history.
const MAX_SYNCED_ROOMS: usize = 500;

/// Where a page of history lies.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Newest,
    Before(i64),
    After(i64),
    Around(i64),
}

/// A page of history, ascending.
pub struct Page {
    pub messages: Vec<Message>,
    /// Whether there is more in the direction that was asked for (for `Around`: in either).
    pub has_more: bool,
    /// Of a thread: how the reader stands to it.
    pub thread: Option<ThreadState>,
}

/// What a client lacks of one room.
pub struct Synced {
    pub messages: Vec<Message>,
    pub rev: i64,
    /// False: too much is lacking, or the client's rev is none of ours.
    pub complete: bool,
}

impl Storage {
    /// A page of at most `limit` messages of a room, or of one thread in it (with its first message).
    pub async fn history(
        &self,
        user: UserId,
        room: RoomId,
        place: Place,
        limit: u32,
        thread_root: Option<MessageId>,
    ) -> Result<Page> {
        let mut reader = self.readers.acquire().await?;
        let query = Query { user, room, thread: thread_root.map(|root| root.seq) };
        let mut page = match place {
            Place::Newest => query.descending(&mut reader, i64::MAX, limit).await?,
            Place::Before(seq) => query.descending(&mut reader, seq, limit).await?,
            Place::After(seq) => query.ascending(&mut reader, seq, limit).await?,
            Place::Around(seq) => {
                let half = limit / 2;
                let mut older = query.descending(&mut reader, seq, half).await?;
                let newer = query.ascending(&mut reader, seq.saturating_sub(1), limit - half).await?;
                older.messages.extend(newer.messages);
                Page { has_more: older.has_more || newer.has_more, ..older }
            }
        };
        self.live.complete(&mut page.messages);
        // Asked last: the thread of a room that the caller is not in is no other answer than the room.
        match thread_root {
            Some(root) => {
                check_thread(&mut reader, room, root).await?;
                let seat = seat(&mut reader, room, user).await?;
                let thread = Some(threads::state(&mut reader, &seat, root.seq).await?);
                Ok(Page { thread, ..page })
            }
            None => Ok(page),
        }
    }

    /// Every message of a room whose rev is above `rev` or that is being streamed, ascending by rev, the deleted as
    /// tombstones, but for what is past its time by now.
    pub async fn changes_since(&self, user: UserId, room: RoomId, rev: i64) -> Result<Synced> {
        let mut reader = self.readers.begin().await?;
        let known = [(room, rev)];
        let found: String = sqlx::query_scalar(AssertSqlSafe(known_json("?1", "?2")))
            .bind(wanted(&known)?)
            .bind(user.to_string())
            .fetch_one(&mut *reader)
            .await?;
        let found: Vec<Known> = serde_json::from_str(&found).map_err(Error::internal)?;
        let synced = sync_known(&mut reader, &self.live, &known, &found, MAX_SYNC_MESSAGES).await?;
        synced.into_iter().next().map(|(_, synced)| synced).ok_or(Error::NotFound("the room"))
    }
}

async fn check_thread(reader: &mut SqliteConnection, room: RoomId, root: MessageId) -> Result<()> {
    let sql = "SELECT 1 FROM messages m JOIN rooms r ON r.id = m.room_id WHERE r.pid = ? AND m.seq = ?";
    let known = sqlx::query(sql).bind(root.room.to_string()).bind(root.seq).fetch_optional(reader).await?;
    if root.room == room && known.is_some() { Ok(()) } else { Err(Error::NotFound("the thread")) }
}

struct Query {
    user: UserId,
    room: RoomId,
    thread: Option<i64>,
}

impl Query {
    async fn descending(&self, reader: &mut SqliteConnection, before: i64, limit: u32) -> Result<Page> {
        let mut page = self.fetch(reader, "m.seq < ?3", "m.seq DESC", before, limit).await?;
        page.messages.reverse();
        Ok(page)
    }

    async fn ascending(&self, reader: &mut SqliteConnection, after: i64, limit: u32) -> Result<Page> {
        self.fetch(reader, "m.seq > ?3", "m.seq", after, limit).await
    }

    /// Membership and page in one statement: each call to the database's thread and back costs as much as the page.
    /// One message more than asked for tells whether there are more.
    async fn fetch(
        &self,
        reader: &mut SqliteConnection,
        range: &str,
        order: &str,
        bound: i64,
        limit: u32,
    ) -> Result<Page> {
        let condition = match self.thread {
            // A thread is found by its index and its root, not by a walk through the room. What is past its time is not
            // there, but for a beginning that has replies left.
            Some(_) => format!(
                "{range} AND m.seq IN (SELECT seq FROM messages WHERE room_id = seat.room_key AND thread_root = ?4
                                       UNION ALL SELECT ?4)
                 AND (m.seq >= seat.cleared_before OR m.seq = ?4 AND m.thread_replies > 0)"
            ),
            None => format!("{range} AND m.seq >= seat.cleared_before AND ?4 IS NULL"),
        };
        let page = pick("seat.user_key", "seat.room_key", &condition, order, limit + 1);
        let json: Option<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("WITH seat AS ({SEAT}) SELECT ({page}) FROM seat")))
                .bind(self.room.to_string())
                .bind(self.user.to_string())
                .bind(bound)
                .bind(self.thread)
                .fetch_optional(reader)
                .await?;
        let json = json.ok_or(Error::NotFound("the room"))?;
        let mut messages = rows::messages_from_json(self.room, &json)?;
        let has_more = messages.len() > limit as usize;
        messages.truncate(limit as usize);
        Ok(Page { messages, has_more, thread: None })
    }
}

/// The reader `?2` in the room `?1`; nothing when there is no such room, or the reader is not in it.
const SEAT: &str = "SELECT r.id AS room_key, u.id AS user_key, r.cleared_before FROM rooms r
    JOIN members s ON s.room_id = r.id JOIN users u ON u.id = s.user_id
    WHERE r.pid = ?1 AND u.pid = ?2 AND r.deleted_at IS NULL AND u.deactivated_at IS NULL";

/// A room that a client named and the user is in: which of those it named, and its rev.
#[derive(Deserialize)]
pub(super) struct Known {
    pub(super) at: usize,
    pub(super) rev: i64,
    room_key: i64,
    user_key: i64,
    cleared_before: i64,
}

/// The names of rooms as `known_json` wants them.
pub(super) fn wanted(known: &[(RoomId, i64)]) -> Result<String> {
    let rooms: Vec<RoomId> = known.iter().map(|(room, _)| *room).collect();
    serde_json::to_string(&rooms).map_err(Error::internal)
}

/// One JSON array of `Known`, of the `wanted` rooms and a user, by the names of their parameters; the most recently
/// active first.
pub(super) fn known_json(wanted: &str, user: &str) -> String {
    format!(
        "SELECT json_group_array(json_object('at', at, 'rev', rev, 'room_key', room_key, 'user_key', user_key,
             'cleared_before', cleared_before)) FROM (
             SELECT j.key AS at, r.id AS room_key, u.id AS user_key, r.rev, r.cleared_before FROM json_each({wanted}) j
             JOIN rooms r ON r.pid = j.value AND r.deleted_at IS NULL
             JOIN users u ON u.pid = {user} AND u.deactivated_at IS NULL
             JOIN members s ON s.room_id = r.id AND s.user_id = u.id ORDER BY r.last_activity_at DESC, r.id)"
    )
}

/// What a client that has the `known` revs lacks of the rooms that were found of them. Rooms of which nothing is
/// lacking, as most are, cost no query of their own. Behind `most` messages, too many bytes, or `MAX_SYNCED_ROOMS` of
/// which something is lacking, the rest is not complete.
pub(super) async fn sync_known(
    reader: &mut SqliteConnection,
    live: &Live,
    known: &[(RoomId, i64)],
    found: &[Known],
    most: usize,
) -> Result<Vec<(RoomId, Synced)>> {
    let mut syncs = Vec::with_capacity(found.len());
    let (mut carried, mut bytes, mut asked) = (0, 0, 0);
    for place in found {
        let Some((room, rev)) = known.get(place.at) else { continue };
        let streamed = live.in_room(*room);
        let synced = if *rev == place.rev && streamed.is_empty() {
            Synced { messages: Vec::new(), rev: place.rev, complete: true }
        } else {
            let rev = if carried < most && asked < MAX_SYNCED_ROOMS { *rev } else { i64::MAX };
            asked += 1;
            let (mut synced, size) = changes(reader, *room, place, rev, &streamed, MAX_LACKING_BYTES - bytes).await?;
            live.complete(&mut synced.messages);
            bytes += size;
            synced
        };
        carried += synced.messages.len();
        syncs.push((*room, synced));
    }
    Ok(syncs)
}

/// What changed behind `rev`, but for what is past its time by now, and what is being streamed: that grows without a rev.
/// And how many bytes that is, of at most `bytes`.
async fn changes(
    reader: &mut SqliteConnection,
    room: RoomId,
    place: &Known,
    rev: i64,
    streamed: &[MessageId],
    bytes: usize,
) -> Result<(Synced, usize)> {
    let current = place.rev;
    let incomplete = (Synced { messages: Vec::new(), rev: current, complete: false }, 0);
    if rev > current || rev < 0 {
        return Ok(incomplete);
    }
    let most = u32::try_from(MAX_SYNC_MESSAGES).unwrap_or(u32::MAX);
    // What is too much is not read.
    let lacking = sqlx::query_as(LACKING).bind(place.room_key).bind(rev).bind(place.cleared_before).bind(most + 1);
    let (count, size): (i64, i64) = lacking.fetch_one(&mut *reader).await?;
    if count > i64::from(most) || usize::try_from(size).unwrap_or(usize::MAX) > bytes {
        return Ok(incomplete);
    }
    let json: String = sqlx::query_scalar(select("m.rev > ?3 AND m.seq >= ?4", "m.rev", most))
        .bind(place.user_key)
        .bind(place.room_key)
        .bind(rev)
        .bind(place.cleared_before)
        .fetch_one(&mut *reader)
        .await?;
    let size = json.len();
    if size > bytes {
        return Ok(incomplete);
    }
    let changed = rows::messages_from_json(room, &json)?;
    if streamed.is_empty() {
        return Ok((Synced { messages: changed, rev: current, complete: true }, size));
    }
    let seqs: Vec<i64> = streamed.iter().map(|message| message.seq).collect();
    let condition = "m.seq IN (SELECT value FROM json_each(?3)) AND m.rev <= ?4";
    let json: String = sqlx::query_scalar(select(condition, "m.rev", most))
        .bind(place.user_key)
        .bind(place.room_key)
        .bind(serde_json::to_string(&seqs).map_err(Error::internal)?)
        .bind(rev)
        .fetch_one(reader)
        .await?;
    let mut messages = rows::messages_from_json(room, &json)?;
    messages.extend(changed);
    Ok((Synced { messages, rev: current, complete: true }, size))
}

/// How many messages are behind a rev, up to one more than are sent, and the length of their texts in bytes.
const LACKING: &str = "SELECT count(*), coalesce(sum(size), 0) FROM (
    SELECT octet_length(content) AS size FROM messages WHERE room_id = ? AND rev > ? AND seq >= ?
    ORDER BY rev LIMIT ?)";
