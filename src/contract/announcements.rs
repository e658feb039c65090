//! What administrators tell everybody at once.

use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::{AnnouncementId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The most characters of an announcement.
pub const MAX_ANNOUNCEMENT_CHARS: usize = 1_000;

/// How loudly something is announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum AnnouncementLevel {
    #[default]
    Info,
    Warning,
}

/// Shown to everybody until it ends, or until they have dismissed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Announcement {
    pub id: AnnouncementId,
    pub level: AnnouncementLevel,
    /// Written as a message is.
    pub content: String,
    /// Who made it, as administrators are told: others may not know them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

payload! {
    Announce {
        /// 1 to 1,000 characters.
        content: String,
        #[serde(default)]
        #[ts(optional, as = "Option<AnnouncementLevel>")]
        level: AnnouncementLevel,
        ends_at: Option<Timestamp>,
    }
}

acknowledgement! {
    AnnouncementAnswer { announcement: Announcement }
    /// Newest first.
    Announcements { announcements: Vec<Announcement> }
}

event! {
    /// To everybody who is connected.
    AnnouncementMade { announcement: Announcement }
    /// To everybody who is connected: it was taken back before its time.
    AnnouncementEnded { announcement_id: AnnouncementId }
    /// To one's own devices.
    AnnouncementDismissed { announcement_id: AnnouncementId }
}
