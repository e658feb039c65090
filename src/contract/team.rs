//! What administrators decide for the whole team while the server runs.

use super::decode::present;
use super::shapes::{acknowledgement, event};
use crate::ids::FileId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The longest time after which messages are removed, in days.
pub const MAX_RETENTION_DAYS: u32 = 3_650;

/// The color of what can be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Accent {
    Indigo,
    Teal,
    Green,
    Amber,
    Rose,
    Violet,
}

/// Who may make rooms. Direct conversations are everybody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MayCreateRooms {
    #[default]
    Everyone,
    Administrators,
}

/// Who may mention a room as a whole, where its size allows it at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MayMentionEverybody {
    #[default]
    Everyone,
    /// Whoever looks after the room.
    Moderators,
    Administrators,
}

/// Who may say how long the messages of a room are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MaySetRetention {
    /// Each room's, and administrators.
    #[default]
    Owners,
    Administrators,
}

/// Who has to log in with a second factor. Bots never do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum RequireTwoFactor {
    #[default]
    Nobody,
    Administrators,
    Everybody,
}

/// What holds for the whole team. The configuration says what is possible at all; this says what is wanted of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct TeamSettings {
    /// What the team is called; Maru where it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For everybody who has not chosen another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<Accent>,
    pub create_rooms: MayCreateRooms,
    pub mention_everybody: MayMentionEverybody,
    /// Rooms that one person may make, where that is less than the configuration allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rooms_per_person: Option<u32>,
    /// What the files of one person may take together, in bytes, where that is less than the configuration allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_bytes_per_person: Option<u64>,
    /// After how many days messages are removed, where a room says nothing else; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    pub room_retention: MaySetRetention,
    pub require_two_factor: RequireTwoFactor,
    /// What whoever comes to log in or to register is told, in plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// The team's sign, at `/api/v1/server/logo/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<FileId>,
}

/// What of the settings is to change. What is absent stays; `null` takes away.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct UpdateTeam {
    /// 1 to 60 characters on one line.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string | null")]
    pub name: Option<Option<String>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Option<Accent>>")]
    pub accent: Option<Option<Accent>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Option<MayCreateRooms>>")]
    pub create_rooms: Option<Option<MayCreateRooms>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Option<MayMentionEverybody>>")]
    pub mention_everybody: Option<Option<MayMentionEverybody>>,
    /// 1 to 1,000,000.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number | null")]
    pub rooms_per_person: Option<Option<u32>>,
    /// At least 1,048,576.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number | null")]
    pub file_bytes_per_person: Option<Option<u64>>,
    /// 1 to 3,650.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number | null")]
    pub retention_days: Option<Option<u32>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Option<MaySetRetention>>")]
    pub room_retention: Option<Option<MaySetRetention>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Option<RequireTwoFactor>>")]
    pub require_two_factor: Option<Option<RequireTwoFactor>>,
    /// 1 to 500 characters, on several lines perhaps.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string | null")]
    pub greeting: Option<Option<String>>,
}

/// Of which image the team's logo is to be made.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SetLogo {
    /// An image that the caller uploaded or may see.
    pub file_id: FileId,
}

acknowledgement! {
    TeamAnswer { settings: TeamSettings }
}

event! {
    /// To everybody who is connected: the team's settings are others now.
    TeamUpdated { settings: TeamSettings }
}
