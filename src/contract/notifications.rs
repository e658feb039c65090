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
}

acknowledgement! {
    ListNotificationsAck {
        notifications: Vec<Notification>,
        /// Of all, not of this page.
        unread: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    }
    ReadNotificationAck { unread: i64 }
}

event! {
    /// To the person whom it concerns: one more that is unread.
    NotificationTold {
        #[serde(flatten)]
        notification: Notification,
    }
}
