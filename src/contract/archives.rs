//! Archives that people take with them: a room that they are in, or what is their own.

use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::RoomId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The language of an archive's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveLanguage {
    En,
    Ko,
}

payload! {
    /// Of a room, or else of the caller.
    MakeArchive {
        room_id: Option<RoomId>,
        language: ArchiveLanguage,
        /// In which days begin and end, as `Asia/Seoul`.
        time_zone: String,
    }
}

/// What an archive is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveOf {
    Room,
    Person,
}

/// How far an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveState {
    /// For that of somebody else to be finished.
    Waiting,
    Making,
    Ready,
    Failed,
}

/// Why there is no archive after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveProblem {
    /// The disk of the server has not enough room.
    NoSpace,
    /// Who asked may not have it any more.
    Forbidden,
    /// The server that made it stopped.
    Stopped,
    /// Of ours; the log has it.
    Fault,
}

acknowledgement! {
    /// Somebody's archive.
    Archive {
        of: ArchiveOf,
        #[serde(skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
        /// What it is of: a direct room by the others in it.
        name: String,
        state: ArchiveState,
        asked_at: Timestamp,
        /// Of one that failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<ArchiveProblem>,
        /// Of one that is ready, as are the next.
        #[serde(skip_serializing_if = "Option::is_none")]
        file_name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<u64>,
        /// Those that can be searched.
        #[serde(skip_serializing_if = "Option::is_none")]
        messages: Option<u32>,
        /// How many files the server does not have any more, if it lacks any.
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    }
    ArchiveAnswer {
        #[serde(skip_serializing_if = "Option::is_none")]
        archive: Option<Archive>,
    }
}

event! {
    /// To one's own devices: how it is with one's archive; without one when it is gone.
    ArchiveUpdated {
        #[serde(skip_serializing_if = "Option::is_none")]
        archive: Option<Archive>,
    }
}
