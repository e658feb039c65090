//! The things that commands and events speak of.

use super::files::Attachment;
use super::moderation::{MentionAll, Posting};
use super::notifications::NotificationLevel;
use super::previews::Preview;
use super::streams::MessageStream;
use super::system::SystemEvent;
use crate::clock::Timestamp;
use crate::ids::{ClientId, MessageId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Somebody, as others see them. Who was deactivated keeps only id and display name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct UserRef {
    pub id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    pub display_name: String,
    /// The id of the file that is shown for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub bot: bool,
    /// They see only the rooms that somebody added them to.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub guest: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub deactivated: bool,
    /// Nothing is left of them but this; clients word it in their reader's language.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub erased: bool,
}

/// The caller's own account.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    #[serde(flatten)]
    pub user: UserRef,
    pub role: ServerRole,
    #[serde(flatten)]
    pub status: UserStatus,
}

/// What a person says of their availability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct UserStatus {
    pub status: Availability,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// When the status falls back to `active`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    Active,
    Away,
    Dnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ServerRole {
    /// May do all that an administrator may, and makes administrators and owners.
    Owner,
    /// Governs the server, and administers members and guests.
    Admin,
    Member,
    /// Sees only the rooms that somebody added them to, and who is in them.
    Guest,
}

impl ServerRole {
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Member, Self::Guest];

    pub fn administers(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    pub fn is_guest(self) -> bool {
        self == Self::Guest
    }

    /// The role as it stands on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Guest => "guest",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum RoomRole {
    Owner,
    /// Keeps the room in order, and does not change what it is.
    Moderator,
    Member,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum RoomKind {
    Public,
    Private,
    Direct,
}

/// A room, as it is the same for everybody who may see it.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Room {
    pub id: RoomId,
    pub kind: RoomKind,
    /// Absent in direct rooms, which are named by their members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    pub member_count: i64,
    pub last_seq: i64,
    pub rev: i64,
    pub created_at: Timestamp,
    /// False: links in it are not looked up.
    #[serde(skip_serializing_if = "is_true")]
    #[ts(optional, as = "Option<bool>")]
    pub previews: bool,
    /// After how many days its messages are removed; 0: never. Absent: as the whole team has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Messages before this `seq` were removed, and no page has them; absent while there are all.
    #[serde(skip_serializing_if = "is_first")]
    #[ts(optional, as = "Option<i64>")]
    pub cleared_before: i64,
    /// Absent: everybody.
    #[serde(skip_serializing_if = "Posting::is_default")]
    #[ts(optional, as = "Option<Posting>")]
    pub posting: Posting,
    /// How long members wait between two messages, in seconds; absent: not at all.
    #[serde(skip_serializing_if = "is_none")]
    #[ts(optional, as = "Option<u32>")]
    pub slow_mode_seconds: u32,
    /// Absent: everybody.
    #[serde(skip_serializing_if = "MentionAll::is_default")]
    #[ts(optional, as = "Option<MentionAll>")]
    pub mention_all: MentionAll,
}

fn is_first(seq: &i64) -> bool {
    *seq <= 1
}

fn is_none(seconds: &u32) -> bool {
    *seconds == 0
}

fn is_true(is: &bool) -> bool {
    *is
}

/// A room as one member has it: the room, and how far that member is.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct RoomSummary {
    #[serde(flatten)]
    pub room: Room,
    pub read_seq: i64,
    /// Messages by others behind `readSeq`, without system lines and thread replies.
    pub unread: i64,
    /// Of the unread those that mention the member, by name or as one of a group.
    pub mentions: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message: Option<Message>,
    pub muted: bool,
    /// What of it becomes a notification.
    pub level: NotificationLevel,
    /// Its place among the rooms that the member keeps on top, which are shown in ascending order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub favourite: Option<i64>,
    pub role: RoomRole,
    /// In slow mode: when the member may write again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_send_at: Option<Timestamp>,
    /// In direct rooms: everybody in it, the member too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<UserRef>>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Member {
    pub user: UserRef,
    pub role: RoomRole,
    pub joined_at: Timestamp,
    /// How far they have read; absent where that is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_seq: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    Text,
    System,
    /// It is, or was, written bit by bit: see `stream`.
    Stream,
}

/// A message. A deleted one is a tombstone: its content, files, reactions and mentions are gone.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Message {
    pub id: MessageId,
    pub room_id: RoomId,
    pub seq: i64,
    pub rev: i64,
    pub kind: MessageKind,
    pub user: UserRef,
    pub content: String,
    /// What happened, in a system message; `content` then says the same in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<MessageStream>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<Thread>,
    /// It is in a thread, and shown in the room's list too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub also_in_room: bool,
    /// By name.
    pub mentions: Vec<UserId>,
    /// Whom it mentions beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mentions_group: Option<MentionGroup>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Attachment>>")]
    pub files: Vec<Attachment>,
    /// What is behind links in the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Preview>>")]
    pub previews: Vec<Preview>,
    pub reactions: Vec<Reaction>,
    pub pinned: bool,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub deleted: bool,
    /// Whoever looks after the room has hidden it: it says nothing until it is shown again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub hidden: bool,
    /// Whether the reader keeps it; only in answers to one reader.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub saved: bool,
}

/// How what was found is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum SearchSort {
    #[default]
    Newest,
    /// The best among the newest 2,000 first.
    Relevance,
}

/// A message that was found.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    pub message: Message,
    pub room: RoomRef,
    /// The part of the content around the best match; an ellipsis stands where something is left out.
    pub snippet: String,
    /// What matches in the snippet: from and to, in UTF-16 units, as JavaScript counts.
    pub ranges: Vec<(u32, u32)>,
}

/// A room by what it is called.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct RoomRef {
    pub id: RoomId,
    pub kind: RoomKind,
    /// Absent in direct rooms, which are named by their members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In direct rooms: everybody in it, the reader too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<UserRef>>,
}

/// Several people who are mentioned by one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MentionGroup {
    /// Members who are online.
    Here,
    /// All members.
    Room,
}

/// The replies under a message.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    pub replies: i64,
    pub last_seq: i64,
    /// When the last reply was written.
    pub last_at: Timestamp,
    /// The first ten who replied.
    pub participants: Vec<UserId>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    pub emoji: String,
    pub count: i64,
    /// The first ten who reacted.
    pub users: Vec<UserId>,
    /// Whether the reader is among them; only in answers to one reader.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub mine: bool,
}

/// Whether somebody is here, and on how many devices.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Presence {
    pub online: bool,
    #[serde(flatten)]
    pub status: UserStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    pub connections: usize,
}

/// One connected device, as other services see it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    pub client_id: ClientId,
    pub socket_id: String,
    pub node: String,
    pub connected_at: Timestamp,
    pub transport: String,
}
