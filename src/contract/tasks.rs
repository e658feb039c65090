//! A room's short list of what is to be done.

use super::decode::{limit, present};
use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::{MessageId, RoomId, TaskId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something to be done in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Task {
    pub id: TaskId,
    pub room_id: RoomId,
    /// Counts its changes from 1: of two states of a task the one with the greater stands.
    pub rev: i64,
    pub title: String,
    pub status: TaskStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The message that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum TaskStatus {
    Open,
    Doing,
    Done,
}

/// A task as a system message names it, under the title of that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SystemTask {
    pub id: TaskId,
    pub title: String,
}

payload! {
    CreateTask {
        room_id: RoomId,
        /// 1 to 200 characters on one line.
        title: String,
        /// A member of the room.
        assignee_id: Option<UserId>,
        due_at: Option<Timestamp>,
        /// A message of the room.
        message_id: Option<MessageId>,
    }
    /// What is absent stays as it is.
    UpdateTask {
        task_id: TaskId,
        title: Option<String>,
        status: Option<TaskStatus>,
        /// `null` takes the assignee off.
        #[serde(default, deserialize_with = "present")]
        #[ts(optional, type = "string | null")]
        assignee_id: Option<Option<UserId>>,
        /// `null` takes the date off.
        #[serde(default, deserialize_with = "present")]
        #[ts(optional, type = "string | null")]
        due_at: Option<Option<Timestamp>>,
    }
    DeleteTask { task_id: TaskId }
    /// The open ones first, the soonest due first.
    ListTasks {
        /// Without it, of all of the caller's rooms.
        room_id: Option<RoomId>,
        status: Option<TaskStatus>,
        assignee_id: Option<UserId>,
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
}

acknowledgement! {
    TaskAck { task: Task }
    ListTasksAck { tasks: Vec<Task>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
}

event! {
    /// Made or changed.
    TaskUpdated { task: Task, updated_by: UserId }
    TaskDeleted { room_id: RoomId, task_id: TaskId }
    /// To the assignee, unless it was they who did it.
    TaskAssigned { task: Task }
}
