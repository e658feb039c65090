//! Rooms: made, found, joined, left, changed.

mod fields;

use crate::actor::Actor;
use crate::app::App;
use crate::clock::Timestamp;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::ids::RoomId;
use crate::metrics;
use crate::notice::{Audience, Notice};
use crate::storage::{NewRoom, RoomChange};

/// Entries of a page unless another number is asked for.
const DEFAULT_LIMIT: u32 = 50;
/// The most people that a room begins with or that are added at once.
const MAX_AT_ONCE: usize = 200;
/// The most people of a direct room.
const MAX_DIRECT: usize = 20;

/// What the first room of a server is to be called.
///
/// # Errors
/// `Invalid` for what no room may be called.
pub fn first_name(given: &str) -> Result<String> {
    fields::named("roomName", given)
}

pub async fn create(app: &App, actor: &Actor, command: CreateRoom) -> Result<RoomAck> {
    app.limits.send(actor)?;
    let direct = command.kind == RoomKind::Direct;
    let most = if direct { MAX_DIRECT } else { MAX_AT_ONCE };
    if command.participants.len() > most {
        return Err(Error::invalid("participants", format!("at most {most} people are allowed")));
    }
    let room = if direct {
        NewRoom { kind: command.kind, name: None, topic: None, participants: command.participants }
    } else {
        let name = command.name.ok_or_else(|| Error::invalid("name", "a name is needed"))?;
        let topic = command.topic.map(|topic| fields::topic(&topic)).transpose()?.filter(|topic| !topic.is_empty());
        NewRoom { kind: command.kind, name: Some(fields::name(&name)?), topic, participants: command.participants }
    };
    let most_rooms = app.config.limits.rooms_per_user.get();
    Ok(RoomAck { room: app.storage.create_room(actor.user, room, most_rooms).await? })
}

pub async fn join(app: &App, actor: &Actor, command: JoinRoom) -> Result<JoinRoomAck> {
    let joined = app.storage.join_room(actor.user, command.room_id).await?;
    Ok(JoinRoomAck { room: joined.room, members: joined.members, messages: joined.messages })
}

pub async fn invite(app: &App, actor: &Actor, command: InviteToRoom) -> Result<InviteToRoomAck> {
    app.limits.send(actor)?;
    if command.user_ids.len() > MAX_AT_ONCE {
        app.storage.check_member(actor.user, command.room_id).await?;
        return Err(Error::invalid("userIds", format!("at most {MAX_AT_ONCE} people are allowed")));
    }
    Ok(InviteToRoomAck { added: app.storage.invite_to_room(actor.user, command.room_id, command.user_ids).await? })
}

pub async fn leave(app: &App, actor: &Actor, command: LeaveRoom) -> Result<Empty> {
    app.storage.leave_room(actor.user, command.room_id).await?;
    app.typing.forget(actor.user, command.room_id);
    Ok(Empty {})
}

pub async fn kick(app: &App, actor: &Actor, command: KickFromRoom) -> Result<Empty> {
    app.storage.kick_from_room(*actor, command.room_id, command.user_id).await?;
    app.typing.forget(command.user_id, command.room_id);
    Ok(Empty {})
}

pub async fn update(app: &App, actor: &Actor, command: UpdateRoom) -> Result<UpdateRoomAck> {
    app.limits.send(actor)?;
    let name = command.name.map(|name| fields::name(&name)).transpose();
    let topic = command.topic.map(|topic| fields::topic(&topic)).transpose();
    let change = match (name, topic) {
        (Err(objection), _) | (_, Err(objection)) => RoomChange::refused(objection),
        (Ok(_), Ok(_)) if command.kind == Some(RoomKind::Direct) => {
            let objection = Error::invalid("kind", "a room cannot become a direct room");
            RoomChange::refused(objection)
        }
        (Ok(_), Ok(_)) if command.slow_mode_seconds.is_some_and(|seconds| seconds > MAX_SLOW_MODE_SECONDS) => {
            let most = format!("0 to {MAX_SLOW_MODE_SECONDS} seconds are allowed");
            RoomChange::refused(Error::invalid("slowModeSeconds", most))
        }
        (Ok(name), Ok(topic)) => RoomChange {
            name,
            topic,
            kind: command.kind,
            previews: command.previews,
            posting: command.posting,
            slow_mode: command.slow_mode_seconds,
            mention_all: command.mention_all,
            objection: None,
        },
    };
    Ok(UpdateRoomAck { room: app.storage.update_room(actor.into(), actor.user, command.room_id, change).await? })
}

pub async fn delete(app: &App, actor: &Actor, command: DeleteRoom) -> Result<Empty> {
    app.storage.delete_room(*actor, command.room_id).await?;
    Ok(Empty {})
}

/// What the caller lacks of a room, as acknowledgement and as event; the room hears that the caller is back.
pub async fn rejoin(app: &App, actor: &Actor, command: RejoinRoom) -> Result<(RoomRejoined, RoomRejoined)> {
    let room_id = command.room_id;
    let room = app.storage.room_summary(actor.user, room_id).await?;
    // Without a rev the client has nothing: a rev that nobody has makes it start afresh.
    let synced = app.storage.changes_since(actor.user, room_id, command.rev.unwrap_or(-1)).await?;
    metrics::recovered_by_rejoining(synced.complete);
    let back = UserReconnected { room_id, user_id: actor.user };
    app.tell(Notice::Tell(Audience::RoomExcept(room_id, actor.user), back.into())).await;
    let rejoined = RoomRejoined { room, messages: synced.messages, complete: synced.complete };
    Ok((rejoined.clone(), rejoined))
}

pub async fn members(app: &App, actor: &Actor, command: ListMembers) -> Result<ListMembersAck> {
    let limit = page_limit(command.limit);
    let after = command.cursor.as_deref().map(|cursor| {
        let (joined_at, user) = split_cursor::<i64>(cursor)?;
        Ok((Timestamp::from_millis(joined_at), user.parse().map_err(|_| bad_cursor())?))
    });
    let after = after.transpose();
    let after = match after {
        Ok(after) => after,
        Err(objection) => {
            app.storage.check_member(actor.user, command.room_id).await?;
            return Err(objection);
        }
    };
    let members = app.storage.members(actor.user, command.room_id, after, limit).await?;
    let cursor = full(&members, limit).map(|last| format!("{}.{}", last.joined_at.as_millis(), last.user.id));
    Ok(ListMembersAck { members, cursor })
}

/// Who has read how far.
pub async fn receipts(app: &App, actor: &Actor, command: GetReceipts) -> Result<GetReceiptsAck> {
    let from = command.seq.unwrap_or_default();
    let (receipts, count) = app.storage.receipts(actor.user, command.room_id, from, MAX_LIST_LIMIT).await?;
    Ok(GetReceiptsAck { receipts, count })
}

pub async fn list(app: &App, actor: &Actor, command: ListRooms) -> Result<ListRoomsAck> {
    let limit = page_limit(command.limit);
    let after = command.cursor.as_deref().map(split_cursor::<RoomId>).transpose()?;
    let after = after.map(|(room, name)| (name, room));
    let query = command.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
    if query.is_some() {
        app.limits.search(actor)?;
    }
    let rooms = app.storage.public_rooms(actor.user, query, after, limit).await?;
    let cursor = full(&rooms, limit).map(|last| format!("{}.{}", last.id, last.name.as_deref().unwrap_or_default()));
    Ok(ListRoomsAck { rooms, cursor })
}

pub async fn mine(app: &App, actor: &Actor, command: ListMyRooms) -> Result<ListMyRoomsAck> {
    let limit = page_limit(command.limit) as usize;
    let (rooms, cursor) = app.storage.my_rooms(actor.user, command.cursor.as_deref(), limit).await?;
    Ok(ListMyRoomsAck { rooms, cursor })
}

pub async fn mute(app: &App, actor: &Actor, command: MuteRoom) -> Result<Empty> {
    app.storage.mute_room(actor.user, command.room_id, command.muted).await?;
    Ok(Empty {})
}

pub async fn favour(app: &App, actor: &Actor, command: FavourRoom) -> Result<Empty> {
    app.storage.favour_room(actor.user, command.room_id, command.position).await?;
    Ok(Empty {})
}

/// One room as the caller has it.
pub async fn summary(app: &App, actor: &Actor, room: RoomId) -> Result<RoomAck> {
    Ok(RoomAck { room: app.storage.room_summary(actor.user, room).await? })
}

fn page_limit(asked: Option<u32>) -> u32 {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT)
}

/// The last entry of a page that is as long as it may be: there may be more behind it.
fn full<T>(page: &[T], limit: u32) -> Option<&T> {
    page.last().filter(|_| page.len() >= limit as usize)
}

/// A cursor says all that the next page needs, for what it stands on may be gone by then: a first key, a dot, a second.
fn split_cursor<T: std::str::FromStr>(cursor: &str) -> Result<(T, &str)> {
    let (first, second) = cursor.split_once('.').ok_or_else(bad_cursor)?;
    Ok((first.parse().map_err(|_| bad_cursor())?, second))
}

fn bad_cursor() -> Error {
    Error::invalid("cursor", "this is no cursor that the server gave")
}
