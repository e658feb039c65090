//! What administrators are told of rooms, of what is kept, and of work that comes round by itself.

use super::files::FileKind;
use super::models::{RoomKind, UserRef};
use super::shapes::{acknowledgement, payload};
use crate::clock::Timestamp;
use crate::ids::{RoomId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// When work comes round by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum JobRhythm {
    Minute,
    Night,
    /// As the configuration says, which may be never.
    Configured,
}

payload! {
    /// How long the messages of a room are kept.
    RetainRoom {
        /// 1 to 3,650; 0 is for ever, `null` as the whole team has it.
        #[serde(deserialize_with = "Option::deserialize")]
        #[ts(optional = false, type = "number | null")]
        days: Option<u32>,
    }
    /// Gives a room that nobody owns to one of its members.
    GiveRoom { user_id: UserId }
}

acknowledgement! {
    /// A room as administrators see it who are not in it: never what is written there.
    GovernedRoom {
        id: RoomId,
        kind: RoomKind,
        name: String,
        member_count: i64,
        /// Messages and system lines that are kept, deleted ones among them.
        messages: i64,
        /// Of files in its messages, together.
        file_bytes: i64,
        created_at: Timestamp,
        last_activity_at: Timestamp,
        /// Who has owned it longest and is active; absent where nobody is.
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<UserRef>,
        /// As of a room.
        #[serde(skip_serializing_if = "Option::is_none")]
        retention_days: Option<u32>,
        /// Everybody begins in it. It is nobody's, and cannot be deleted.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        general: bool,
    }
    /// By name; direct conversations are their members' own and not among them.
    GovernedRooms {
        rooms: Vec<GovernedRoom>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    }
    /// What would be removed at once.
    RetentionPreview { messages: i64, files: i64 }
    GovernedRoomAnswer { room: GovernedRoom }
    /// What the server keeps, in bytes and in numbers, at one moment.
    StorageUsage {
        database_bytes: u64,
        /// What of it is not folded in yet, beside it.
        wal_bytes: u64,
        /// Of the database, what the search index takes.
        index_bytes: i64,
        /// Of files that stand in messages, each content once, by kind.
        files: Vec<KindUsage>,
        /// Avatars, emoji, the images of previews, and what is about to be sent or removed.
        other: KindBytes,
        /// Those that take the most, the largest first.
        rooms: Vec<RoomUsage>,
        /// Of all direct conversations together.
        direct: KindBytes,
        /// Of the backups that are made by themselves; absent where none are, or their folder cannot be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        backup_bytes: Option<u64>,
        /// On the disk of the data folder.
        #[serde(skip_serializing_if = "Option::is_none")]
        free_bytes: Option<u64>,
    }
    KindUsage { kind: FileKind, files: i64, bytes: i64 }
    KindBytes { files: i64, bytes: i64 }
    /// A file that stands in a room more than once counts once.
    RoomUsage { id: RoomId, kind: RoomKind, name: String, files: i64, bytes: i64 }
    #[derive(Deserialize)]
    Jobs { jobs: Vec<JobFigures> }
    /// One kind of work since the server's start.
    #[derive(Deserialize)]
    JobFigures {
        name: String,
        rhythm: JobRhythm,
        /// Whether it can be asked to come round now.
        runnable: bool,
        runs: u64,
        failures: u64,
        /// Since when it has been under way.
        #[serde(skip_serializing_if = "Option::is_none")]
        running_since: Option<Timestamp>,
        /// When it ended last.
        #[serde(skip_serializing_if = "Option::is_none")]
        ended_at: Option<Timestamp>,
        /// How long it took then, in microseconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        took_us: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        last_failure: Option<JobFailure>,
    }
    #[derive(Deserialize)]
    JobFailure {
        at: Timestamp,
        /// In words for the operator.
        problem: String,
    }
}
