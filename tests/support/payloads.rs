//! A payload of every command, so that what holds for all commands is tested with all of them.

use serde_json::{Value, json};

/// A GIF of one pixel.
pub const PIXEL: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";

/// What the payloads of a test name.
#[derive(Clone)]
pub struct Place {
    pub room: String,
    pub message: String,
    pub user: String,
    pub task: String,
}

/// One command's payload that is correct, with every field.
pub struct Payload {
    pub fields: Value,
    pub required: &'static [&'static str],
    /// Whether it names a room or a message, by its id.
    pub names_room: bool,
}

impl Payload {
    fn of_room(required: &'static [&'static str], fields: Value) -> Self {
        Self { fields, required, names_room: true }
    }

    fn of_nowhere(required: &'static [&'static str], fields: Value) -> Self {
        Self { names_room: false, ..Self::of_room(required, fields) }
    }
}

/// The payload of a command; panics for a command that is not listed here yet.
pub fn payload(command: &str, place: &Place) -> Payload {
    let Place { room, message, user, task } = place;
    let (of_room, of_nowhere) = (Payload::of_room, Payload::of_nowhere);
    match command {
        "room:create" => {
            let fields = json!({ "kind": "private", "name": "New", "topic": "Topic", "participants": [user] });
            of_nowhere(&["kind", "name"], fields)
        }
        "room:invite" => of_room(&["roomId", "userIds"], json!({ "roomId": room, "userIds": [user] })),
        "room:kick" => of_room(&["roomId", "userId"], json!({ "roomId": room, "userId": user })),
        "room:role" => {
            of_room(&["roomId", "userId", "role"], json!({ "roomId": room, "userId": user, "role": "moderator" }))
        }
        "room:update" => of_room(
            &["roomId"],
            json!({ "roomId": room, "name": "Other", "topic": "Other", "kind": "public", "previews": false,
                "posting": "threads", "slowModeSeconds": 5, "mentionAll": "moderators" }),
        ),
        "room:join" | "room:leave" | "room:delete" => of_room(&["roomId"], json!({ "roomId": room })),
        "room:rejoin" => of_room(&["roomId"], json!({ "roomId": room, "rev": 1 })),
        "room:members" => of_room(&["roomId"], json!({ "roomId": room, "limit": 10 })),
        "room:list" => of_nowhere(&[], json!({ "query": "a", "limit": 10 })),
        "room:mine" => of_nowhere(&[], json!({ "limit": 10 })),
        "room:mute" => of_room(&["roomId", "muted"], json!({ "roomId": room, "muted": true })),
        "room:favourite" => of_room(&["roomId"], json!({ "roomId": room, "position": 0 })),
        "room:notify" => of_room(&["roomId", "level"], json!({ "roomId": room, "level": "nothing" })),
        "room:pins" => of_room(&["roomId"], json!({ "roomId": room, "cursor": "1.1", "limit": 10 })),
        "room:files" => of_room(&["roomId"], json!({ "roomId": room, "kind": "image", "cursor": "1.1", "limit": 10 })),
        "room:receipts" => of_room(&["roomId"], json!({ "roomId": room, "seq": 1 })),
        "room:presence" => of_room(&["roomId"], json!({ "roomId": room })),
        "message:send" => {
            let fields = json!({
                "roomId": room, "content": "text", "clientMessageId": "key", "replyTo": message, "threadRoot": message,
                "alsoInRoom": true, "fileIds": [],
            });
            of_room(&["roomId", "content"], fields)
        }
        "message:edit" => of_room(&["messageId", "content"], json!({ "messageId": message, "content": "text" })),
        "message:delete" => of_room(&["messageId"], json!({ "messageId": message })),
        "message:react" => {
            of_room(&["messageId", "emoji", "on"], json!({ "messageId": message, "emoji": "👍", "on": true }))
        }
        "message:pin" => of_room(&["messageId", "on"], json!({ "messageId": message, "on": true })),
        "message:preview" => {
            let fields = json!({ "messageId": message, "url": "https://example.com/", "on": false });
            of_room(&["messageId", "url", "on"], fields)
        }
        "message:hide" => of_room(&["messageId", "hidden"], json!({ "messageId": message, "hidden": true })),
        "message:reveal" => of_room(&["messageId"], json!({ "messageId": message })),
        "message:report" => of_room(&["messageId", "reason"], json!({ "messageId": message, "reason": "spam" })),
        "reports:list" => of_room(&[], json!({ "roomId": room, "status": "open", "cursor": "1", "limit": 10 })),
        "report:resolve" => of_nowhere(&["reportId", "outcome"], json!({ "reportId": task, "outcome": "dismissed" })),
        "message:read" => of_room(&["roomId", "seq"], json!({ "roomId": room, "seq": 1 })),
        "message:send:stream" => {
            let fields =
                json!({ "roomId": room, "clientMessageId": "stream", "replyTo": message, "threadRoot": message });
            of_room(&["roomId"], fields)
        }
        "message:stream:chunk" => {
            of_room(&["messageId", "chunk", "index"], json!({ "messageId": message, "chunk": "text", "index": 0 }))
        }
        "message:stream:end" => of_room(&["messageId"], json!({ "messageId": message, "content": "text" })),
        "message:stream:error" => {
            of_room(&["messageId", "error"], json!({ "messageId": message, "error": "out of words" }))
        }
        "message:stream:stop" => of_room(&["messageId"], json!({ "messageId": message })),
        "message:unread" => of_room(&["roomId", "seq"], json!({ "roomId": room, "seq": 1 })),
        "message:save" => of_room(&["messageId", "on"], json!({ "messageId": message, "on": true })),
        "messages:saved" => of_nowhere(&[], json!({ "cursor": "1.1", "limit": 10 })),
        "threads:list" => of_nowhere(&[], json!({ "cursor": "1", "unreadOnly": true, "limit": 10 })),
        "thread:follow" => of_room(&["messageId", "on"], json!({ "messageId": message, "on": true })),
        "thread:read" => of_room(&["messageId", "seq"], json!({ "messageId": message, "seq": 1 })),
        "notifications:list" => of_nowhere(&[], json!({ "cursor": "1", "unreadOnly": true, "limit": 10 })),
        "notification:read" => of_nowhere(&[], json!({ "notificationId": "1" })),
        "preferences:update" => {
            let hours = json!({ "from": "22:00", "to": "07:00", "timeZone": "Asia/Seoul" });
            of_nowhere(&["receipts", "lastSeen"], json!({ "receipts": true, "lastSeen": true, "quietHours": hours }))
        }
        "messages:history" => {
            of_room(&["roomId"], json!({ "roomId": room, "before": 100, "limit": 10, "threadRoot": message }))
        }
        "messages:search" => {
            let fields = json!({
                "query": "text", "roomId": room, "cursor": "s.100", "limit": 10, "sort": "newest", "timeZone": "UTC",
            });
            of_room(&["query"], fields)
        }
        "task:create" => {
            let fields = json!({
                "roomId": room, "title": "New", "assigneeId": user, "dueAt": "2100-01-01T00:00:00.000Z", "messageId": message,
            });
            of_room(&["roomId", "title"], fields)
        }
        "task:update" => {
            let fields = json!({
                "taskId": task, "title": "Other", "status": "doing", "assigneeId": user, "dueAt": "2100-01-01T00:00:00.000Z",
            });
            of_room(&["taskId"], fields)
        }
        "task:delete" => of_room(&["taskId"], json!({ "taskId": task })),
        "task:list" => {
            of_room(&[], json!({ "roomId": room, "status": "open", "assigneeId": user, "cursor": "x", "limit": 10 }))
        }
        "reminder:create" => {
            let fields = json!({ "text": "Call", "inSeconds": 3_600, "roomId": room, "messageId": message });
            of_room(&["text"], fields)
        }
        "reminder:list" => of_nowhere(&[], json!({ "cursor": "x", "limit": 10 })),
        "reminder:delete" => of_nowhere(&["reminderId"], json!({ "reminderId": task })),
        "emoji:list" => of_nowhere(&[], json!({})),
        "emoji:add" => of_nowhere(&["name", "fileId"], json!({ "name": "party", "fileId": task })),
        "emoji:rename" => of_nowhere(&["emojiId", "name"], json!({ "emojiId": task, "name": "party" })),
        "emoji:remove" => of_nowhere(&["emojiId"], json!({ "emojiId": task })),
        "typing:start" | "typing:stop" => of_room(&["roomId"], json!({ "roomId": room, "threadRoot": message })),
        "status:update" => {
            let fields = json!({ "status": "away", "text": "out", "emoji": "🌴", "until": "2100-01-01T00:00:00.000Z" });
            of_nowhere(&["status"], fields)
        }
        "presence:get" => of_nowhere(&["userIds"], json!({ "userIds": [user] })),
        "heartbeat" => of_nowhere(&[], json!({ "sentAt": 5 })),
        _ => panic!("{command} has no payload yet: add it here, and it is tested with outsiders and bad input"),
    }
}
