//! The threads that somebody follows, in pages.

use super::COUNT_UNREAD;
use crate::contract::{FollowedThread, ThreadState};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::storage::Storage;
use crate::storage::messages::pick;
use crate::storage::rows::{MessageRow, ROOM_REF_JSON, RoomRefRow};
use serde::Deserialize;
use sqlx::AssertSqlSafe;
use std::iter::once;

/// A page of threads: where the next begins, and how many of all have something unread.
pub struct Threads {
    pub threads: Vec<FollowedThread>,
    pub next: Option<i64>,
    pub unread: i64,
}

impl Storage {
    /// A page of the threads that the user follows, the last answered first, behind the activity `before`. One of which
    /// neither the first message nor a reply is left is none any more.
    pub async fn threads(&self, user: UserId, before: Option<i64>, unread_only: bool, limit: u32) -> Result<Threads> {
        let mut reader = self.readers.begin().await?;
        let json: String = sqlx::query_scalar(AssertSqlSafe(page(unread_only)))
            .bind(user.to_string())
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(limit) + 1)
            .fetch_one(&mut *reader)
            .await?;
        let mut rows: Vec<ThreadRow> = serde_json::from_str(&json).map_err(Error::internal)?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|row| row.0);
        let count = format!("SELECT {COUNT_UNREAD} FROM users u WHERE u.pid = ?");
        let unread = sqlx::query_scalar(AssertSqlSafe(count)).bind(user.to_string()).fetch_one(&mut *reader).await?;
        let mut threads: Vec<FollowedThread> = rows.into_iter().filter_map(ThreadRow::into_thread).collect();
        self.live.complete(threads.iter_mut().flat_map(|thread| once(&mut thread.root).chain(&mut thread.last_reply)));
        Ok(Threads { threads, next, unread })
    }
}

/// What its place is sorted by, the room, how one stands to it, the first message, the last reply.
#[derive(Deserialize)]
struct ThreadRow(i64, RoomRefRow, (u8, i64, i64), Vec<MessageRow>, Vec<MessageRow>);

impl ThreadRow {
    fn into_thread(self) -> Option<FollowedThread> {
        let Self(_, room, (following, read_seq, unread), mut root, mut last) = self;
        let room = room.into_room();
        Some(FollowedThread {
            root: root.pop()?.into_message(room.id),
            last_reply: last.pop().map(|reply| reply.into_message(room.id)),
            state: ThreadState { following: following != 0, read_seq, unread },
            room,
        })
    }
}

/// First which threads, along the index of those that are followed or of those with something unread, then what belongs
/// to these alone.
pub(in crate::storage) fn page(unread_only: bool) -> String {
    let wanted = if unread_only { "f.unread > 0" } else { "f.following = 1" };
    let root = pick("f.user_id", "f.room_id", "m.seq = f.root", "m.seq", 1);
    let last = pick("f.user_id", "f.room_id", "m.thread_root = f.root AND m.deleted_at IS NULL", "m.seq DESC", 1);
    format!(
        "SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
             SELECT '[' || f.activity || ',' || {ROOM_REF_JSON} || ',' ||
                 json_array(f.following, f.read_seq, f.unread) || ',' || ({root}) || ',' || ({last}) || ']' AS j
             FROM (SELECT f.* FROM users u CROSS JOIN thread_followers f ON f.user_id = u.id
                   WHERE u.pid = ?1 AND {wanted} AND f.activity < ?2
                     AND EXISTS (SELECT 1 FROM rooms r WHERE r.id = f.room_id AND r.deleted_at IS NULL)
                     AND EXISTS (SELECT 1 FROM messages m WHERE m.room_id = f.room_id AND m.seq = f.root
                         AND (m.deleted_at IS NULL OR m.thread_replies > 0))
                   ORDER BY f.activity DESC LIMIT ?3) f
             JOIN rooms r ON r.id = f.room_id ORDER BY f.activity DESC)"
    )
}
