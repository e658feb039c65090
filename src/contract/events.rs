//! What the server tells: name and payload of every event, in one table.

use super::emoji::*;
use super::models::*;
use super::moderation::*;
use super::notifications::*;
use super::people::RoleChanged;
use super::presence::*;
use super::relayed::{Growth, Relayed};
use super::reminders::*;
use super::server::*;
use super::shapes::event;
use super::shelf::*;
use super::streams::*;
use super::tasks::*;
use super::team::*;
use super::threads::*;
use super::{announcements::*, archives::ArchiveUpdated};
use crate::clock::Timestamp;
use crate::error::{Code, QueryFlaw};
use crate::ids::{ClientId, MessageId, RoomId, SessionId, UserId};
use serde::Serialize;
use ts_rs::TS;

pub use super::commands::RoomRejoined;

macro_rules! events {
    ($($name:literal: $payload:ident;)+) => {
        /// The name of every event.
        pub const EVENTS: &[&str] = &[$($name),+];

        /// An event as it is told to sockets.
        #[derive(Clone, Debug, Serialize)]
        #[serde(untagged)]
        pub enum ServerEvent {
            $($payload(Box<$payload>),)+
            /// An event of another service.
            AppEvent(Box<AppEvent>),
            /// An event that another server of the cluster encoded.
            Relayed(Box<Relayed>),
        }

        impl ServerEvent {
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$payload(_) => $name,)+
                    Self::AppEvent(event) => &event.name,
                    Self::Relayed(event) => &event.name,
                }
            }
        }

        $(impl From<$payload> for ServerEvent {
            fn from(payload: $payload) -> Self {
                Self::$payload(Box::new(payload))
            }
        })+

        /// Name and payload of every event, for the generated TypeScript.
        pub(super) fn describe_events(to: &mut super::typescript::Declarations) {
            $(to.event::<$payload>($name);)+
        }
    };
}

events! {
    "ready": Ready;
    "sync": Sync;
    "session:restored": SessionRestored;
    "session:ended": SessionEnded;
    "connection:replaced": ConnectionReplaced;
    "server:draining": ServerDraining;
    "server:cluster": ServerCluster;
    "command:failed": CommandFailed;
    "heartbeat:ack": HeartbeatEcho;
    "room:created": RoomCreated;
    "room:invited": RoomInvited;
    "room:updated": RoomUpdated;
    "room:deleted": RoomDeleted;
    "room:removed": RoomRemoved;
    "room:rejoined": RoomRejoined;
    "room:muted": RoomMuted;
    "room:favourites": RoomFavourites;
    "member:joined": MemberJoined;
    "member:left": MemberLeft;
    "member:updated": MemberUpdated;
    "user:reconnected": UserReconnected;
    "message:new": MessageNew;
    "message:updated": MessageUpdated;
    "message:deleted": MessageDeleted;
    "messages:expired": MessagesExpired;
    "message:reacted": MessageReacted;
    "message:read": MessageRead;
    "message:unread": MessageUnread;
    "message:saved": MessageSaved;
    "thread:updated": ThreadUpdated;
    "notification": NotificationTold;
    "message:stream:start": StreamStarted;
    "message:stream:chunk": StreamFed;
    "message:stream:end": StreamEnded;
    "message:stream:error": StreamFailed;
    "message:stream:stop": StreamStopped;
    "task:updated": TaskUpdated;
    "task:deleted": TaskDeleted;
    "task:assigned": TaskAssigned;
    "reminder:created": ReminderCreated;
    "reminder:deleted": ReminderDeleted;
    "reminder:due": ReminderDue;
    "notification:read": NotificationRead;
    "notification:withdrawn": NotificationWithdrawn;
    "room:notify": LevelSet;
    "preferences:updated": PreferencesUpdated;
    "emoji:updated": EmojiUpdated;
    "emoji:removed": EmojiRemoved;
    "typing:start": TypingStarted;
    "typing:stop": TypingStopped;
    "user:online": UserOnline;
    "user:offline": UserOffline;
    "user:status": UserStatusChanged;
    "user:updated": UserUpdated;
    "user:role": RoleChanged;
    "team:updated": TeamUpdated;
    "announcement:made": AnnouncementMade;
    "announcement:ended": AnnouncementEnded;
    "announcement:dismissed": AnnouncementDismissed;
    "archive:updated": ArchiveUpdated;
}

impl ServerEvent {
    /// The room and the `rev` of an event that tells a change of a message.
    pub fn message_rev(&self) -> Option<(RoomId, i64)> {
        match self {
            Self::MessageNew(event) => Some((event.message.room_id, event.message.rev)),
            Self::MessageUpdated(event) => Some((event.message.room_id, event.message.rev)),
            Self::MessageDeleted(event) => Some((event.room_id, event.rev)),
            Self::MessageReacted(event) => Some((event.room_id, event.rev)),
            Self::StreamStarted(event) => Some((event.message.room_id, event.message.rev)),
            Self::StreamEnded(event) => Some((event.message.room_id, event.message.rev)),
            Self::StreamFailed(event) => Some((event.message.room_id, event.message.rev)),
            Self::Relayed(event) => event.facts.message_rev,
            _ => None,
        }
    }

    /// The room and the `rev` from which on a summary of the room has in it what an event tells.
    pub fn room_rev(&self) -> Option<(RoomId, i64)> {
        match self {
            // What a mark tells is of its moment: whoever knows a later rev knows later counts.
            Self::MessageRead(event) if event.unread.is_some() => Some((event.room_id, event.rev + 1)),
            Self::MessageUnread(event) => Some((event.room_id, event.rev + 1)),
            // A system line follows in the same transaction.
            Self::MemberJoined(event) => Some((event.room_id, event.rev + 1)),
            Self::MemberLeft(event) => Some((event.room_id, event.rev + 1)),
            Self::Relayed(event) => event.facts.room_rev,
            _ => self.message_rev(),
        }
    }

    /// Whether it tells how far somebody has read, which not everybody wants to hear.
    pub fn is_receipt(&self) -> bool {
        match self {
            Self::MessageRead(_) => true,
            Self::Relayed(event) => event.facts.receipt,
            _ => false,
        }
    }

    /// What it does to a message that grows while it is written.
    pub fn growth(&self) -> Option<Growth> {
        match self {
            Self::StreamStarted(event) => Some(Growth::Begins(event.message.id)),
            Self::StreamFed(event) => {
                Some(Growth::Grows { message: event.message_id, index: event.index, text: event.chunk.clone() })
            }
            Self::StreamEnded(event) => Some(Growth::Ends(event.message.id)),
            Self::StreamFailed(event) => Some(Growth::Ends(event.message.id)),
            Self::MessageDeleted(event) => Some(Growth::Ends(event.message_id)),
            Self::Relayed(event) => event.facts.growth.clone(),
            _ => None,
        }
    }

    /// The room that an event tells somebody of who had not known it, and its `rev` in what is told.
    pub fn room_given(&self) -> Option<(RoomId, i64)> {
        match self {
            Self::RoomCreated(event) => Some((event.room.room.id, event.room.room.rev)),
            Self::RoomInvited(event) => Some((event.room.room.id, event.room.room.rev)),
            Self::Relayed(event) => event.facts.room_given,
            _ => None,
        }
    }

    /// Who knows of a notification as late as this knows what the event tells.
    pub fn notified(&self) -> Option<i64> {
        match self {
            Self::NotificationTold(event) => Some(event.notification.id.0),
            Self::NotificationRead(event) => Some(event.after + 1),
            Self::NotificationWithdrawn(event) => Some(event.after + 1),
            Self::Relayed(event) => event.facts.notified,
            _ => None,
        }
    }
}

/// An event of another service, delivered as it is; its name begins with `app:`.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct AppEvent {
    #[serde(skip)]
    pub name: String,
    pub data: serde_json::Map<String, serde_json::Value>,
}

impl From<AppEvent> for ServerEvent {
    fn from(event: AppEvent) -> Self {
        Self::AppEvent(Box::new(event))
    }
}

event! {
    /// The first event of every connection.
    Ready {
        user: Me,
        #[serde(skip_serializing_if = "Option::is_none")]
        session_id: Option<SessionId>,
        client_id: ClientId,
        /// Changes when a backup is restored: what a client keeps of an older epoch is void.
        epoch: String,
        server_time: Timestamp,
        rooms: Vec<RoomSummary>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rooms_cursor: Option<String>,
        notifications: NotificationCount,
        threads: ThreadCount,
        preferences: Preferences,
        /// How often the team's own emoji have changed; 0 where there never were any.
        emoji_rev: i64,
        /// What holds for the whole team.
        team: TeamSettings,
        /// What stands and was not dismissed, newest first.
        announcements: Vec<Announcement>,
        limits: ClientLimits,
        heartbeat_ms: u32,
        version: String,
    }
    /// What a client may send; see the limits of the protocol.
    ClientLimits {
        content_chars: usize,
        payload_bytes: usize,
        events_per_second: u32,
        sends_per_second: u32,
        stream_chars: u32,
        stream_chunks_per_second: u32,
        /// Where the server has read receipts at all.
        receipts: bool,
        /// The largest room in which every member may mention `@here` and `@room`.
        group_mentions_by_members: u32,
        /// The largest room in which its owner or an administrator may.
        group_mentions: u32,
        /// Whether every member may add emoji of the team's own; administrators always may.
        emoji_by_members: bool,
    }
    /// Every message of a room whose rev a reconnecting client lacks, ascending by rev.
    Sync {
        room_id: RoomId,
        messages: Vec<Message>,
        rev: i64,
        complete: bool,
    }
    SessionRestored {
        disconnected_at: Timestamp,
        rooms: Vec<RoomId>,
        can_reconnect: bool,
        /// How many messages came while the client was away.
        missed: usize,
    }
    SessionEnded { reason: String }
    ConnectionReplaced { message: String, timestamp: Timestamp }
    /// A command that came without an acknowledgement callback failed.
    CommandFailed {
        event: String,
        code: Code,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        flaw: Option<QueryFlaw>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expected_index: Option<i64>,
    }
    HeartbeatEcho {
        server_time: Timestamp,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "unknown")]
        sent_at: Option<serde_json::Value>,
    }
    RoomCreated { room: RoomSummary }
    RoomInvited { room: RoomSummary, by: UserRef }
    RoomUpdated { room: Room }
    RoomDeleted { room_id: RoomId }
    /// To somebody who was removed from a room, with who did that.
    RoomRemoved { room_id: RoomId, by: UserRef }
    /// To one's own devices.
    RoomMuted { room_id: RoomId, muted: bool }
    /// To one's own devices: all favourites, in their order.
    RoomFavourites { room_ids: Vec<RoomId> }
    MemberJoined {
        room_id: RoomId,
        user: UserRef,
        /// The room's rev when this was written.
        #[serde(skip)]
        #[ts(skip)]
        rev: i64,
    }
    MemberLeft {
        room_id: RoomId,
        user_id: UserId,
        /// Who removed the member, if it was not the member.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
        #[serde(skip)]
        #[ts(skip)]
        rev: i64,
    }
    UserReconnected { room_id: RoomId, user_id: UserId }
    MessageNew { message: Message }
    MessageUpdated { message: Message }
    MessageDeleted {
        room_id: RoomId,
        message_id: MessageId,
        seq: i64,
        rev: i64,
        /// Its author.
        user_id: UserId,
        /// It counted as unread for everybody else who had not read as far.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        counted: bool,
    }
    /// Every message of the room before `before` was removed: its time was over.
    MessagesExpired { room_id: RoomId, before: i64 }
    MessageReacted {
        room_id: RoomId,
        message_id: MessageId,
        seq: i64,
        rev: i64,
        emoji: String,
        user_id: UserId,
        on: bool,
        count: i64,
    }
    MessageRead {
        room_id: RoomId,
        user_id: UserId,
        seq: i64,
        /// To one's own devices: what is still unread.
        #[serde(skip_serializing_if = "Option::is_none")]
        unread: Option<i64>,
        /// With `unread`: of that, what mentions one.
        #[serde(skip_serializing_if = "Option::is_none")]
        mentions: Option<i64>,
        /// The room's rev when this was written.
        #[serde(skip)]
        #[ts(skip)]
        rev: i64,
    }
    /// To one's own devices: everything behind `seq` is unread again.
    MessageUnread {
        room_id: RoomId,
        seq: i64,
        unread: i64,
        mentions: i64,
        #[serde(skip)]
        #[ts(skip)]
        rev: i64,
    }
    TypingStarted {
        room_id: RoomId,
        user: UserRef,
        #[serde(skip_serializing_if = "Option::is_none")]
        thread_root: Option<MessageId>,
    }
    TypingStopped {
        room_id: RoomId,
        user_id: UserId,
        #[serde(skip_serializing_if = "Option::is_none")]
        thread_root: Option<MessageId>,
    }
    UserOnline { user_id: UserId, timestamp: Timestamp }
    UserOffline { user_id: UserId, timestamp: Timestamp }
    /// Somebody has another name.
    UserUpdated { user: UserRef }
    UserStatusChanged {
        user_id: UserId,
        #[serde(flatten)]
        status: UserStatus,
    }
}
