//! A room as the database answers it: a row, or JSON.

use super::rows::{id, word};
use crate::clock::Timestamp;
use crate::contract::{MentionAll, Posting, Room, RoomKind};
use crate::error::Result;
use crate::ids::RoomId;
use serde::Deserialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// The columns of `room_from_row`, of a table or alias `r`.
pub(super) const ROOM_COLUMNS: &str =
    "r.pid AS room_pid, r.kind, r.name, r.topic, r.member_count, r.last_seq, r.rev, r.created_at,
    r.previews, r.retention_days, r.cleared_before, r.posting, r.slow_mode, r.mention_all";

pub(super) fn room_from_row(row: &SqliteRow) -> Result<Room> {
    let (pid, kind): (String, String) = (row.try_get("room_pid")?, row.try_get("kind")?);
    Ok(Room {
        id: id(&pid)?,
        kind: word::<RoomKind>(&kind)?,
        name: row.try_get("name")?,
        topic: row.try_get("topic")?,
        member_count: row.try_get("member_count")?,
        last_seq: row.try_get("last_seq")?,
        rev: row.try_get("rev")?,
        created_at: Timestamp::from_millis(row.try_get("created_at")?),
        previews: row.try_get("previews")?,
        retention_days: row.try_get("retention_days")?,
        cleared_before: row.try_get("cleared_before")?,
        posting: word(row.try_get("posting")?)?,
        slow_mode_seconds: row.try_get("slow_mode")?,
        mention_all: word(row.try_get("mention_all")?)?,
    })
}

/// One JSON array of a room `r`, in the order of `RoomRow`'s fields.
pub(super) const ROOM_JSON: &str =
    "json_array(r.pid, r.kind, r.name, r.topic, r.member_count, r.last_seq, r.rev, r.created_at, r.previews,
    r.retention_days, r.cleared_before, r.posting, r.slow_mode, r.mention_all)";

#[derive(Deserialize)]
pub(super) struct RoomRow(
    RoomId,
    RoomKind,
    Option<String>,
    Option<String>,
    i64,
    i64,
    i64,
    i64,
    u8,
    Option<u32>,
    i64,
    Posting,
    u32,
    MentionAll,
);

impl From<RoomRow> for Room {
    fn from(row: RoomRow) -> Self {
        let RoomRow(id, kind, name, topic, member_count, last_seq, rev, at, previews, days, cleared, ..) = row;
        let (posting, slow_mode_seconds, mention_all) = (row.11, row.12, row.13);
        Self {
            id,
            kind,
            name,
            topic,
            member_count,
            last_seq,
            rev,
            created_at: Timestamp::from_millis(at),
            previews: previews != 0,
            retention_days: days,
            cleared_before: cleared,
            posting,
            slow_mode_seconds,
            mention_all,
        }
    }
}
