//! What somebody wants to be reminded of.

use super::decode::limit;
use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::{MessageId, ReminderId, RoomId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Comes as a notification at its time, and is gone then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Reminder {
    pub id: ReminderId,
    pub text: String,
    pub at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    pub created_at: Timestamp,
}

payload! {
    /// Either `at` or `inSeconds`.
    CreateReminder {
        /// 1 to 500 characters.
        text: String,
        /// In the future, at most five years ahead.
        at: Option<Timestamp>,
        in_seconds: Option<i64>,
        /// The room that it leads to.
        room_id: Option<RoomId>,
        /// The message that it leads to.
        message_id: Option<MessageId>,
    }
    DeleteReminder { reminder_id: ReminderId }
    /// One's own, the soonest first.
    ListReminders {
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
}

acknowledgement! {
    ReminderAck { reminder: Reminder }
    ListRemindersAck {
        reminders: Vec<Reminder>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    }
}

event! {
    /// To one's own devices.
    ReminderCreated { reminder: Reminder }
    /// To one's own devices.
    ReminderDeleted { reminder_id: ReminderId }
    /// To one's own devices: its time has come, and a notification of it.
    ReminderDue { reminder_id: ReminderId }
}
