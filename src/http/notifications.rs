//! Notifications, threads, kept messages and preferences over HTTP, for programs without a socket.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields, Id, Page, Payload};
use crate::app::App;
use crate::contract::*;
use crate::ids::{MessageId, RoomId};
use crate::{notifications, preferences, presence, rooms, shelf, threads};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/notifications", get(list))
        .route("/notifications/read", post(read))
        .route("/threads", get(followed))
        .route("/messages/{message}/follow", post(follow))
        .route("/messages/{message}/thread/read", post(read_thread))
        .route("/messages/{message}/save", post(save))
        .route("/saved", get(saved))
        .route("/rooms/{room}/pins", get(pins))
        .route("/rooms/{room}/receipts", get(receipts))
        .route("/rooms/{room}/presence", get(here))
        .route("/rooms/{room}/notify", post(set_level))
        .route("/me/preferences", get(preferred).put(prefer))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unread {
    cursor: Option<String>,
    #[serde(default)]
    unread_only: bool,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
}

async fn list(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(Unread { cursor, unread_only, limit }): Fields<Unread>,
) -> Reply<ListNotificationsAck> {
    Ok(Answer::ok(notifications::list(&app, &actor, ListNotifications { cursor, unread_only, limit }).await?))
}

async fn read(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<ReadNotification>,
) -> Reply<NotificationCount> {
    Ok(Answer::ok(notifications::read(&app, &actor, command).await?))
}

async fn followed(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(Unread { cursor, unread_only, limit }): Fields<Unread>,
) -> Reply<ListThreadsAck> {
    Ok(Answer::ok(threads::list(&app, &actor, ListThreads { cursor, unread_only, limit }).await?))
}

#[derive(Deserialize)]
struct Switch {
    on: bool,
}

async fn follow(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(Switch { on }): Payload<Switch>,
) -> Reply<ThreadAck> {
    Ok(Answer::ok(threads::follow(&app, &actor, FollowThread { message_id, on }).await?))
}

#[derive(Deserialize)]
struct Read {
    seq: i64,
}

async fn read_thread(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(Read { seq }): Payload<Read>,
) -> Reply<ThreadAck> {
    Ok(Answer::ok(threads::read(&app, &actor, ReadThread { message_id, seq }).await?))
}

async fn save(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(message_id): Id<MessageId>,
    Payload(Switch { on }): Payload<Switch>,
) -> Reply<Empty> {
    Ok(Answer::ok(shelf::save(&app, &actor, SaveMessage { message_id, on }).await?))
}

async fn saved(State(app): State<Arc<App>>, Caller(actor): Caller, Fields(page): Fields<Page>) -> Reply<ListSavedAck> {
    let command = ListSaved { cursor: page.cursor, limit: page.limit };
    Ok(Answer::ok(shelf::saved(&app, &actor, command).await?))
}

async fn pins(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Fields(page): Fields<Page>,
) -> Reply<ListPinsAck> {
    let command = ListPins { room_id, cursor: page.cursor, limit: page.limit };
    Ok(Answer::ok(shelf::pins(&app, &actor, command).await?))
}

#[derive(Deserialize)]
struct From {
    seq: Option<i64>,
}

async fn receipts(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Fields(From { seq }): Fields<From>,
) -> Reply<GetReceiptsAck> {
    Ok(Answer::ok(rooms::receipts(&app, &actor, GetReceipts { room_id, seq }).await?))
}

async fn here(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
) -> Reply<GetRoomPresenceAck> {
    Ok(Answer::ok(presence::in_room(&app, &actor, GetRoomPresence { room_id }).await?))
}

#[derive(Deserialize)]
struct Level {
    level: NotificationLevel,
}

async fn set_level(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Payload(Level { level }): Payload<Level>,
) -> Reply<Empty> {
    Ok(Answer::ok(notifications::set_level(&app, &actor, SetLevel { room_id, level }).await?))
}

async fn preferred(State(app): State<Arc<App>>, Caller(actor): Caller) -> Reply<PreferencesAck> {
    Ok(Answer::ok(preferences::get(&app, &actor).await?))
}

async fn prefer(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<UpdatePreferences>,
) -> Reply<PreferencesAck> {
    Ok(Answer::ok(preferences::update(&app, &actor, command).await?))
}
