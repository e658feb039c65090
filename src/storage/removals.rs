//! Messages taken away: their text, files, reactions and mentions are gone, a tombstone stays.

use super::Storage;
use super::audit::{self, About, Note};
use super::files;
use super::members::Seat;
use super::mentions;
use super::messages::{Target, any_target, found, load, next_rev};
use super::notifications;
use super::previews;
use super::reading;
use super::rows;
use super::search;
use super::streams;
use super::threads;
use super::transaction::Transaction;
use crate::actor::By;
use crate::clock;
use crate::contract::{AuditAct, MessageDeleted, MessageUpdated, RoomRole, ServerRole};
use crate::error::{Error, Result};
use crate::ids::{MessageId, UserId};
use crate::notice::Notice;
use crate::policy::{self, Standing};
use serde_json::json;
use sqlx::{Row, SqliteConnection};

impl Storage {
    /// Takes a message away: its text, files, reactions and mentions are gone, a tombstone stays.
    pub async fn delete_message(&self, by: By, user: UserId, message: MessageId) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let target = any_target(&mut transaction.connection, message, user).await?;
                    policy::may_delete_message(target.seat.standing, target.author)?;
                    delete(transaction, by, &target, message).await
                })
            })
            .await
    }
}

/// Takes a message away, whoever may; answers with its new `rev`.
pub(super) async fn delete(transaction: &mut Transaction, by: By, target: &Target, message: MessageId) -> Result<i64> {
    let rev = take_away(transaction, target, message).await?;
    if by.user() != Some(target.author) {
        let detail = json!({ "author": target.author });
        let about = Some(About::Message(message));
        audit::note(transaction, Note { by, act: AuditAct::MessageDeleted, about, detail }).await?;
    }
    Ok(rev)
}

async fn take_away(transaction: &mut Transaction, target: &Target, message: MessageId) -> Result<i64> {
    streams::forget(transaction, |open| open == message).await?;
    let (rev, unmentioned) = bury(&mut transaction.connection, target, message.seq).await?;
    search::changed(transaction, target.message_key).await?;
    notifications::withdraw(transaction, target.seat.room_key, message.seq).await?;
    let deleted = MessageDeleted {
        room_id: message.room,
        message_id: message,
        seq: message.seq,
        rev,
        user_id: target.author,
        counted: target.counts,
    };
    transaction.tell(Notice::to_room(message.room, deleted));
    let room = (target.seat.room_key, message.room);
    reading::tell_counts(transaction, room, message.seq, &unmentioned).await?;
    if let Some(root) = target.thread_root {
        tell_root(transaction, &target.seat, root).await?;
        let thread = (target.seat.room_key, root);
        threads::forget_reply(transaction, thread, message.seq, target.author_key).await?;
    }
    Ok(rev)
}

/// Takes a message away that somebody wrote who is gone, and needs not be a member any more.
pub(super) async fn remove(transaction: &mut Transaction, message: MessageId) -> Result<()> {
    let query = "SELECT m.id, m.counts, m.kind, m.thread_root, m.thread_replies > 0 AS begins_thread, m.mentioning,
            m.files, m.user_id, u.pid, coalesce(m.stream->>'state' = 'open', 0) AS is_open,
            m.hidden_at IS NOT NULL AS is_hidden, m.room_id, r.kind AS room_kind
        FROM rooms r JOIN messages m ON m.room_id = r.id AND m.seq = ?2 JOIN users u ON u.id = m.user_id
        WHERE r.pid = ?1 AND m.deleted_at IS NULL";
    let row = sqlx::query(query)
        .bind(message.room.to_string())
        .bind(message.seq)
        .fetch_optional(&mut transaction.connection)
        .await?;
    let row = row.ok_or(Error::NotFound("the message"))?;
    let author = rows::id(row.try_get::<String, _>("pid")?.as_str())?;
    let standing = Standing {
        user: author,
        server_role: ServerRole::Guest,
        room_kind: rows::word(row.try_get::<String, _>("room_kind")?.as_str())?,
        room_role: RoomRole::Member,
    };
    let (room_key, user_key): (i64, i64) = (row.try_get("room_id")?, row.try_get("user_id")?);
    let target = found(&row, Seat { room: message.room, room_key, user_key, standing })?;
    // Nothing is left to be judged by it.
    sqlx::query("UPDATE reports SET content = '' WHERE room_id = ?1 AND seq = ?2")
        .bind(room_key)
        .bind(message.seq)
        .execute(&mut transaction.connection)
        .await?;
    take_away(transaction, &target, message).await.map(drop)
}

/// Empties a message and takes it out of everybody's unread count; answers with the rev and with whom it mentioned.
async fn bury(connection: &mut SqliteConnection, target: &Target, seq: i64) -> Result<(i64, Vec<i64>)> {
    let room_key = target.seat.room_key;
    let rev = next_rev(connection, room_key).await?;
    sqlx::query(
        "UPDATE messages SET content = '', system = NULL, stream = NULL, rev = ?, deleted_at = ?, reacted = 0,
             mentioning = 0, saved = 0, files = 0, previews = 0, pinned_at = NULL, edited_at = NULL,
             hidden_at = NULL WHERE id = ?",
    )
    .bind(rev)
    .bind(clock::now().as_millis())
    .bind(target.message_key)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM reactions WHERE message_id = ?")
        .bind(target.message_key)
        .execute(&mut *connection)
        .await?;
    if target.has_files || target.is_hidden {
        files::withdraw(connection, &format!("[{}]", target.message_key)).await?;
    }
    previews::withdraw(connection, &format!("[{}]", target.message_key)).await?;
    let unmentioned = mentions::replace(connection, &target.place(seq), &[], None).await?.removed;
    sqlx::query("DELETE FROM saved_messages WHERE room_id = ? AND seq = ?")
        .bind(room_key)
        .bind(seq)
        .execute(&mut *connection)
        .await?;
    if target.counts {
        let query = "UPDATE members SET read_counted = read_counted + 1
            WHERE room_id = ? AND read_seq < ? AND user_id <> ?";
        sqlx::query(query).bind(room_key).bind(seq).bind(target.author_key).execute(connection).await?;
    }
    Ok((rev, unmentioned))
}

/// A reply in a thread was deleted: its root counts one reply less, with a rev of its own.
async fn tell_root(transaction: &mut Transaction, seat: &Seat, root: i64) -> Result<()> {
    let connection = &mut transaction.connection;
    let rev = next_rev(connection, seat.room_key).await?;
    let query = "UPDATE messages SET rev = ?3, thread_replies = thread_replies - 1,
            thread_last_seq = (SELECT max(seq) FROM messages t
                WHERE t.room_id = ?1 AND t.thread_root = ?2 AND t.deleted_at IS NULL)
        WHERE room_id = ?1 AND seq = ?2 RETURNING id, thread_replies";
    let query = sqlx::query_as(query).bind(seat.room_key).bind(root).bind(rev);
    let (root_key, replies): (i64, i64) = query.fetch_one(&mut *connection).await?;
    if replies == 0 {
        search::changed(transaction, root_key).await?;
    }
    let connection = &mut transaction.connection;
    let message = load(connection, seat.room_key, seat.room, root).await?;
    transaction.tell(Notice::to_room(seat.room, MessageUpdated { message }));
    Ok(())
}
