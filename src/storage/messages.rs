//! One message: reading it, and every change of it, each of which takes the room's next `rev`.

use super::Storage;
use super::members::{Seat, seat};
use super::mentions::{self, GroupCall, Meant};
use super::notifications::{self, Said};
use super::posting;
use super::previews::{self, Links};
use super::reading;
use super::rows::{self, MESSAGE_JSON};
use super::search;
use super::threads;
use super::transaction::Transaction;
use crate::clock;
use crate::contract::{Message, MessageUpdated};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::notice::Notice;
use crate::policy;
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
    pub(super) counts: bool,
    pub(super) system: bool,
    pub(super) thread_root: Option<i64>,
    /// It has replies.
    pub(super) begins_thread: bool,
    pub(super) mentioning: i64,
    pub(super) has_files: bool,
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
            mentioning: self.mentioning,
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

pub(super) fn found(row: &SqliteRow, seat: Seat) -> Result<Target> {
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
                    posting::check_edit(&mut transaction.connection, &target.seat, !target.counts).await?;
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

    /// Pins a message, or takes the pin away. One that stands as wanted already changes nothing.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for who may not write there.
    pub async fn pin_message(&self, user: UserId, message: MessageId, on: bool) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let target = target(&mut transaction.connection, message, user).await?;
                    let connection = &mut transaction.connection;
                    // It is put before everybody once more.
                    posting::check_edit(connection, &target.seat, !target.counts).await?;
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
