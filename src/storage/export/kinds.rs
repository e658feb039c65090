//! What an export has: one kind of line for each kind of thing, and where each field of a line stands in the database.
//! The same table reads and writes, so that what is exported is what can be imported.

use super::messages::MESSAGES;
use super::table::Form::{Bytes, Flag, Json, MessageOfRoom, Moment, Named, Plain};
use super::table::Names::{Content, File, Person, Room};
use super::table::{Kind, field};

const KIND: Kind =
    Kind { name: "", table: "", fields: &[], filter: "true", beside: "false", order: None, made: &[], lists: &[] };

/// Rows of rooms that are being removed do not count any more.
pub(super) const OF_A_ROOM: &str = "t.room_id IN (SELECT id FROM rooms WHERE deleted_at IS NULL)";

/// Every kind, each behind those that it names.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "team",
        table: "settings",
        fields: &[field("name", "name", Plain), field("value", "value", Plain)],
        filter: "t.name NOT IN ('epoch', 'version', 'last_removed_room')",
        order: Some("t.name"),
        ..KIND
    },
    Kind {
        name: "contents",
        table: "contents",
        fields: &[
            field("hash", "hash", Bytes),
            field("size", "size", Plain),
            field("type", "type", Plain),
            field("kind", "kind", Plain),
            field("width", "width", Plain),
            field("height", "height", Plain),
            field("color", "color", Plain),
            field("animated", "animated", Flag),
            field("thumbnails", "thumbnails", Plain),
        ],
        filter: "(EXISTS (SELECT 1 FROM files f WHERE f.content_id = t.id)
            OR EXISTS (SELECT 1 FROM link_pages p WHERE p.content_id = t.id))",
        ..KIND
    },
    Kind {
        name: "people",
        table: "users",
        fields: &[
            field("id", "pid", Plain),
            field("username", "username", Plain),
            field("usernameKey", "username_key", Plain),
            field("displayName", "display_name", Plain),
            field("avatar", "avatar", Plain),
            field("bot", "bot", Flag),
            field("role", "role", Plain),
            field("status", "status", Plain),
            field("statusText", "status_text", Plain),
            field("statusEmoji", "status_emoji", Plain),
            field("statusUntil", "status_until", Moment),
            field("quiet", "quiet", Json),
            field("quietFrom", "quiet_from", Moment),
            field("quietUntil", "quiet_until", Moment),
            field("sendsReceipts", "sends_receipts", Flag),
            field("showsLastSeen", "shows_last_seen", Flag),
            field("createdAt", "created_at", Moment),
            field("lastSeenAt", "last_seen_at", Moment),
            field("deactivatedAt", "deactivated_at", Moment),
            field("erasedAt", "erased_at", Moment),
        ],
        ..KIND
    },
    Kind {
        name: "files",
        table: "files",
        fields: &[
            field("id", "pid", Plain),
            field("by", "user_id", Named(Person)),
            field("name", "name", Plain),
            field("size", "size", Plain),
            field("received", "received", Plain),
            field("content", "content_id", Named(Content)),
            field("touchedAt", "touched_at", Moment),
            field("sentAt", "sent_at", Moment),
            field("voiceMs", "voice_ms", Plain),
            field("voicePeaks", "voice_peaks", Plain),
        ],
        filter: "t.content_id IS NOT NULL",
        ..KIND
    },
    Kind {
        name: "emoji",
        table: "emoji",
        fields: &[field("name", "name", Plain), field("file", "file_id", Named(File))],
        ..KIND
    },
    Kind {
        name: "rooms",
        table: "rooms",
        fields: &[
            field("id", "pid", Plain),
            field("kind", "kind", Plain),
            field("name", "name", Plain),
            field("nameKey", "name_key", Plain),
            field("topic", "topic", Plain),
            field("directKey", "direct_key", Plain),
            field("memberCount", "member_count", Plain),
            field("lastSeq", "last_seq", Plain),
            field("rev", "rev", Plain),
            field("counted", "counted", Plain),
            field("previews", "previews", Flag),
            field("posting", "posting", Plain),
            field("slowMode", "slow_mode", Plain),
            field("mentionAll", "mention_all", Plain),
            field("retentionDays", "retention_days", Plain),
            field("clearedBefore", "cleared_before", Plain),
            field("createdBy", "created_by", Named(Person)),
            field("createdAt", "created_at", Moment),
            field("lastActivityAt", "last_activity_at", Moment),
            field("deletedAt", "deleted_at", Moment),
        ],
        filter: "t.deleted_at IS NULL",
        beside: "EXISTS (SELECT 1 FROM reports p WHERE p.room_id = t.id AND p.to_server AND p.resolved_at IS NULL)",
        ..KIND
    },
    Kind {
        name: "members",
        table: "members",
        fields: &[
            field("room", "room_id", Named(Room)),
            field("person", "user_id", Named(Person)),
            field("role", "role", Plain),
            field("muted", "muted", Flag),
            field("level", "level", Plain),
            field("favourite", "favourite", Plain),
            field("readSeq", "read_seq", Plain),
            field("readCounted", "read_counted", Plain),
            field("furthestSeq", "furthest_seq", Plain),
            field("joinedAt", "joined_at", Moment),
        ],
        filter: OF_A_ROOM,
        order: Some("t.room_id, t.user_id"),
        ..KIND
    },
    Kind {
        name: "link-pages",
        table: "link_pages",
        fields: &[
            field("number", "id", Plain),
            field("url", "url", Plain),
            field("title", "title", Plain),
            field("description", "description", Plain),
            field("siteName", "site_name", Plain),
            field("image", "image", Plain),
            field("content", "content_id", Named(Content)),
            field("isEmpty", "is_empty", Flag),
            field("freshUntil", "fresh_until", Moment),
        ],
        ..KIND
    },
    MESSAGES,
    Kind {
        name: "thread-followers",
        table: "thread_followers",
        fields: &[
            field("person", "user_id", Named(Person)),
            field("room", "room_id", Named(Room)),
            field("root", "root", Plain),
            field("following", "following", Flag),
            field("readSeq", "read_seq", Plain),
            field("unread", "unread", Plain),
            field("lastReply", "activity", MessageOfRoom),
        ],
        filter: OF_A_ROOM,
        order: Some("t.user_id, t.room_id, t.root"),
        ..KIND
    },
    Kind {
        name: "saved",
        table: "saved_messages",
        fields: &[
            field("person", "user_id", Named(Person)),
            field("room", "room_id", Named(Room)),
            field("seq", "seq", Plain),
            field("savedAt", "saved_at", Moment),
        ],
        filter: OF_A_ROOM,
        order: Some("t.user_id, t.room_id, t.seq"),
        ..KIND
    },
    Kind {
        name: "tasks",
        table: "tasks",
        fields: &[
            field("id", "pid", Plain),
            field("room", "room_id", Named(Room)),
            field("title", "title", Plain),
            field("status", "status", Plain),
            field("assignee", "assignee_id", Named(Person)),
            field("dueAt", "due_at", Moment),
            field("message", "message_seq", Plain),
            field("createdBy", "created_by", Named(Person)),
            field("createdAt", "created_at", Moment),
            field("updatedAt", "updated_at", Moment),
            field("rev", "rev", Plain),
        ],
        filter: OF_A_ROOM,
        ..KIND
    },
    Kind {
        name: "reminders",
        table: "reminders",
        fields: &[
            field("id", "pid", Plain),
            field("person", "user_id", Named(Person)),
            field("text", "text", Plain),
            field("dueAt", "due_at", Moment),
            field("room", "room_id", Named(Room)),
            field("message", "message_seq", Plain),
            field("createdAt", "created_at", Moment),
        ],
        ..KIND
    },
    Kind {
        name: "notifications",
        table: "notifications",
        fields: &[
            field("number", "id", Plain),
            field("person", "user_id", Named(Person)),
            field("type", "type", Plain),
            field("room", "room_id", Named(Room)),
            field("seq", "seq", Plain),
            field("by", "by_id", Named(Person)),
            field("text", "text", Plain),
            field("data", "data", Json),
            field("silent", "silent", Flag),
            field("createdAt", "created_at", Moment),
            field("readAt", "read_at", Moment),
        ],
        // Administrators are told of a report without its room, and it goes with the report.
        filter: "(t.room_id IS NULL OR t.room_id IN (SELECT id FROM rooms WHERE deleted_at IS NULL))
            AND (t.type <> 'report' OR EXISTS (
                SELECT 1 FROM reports p JOIN rooms r ON r.id = p.room_id WHERE p.pid = t.data ->> 'reportId'
                    AND (r.deleted_at IS NULL OR p.to_server AND p.resolved_at IS NULL)))",
        ..KIND
    },
    Kind {
        name: "invites",
        table: "invites",
        fields: &[
            field("id", "pid", Plain),
            field("createdBy", "created_by", Named(Person)),
            field("rooms", "rooms", Json),
            field("role", "role", Plain),
            field("uses", "uses", Plain),
            field("maxUses", "max_uses", Plain),
            field("createdAt", "created_at", Moment),
            field("expiresAt", "expires_at", Moment),
            field("revokedAt", "revoked_at", Moment),
        ],
        // The secret is not in the export: nobody can use one that was imported.
        made: &[("digest", "randomblob(32)")],
        ..KIND
    },
    Kind {
        name: "reports",
        table: "reports",
        fields: &[
            field("id", "pid", Plain),
            field("room", "room_id", Named(Room)),
            field("seq", "seq", Plain),
            field("by", "reporter_id", Named(Person)),
            field("reason", "reason", Plain),
            field("content", "content", Plain),
            field("toServer", "to_server", Flag),
            field("createdAt", "created_at", Moment),
            field("resolvedAt", "resolved_at", Moment),
            field("resolvedBy", "resolved_by", Named(Person)),
            field("outcome", "outcome", Plain),
        ],
        filter: OF_A_ROOM,
        beside: "t.to_server AND t.resolved_at IS NULL",
        ..KIND
    },
    Kind {
        name: "announcements",
        table: "announcements",
        fields: &[
            field("number", "id", Plain),
            field("id", "pid", Plain),
            field("by", "user_id", Named(Person)),
            field("level", "level", Plain),
            field("content", "content", Plain),
            field("createdAt", "created_at", Moment),
            field("endsAt", "ends_at", Moment),
            field("endedAt", "ended_at", Moment),
        ],
        ..KIND
    },
    Kind {
        name: "dismissed-announcements",
        table: "dismissed_announcements",
        fields: &[field("person", "user_id", Named(Person)), field("announcement", "announcement_id", Plain)],
        order: Some("t.user_id, t.announcement_id"),
        ..KIND
    },
    Kind {
        name: "erasures",
        table: "erasures",
        fields: &[
            field("person", "user_id", Named(Person)),
            field("usernameKey", "username_key", Plain),
            field("displayName", "display_name", Plain),
            field("deleteMessages", "delete_messages", Flag),
        ],
        // It begins anew: where it had got to is told by keys that the new database does not have.
        made: &[("up_to", "(SELECT coalesce(max(id), 0) FROM messages)")],
        ..KIND
    },
    Kind {
        name: "audit",
        table: "audit",
        fields: &[
            field("number", "id", Plain),
            field("at", "at", Moment),
            field("byKind", "by_kind", Plain),
            field("by", "by_user", Plain),
            field("address", "address", Plain),
            field("act", "act", Plain),
            field("aboutKind", "about_kind", Plain),
            field("about", "about", Plain),
            field("aboutName", "about_name", Plain),
            field("detail", "detail", Json),
        ],
        ..KIND
    },
];
