//! A room's short list of what is to be done.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::storage::{NewTask, TaskChange, TaskFilter};
use crate::text;

const DEFAULT_LIMIT: u32 = 50;
/// The longest title, in characters.
const MAX_TITLE: usize = 200;

/// Makes a task; its room has a line about it, so that it counts as something sent.
pub async fn create(app: &App, actor: &Actor, command: CreateTask) -> Result<TaskAck> {
    app.limits.send(actor)?;
    let task = NewTask {
        room: command.room_id,
        objection: title_objection(&command.title),
        title: command.title.trim().to_owned(),
        assignee: command.assignee_id,
        due_at: command.due_at,
        message: command.message_id,
    };
    Ok(TaskAck { task: app.storage.create_task(actor.user, task).await? })
}

pub async fn update(app: &App, actor: &Actor, command: UpdateTask) -> Result<TaskAck> {
    app.limits.send(actor)?;
    let change = TaskChange {
        objection: command.title.as_deref().and_then(title_objection),
        title: command.title.map(|title| title.trim().to_owned()),
        status: command.status,
        assignee: command.assignee_id,
        due_at: command.due_at,
    };
    Ok(TaskAck { task: app.storage.update_task(actor.user, command.task_id, change).await? })
}

pub async fn delete(app: &App, actor: &Actor, command: DeleteTask) -> Result<Empty> {
    app.storage.delete_task(actor.user, command.task_id).await?;
    Ok(Empty {})
}

pub async fn list(app: &App, actor: &Actor, command: ListTasks) -> Result<ListTasksAck> {
    let limit = command.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let filter = TaskFilter { room: command.room_id, status: command.status, assignee: command.assignee_id };
    let (tasks, cursor) = app.storage.tasks(actor.user, filter, command.cursor.as_deref(), limit).await?;
    Ok(ListTasksAck { tasks, cursor })
}

fn title_objection(title: &str) -> Option<Error> {
    let title = title.trim();
    let fits = title.chars().count() <= MAX_TITLE && text::is_one_line(title) && text::shows_something(title);
    (!fits).then(|| Error::invalid("title", format!("1 to {MAX_TITLE} characters on one line are allowed")))
}
