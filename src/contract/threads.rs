//! Threads as one person has them: which they follow, and how far they have read.

use super::decode::limit;
use super::models::{Message, RoomRef};
use super::shapes::{acknowledgement, event, payload};
use crate::ids::{MessageId, RoomId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How somebody stands to a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ThreadState {
    pub following: bool,
    pub read_seq: i64,
    /// Replies by others behind `readSeq`; 0 in a thread that is not followed.
    pub unread: i64,
}

/// A thread that somebody follows.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct FollowedThread {
    /// Its first message.
    pub root: Message,
    pub room: RoomRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reply: Option<Message>,
    #[serde(flatten)]
    pub state: ThreadState,
}

/// How many followed threads have something unread.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct ThreadCount {
    pub unread: i64,
}

payload! {
    /// Those that the caller follows, the last answered first.
    ListThreads {
        cursor: Option<String>,
        /// Leaves out what has nothing unread.
        #[serde(default)]
        #[ts(optional, as = "Option<bool>")]
        unread_only: bool,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
    /// By the thread's first message.
    FollowThread { message_id: MessageId, on: bool }
    /// Marks a thread as read up to `seq`.
    ReadThread { message_id: MessageId, seq: i64 }
}

acknowledgement! {
    ListThreadsAck {
        threads: Vec<FollowedThread>,
        /// How many have something unread, of all.
        unread: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    }
    ThreadAck {
        #[serde(flatten)]
        state: ThreadState,
    }
}

event! {
    /// To one's own devices, at each change.
    ThreadUpdated {
        room_id: RoomId,
        /// The thread's first message.
        message_id: MessageId,
        #[serde(flatten)]
        state: ThreadState,
        /// How many threads have something unread now.
        unread_threads: i64,
    }
}
