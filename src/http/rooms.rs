//! Rooms over HTTP, for programs without a socket.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields, Id, Page, Payload};
use crate::app::App;
use crate::contract::*;
use crate::ids::{RoomId, UserId};
use crate::rooms;
use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/rooms", get(mine).post(create))
        .route("/rooms/public", get(list))
        .route("/rooms/{room}", get(one).patch(update).delete(remove))
        .route("/rooms/{room}/join", post(join))
        .route("/rooms/{room}/leave", post(leave))
        .route("/rooms/{room}/members", get(members).post(invite))
        .route("/rooms/{room}/members/{user}", delete(kick))
}

async fn mine(State(app): State<Arc<App>>, Caller(actor): Caller, Fields(page): Fields<Page>) -> Reply<ListMyRoomsAck> {
    let command = ListMyRooms { cursor: page.cursor, limit: page.limit };
    Ok(Answer::ok(rooms::mine(&app, &actor, command).await?))
}

async fn list(State(app): State<Arc<App>>, Caller(actor): Caller, Fields(page): Fields<Page>) -> Reply<ListRoomsAck> {
    let command = ListRooms { query: page.query, cursor: page.cursor, limit: page.limit };
    Ok(Answer::ok(rooms::list(&app, &actor, command).await?))
}

async fn create(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<CreateRoom>,
) -> Reply<RoomAck> {
    Ok(Answer::created(rooms::create(&app, &actor, command).await?))
}

async fn one(State(app): State<Arc<App>>, Caller(actor): Caller, Id(room): Id<RoomId>) -> Reply<RoomAck> {
    Ok(Answer::ok(rooms::summary(&app, &actor, room).await?))
}

/// The fields of `room:update` beside the room, which the path names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    name: Option<String>,
    topic: Option<String>,
    kind: Option<RoomKind>,
    previews: Option<bool>,
    posting: Option<Posting>,
    slow_mode_seconds: Option<u32>,
    mention_all: Option<MentionAll>,
}

async fn update(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Payload(change): Payload<Change>,
) -> Reply<UpdateRoomAck> {
    let Change { name, topic, kind, previews, posting, slow_mode_seconds, mention_all } = change;
    let command = UpdateRoom { room_id, name, topic, kind, previews, posting, slow_mode_seconds, mention_all };
    Ok(Answer::ok(rooms::update(&app, &actor, command).await?))
}

async fn remove(State(app): State<Arc<App>>, Caller(actor): Caller, Id(room_id): Id<RoomId>) -> Reply<Empty> {
    Ok(Answer::ok(rooms::delete(&app, &actor, DeleteRoom { room_id }).await?))
}

async fn join(State(app): State<Arc<App>>, Caller(actor): Caller, Id(room_id): Id<RoomId>) -> Reply<JoinRoomAck> {
    Ok(Answer::ok(rooms::join(&app, &actor, JoinRoom { room_id }).await?))
}

async fn leave(State(app): State<Arc<App>>, Caller(actor): Caller, Id(room_id): Id<RoomId>) -> Reply<Empty> {
    Ok(Answer::ok(rooms::leave(&app, &actor, LeaveRoom { room_id }).await?))
}

async fn members(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Fields(page): Fields<Page>,
) -> Reply<ListMembersAck> {
    let command = ListMembers { room_id, cursor: page.cursor, limit: page.limit };
    Ok(Answer::ok(rooms::members(&app, &actor, command).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invited {
    user_ids: Vec<UserId>,
}

async fn invite(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Payload(Invited { user_ids }): Payload<Invited>,
) -> Reply<InviteToRoomAck> {
    Ok(Answer::ok(rooms::invite(&app, &actor, InviteToRoom { room_id, user_ids }).await?))
}

async fn kick(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id((room_id, user_id)): Id<(RoomId, UserId)>,
) -> Reply<Empty> {
    Ok(Answer::ok(rooms::kick(&app, &actor, KickFromRoom { room_id, user_id }).await?))
}
