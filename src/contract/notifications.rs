//! What concerns somebody in particular: notifications, and how much of them somebody wants.

use super::decode::limit;
use super::models::UserRef;
use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::{MessageId, NotificationId, RoomId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why somebody is notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum NotificationType {
    /// By name, or as one of `@here` or `@room`.
    Mention,
    /// A message in a direct room.
    Direct,
    /// In a thread that one follows, or to a message of one's own.
    Reply,
    /// Into a room.
    Invite,
    Task,
    Reminder,
    /// Somebody reported a message, to whoever handles that.
    Report,
    System,
}

/// Something that concerns one person.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Notification {
    pub id: NotificationId,
    #[serde(rename = "type")]
    pub kind: NotificationType,
    /// What it says; of a message the first 200 characters, as the message is now.
    pub message: String,
    /// How long that voice message is, in milliseconds, where the message is one without words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_ms: Option<i64>,
    /// Who caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The thread that the message is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    /// More for programs, by the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "Record<string, unknown>")]
    pub data: Option<serde_json::Value>,
    pub created_at: Timestamp,
    pub read: bool,
    /// It came while the person did not want to be disturbed, or the room is muted: shown, but with no sound or popup.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub silent: bool,
}

/// What of a room becomes a notification. Invites, tasks, reminders and what the server has to say always do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum NotificationLevel {
    /// In a direct room each message; elsewhere what `mentions` gives, and clients draw attention to every message.
    /// What direct rooms have unless said.
    All,
    /// Mentions and replies. What other rooms have unless said.
    Mentions,
    Nothing,
}

/// How many notifications are unread.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct NotificationCount {
    pub unread: i64,
}

payload! {
    /// The newest first.
    ListNotifications {
        cursor: Option<String>,
        /// Leaves out what was read.
        #[serde(default)]
        #[ts(optional, as = "Option<bool>")]
        unread_only: bool,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
    /// One, or `all` that there are by now.
    ReadNotification {
        notification_id: Option<NotificationId>,
        #[serde(default)]
        #[ts(optional, as = "Option<bool>")]
        all: bool,
    }
    SetLevel { room_id: RoomId, level: NotificationLevel }
}

acknowledgement! {
    ListNotificationsAck {
        notifications: Vec<Notification>,
        /// Of all, not of this page.
        unread: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    }
}

event! {
    /// To the person whom it concerns: one more that is unread.
    NotificationTold {
        #[serde(flatten)]
        notification: Notification,
    }
    /// To one's own devices.
    NotificationRead {
        #[serde(skip_serializing_if = "Option::is_none")]
        notification_id: Option<NotificationId>,
        /// Those that were read with their messages, if they are 200 at most.
        #[serde(skip_serializing_if = "Option::is_none")]
        notification_ids: Option<Vec<NotificationId>>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        all: bool,
        unread: i64,
        /// The last notification of all when this was written.
        #[serde(skip)]
        #[ts(skip)]
        after: i64,
    }
    /// To one's own devices: what it told of is not there any more.
    NotificationWithdrawn {
        #[serde(skip_serializing_if = "Option::is_none")]
        notification_id: Option<NotificationId>,
        /// All of a room that one sees no longer.
        #[serde(skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
        unread: i64,
        /// With `roomId`: how many threads have something unread now.
        #[serde(skip_serializing_if = "Option::is_none")]
        unread_threads: Option<i64>,
        #[serde(skip)]
        #[ts(skip)]
        after: i64,
    }
    /// To one's own devices.
    LevelSet { room_id: RoomId, level: NotificationLevel }
}
