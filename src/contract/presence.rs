//! Who is here, who has read what, and what a person lets others see of that.

use super::models::{Availability, Presence, UserRef};
use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use crate::ids::{RoomId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Hours of each day in which nothing makes a sound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// `HH:MM`, from 00:00 to 23:59.
    pub from: String,
    /// `HH:MM`, on the next day when it is before `from`; never the same.
    pub to: String,
    /// The IANA name of the time zone.
    pub time_zone: String,
}

/// What somebody wants for themselves, on all devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Preferences {
    /// Others see how far one has read, and one sees it of others.
    pub receipts: bool,
    /// Others see when one was last here.
    pub last_seen: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
}

/// How far a member has read a room.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub user: UserRef,
    pub seq: i64,
}

payload! {
    UpdateStatus {
        status: Availability,
        /// At most 100 characters.
        text: Option<String>,
        emoji: Option<String>,
        until: Option<Timestamp>,
    }
    /// At most 200 users.
    GetPresence { user_ids: Vec<UserId> }
    GetRoomPresence { room_id: RoomId }
    GetReceipts {
        room_id: RoomId,
        /// Only who has read as far as this.
        seq: Option<i64>,
    }
    /// All of them: quiet hours that are left out are none.
    UpdatePreferences { receipts: bool, last_seen: bool, quiet_hours: Option<QuietHours> }
}

acknowledgement! {
    /// People with whom the caller shares no room are left out.
    GetPresenceAck { presence: BTreeMap<UserId, Presence> }
    GetRoomPresenceAck {
        /// Members who are online, the first 200.
        presence: BTreeMap<UserId, Presence>,
        /// How many are online in all.
        online: usize,
    }
    GetReceiptsAck {
        /// The furthest first, 200 at most, without the caller.
        receipts: Vec<Receipt>,
        /// How many there are in all.
        count: i64,
    }
    PreferencesAck { preferences: Preferences }
}

event! {
    /// To one's own devices.
    PreferencesUpdated { preferences: Preferences }
}
