//! Tasks over HTTP, for programs without a socket.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields, Id, Payload};
use crate::app::App;
use crate::clock::Timestamp;
use crate::contract::*;
use crate::ids::{MessageId, RoomId, TaskId, UserId};
use crate::tasks;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, patch};
use serde::Deserialize;
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/rooms/{room}/tasks", get(of_room).post(create))
        .route("/tasks", get(list))
        .route("/tasks/{task}", patch(update).delete(remove))
}

/// The fields of `task:list` beside the room.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Which {
    room: Option<RoomId>,
    status: Option<TaskStatus>,
    assignee: Option<UserId>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
}

impl Which {
    fn command(self, room_id: Option<RoomId>) -> ListTasks {
        let Self { status, assignee, cursor, limit, .. } = self;
        ListTasks { room_id, status, assignee_id: assignee, cursor, limit }
    }
}

async fn of_room(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room): Id<RoomId>,
    Fields(which): Fields<Which>,
) -> Reply<ListTasksAck> {
    Ok(Answer::ok(tasks::list(&app, &actor, which.command(Some(room))).await?))
}

async fn list(State(app): State<Arc<App>>, Caller(actor): Caller, Fields(which): Fields<Which>) -> Reply<ListTasksAck> {
    let room = which.room;
    Ok(Answer::ok(tasks::list(&app, &actor, which.command(room)).await?))
}

/// The fields of `task:create` beside the room, which the path names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewTask {
    title: String,
    assignee_id: Option<UserId>,
    due_at: Option<Timestamp>,
    message_id: Option<MessageId>,
}

async fn create(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(room_id): Id<RoomId>,
    Payload(NewTask { title, assignee_id, due_at, message_id }): Payload<NewTask>,
) -> Reply<TaskAck> {
    let command = CreateTask { room_id, title, assignee_id, due_at, message_id };
    Ok(Answer::created(tasks::create(&app, &actor, command).await?))
}

/// The fields of `task:update` beside the task, which the path names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    title: Option<String>,
    status: Option<TaskStatus>,
    #[serde(default, deserialize_with = "present")]
    assignee_id: Option<Option<UserId>>,
    #[serde(default, deserialize_with = "present")]
    due_at: Option<Option<Timestamp>>,
}

async fn update(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Id(task_id): Id<TaskId>,
    Payload(Change { title, status, assignee_id, due_at }): Payload<Change>,
) -> Reply<TaskAck> {
    Ok(Answer::ok(tasks::update(&app, &actor, UpdateTask { task_id, title, status, assignee_id, due_at }).await?))
}

async fn remove(State(app): State<Arc<App>>, Caller(actor): Caller, Id(task_id): Id<TaskId>) -> Reply<Empty> {
    Ok(Answer::ok(tasks::delete(&app, &actor, DeleteTask { task_id }).await?))
}
