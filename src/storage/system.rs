//! Lines that tell what happened to a room.

use super::transaction::Transaction;
use crate::clock::{self, Timestamp};
use crate::contract::{
    MentionAll, Message, MessageKind, MessageNew, Posting, RoomRole, SystemEvent, SystemUser, UserRef,
};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId};
use crate::notice::Notice;
use sqlx::Row;

/// A line that tells what happened to the room, in the same transaction as what it tells.
pub(super) async fn append(
    transaction: &mut Transaction,
    room: RoomId,
    room_key: i64,
    author_key: i64,
    author: &UserRef,
    event: SystemEvent,
) -> Result<()> {
    let message_id = transaction.allot_message_id().await?;
    let now = clock::now();
    let query = "UPDATE rooms SET last_seq = last_seq + 1, rev = rev + 1, last_activity_at = ?2 WHERE id = ?1
        RETURNING last_seq, rev, counted";
    let row = sqlx::query(query).bind(room_key).bind(now.as_millis()).fetch_one(&mut transaction.connection).await?;
    let (seq, rev): (i64, i64) = (row.try_get("last_seq")?, row.try_get("rev")?);
    let content = in_english(&author.display_name, &event);
    sqlx::query(
        "INSERT INTO messages (id, room_id, seq, rev, ordinal, counts, kind, user_id, content, system, created_at)
         VALUES (?, ?, ?, ?, ?, 0, 'system', ?, ?, ?, ?)",
    )
    .bind(message_id)
    .bind(room_key)
    .bind(seq)
    .bind(rev)
    .bind(row.try_get::<i64, _>("counted")?)
    .bind(author_key)
    .bind(&content)
    .bind(serde_json::to_string(&event).map_err(Error::internal)?)
    .bind(now.as_millis())
    .execute(&mut transaction.connection)
    .await?;
    // The author has read what the author did; nothing else was skipped when nothing was unread.
    let query = "UPDATE members SET read_seq = ?3, furthest_seq = max(furthest_seq, ?3)
        WHERE room_id = ?1 AND user_id = ?2 AND read_seq = ?3 - 1";
    sqlx::query(query).bind(room_key).bind(author_key).bind(seq).execute(&mut transaction.connection).await?;
    let message = line(MessageId { room, seq }, rev, (author.clone(), content), event, now);
    transaction.tell(Notice::to_room(room, MessageNew { message }));
    Ok(())
}

/// As everybody is told of it.
fn line(
    id: MessageId,
    rev: i64,
    (author, content): (UserRef, String),
    event: SystemEvent,
    created_at: Timestamp,
) -> Message {
    Message {
        id,
        room_id: id.room,
        seq: id.seq,
        rev,
        kind: MessageKind::System,
        user: author,
        content,
        system: Some(event),
        stream: None,
        client_message_id: None,
        reply_to: None,
        thread_root: None,
        thread: None,
        also_in_room: false,
        mentions: Vec::new(),
        mentions_group: None,
        files: Vec::new(),
        previews: Vec::new(),
        reactions: Vec::new(),
        pinned: false,
        created_at,
        edited_at: None,
        deleted: false,
        hidden: false,
        saved: false,
    }
}

/// For clients that do not word system messages themselves.
pub(super) fn in_english(who: &str, event: &SystemEvent) -> String {
    let names =
        |users: &[SystemUser]| users.iter().map(|user| user.display_name.as_str()).collect::<Vec<_>>().join(", ");
    match event {
        SystemEvent::Created => format!("{who} created the room"),
        SystemEvent::Joined => format!("{who} joined"),
        SystemEvent::Left => format!("{who} left"),
        SystemEvent::Invited { users } => format!("{who} added {}", names(users)),
        SystemEvent::Removed { users } => format!("{who} removed {}", names(users)),
        SystemEvent::Renamed { name } => format!("{who} renamed the room to {name}"),
        SystemEvent::Topic { topic } if topic.is_empty() => format!("{who} removed the topic"),
        SystemEvent::Topic { topic } => format!("{who} set the topic: {topic}"),
        SystemEvent::TaskCreated { task } => format!("{who} added the task: {}", task.title),
        SystemEvent::TaskDone { task } => format!("{who} finished the task: {}", task.title),
        SystemEvent::Kind { kind } => format!("{who} made the room {}", super::members::kind_word(*kind)),
        SystemEvent::Role { user, role } => {
            let role = match role {
                RoomRole::Owner => "an owner",
                RoomRole::Moderator => "a moderator",
                RoomRole::Member => "a member",
            };
            format!("{who} made {} {role}", user.display_name)
        }
        SystemEvent::Posting { posting: Posting::Everyone } => format!("{who} lets everybody post here"),
        SystemEvent::Posting { posting: Posting::Threads } => {
            format!("{who} lets only owners and moderators post here; others reply in threads")
        }
        SystemEvent::Posting { posting: Posting::Moderators } => {
            format!("{who} lets only owners and moderators post here")
        }
        SystemEvent::SlowMode { seconds: 0 } => format!("{who} ended slow mode"),
        SystemEvent::SlowMode { seconds } => format!("{who} set slow mode: a message every {seconds} s"),
        SystemEvent::MentionAll { mention_all: MentionAll::Everyone } => {
            format!("{who} lets everybody use @room and @here")
        }
        SystemEvent::MentionAll { mention_all: MentionAll::Moderators } => {
            format!("{who} lets only owners and moderators use @room and @here")
        }
    }
}
