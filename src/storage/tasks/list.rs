//! Tasks in pages, by room, state and assignee.

use super::{COLUMNS, JOINS, task};
use crate::clock::Timestamp;
use crate::contract::{Task, TaskStatus};
use crate::error::{Error, Result};
use crate::ids::{RoomId, TaskId, UserId};
use crate::storage::Storage;
use crate::storage::members::seat;
use sqlx::AssertSqlSafe;

/// What is due at no time comes after all that is.
const NEVER: i64 = i64::MAX;

/// Which tasks of one's rooms.
pub struct TaskFilter {
    pub room: Option<RoomId>,
    pub status: Option<TaskStatus>,
    pub assignee: Option<UserId>,
}

impl Storage {
    /// A page of the tasks in the user's rooms, what is done behind the rest and the soonest due first; and the cursor of
    /// what follows.
    ///
    /// # Errors
    /// `NotFound` for the room, `Invalid` for the cursor.
    pub async fn tasks(
        &self,
        user: UserId,
        filter: TaskFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Task>, Option<String>)> {
        let mut reader = self.readers.begin().await?;
        if let Some(room) = filter.room {
            seat(&mut reader, room, user).await?;
        }
        let after = cursor.map(Cursor::parse).transpose()?;
        let sql = page(&filter, after.is_some());
        let found = sqlx::query(AssertSqlSafe(sql))
            .bind(user.to_string())
            .bind(filter.room.map(|room| room.to_string()))
            .bind(filter.assignee.map(|assignee| assignee.to_string()))
            .bind(after.as_ref().map(|after| after.done))
            .bind(after.as_ref().map(|after| after.due))
            .bind(after.as_ref().map(|after| after.task.to_string()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&mut *reader)
            .await?;
        let mut tasks = found.iter().map(task).collect::<Result<Vec<Task>>>()?;
        let more = tasks.len() > limit as usize;
        tasks.truncate(limit as usize);
        let cursor = tasks.last().filter(|_| more).map(|last| Cursor::behind(last).to_string());
        Ok((tasks, cursor))
    }
}

/// Along the index of the room or of the assignee, in its order. Of all rooms, as many as the page has are read of each,
/// and these are sorted.
pub(in crate::storage) fn page(filter: &TaskFilter, is_next: bool) -> String {
    let caller = "CROSS JOIN members s ON s.room_id = r.id AND s.user_id = (SELECT id FROM users WHERE pid = ?1)";
    let (from, conditions) = match (filter.room, filter.assignee) {
        (Some(_), _) => (
            format!("rooms r {caller} CROSS JOIN tasks t ON t.room_id = r.id"),
            format!("r.pid = ?2 AND r.deleted_at IS NULL{}", conditions(filter, is_next)),
        ),
        (None, Some(_)) => (
            format!("tasks t CROSS JOIN rooms r ON r.id = t.room_id {caller}"),
            format!("r.deleted_at IS NULL{}", conditions(filter, is_next)),
        ),
        (None, None) => {
            let of_a_room = format!(
                "SELECT t.id FROM tasks t WHERE t.room_id = s.room_id{} ORDER BY {ORDER} LIMIT ?7",
                conditions(filter, is_next)
            );
            let first = format!(
                "SELECT t.id FROM users u CROSS JOIN members s ON s.user_id = u.id
                 CROSS JOIN rooms r ON r.id = s.room_id AND r.deleted_at IS NULL
                 CROSS JOIN tasks t ON t.id IN ({of_a_room})
                 WHERE u.pid = ?1 ORDER BY {ORDER} LIMIT ?7"
            );
            let from = format!("({first}) f CROSS JOIN tasks t ON t.id = f.id CROSS JOIN rooms r ON r.id = t.room_id");
            (from, "1".to_owned())
        }
    };
    format!("SELECT {COLUMNS} FROM {from} {JOINS} WHERE {conditions} ORDER BY {ORDER} LIMIT ?7")
}

/// What of the tasks `t` is wanted, each behind `AND`. Ranges of what the indexes begin with: SQLite takes an equation of
/// it apart, and walks through all.
fn conditions(filter: &TaskFilter, is_next: bool) -> String {
    let status = match filter.status {
        None => "",
        Some(TaskStatus::Open) => " AND (t.status = 'done') < 1 AND t.status <> 'doing'",
        Some(TaskStatus::Doing) => " AND (t.status = 'done') < 1 AND t.status <> 'open'",
        Some(TaskStatus::Done) => " AND (t.status = 'done') > 0",
    };
    let assignee = match filter.assignee {
        Some(_) => " AND t.assignee_id = (SELECT id FROM users WHERE pid = ?3)",
        None => "",
    };
    let behind =
        if is_next { format!(" AND (t.status = 'done') >= ?4 AND ({ORDER}) > (?4, ?5, ?6)") } else { String::new() };
    format!("{status}{assignee}{behind}")
}

/// As the indexes of tasks have it, to the letter.
const ORDER: &str = "t.status = 'done', coalesce(t.due_at, 9223372036854775807), t.pid";

/// Where a page ends.
struct Cursor {
    done: bool,
    due: i64,
    task: TaskId,
}

impl Cursor {
    fn behind(task: &Task) -> Self {
        let due = task.due_at.map_or(NEVER, Timestamp::as_millis);
        Self { done: task.status == TaskStatus::Done, due, task: task.id }
    }

    fn parse(text: &str) -> Result<Self> {
        let mut parts = text.splitn(3, '.');
        let cursor = (|| {
            let done = match parts.next()? {
                "0" => false,
                "1" => true,
                _ => return None,
            };
            Some(Self { done, due: parts.next()?.parse().ok()?, task: parts.next()?.parse().ok()? })
        })();
        cursor.ok_or_else(|| Error::invalid("cursor", "this is no cursor that the server gave"))
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", u8::from(self.done), self.due, self.task)
    }
}
