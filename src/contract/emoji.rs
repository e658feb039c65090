//! The team's own emoji.

use super::shapes::{acknowledgement, event, payload};
use crate::ids::{FileId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An emoji of the team's own. Its image is at `/api/v1/files/{id}/emoji`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct TeamEmoji {
    pub id: FileId,
    /// Written between colons in messages and reactions.
    pub name: String,
    /// Who added it; not told to a guest who shares no room with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// It moves; with `?size=small` it stands still.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub animated: bool,
}

payload! {
    ListEmoji {}
    AddEmoji {
        /// 2 to 30 of `a` to `z`, digits, `_`, `-`, `+` and Hangul syllables; at most 60 bytes.
        name: String,
        /// An image that the caller uploaded or may see.
        file_id: FileId,
    }
    RenameEmoji { emoji_id: FileId, name: String }
    RemoveEmoji { emoji_id: FileId }
}

acknowledgement! {
    ListEmojiAck {
        /// All of them, by name.
        emoji: Vec<TeamEmoji>,
        /// Grows with every change.
        rev: i64,
    }
    EmojiAck { emoji: TeamEmoji }
}

event! {
    /// To everybody who is connected: there is a new one, or one has another name.
    EmojiUpdated { emoji: TeamEmoji, rev: i64 }
    EmojiRemoved { emoji_id: FileId, rev: i64 }
}
