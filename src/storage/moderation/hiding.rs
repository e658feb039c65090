//! Messages that are hidden: what they said lies aside, so that whatever reads messages finds nothing of it.

use crate::actor::By;
use crate::clock;
use crate::contract::{AuditAct, Message, MessageUpdated};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::notice::Notice;
use crate::policy;
use crate::storage::audit::{self, About, Note};
use crate::storage::members::Seat;
use crate::storage::messages::{Target, any_target, current_rev, load, next_rev};
use crate::storage::rows::{self, MESSAGE_JSON};
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, mentions, notifications, previews, reading, search};
use serde_json::json;
use sqlx::{AssertSqlSafe, SqliteConnection};

impl Storage {
    /// Hides a message, or shows it again; answers with its `rev`. One that stands as wanted already is not told.
    ///
    /// # Errors
    /// `Forbidden` for who may not; `Conflict` for one that is being streamed.
    pub async fn hide_message(&self, by: By, user: UserId, message: MessageId, hidden: bool) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let target = any_target(&mut transaction.connection, message, user).await?;
                    if hidden {
                        policy::may_hide(target.seat.standing)?;
                    } else {
                        check_showing(&mut transaction.connection, &target, message.seq).await?;
                    }
                    if target.is_hidden == hidden {
                        return current_rev(&mut transaction.connection, target.message_key).await;
                    }
                    if hidden {
                        hide(transaction, by, &target, message).await
                    } else {
                        show(transaction, by, &target, message).await
                    }
                })
            })
            .await
    }

    /// A message with what it says, though it is hidden.
    ///
    /// # Errors
    /// `Forbidden` for who may not hide it.
    pub async fn reveal_message(&self, user: UserId, message: MessageId) -> Result<Message> {
        let mut reader = self.readers.begin().await?;
        let target = any_target(&mut reader, message, user).await?;
        policy::may_hide(target.seat.standing)?;
        load_whole(&mut reader, (target.seat.room_key, message.room), message.seq).await
    }
}

async fn check_showing(connection: &mut SqliteConnection, target: &Target, seq: i64) -> Result<()> {
    let query = "SELECT EXISTS (SELECT 1 FROM reports
        WHERE room_id = ? AND seq = ? AND to_server AND outcome = 'hidden')";
    let by_server: bool = sqlx::query_scalar(query).bind(target.seat.room_key).bind(seq).fetch_one(connection).await?;
    policy::may_show(target.seat.standing, target.author, by_server)
}

/// Hides a message, whoever may; answers with its new `rev`.
pub(super) async fn hide(transaction: &mut Transaction, by: By, target: &Target, message: MessageId) -> Result<i64> {
    if target.system {
        return Err(Error::Forbidden("what the server says is not hidden"));
    }
    if target.is_open {
        return Err(Error::Conflict("this message is still being written; hide it when it has ended".to_owned()));
    }
    let connection = &mut transaction.connection;
    sqlx::query(PUT_ASIDE).bind(target.message_key).execute(&mut *connection).await?;
    let rev = next_rev(connection, target.seat.room_key).await?;
    sqlx::query(EMPTY)
        .bind(target.message_key)
        .bind(rev)
        .bind(clock::now().as_millis())
        .execute(&mut *connection)
        .await?;
    let unmentioned = mentions::replace(connection, &target.place(message.seq), &[], None).await?.removed;
    notifications::withdraw(transaction, target.seat.room_key, message.seq).await?;
    tell(transaction, target, message, &unmentioned).await?;
    note(transaction, by, AuditAct::MessageHidden, target, message).await?;
    Ok(rev)
}

/// Shows it again, as it was.
async fn show(transaction: &mut Transaction, by: By, target: &Target, message: MessageId) -> Result<i64> {
    let connection = &mut transaction.connection;
    let rev = next_rev(connection, target.seat.room_key).await?;
    sqlx::query(PUT_BACK).bind(target.message_key).bind(rev).execute(&mut *connection).await?;
    let mentioned = sqlx::query_scalar(MENTION_AGAIN).bind(target.message_key).fetch_all(&mut *connection).await?;
    forget(connection, target.message_key).await?;
    previews::mark(connection, target.message_key).await?;
    tell(transaction, target, message, &mentioned).await?;
    note(transaction, by, AuditAct::MessageShown, target, message).await?;
    Ok(rev)
}

/// Lets the room, the index, and those who were or are mentioned know.
async fn tell(transaction: &mut Transaction, target: &Target, message: MessageId, people: &[i64]) -> Result<()> {
    search::changed(transaction, target.message_key).await?;
    let Seat { room_key, room, .. } = target.seat;
    let changed = load(&mut transaction.connection, room_key, room, message.seq).await?;
    transaction.tell(Notice::to_room(room, MessageUpdated { message: changed }));
    reading::tell_counts(transaction, (room_key, room), message.seq, people).await
}

async fn note(transaction: &mut Transaction, by: By, act: AuditAct, target: &Target, message: MessageId) -> Result<()> {
    let detail = json!({ "author": target.author });
    audit::note(transaction, Note { by, act, about: Some(About::Message(message)), detail }).await
}

/// Forgets what lies aside of a message.
async fn forget(connection: &mut SqliteConnection, message_key: i64) -> Result<()> {
    sqlx::query("DELETE FROM hidden_messages WHERE message_id = ?").bind(message_key).execute(connection).await?;
    Ok(())
}

/// One message as who looks after the room may see it.
pub(super) async fn load_whole(
    connection: &mut SqliteConnection,
    (room_key, room): (i64, RoomId),
    seq: i64,
) -> Result<Message> {
    let sql = format!(
        "SELECT '[' || {MESSAGE_JSON} || ']' FROM {WHOLE} m JOIN users u ON u.id = m.user_id
         WHERE m.room_id = ?2 AND m.seq = ?3"
    );
    let json: Option<String> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(0_i64).bind(room_key).bind(seq).fetch_optional(connection).await?;
    let json = json.ok_or(Error::NotFound("the message"))?;
    rows::messages_from_json(room, &json)?.pop().ok_or(Error::NotFound("the message"))
}

/// Messages as they would be if nothing were hidden; of those that are, whom they mention is not known.
pub(super) const WHOLE: &str = "(SELECT m.id, m.room_id, m.seq, m.rev, m.counts, m.kind, m.user_id, m.system,
        m.client_message_id, m.reply_to, m.thread_root, m.thread_replies, m.thread_last_seq, m.saved, m.created_at,
        m.edited_at, m.deleted_at, m.hidden_at, m.previews,
        coalesce(h.content, m.content) AS content, coalesce(h.stream, m.stream) AS stream,
        coalesce(h.reacted, m.reacted) AS reacted, coalesce(h.files, m.files) AS files,
        coalesce(h.pinned_at, m.pinned_at) AS pinned_at, m.mentioning
    FROM messages m LEFT JOIN hidden_messages h ON h.message_id = m.id)";

const PUT_ASIDE: &str = "INSERT INTO hidden_messages
        (message_id, content, stream, mentioning, reacted, files, pinned_at, mentions)
    SELECT id, content, stream, mentioning, reacted, files, pinned_at,
        (SELECT json_group_array(json_array(p.pid, x.named, x.counts)) FROM mentions x JOIN users p ON p.id = x.user_id
         WHERE x.room_id = m.room_id AND x.seq = m.seq)
    FROM messages m WHERE id = ?";

const EMPTY: &str =
    "UPDATE messages SET content = '', stream = NULL, mentioning = 0, reacted = 0, files = 0, previews = 0,
    pinned_at = NULL, rev = ?2, hidden_at = ?3 WHERE id = ?1";

const PUT_BACK: &str = "UPDATE messages SET content = h.content, stream = h.stream, mentioning = h.mentioning,
        reacted = h.reacted, files = h.files, pinned_at = h.pinned_at, rev = ?2, hidden_at = NULL
    FROM hidden_messages h WHERE h.message_id = ?1 AND messages.id = ?1";

/// Who is not a member any more is mentioned by name alone, and it counts for who was one all the time.
const MENTION_AGAIN: &str = "INSERT INTO mentions (user_id, room_id, seq, named, counts)
    SELECT p.id, m.room_id, m.seq, j.value->>1, coalesce(s.joined_at <= m.created_at, 0) AND j.value->>2
    FROM hidden_messages h JOIN messages m ON m.id = h.message_id, json_each(h.mentions) j
    JOIN users p ON p.pid = j.value->>0
    LEFT JOIN members s ON s.room_id = m.room_id AND s.user_id = p.id
    WHERE h.message_id = ? AND (j.value->>1 >= 1 OR s.user_id IS NOT NULL) RETURNING user_id";
