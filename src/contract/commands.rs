//! What a client may ask for: name, payload and acknowledgement of every command, in one table.

use super::decode::limit;
use super::emoji::*;
use super::envelope::Empty;
use super::files::*;
use super::models::*;
use super::moderation::*;
use super::notifications::*;
use super::presence::*;
use super::previews::*;
use super::reminders::*;
use super::shapes::{acknowledgement, payload};
use super::shelf::*;
use super::streams::*;
use super::tasks::*;
use super::threads::*;
use crate::clock::Timestamp;
use crate::ids::{FileId, MessageId, RoomId, UserId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ts_rs::TS;

/// A command: its name on the wire and what it is acknowledged with.
pub trait Command: DeserializeOwned + Send + 'static {
    const NAME: &'static str;
    type Ack: Serialize + Send;
}

macro_rules! commands {
    ($($name:literal: $payload:ident => $ack:ty;)+) => {
        /// The name of every command.
        pub const COMMANDS: &[&str] = &[$($name),+];

        $(impl Command for $payload {
            const NAME: &'static str = $name;
            type Ack = $ack;
        })+

        /// Reads a text as the payload of each command in turn.
        #[cfg(test)]
        fn read_as_each(json: &str) -> Vec<Option<crate::error::Error>> {
            vec![$(super::decode::<$payload>(json).err()),+]
        }

        /// Name, payload and acknowledgement of every command, for the generated TypeScript.
        pub(super) fn describe_commands(to: &mut super::typescript::Declarations) {
            $(to.command::<$payload, $ack>($name);)+
        }
    };
}

commands! {
    "room:create": CreateRoom => RoomAck;
    "room:join": JoinRoom => JoinRoomAck;
    "room:invite": InviteToRoom => InviteToRoomAck;
    "room:leave": LeaveRoom => Empty;
    "room:kick": KickFromRoom => Empty;
    "room:role": SetRoomRole => Empty;
    "room:update": UpdateRoom => UpdateRoomAck;
    "room:delete": DeleteRoom => Empty;
    "room:rejoin": RejoinRoom => RoomRejoined;
    "room:members": ListMembers => ListMembersAck;
    "room:list": ListRooms => ListRoomsAck;
    "room:mine": ListMyRooms => ListMyRoomsAck;
    "room:mute": MuteRoom => Empty;
    "room:favourite": FavourRoom => Empty;
    "room:notify": SetLevel => Empty;
    "room:pins": ListPins => ListPinsAck;
    "room:files": ListFiles => ListFilesAck;
    "room:receipts": GetReceipts => GetReceiptsAck;
    "room:presence": GetRoomPresence => GetRoomPresenceAck;
    "message:send": SendMessage => SendMessageAck;
    "message:edit": EditMessage => RevAck;
    "message:delete": DeleteMessage => RevAck;
    "message:react": ReactToMessage => RevAck;
    "message:pin": PinMessage => RevAck;
    "message:preview": ShowPreview => RevAck;
    "message:hide": HideMessage => RevAck;
    "message:reveal": RevealMessage => RevealMessageAck;
    "message:report": ReportMessage => Empty;
    "reports:list": ListReports => ListReportsAck;
    "report:resolve": ResolveReport => ResolveReportAck;
    "message:read": MarkRead => MarkReadAck;
    "message:unread": MarkUnread => MarkReadAck;
    "message:save": SaveMessage => Empty;
    "message:send:stream": StartStream => StartStreamAck;
    "message:stream:chunk": FeedStream => Empty;
    "message:stream:end": EndStream => RevAck;
    "message:stream:error": FailStream => RevAck;
    "message:stream:stop": StopStream => Empty;
    "messages:saved": ListSaved => ListSavedAck;
    "messages:history": ReadHistory => ReadHistoryAck;
    "messages:search": SearchMessages => SearchMessagesAck;
    "threads:list": ListThreads => ListThreadsAck;
    "thread:follow": FollowThread => ThreadAck;
    "thread:read": ReadThread => ThreadAck;
    "notifications:list": ListNotifications => ListNotificationsAck;
    "notification:read": ReadNotification => NotificationCount;
    "preferences:update": UpdatePreferences => PreferencesAck;
    "task:create": CreateTask => TaskAck;
    "task:update": UpdateTask => TaskAck;
    "task:delete": DeleteTask => Empty;
    "task:list": ListTasks => ListTasksAck;
    "reminder:create": CreateReminder => ReminderAck;
    "reminder:list": ListReminders => ListRemindersAck;
    "reminder:delete": DeleteReminder => Empty;
    "emoji:list": ListEmoji => ListEmojiAck;
    "emoji:add": AddEmoji => EmojiAck;
    "emoji:rename": RenameEmoji => EmojiAck;
    "emoji:remove": RemoveEmoji => Empty;
    "typing:start": StartTyping => Empty;
    "typing:stop": StopTyping => Empty;
    "status:update": UpdateStatus => Empty;
    "presence:get": GetPresence => GetPresenceAck;
    "heartbeat": Heartbeat => HeartbeatAck;
}

payload! {
    CreateRoom {
        kind: RoomKind,
        /// 1 to 80 characters; required but in direct rooms.
        name: Option<String>,
        /// At most 500 characters.
        topic: Option<String>,
        /// Who is a member at once, beside the creator.
        #[serde(default)]
        #[ts(optional, as = "Option<Vec<UserId>>")]
        participants: Vec<UserId>,
    }
    JoinRoom { room_id: RoomId }
    InviteToRoom { room_id: RoomId, user_ids: Vec<UserId> }
    LeaveRoom { room_id: RoomId }
    KickFromRoom { room_id: RoomId, user_id: UserId }
    UpdateRoom {
        room_id: RoomId,
        name: Option<String>,
        /// An empty one takes the topic away.
        topic: Option<String>,
        kind: Option<RoomKind>,
        /// Whether links are looked up; what was looked up stays.
        previews: Option<bool>,
        posting: Option<Posting>,
        /// 0 to 21,600; 0 ends slow mode.
        slow_mode_seconds: Option<u32>,
        mention_all: Option<MentionAll>,
    }
    DeleteRoom { room_id: RoomId }
    RejoinRoom {
        room_id: RoomId,
        /// The room's rev that the client has; absent when it has nothing.
        rev: Option<i64>,
    }
    ListMembers {
        room_id: RoomId,
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
    ListRooms {
        query: Option<String>,
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
    ListMyRooms {
        cursor: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
    }
    MuteRoom { room_id: RoomId, muted: bool }
    FavourRoom {
        room_id: RoomId,
        /// The place among the favourites, from 0; absent takes the room off.
        position: Option<u32>,
    }
    SendMessage {
        room_id: RoomId,
        /// 1 to 16,000 characters; may be empty with files.
        content: String,
        /// At most ten of the sender's own, in the order in which they are shown.
        #[serde(default)]
        #[ts(optional, as = "Option<Vec<FileId>>")]
        file_ids: Vec<FileId>,
        /// 1 to 64 bytes, unique for the sender: sent again with the same one, nothing new is stored.
        client_message_id: Option<String>,
        reply_to: Option<MessageId>,
        thread_root: Option<MessageId>,
        /// Shows a reply in a thread in the room's list, too.
        #[serde(default)]
        #[ts(optional, as = "Option<bool>")]
        also_in_room: bool,
    }
    EditMessage { message_id: MessageId, content: String }
    DeleteMessage { message_id: MessageId }
    ReactToMessage {
        message_id: MessageId,
        /// An emoji or a `:name:`, at most 64 bytes without blanks.
        emoji: String,
        on: bool,
    }
    PinMessage { message_id: MessageId, on: bool }
    MarkRead { room_id: RoomId, seq: i64 }
    /// Marks everything from `seq` on as unread.
    MarkUnread { room_id: RoomId, seq: i64 }
    /// One of `before`, `after` and `around`, or none of them for the newest.
    ReadHistory {
        room_id: RoomId,
        before: Option<i64>,
        after: Option<i64>,
        around: Option<i64>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
        thread_root: Option<MessageId>,
    }
    /// Looks for messages in the caller's rooms.
    SearchMessages {
        /// Words, `"phrases"`, `-without` and operators such as `from:mina in:general before:2026-01-31 has:link`;
        /// at most 500 characters.
        query: String,
        /// Only in this room.
        room_id: Option<RoomId>,
        /// That of the page before, with the same query, room and order.
        cursor: Option<String>,
        /// 20 unless said, at most 100.
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u32>,
        /// `newest` unless said.
        sort: Option<SearchSort>,
        /// The IANA name of the time zone that days in the query are days of; UTC unless said.
        time_zone: Option<String>,
    }
    StartTyping { room_id: RoomId, thread_root: Option<MessageId> }
    StopTyping { room_id: RoomId, thread_root: Option<MessageId> }
    Heartbeat {
        /// The client's own clock, given back as it came.
        #[ts(optional, type = "unknown")]
        sent_at: Option<serde_json::Value>,
    }
}

acknowledgement! {
    RoomAck { room: RoomSummary }
    JoinRoomAck {
        room: RoomSummary,
        /// The first hundred.
        members: Vec<Member>,
        /// The newest fifty, ascending.
        messages: Vec<Message>,
    }
    InviteToRoomAck {
        /// Who was not a member before.
        added: Vec<UserId>,
    }
    UpdateRoomAck { room: Room }
    /// Acknowledges `room:rejoin`, and is told to the caller's socket as `room:rejoined`.
    RoomRejoined {
        room: RoomSummary,
        messages: Vec<Message>,
        /// False: drop what is kept of the room and load its history.
        complete: bool,
    }
    ListMembersAck { members: Vec<Member>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
    ListRoomsAck { rooms: Vec<Room>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
    ListMyRoomsAck { rooms: Vec<RoomSummary>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
    SendMessageAck {
        message_id: MessageId,
        seq: i64,
        rev: i64,
        timestamp: Timestamp,
        /// The message had been stored before; nothing was stored or told now.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        duplicate: bool,
    }
    RevAck { rev: i64 }
    MarkReadAck { unread: i64 }
    ReadHistoryAck {
        /// Ascending by `seq`.
        messages: Vec<Message>,
        /// Whether there is more in the direction that was asked for.
        has_more: bool,
        /// With `threadRoot`: how the caller stands to the thread.
        #[serde(skip_serializing_if = "Option::is_none")]
        thread: Option<ThreadState>,
    }
    SearchMessagesAck {
        hits: Vec<SearchHit>,
        /// How many messages are found in all; on the first page only.
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<i64>,
        /// `total` is the least: there are too many to be counted.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        total_is_estimate: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    }
    HeartbeatAck { server_time: Timestamp }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use crate::error::Error;

    #[test]
    fn any_payload_is_a_command_or_is_refused_by_its_form() {
        let seeds: [&[u8]; 8] = [
            br#"{"roomId":"01ARZ3NDEKTSV4RRFFQ69G5FAV","content":"text","clientMessageId":"key","fileIds":[],"alsoInRoom":true}"#,
            br#"{"kind":"private","name":"New","topic":"Topic","participants":["01ARZ3NDEKTSV4RRFFQ69G5FAV"]}"#,
            br#"{"messageId":"01ARZ3NDEKTSV4RRFFQ69G5FAV-7","emoji":"\ud83d\udc4d","on":true}"#,
            br#"{"roomId":"01ARZ3NDEKTSV4RRFFQ69G5FAV","before":100,"limit":10,"threadRoot":"01ARZ3NDEKTSV4RRFFQ69G5FAV-1"}"#,
            br#"{"taskId":"01ARZ3NDEKTSV4RRFFQ69G5FAV","status":"doing","assigneeId":null,"dueAt":"2100-01-01T00:00:00.000Z"}"#,
            br#"{"receipts":true,"lastSeen":true,"quietHours":{"from":"22:00","to":"07:00","timeZone":"Asia/Seoul"}}"#,
            br#"{"query":"from:mina \"a phrase\" before:2026-01-31","sort":"newest","limit":4294967296}"#,
            br#"{"sentAt":[[[{"a":[]}]]]}"#,
        ];
        crate::fuzzing::fuzz("payloads", &seeds, |bytes| {
            for refusal in read_as_each(&String::from_utf8_lossy(bytes)).into_iter().flatten() {
                assert!(matches!(refusal, Error::Invalid { .. }), "{refusal:?}");
            }
        });
    }
}
