//! Reading back: pages of history, and everything that a returning client lacks.

use super::Storage;
use super::members::{Seat, seat};
use super::messages::select;
use super::rows;
use crate::contract::{MAX_SYNC_MESSAGES, Message};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use sqlx::SqliteConnection;

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
        let mut reader = self.readers.begin().await?;
        let seat = seat(&mut reader, room, user).await?;
        let thread = thread(&mut reader, &seat, thread_root).await?;
        let query = Query { seat: &seat, thread };
        match place {
            Place::Newest => query.descending(&mut reader, i64::MAX, limit).await,
            Place::Before(seq) => query.descending(&mut reader, seq, limit).await,
            Place::After(seq) => query.ascending(&mut reader, seq, limit).await,
            Place::Around(seq) => {
                let half = limit / 2;
                let mut older = query.descending(&mut reader, seq, half).await?;
                let newer = query.ascending(&mut reader, seq.saturating_sub(1), limit - half).await?;
                older.messages.extend(newer.messages);
                Ok(Page { messages: older.messages, has_more: older.has_more || newer.has_more })
            }
        }
    }

    /// Every message of a room whose rev is above `rev`, ascending by rev, the deleted as tombstones.
    pub async fn changes_since(&self, user: UserId, room: RoomId, rev: i64) -> Result<Synced> {
        let mut reader = self.readers.begin().await?;
        let seat = seat(&mut reader, room, user).await?;
        sync(&mut reader, &seat, rev).await
    }
}

async fn thread(reader: &mut SqliteConnection, seat: &Seat, root: Option<MessageId>) -> Result<Option<i64>> {
    let Some(root) = root else { return Ok(None) };
    let known: Option<i64> = if root.room == seat.room {
        sqlx::query_scalar("SELECT seq FROM messages WHERE room_id = ? AND seq = ?")
            .bind(seat.room_key)
            .bind(root.seq)
            .fetch_optional(reader)
            .await?
    } else {
        None
    };
    known.map(Some).ok_or(Error::NotFound("the thread"))
}

struct Query<'s> {
    seat: &'s Seat,
    thread: Option<i64>,
}

impl Query<'_> {
    async fn descending(&self, reader: &mut SqliteConnection, before: i64, limit: u32) -> Result<Page> {
        let mut page = self.fetch(reader, "m.seq < ?3", "m.seq DESC", before, limit).await?;
        page.messages.reverse();
        Ok(page)
    }

    async fn ascending(&self, reader: &mut SqliteConnection, after: i64, limit: u32) -> Result<Page> {
        self.fetch(reader, "m.seq > ?3", "m.seq", after, limit).await
    }

    /// One message more than asked for tells whether there are more.
    async fn fetch(
        &self,
        reader: &mut SqliteConnection,
        range: &str,
        order: &str,
        bound: i64,
        limit: u32,
    ) -> Result<Page> {
        let within = if self.thread.is_some() { "(m.thread_root = ?4 OR m.seq = ?4)" } else { "?4 IS NULL" };
        let json: String = sqlx::query_scalar(select(&format!("{range} AND {within}"), order, limit + 1))
            .bind(self.seat.user_key)
            .bind(self.seat.room_key)
            .bind(bound)
            .bind(self.thread)
            .fetch_one(reader)
            .await?;
        let mut messages = rows::messages_from_json(self.seat.room, &json)?;
        let has_more = messages.len() > limit as usize;
        messages.truncate(limit as usize);
        Ok(Page { messages, has_more })
    }
}

/// See `Storage::changes_since`.
pub(super) async fn sync(reader: &mut SqliteConnection, seat: &Seat, rev: i64) -> Result<Synced> {
    let current: i64 =
        sqlx::query_scalar("SELECT rev FROM rooms WHERE id = ?").bind(seat.room_key).fetch_one(&mut *reader).await?;
    let incomplete = Synced { messages: Vec::new(), rev: current, complete: false };
    if rev > current || rev < 0 {
        return Ok(incomplete);
    }
    let most = u32::try_from(MAX_SYNC_MESSAGES).unwrap_or(u32::MAX);
    let json: String = sqlx::query_scalar(select("m.rev > ?3", "m.rev", most + 1))
        .bind(seat.user_key)
        .bind(seat.room_key)
        .bind(rev)
        .fetch_one(reader)
        .await?;
    let messages = rows::messages_from_json(seat.room, &json)?;
    if messages.len() > MAX_SYNC_MESSAGES {
        return Ok(incomplete);
    }
    Ok(Synced { messages, rev: current, complete: true })
}
