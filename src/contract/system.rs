//! What the lines of a room tell that the server writes.

use super::models::{RoomKind, RoomRole};
use super::moderation::{MentionAll, Posting};
use super::tasks::SystemTask;
use crate::ids::UserId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a system message tells; clients word it in their reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "event")]
#[ts(optional_fields)]
pub enum SystemEvent {
    Created,
    Joined,
    Left,
    Invited { users: Vec<SystemUser> },
    Removed { users: Vec<SystemUser> },
    Renamed { name: String },
    Topic { topic: String },
    Kind { kind: RoomKind },
    Role { user: SystemUser, role: RoomRole },
    Posting { posting: Posting },
    SlowMode { seconds: u32 },
    MentionAll { mention_all: MentionAll },
    TaskCreated { task: SystemTask },
    TaskDone { task: SystemTask },
}

/// Somebody named by a system message, under the name of that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SystemUser {
    pub id: UserId,
    pub display_name: String,
}
