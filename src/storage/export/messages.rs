//! The lines of messages, with what stands inside of them.

use super::table::Form::{Flag, Json, Moment, Named, Plain};
use super::table::Names::{File, Person, Room};
use super::table::{Kind, List, field};

pub(super) const MESSAGES: Kind = Kind {
    name: "messages",
    table: "messages",
    fields: &[
        field("room", "room_id", Named(Room)),
        field("seq", "seq", Plain),
        field("rev", "rev", Plain),
        field("by", "user_id", Named(Person)),
        field("kind", "kind", Plain),
        field("content", "content", Plain),
        field("system", "system", Json),
        field("stream", "stream", Json),
        field("replyTo", "reply_to", Plain),
        field("threadRoot", "thread_root", Plain),
        field("threadReplies", "thread_replies", Plain),
        field("threadLastSeq", "thread_last_seq", Plain),
        field("ordinal", "ordinal", Plain),
        field("counts", "counts", Flag),
        field("clientMessageId", "client_message_id", Plain),
        field("mentioning", "mentioning", Plain),
        field("hasReactions", "reacted", Flag),
        field("isSaved", "saved", Flag),
        field("hasFiles", "files", Plain),
        field("hasPreviews", "previews", Flag),
        field("createdAt", "created_at", Moment),
        field("editedAt", "edited_at", Moment),
        field("deletedAt", "deleted_at", Moment),
        field("pinnedAt", "pinned_at", Moment),
    ],
    filter: super::kinds::OF_A_ROOM,
    order: None,
    made: &[],
    lists: &[
        List {
            name: "reactions",
            table: "reactions",
            fields: &[
                field("emoji", "emoji", Plain),
                field("by", "user_id", Named(Person)),
                field("at", "created_at", Moment),
            ],
            of: "t.reacted = 1 AND x.message_id = t.id",
            order: "x.emoji, x.user_id",
            owned: &[("message_id", "t.id")],
        },
        List {
            name: "mentions",
            table: "mentions",
            fields: &[
                field("person", "user_id", Named(Person)),
                field("named", "named", Flag),
                field("counts", "counts", Flag),
            ],
            of: "t.mentioning > 0 AND x.room_id = t.room_id AND x.seq = t.seq",
            order: "x.user_id",
            owned: &[("room_id", "t.room_id"), ("seq", "t.seq")],
        },
        List {
            name: "files",
            table: "message_files",
            fields: &[
                field("position", "position", Plain),
                field("file", "file_id", Named(File)),
                field("kind", "kind", Plain),
            ],
            of: "t.files > 0 AND x.message_id = t.id",
            order: "x.position",
            owned: &[("message_id", "t.id"), ("room_id", "t.room_id")],
        },
        List {
            name: "links",
            table: "message_links",
            fields: &[
                field("url", "url", Plain),
                field("position", "position", Plain),
                field("state", "state", Plain),
                field("page", "page_id", Plain),
                field("notedAt", "noted_at", Moment),
            ],
            of: "x.message_id = t.id",
            order: "x.position, x.url",
            owned: &[("message_id", "t.id")],
        },
    ],
};
