//! Rooms that administrators look after without being in them.

use crate::actor::{Actor, By};
use crate::app::App;
use crate::contract::{GiveRoom, GovernedRoomAnswer, GovernedRooms, MAX_LIST_LIMIT, RoomKind};
use crate::error::{Error, Result};
use crate::ids::RoomId;
use crate::storage::RoomFilter;

/// Entries of a page unless another number is asked for.
const DEFAULT_LIMIT: u32 = 50;

/// Which rooms are asked for.
pub struct Asked {
    /// Looked for in the name.
    pub query: Option<String>,
    pub kind: Option<RoomKind>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}

/// A page of the rooms by name; direct conversations are their members' own.
///
/// # Errors
/// `Forbidden` for who is no administrator; `Invalid` for a cursor that is none.
pub async fn list(app: &App, actor: &Actor, asked: Asked) -> Result<GovernedRooms> {
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let after = asked.cursor.as_deref().map(read_cursor).transpose()?;
    let query = asked.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
    let filter = RoomFilter { query, kind: asked.kind, after };
    let rooms = app.storage.governed_rooms(By::from(actor), filter, limit).await?;
    let last = rooms.last().filter(|_| rooms.len() >= limit as usize);
    let cursor = last.map(|room| format!("{}.{}", room.id, room.name));
    Ok(GovernedRooms { rooms, cursor })
}

fn read_cursor(cursor: &str) -> Result<(&str, RoomId)> {
    let bad = || Error::invalid("cursor", "this is no cursor that the server gave");
    let (room, name) = cursor.split_once('.').ok_or_else(bad)?;
    Ok((name, room.parse().map_err(|_| bad())?))
}

/// Makes a member the owner of a room that has no active one.
///
/// # Errors
/// `Forbidden` for who is no administrator; `NotFound` for the room or the member; `Conflict` when it has an owner.
pub async fn give(app: &App, actor: &Actor, room: RoomId, command: GiveRoom) -> Result<GovernedRoomAnswer> {
    Ok(GovernedRoomAnswer { room: app.storage.give_room(*actor, room, command.user_id).await? })
}

/// Deletes a room for everybody.
///
/// # Errors
/// `Forbidden` for who is no administrator, and for General; `NotFound`.
pub async fn delete(app: &App, actor: &Actor, room: RoomId) -> Result<()> {
    app.storage.delete_governed_room(*actor, room).await
}
