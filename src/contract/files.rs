//! Files: what messages carry, and what rooms have of them.

use super::decode::limit;
use super::models::UserRef;
use super::shapes::{acknowledgement, payload};
use crate::clock::Timestamp;
use crate::ids::{FileId, MessageId, RoomId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A file as messages carry it. Its content is at `/api/v1/files/{id}/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Attachment {
    pub id: FileId,
    pub name: String,
    /// In bytes.
    pub size: i64,
    /// The media type, by what the content is, whatever the name says.
    #[serde(rename = "type")]
    #[ts(rename = "type")]
    pub media_type: String,
    pub kind: FileKind,
    /// Of an image as it is shown, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// The mean colour of an image, as `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The image moves; its thumbnails do not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub animated: bool,
    /// Of a voice message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<Voice>,
}

/// What whoever recorded a voice message says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Voice {
    /// In milliseconds, five minutes at most.
    pub duration_ms: i64,
    /// How loud each of 64 equal parts is, from 0 to 255: a byte each, in base64.
    pub peaks: String,
}

/// How a file may be shown. `other` is only to be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    Image,
    Video,
    Audio,
    Other,
}

/// A file of a room, and the message that it stands in.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RoomFile {
    pub file: Attachment,
    pub message_id: MessageId,
    pub user: UserRef,
    pub created_at: Timestamp,
}

/// A square of an image, in pixels of it as it is shown.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct AvatarCrop {
    pub x: u32,
    pub y: u32,
    pub size: u32,
}

payload! {
    SetAvatar {
        /// An image.
        file_id: FileId,
        /// The part of it; its middle unless said.
        crop: Option<AvatarCrop>,
    }
    /// The newest first.
    ListFiles {
        room_id: RoomId,
        kind: Option<FileKind>,
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
}

acknowledgement! {
    FileAnswer { file: Attachment }
    ListFilesAck { files: Vec<RoomFile>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
}
