//! What administrators are told of backups.

use super::shapes::acknowledgement;
use crate::clock::Timestamp;
use serde::Serialize;
use ts_rs::TS;

/// How it stands with backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum BackupState {
    /// None are made by themselves, and none was made.
    Off,
    /// The first one is still to come.
    None,
    Good,
    /// The last one lacks files that were not where they are kept.
    Incomplete,
    /// The last one came to nothing.
    Failing,
    /// It is long past its time.
    Late,
}

/// How it stands with one backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum KeptState {
    /// It was restored once, when it was made.
    Proven,
    /// The same, without files that were not where they are kept.
    Incomplete,
    /// It is not what was written any more, or of a newer Maru.
    Damaged,
}

acknowledgement! {
    Backups {
        state: BackupState,
        /// How often they are made by themselves, if they are.
        #[serde(skip_serializing_if = "Option::is_none")]
        every_seconds: Option<u64>,
        /// How many are kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        keep: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        last_good: Option<GoodBackup>,
        #[serde(skip_serializing_if = "Option::is_none")]
        last_failure: Option<FailedBackup>,
        /// Those that are in the folder, the newest first; absent where none are made by themselves, or the folder cannot be
        /// read.
        #[serde(skip_serializing_if = "Option::is_none")]
        kept: Option<Vec<KeptBackup>>,
    }
    /// One that was proven by restoring it.
    GoodBackup {
        /// When it was begun: everything that was acknowledged before is in it.
        at: Timestamp,
        messages: i64,
        files: i64,
        /// Of files, together.
        bytes: u64,
        /// Of files that no earlier one had.
        new_bytes: u64,
        /// Contents of files that were not where they are kept, and are not in it.
        missing: usize,
    }
    FailedBackup {
        at: Timestamp,
        /// In words for the operator.
        problem: String,
    }
    /// One that is in the folder. What it holds is absent when that cannot be known.
    KeptBackup {
        /// When it was begun.
        at: Timestamp,
        state: KeptState,
        #[serde(skip_serializing_if = "Option::is_none")]
        messages: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        files: Option<i64>,
        /// What it takes, together with what it shares with others.
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<u64>,
        /// What is wrong with one that is damaged, in words for the operator.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    }
}
