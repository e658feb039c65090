//! Previews: what is shown of the pages that a message links to.

use super::shapes::payload;
use crate::ids::{FileId, MessageId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is behind a link of a message. It has a title, an image, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Preview {
    /// The link, without a fragment.
    pub url: String,
    /// At most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// At most 400 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// At most 80 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<PreviewImage>,
}

/// The image of a page, kept by the server and given out as files are: at `/api/v1/files/{id}/preview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PreviewImage {
    pub id: FileId,
    /// As it is shown, in pixels.
    pub width: i64,
    pub height: i64,
    /// Its mean colour, as `#rrggbb`.
    pub color: String,
}

payload! {
    /// Takes the preview of a link off a message, or puts it back.
    ShowPreview {
        message_id: MessageId,
        /// As the preview has it.
        url: String,
        on: bool,
    }
}
