//! What is to be done in rooms.

mod list;

pub use list::TaskFilter;
#[cfg(test)]
pub(super) use list::page;

use super::Storage;
use super::members::{Seat, active_user, member, seat};
use super::notifications::{self, Cause};
use super::posting;
use super::rows;
use super::system;
use super::transaction::Transaction;
use crate::clock::{self, Timestamp};
use crate::contract::{
    NotificationType, SystemEvent, SystemTask, Task, TaskAssigned, TaskDeleted, TaskStatus, TaskUpdated, UserRef,
};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, TaskId, UserId};
use crate::notice::Notice;
use crate::policy;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// Tasks of one room that are not done.
const MAX_OPEN: i64 = 1_000;

/// A task to be made, its fields checked; `objection` is told to a member only.
pub struct NewTask {
    pub room: RoomId,
    pub title: String,
    pub assignee: Option<UserId>,
    pub due_at: Option<Timestamp>,
    pub message: Option<MessageId>,
    pub objection: Option<Error>,
}

/// What of a task is to change; `Some(None)` takes something off.
pub struct TaskChange {
    pub title: Option<String>,
    pub status: Option<TaskStatus>,
    pub assignee: Option<Option<UserId>>,
    pub due_at: Option<Option<Timestamp>>,
    pub objection: Option<Error>,
}

impl Storage {
    /// Makes a task, which the room is told with a line of its own.
    ///
    /// # Errors
    /// `NotFound` for the room, the message or an assignee who is no member; `Conflict` when there are too many;
    /// `Forbidden` and `RateLimited` by the rules of the room.
    pub async fn create_task(&self, user: UserId, task: NewTask) -> Result<Task> {
        self.writer.run(move |transaction| Box::pin(create(transaction, user, task))).await
    }

    /// Changes a task, the last writer's way where several do; what stands as wanted already is not told.
    ///
    /// # Errors
    /// `NotFound` for the task or an assignee who is no member; `Conflict` when what was done is one too many to do;
    /// `Forbidden` and `RateLimited` by the rules of the room, for another title and for what is done; `Forbidden` for
    /// an assignee who is, or was, somebody else.
    pub async fn update_task(&self, user: UserId, task: TaskId, change: TaskChange) -> Result<Task> {
        self.writer.run(move |transaction| Box::pin(update(transaction, user, task, change))).await
    }

    pub async fn delete_task(&self, user: UserId, task: TaskId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let (seat, key, before) = find(&mut transaction.connection, task, user).await?;
                    policy::may_delete_task(seat.standing, before.created_by)?;
                    sqlx::query("DELETE FROM tasks WHERE id = ?")
                        .bind(key)
                        .execute(&mut transaction.connection)
                        .await?;
                    let deleted = TaskDeleted { room_id: seat.room, task_id: task };
                    transaction.tell(Notice::to_room(seat.room, deleted));
                    let seq = before.message_id.map(|message| message.seq);
                    notifications::withdraw_task(transaction, seat.room_key, seq, task).await
                })
            })
            .await
    }
}

async fn create(transaction: &mut Transaction, user: UserId, new: NewTask) -> Result<Task> {
    let seat = seat(&mut transaction.connection, new.room, user).await?;
    if let Some(message) = new.message {
        check_message(&mut transaction.connection, &seat, message).await?;
    }
    let assignee = assignee(&mut transaction.connection, &seat, new.assignee).await?;
    if let Some(objection) = new.objection {
        return Err(objection);
    }
    let now = clock::now();
    // The room is told of it with a line.
    posting::follow_rules(&mut transaction.connection, &seat, now).await?;
    check_open(&mut transaction.connection, &seat).await?;
    let id = TaskId::generate();
    let query = "INSERT INTO tasks
        (pid, room_id, title, status, assignee_id, due_at, message_seq, created_by, created_at, updated_at)
        VALUES (?1, ?2, ?3, 'open', ?4, ?5, ?6, ?7, ?8, ?8)";
    sqlx::query(query)
        .bind(id.to_string())
        .bind(seat.room_key)
        .bind(&new.title)
        .bind(assignee)
        .bind(new.due_at.map(Timestamp::as_millis))
        .bind(new.message.map(|message| message.seq))
        .bind(seat.user_key)
        .bind(now.as_millis())
        .execute(&mut transaction.connection)
        .await?;
    let (_, _, task) = find(&mut transaction.connection, id, user).await?;
    let (_, by) = active_user(&mut transaction.connection, user).await?;
    let line = SystemEvent::TaskCreated { task: SystemTask { id, title: task.title.clone() } };
    system::append(transaction, seat.room, seat.room_key, seat.user_key, &by, line).await?;
    tell(transaction, &task, user);
    tell_assignee(transaction, &seat, by, assignee, &task).await?;
    Ok(task)
}

async fn update(transaction: &mut Transaction, user: UserId, id: TaskId, change: TaskChange) -> Result<Task> {
    let (seat, key, before) = find(&mut transaction.connection, id, user).await?;
    let assignee = match change.assignee {
        Some(wanted) => Some(assignee(&mut transaction.connection, &seat, wanted).await?),
        None => None,
    };
    if let Some(objection) = change.objection {
        return Err(objection);
    }
    let wanted = Task {
        title: change.title.unwrap_or_else(|| before.title.clone()),
        status: change.status.unwrap_or(before.status),
        assignee_id: change.assignee.unwrap_or(before.assignee_id),
        due_at: change.due_at.unwrap_or(before.due_at),
        ..before.clone()
    };
    if wanted == before {
        return Ok(before);
    }
    let now = clock::now();
    let is_finished = wanted.status == TaskStatus::Done && before.status != TaskStatus::Done;
    // Titles are words that everybody in the room reads, in the line that tells that it is done as well.
    if is_finished || wanted.title != before.title {
        posting::follow_rules(&mut transaction.connection, &seat, now).await?;
    }
    // Whoever takes something over, or gives it up, does so for themselves alone.
    let assigned = [before.assignee_id, wanted.assignee_id];
    if assigned[0] != assigned[1] && assigned.into_iter().flatten().any(|assignee| assignee != user) {
        posting::check_edit(&mut transaction.connection, &seat, false).await?;
    }
    if before.status == TaskStatus::Done && wanted.status != TaskStatus::Done {
        check_open(&mut transaction.connection, &seat).await?;
    }
    let task = Task { rev: before.rev + 1, updated_at: now, ..wanted };
    let query = "UPDATE tasks SET title = ?2, status = ?3, due_at = ?4, updated_at = ?5, rev = rev + 1,
        assignee_id = CASE WHEN ?6 THEN ?7 ELSE assignee_id END WHERE id = ?1";
    sqlx::query(query)
        .bind(key)
        .bind(&task.title)
        .bind(word(task.status))
        .bind(task.due_at.map(Timestamp::as_millis))
        .bind(task.updated_at.as_millis())
        .bind(assignee.is_some())
        .bind(assignee.flatten())
        .execute(&mut transaction.connection)
        .await?;
    let (_, by) = active_user(&mut transaction.connection, user).await?;
    if is_finished {
        let line = SystemEvent::TaskDone { task: SystemTask { id, title: task.title.clone() } };
        system::append(transaction, seat.room, seat.room_key, seat.user_key, &by, line).await?;
    }
    tell(transaction, &task, user);
    if task.assignee_id != before.assignee_id {
        tell_assignee(transaction, &seat, by, assignee.flatten(), &task).await?;
    }
    Ok(task)
}

/// Whether a room may have one more to do.
async fn check_open(connection: &mut SqliteConnection, seat: &Seat) -> Result<()> {
    let open: i64 = sqlx::query_scalar(COUNT_OPEN).bind(seat.room_key).fetch_one(connection).await?;
    if open < MAX_OPEN {
        return Ok(());
    }
    Err(Error::Conflict(format!("a room has at most {MAX_OPEN} tasks that are not done")))
}

/// Written as the index has it: what was done may be much more.
pub(super) const COUNT_OPEN: &str = "SELECT count(*) FROM tasks WHERE room_id = ? AND (status = 'done') < 1";

/// Takes somebody off what they have not done, in one room or in all: they left it, or their account ended.
pub(super) async fn unassign(
    transaction: &mut Transaction,
    room_key: Option<i64>,
    user_key: i64,
    by: UserId,
) -> Result<()> {
    let query = "UPDATE tasks SET assignee_id = NULL, updated_at = ?3, rev = rev + 1
        WHERE assignee_id = ?1 AND status <> 'done' AND (?2 IS NULL OR room_id = ?2) RETURNING id";
    let keys: Vec<i64> = sqlx::query_scalar(query)
        .bind(user_key)
        .bind(room_key)
        .bind(clock::now().as_millis())
        .fetch_all(&mut transaction.connection)
        .await?;
    tell_of(transaction, &keys, by).await
}

/// Gives every task another title for which `other` has one, in the name of somebody.
pub(super) async fn retitle(
    transaction: &mut Transaction,
    other: impl Fn(&str) -> Option<String>,
    by: UserId,
) -> Result<()> {
    let query = "SELECT id, title FROM tasks WHERE instr(title, '@')";
    let found: Vec<(i64, String)> = sqlx::query_as(query).fetch_all(&mut transaction.connection).await?;
    let mut changed = Vec::new();
    for (key, title) in found {
        let Some(title) = other(&title) else { continue };
        sqlx::query("UPDATE tasks SET title = ?2, updated_at = ?3, rev = rev + 1 WHERE id = ?1")
            .bind(key)
            .bind(title)
            .bind(clock::now().as_millis())
            .execute(&mut transaction.connection)
            .await?;
        changed.push(key);
    }
    tell_of(transaction, &changed, by).await
}

/// Tells the rooms of these tasks (`tasks.id`) how they are now.
async fn tell_of(transaction: &mut Transaction, keys: &[i64], by: UserId) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM tasks t JOIN rooms r ON r.id = t.room_id AND r.deleted_at IS NULL {JOINS}
         WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id"
    );
    let found =
        sqlx::query(AssertSqlSafe(sql)).bind(json!(keys).to_string()).fetch_all(&mut transaction.connection).await?;
    for row in &found {
        tell(transaction, &task(row)?, by);
    }
    Ok(())
}

fn tell(transaction: &mut Transaction, task: &Task, updated_by: UserId) {
    transaction.tell(Notice::to_room(task.room_id, TaskUpdated { task: task.clone(), updated_by }));
}

/// Whoever takes something over themselves knows.
async fn tell_assignee(
    transaction: &mut Transaction,
    seat: &Seat,
    by: UserRef,
    assignee: Option<i64>,
    task: &Task,
) -> Result<()> {
    let (Some(key), Some(assignee)) = (assignee, task.assignee_id) else { return Ok(()) };
    if assignee == by.id {
        return Ok(());
    }
    transaction.tell(Notice::to_user(assignee, TaskAssigned { task: task.clone() }));
    let cause = Cause {
        kind: NotificationType::Task,
        people: vec![key],
        room: Some((seat.room_key, seat.room)),
        seq: task.message_id.map(|message| message.seq),
        message: format!("{} gave you a task: {}", by.display_name, task.title),
        by: Some((seat.user_key, by)),
        data: Some(json!({ "taskId": task.id, "title": task.title })),
    };
    notifications::notify(transaction, cause).await
}

pub(super) async fn check_message(connection: &mut SqliteConnection, seat: &Seat, message: MessageId) -> Result<()> {
    let query = "SELECT 1 FROM messages WHERE room_id = ? AND seq = ? AND deleted_at IS NULL";
    let found = sqlx::query(query).bind(seat.room_key).bind(message.seq).fetch_optional(connection).await?;
    if message.room == seat.room && found.is_some() { Ok(()) } else { Err(Error::NotFound("the message")) }
}

async fn assignee(connection: &mut SqliteConnection, seat: &Seat, wanted: Option<UserId>) -> Result<Option<i64>> {
    let Some(wanted) = wanted else { return Ok(None) };
    let (key, who) = member(connection, seat.room_key, wanted).await?;
    if who.deactivated { Err(Error::NotFound("the member")) } else { Ok(Some(key)) }
}

/// A task, its key, and the caller's seat in its room.
async fn find(connection: &mut SqliteConnection, id: TaskId, user: UserId) -> Result<(Seat, i64, Task)> {
    let missing = || Error::NotFound("the task");
    let sql = format!("SELECT t.id, {COLUMNS} FROM tasks t JOIN rooms r ON r.id = t.room_id {JOINS} WHERE t.pid = ?");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(&mut *connection).await?;
    let row = row.ok_or_else(missing)?;
    let task = task(&row)?;
    let seat = seat(connection, task.room_id, user).await.map_err(|error| match error {
        Error::NotFound(_) => missing(),
        other => other,
    })?;
    Ok((seat, row.try_get("id")?, task))
}

/// The columns of `task`, of `tasks t` in `rooms r`.
const COLUMNS: &str = "t.pid, r.pid AS room, t.rev, t.title, t.status, a.pid AS assignee, t.due_at, t.message_seq,
    c.pid AS creator, t.created_at, t.updated_at";
const JOINS: &str = "JOIN users c ON c.id = t.created_by LEFT JOIN users a ON a.id = t.assignee_id";

fn task(row: &SqliteRow) -> Result<Task> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let room: RoomId = rows::id(&text("room")?)?;
    let assignee: Option<String> = row.try_get("assignee")?;
    Ok(Task {
        id: rows::id(&text("pid")?)?,
        room_id: room,
        rev: row.try_get("rev")?,
        title: text("title")?,
        status: rows::word(&text("status")?)?,
        assignee_id: assignee.map(|pid| rows::id(&pid)).transpose()?,
        due_at: row.try_get::<Option<i64>, _>("due_at")?.map(Timestamp::from_millis),
        message_id: row.try_get::<Option<i64>, _>("message_seq")?.map(|seq| MessageId { room, seq }),
        created_by: rows::id(&text("creator")?)?,
        created_at: Timestamp::from_millis(row.try_get("created_at")?),
        updated_at: Timestamp::from_millis(row.try_get("updated_at")?),
    })
}

fn word(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Open => "open",
        TaskStatus::Doing => "doing",
        TaskStatus::Done => "done",
    }
}
