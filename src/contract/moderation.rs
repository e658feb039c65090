//! Keeping a room in order: roles, who may write what, messages that are hidden, and what people report.

use super::decode::limit;
use super::models::{Message, RoomRef, RoomRole, UserRef};
use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::{MessageId, ReportId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The longest time that may lie between two messages of a member, in seconds.
pub const MAX_SLOW_MODE_SECONDS: u32 = 21_600;
/// The most characters of what is told with a report.
pub const MAX_REASON_CHARS: usize = 500;

/// Who may write in a room. Whoever is in it reads and reacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Posting {
    #[default]
    Everyone,
    /// Owners and moderators; others reply in threads.
    Threads,
    /// Owners and moderators alone.
    Moderators,
}

impl Posting {
    pub fn is_default(&self) -> bool {
        *self == Self::Everyone
    }
}

/// Who may mention everybody in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MentionAll {
    #[default]
    Everyone,
    Moderators,
}

impl MentionAll {
    pub fn is_default(&self) -> bool {
        *self == Self::Everyone
    }
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ReportOutcome {
    Dismissed,
    /// The message was hidden.
    Hidden,
    /// The message was deleted.
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ReportStatus {
    Open,
    Resolved,
}

/// What somebody reported, for whoever handles it.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Report {
    pub id: ReportId,
    pub room: RoomRef,
    /// As it is now, with what it says while it is hidden; of a direct room, or where administrators of the server handle
    /// it, without what it says once the report is resolved.
    pub message: Message,
    /// What it said when it was reported; empty once the report is resolved.
    pub content: String,
    pub reason: String,
    pub reporter: UserRef,
    pub created_at: Timestamp,
    pub status: ReportStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReportOutcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<UserRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
}

payload! {
    SetRoomRole { room_id: RoomId, user_id: UserId, role: RoomRole }
    /// Takes what a message says out of everybody's sight, or shows it again.
    HideMessage { message_id: MessageId, hidden: bool }
    RevealMessage { message_id: MessageId }
    ReportMessage {
        message_id: MessageId,
        /// 1 to 500 characters.
        reason: String,
    }
    /// The newest first.
    ListReports {
        /// Only of this room.
        room_id: Option<RoomId>,
        status: Option<ReportStatus>,
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
    ResolveReport { report_id: ReportId, outcome: ReportOutcome }
}

acknowledgement! {
    RevealMessageAck {
        /// With what it says, though it is hidden.
        message: Message,
    }
    ListReportsAck {
        reports: Vec<Report>,
        /// How many are open, of those that the caller may handle here.
        open: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    }
    ResolveReportAck { report: Report }
}

event! {
    /// Somebody has another role in a room.
    MemberUpdated { room_id: RoomId, user_id: UserId, role: RoomRole }
}
