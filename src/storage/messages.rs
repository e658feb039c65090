//! One message: reading it, and every change of it, each of which takes the room's next `rev`.

use super::Storage;
use super::audit::{self, About, Note};
use super::files;
use super::members::{Seat, seat};
use super::mentions::{self, GroupCall, Meant};
use super::notifications::{self, Said};
use super::previews::{self, Links};
use super::reading;
use super::rows::{self, MESSAGE_JSON};
use super::search;
use super::streams;
use super::threads;
use super::transaction::Transaction;
use crate::actor::By;
use crate::clock;
use crate::contract::{AuditAct, Message, MessageDeleted, MessageUpdated, RoomRole, ServerRole};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::notice::Notice;
use crate::policy::{self, Standing};
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// The messages `m` of a room that a condition picks, in an order, as the reader `?1` sees them. The condition may
/// use `?2` (the room) and the parameters behind it.
pub(super) fn select(condition: &str, order: &str, limit: u32) -> AssertSqlSafe<String> {
    AssertSqlSafe(pick("?1", "?2", condition, order, limit))
}

/// The same for a reader and a room that an outer query knows by these names. JSON within JSON is put together as text:
/// `json_group_array(json(…))` would parse it again.
pub(super) fn pick(reader: &str, room: &str, condition: &str, order: &str, limit: u32) -> String {
    let message = MESSAGE_JSON.replace("?1", reader);
    format!(
        "SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
            SELECT {message} AS j FROM messages m JOIN users u ON u.id = m.user_id
            WHERE m.room_id = {room} AND {condition} ORDER BY {order} LIMIT {limit})"
    )
}

/// One message as nobody in particular sees it.
pub(super) async fn load(connection: &mut SqliteConnection, room_key: i64, room: RoomId, seq: i64) -> Result<Message> {
    let json: String = sqlx::query_scalar(select("m.seq = ?3", "m.seq", 1))
        .bind(0_i64)
        .bind(room_key)
        .bind(seq)
        .fetch_one(connection)
        .await?;
    rows::messages_from_json(room, &json)?.pop().ok_or(Error::NotFound("the message"))
}

/// Of a room `?2`, what is not past its time.
const KEPT: &str = "m.seq >= (SELECT cleared_before FROM rooms WHERE id = ?2)";

/// The newest messages of a room, ascending.
pub(super) async fn newest(connection: &mut SqliteConnection, seat: &Seat, limit: u32) -> Result<Vec<Message>> {
    let json: String = sqlx::query_scalar(select(KEPT, "m.seq DESC", limit))
        .bind(seat.user_key)
        .bind(seat.room_key)
        .fetch_one(connection)
        .await?;
    let mut messages = rows::messages_from_json(seat.room, &json)?;
    messages.reverse();
    Ok(messages)
}

/// The next `rev` of a room, taken.
pub(super) async fn next_rev(connection: &mut SqliteConnection, room_key: i64) -> Result<i64> {
    let query = "UPDATE rooms SET rev = rev + 1 WHERE id = ? RETURNING rev";
    Ok(sqlx::query_scalar(query).bind(room_key).fetch_one(connection).await?)
}

/// A message that is there to be changed, and the caller's seat in its room.
pub(super) struct Target {
    pub(super) seat: Seat,
    pub(super) message_key: i64,
    pub(super) author: UserId,
    pub(super) author_key: i64,
    counts: bool,
    pub(super) system: bool,
    thread_root: Option<i64>,
    /// It has replies.
    begins_thread: bool,
    mentioning: i64,
    has_files: bool,
    /// It is being written bit by bit.
    pub(super) is_open: bool,
    pub(super) is_hidden: bool,
}

impl Target {
    pub(super) fn place(&self, seq: i64) -> mentions::Place {
        mentions::Place {
            room_key: self.seat.room_key,
            seq,
            author_key: self.author_key,
            counts: self.counts,
            mentioned_here: self.mentioning == rows::MENTIONS_HERE,
        }
    }
}

/// A message that says something to the caller: neither deleted nor hidden.
pub(super) async fn target(connection: &mut SqliteConnection, message: MessageId, user: UserId) -> Result<Target> {
    let target = any_target(connection, message, user).await?;
    if target.is_hidden { Err(Error::NotFound("the message")) } else { Ok(target) }
}

/// A message that was not deleted; it may be hidden.
pub(super) async fn any_target(connection: &mut SqliteConnection, message: MessageId, user: UserId) -> Result<Target> {
    let seat = seat(connection, message.room, user).await.map_err(|error| match error {
        Error::NotFound(_) => Error::NotFound("the message"),
        other => other,
    })?;
    target_from(connection, seat, message.seq).await
}

/// The same for somebody whose seat is known.
pub(super) async fn target_from(connection: &mut SqliteConnection, seat: Seat, seq: i64) -> Result<Target> {
    let query = "SELECT m.id, m.counts, m.kind, m.thread_root, m.thread_replies > 0 AS begins_thread, m.mentioning,
            m.files, m.user_id, u.pid, coalesce(m.stream->>'state' = 'open', 0) AS is_open,
            m.hidden_at IS NOT NULL AS is_hidden
        FROM messages m JOIN users u ON u.id = m.user_id
        WHERE m.room_id = ? AND m.seq = ? AND m.deleted_at IS NULL";
    let row = sqlx::query(query).bind(seat.room_key).bind(seq).fetch_optional(connection).await?;
    found(&row.ok_or(Error::NotFound("the message"))?, seat)
}

fn found(row: &SqliteRow, seat: Seat) -> Result<Target> {
    Ok(Target {
        seat,
        message_key: row.try_get("id")?,
        author: rows::id(row.try_get::<String, _>("pid")?.as_str())?,
        author_key: row.try_get("user_id")?,
        counts: row.try_get("counts")?,
        thread_root: row.try_get("thread_root")?,
        begins_thread: row.try_get("begins_thread")?,
        mentioning: row.try_get("mentioning")?,
        system: row.try_get::<&str, _>("kind")? == "system",
        has_files: row.try_get::<i64, _>("files")? != 0,
        is_open: row.try_get("is_open")?,
        is_hidden: row.try_get("is_hidden")?,
    })
}

impl Storage {
    /// Changes the text of a message; answers with the new `rev`. Whom it mentions now is notified, whom it concerns
    /// no more was never notified.
    pub async fn edit_message(
        &self,
        user: UserId,
        message: MessageId,
        content: String,
        objection: Option<Error>,
        meant: Meant,
        links: Links,
    ) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let target = target(&mut transaction.connection, message, user).await?;
                    if target.system {
                        return Err(Error::Forbidden("a system message cannot be edited"));
                    }
                    policy::may_edit(target.seat.standing, target.author)?;
                    if let Some(objection) = objection {
                        return Err(objection);
                    }
                    if content.trim().is_empty() && !target.has_files {
                        return Err(Error::invalid("content", "a message must not be empty"));
                    }
                    if target.is_open {
                        return Err(Error::Conflict("this message is being streamed; end it first".to_owned()));
                    }
                    edit(transaction, &target, message, content, (&meant, &links)).await
                })
            })
            .await
    }

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

    /// Pins a message, or takes the pin away. One that stands as wanted already changes nothing.
    pub async fn pin_message(&self, user: UserId, message: MessageId, on: bool) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let target = target(&mut transaction.connection, message, user).await?;
                    let connection = &mut transaction.connection;
                    let room_key = target.seat.room_key;
                    let pinned: bool = sqlx::query_scalar("SELECT pinned_at IS NOT NULL FROM messages WHERE id = ?")
                        .bind(target.message_key)
                        .fetch_one(&mut *connection)
                        .await?;
                    if pinned == on {
                        return current_rev(connection, target.message_key).await;
                    }
                    let rev = next_rev(connection, room_key).await?;
                    sqlx::query("UPDATE messages SET pinned_at = ?, rev = ? WHERE id = ?")
                        .bind(on.then(|| clock::now().as_millis()))
                        .bind(rev)
                        .bind(target.message_key)
                        .execute(&mut *connection)
                        .await?;
                    search::changed(transaction, target.message_key).await?;
                    let connection = &mut transaction.connection;
                    let message = load(connection, room_key, message.room, message.seq).await?;
                    transaction.tell(Notice::to_room(message.room_id, MessageUpdated { message }));
                    Ok(rev)
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

pub(super) async fn current_rev(connection: &mut SqliteConnection, message_key: i64) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT rev FROM messages WHERE id = ?").bind(message_key).fetch_one(connection).await?)
}

async fn edit(
    transaction: &mut Transaction,
    target: &Target,
    message: MessageId,
    content: String,
    (meant, links): (&Meant, &Links),
) -> Result<i64> {
    let connection = &mut transaction.connection;
    let (room_key, seq) = (target.seat.room_key, message.seq);
    let mut group = meant.group.as_ref();
    if let Some(called) = group.filter(|group| group.word() != target.mentioning)
        && !called.judge(connection, &target.seat).await?
    {
        group = None;
    }
    let people = match &meant.names[..] {
        [] => Vec::new(),
        names => mentions::resolve(connection, room_key, names).await?,
    };
    let rev = next_rev(connection, room_key).await?;
    sqlx::query("UPDATE messages SET content = ?, rev = ?, edited_at = ?, mentioning = ? WHERE id = ?")
        .bind(&content)
        .bind(rev)
        .bind(clock::now().as_millis())
        .bind(group.map_or(i64::from(!people.is_empty()), GroupCall::word))
        .bind(target.message_key)
        .execute(&mut *connection)
        .await?;
    let change = mentions::replace(connection, &target.place(seq), &people, group).await?;
    previews::replace(transaction, target.message_key, links).await?;
    search::changed(transaction, target.message_key).await?;
    let edited = load(&mut transaction.connection, room_key, message.room, seq).await?;
    transaction.tell(Notice::to_room(message.room, MessageUpdated { message: edited.clone() }));
    concern(transaction, target, &edited, change).await?;
    Ok(rev)
}

/// Whom an edit mentions follows the thread and is notified; whom it mentions no more may not be concerned any more.
async fn concern(
    transaction: &mut Transaction,
    target: &Target,
    edited: &Message,
    change: mentions::Change,
) -> Result<()> {
    let mentions::Change { mut added, removed, mut named } = change;
    let (room_key, seq) = (target.seat.room_key, edited.seq);
    let changed: Vec<i64> = added.iter().chain(&removed).copied().collect();
    reading::tell_counts(transaction, (room_key, edited.room_id), seq, &changed).await?;
    if let Some(root) = target.thread_root.or(target.begins_thread.then_some(seq)) {
        named.retain(|user| *user != target.author_key);
        threads::follow_mentioned(transaction, (room_key, root), &named).await?;
    }
    let notified = notifications::reconsider(transaction, (room_key, seq), &changed).await?;
    added.retain(|user| !notified.contains(user));
    if added.is_empty() {
        return Ok(());
    }
    let said = Said {
        room: (room_key, edited.room_id),
        seq,
        by: (target.author_key, edited.user.clone()),
        thread_root: target.thread_root,
        reply_to: None,
        direct: false,
        only: Some(added),
        streamed: false,
        excerpt: notifications::excerpt(&edited.content),
        voice_ms: None,
    };
    notifications::notify_of(transaction, &[said], clock::now()).await
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
    let (room_key, user_key) = (row.try_get("room_id")?, row.try_get("user_id")?);
    let target = found(&row, Seat { room: message.room, room_key, user_key, standing })?;
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
