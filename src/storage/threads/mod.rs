//! Who follows which thread, and what of it is unread: exact counts, kept with every reply.

mod list;

pub use list::Threads;
#[cfg(test)]
pub(super) use list::page;

use super::Storage;
use super::members::{Seat, seat};
use super::notifications;
use super::rows;
use super::transaction::Transaction;
use crate::contract::{ThreadState, ThreadUpdated};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::notice::Notice;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// With the first reply, whoever wrote the first message and whom it mentions by name begin to follow. `?` has rooms
/// and roots.
pub(super) const FOLLOW_OWN: &str = "INSERT OR IGNORE INTO thread_followers
        (user_id, room_id, root, following, read_seq, unread, activity)
    SELECT p.user_id, r.room_id, r.seq, 1, r.seq, 0, 0
    FROM json_each(?) j
    JOIN messages r ON r.room_id = j.value->>0 AND r.seq = j.value->>1 AND r.thread_replies = 0
    JOIN members p ON p.room_id = r.room_id AND (p.user_id = r.user_id OR r.mentioning AND p.user_id IN (
        SELECT x.user_id FROM mentions x WHERE x.room_id = r.room_id AND x.seq = r.seq AND x.named >= 1))";

/// Whoever replies or is mentioned by name follows, also after they had ceased to. `?` has people, rooms, roots, and
/// how far each has read if they did not follow.
pub(super) const FOLLOW: &str = "INSERT INTO thread_followers
        (user_id, room_id, root, following, read_seq, unread, activity)
    SELECT value->>0, value->>1, value->>2, 1, value->>3, 0, 0 FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET following = 1, read_seq = excluded.read_seq WHERE following = 0";

/// New replies are unread for whoever follows, but for their authors, who have read up to their own. `?` has rooms,
/// roots, `seq`, authors and `messages.id`.
pub(super) const COUNT: &str = "WITH j AS MATERIALIZED (
        SELECT value->>0 AS room, value->>1 AS root, value->>2 AS seq, value->>3 AS author, value->>4 AS message
        FROM json_each(?))
    UPDATE thread_followers SET
        unread = CASE WHEN n.own IS NULL THEN unread ELSE 0 END + (
            SELECT count(*) FROM j WHERE j.room = n.room_id AND j.root = n.root AND j.author <> n.user_id
                AND j.seq > max(thread_followers.read_seq, coalesce(n.own, 0))),
        read_seq = max(read_seq, coalesce(n.own, 0)),
        activity = n.last
    FROM (
        SELECT f.user_id, f.room_id, f.root, t.last,
            (SELECT max(j.seq) FROM j WHERE j.room = f.room_id AND j.root = f.root AND j.author = f.user_id) AS own
        FROM (SELECT room, root, max(message) AS last FROM j GROUP BY room, root) t
        JOIN thread_followers f ON f.room_id = t.room AND f.root = t.root AND f.following = 1) n
    WHERE thread_followers.user_id = n.user_id AND thread_followers.room_id = n.room_id
      AND thread_followers.root = n.root";

/// People begin to follow from a reply on, which is unread with what came behind it.
const FOLLOW_FROM: &str = "INSERT INTO thread_followers
        (user_id, room_id, root, following, read_seq, unread, activity)
    SELECT p.value, ?1, ?2, 1, ?3 - 1, (
            SELECT count(*) FROM messages m WHERE m.room_id = ?1 AND m.thread_root = ?2 AND m.seq >= ?3
                AND m.deleted_at IS NULL AND m.user_id <> p.value), ?4
    FROM json_each(?5) p WHERE true
    ON CONFLICT DO UPDATE SET
        following = 1, read_seq = excluded.read_seq, unread = excluded.unread, activity = excluded.activity
    WHERE following = 0";

/// A reply was removed: for whom it was unread, there is one less.
const UNCOUNT: &str = "UPDATE thread_followers SET unread = unread - 1
    WHERE room_id = ?1 AND root = ?2 AND read_seq < ?3 AND user_id <> ?4 AND unread > 0";

/// How many threads that the user `u` follows have something unread. Who left a room follows nothing in it.
pub(super) const COUNT_UNREAD: &str = "(SELECT count(*) FROM thread_followers f
    JOIN rooms r ON r.id = f.room_id AND r.deleted_at IS NULL WHERE f.user_id = u.id AND f.unread > 0)";

/// Tells everybody who follows these threads (`rooms.id` and root) how they stand to them now.
pub(super) async fn tell_followers(transaction: &mut Transaction, threads: &[(i64, i64)]) -> Result<()> {
    if threads.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT u.pid, w.pid AS room, t.root, t.following, t.read_seq, t.unread, {COUNT_UNREAD} AS unread_threads
         FROM (SELECT DISTINCT value->>0 AS room, value->>1 AS root FROM json_each(?)) j
         JOIN thread_followers t ON t.room_id = j.room AND t.root = j.root AND t.following = 1
         JOIN rooms w ON w.id = t.room_id AND w.deleted_at IS NULL JOIN users u ON u.id = t.user_id"
    );
    let threads: Vec<Value> = threads.iter().map(|(room, root)| json!([room, root])).collect();
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(Value::Array(threads).to_string())
        .fetch_all(&mut transaction.connection)
        .await?;
    for row in found {
        let room: RoomId = rows::id(row.try_get::<String, _>("room")?.as_str())?;
        let event = ThreadUpdated {
            room_id: room,
            message_id: MessageId { room, seq: row.try_get("root")? },
            state: ThreadState {
                following: row.try_get("following")?,
                read_seq: row.try_get("read_seq")?,
                unread: row.try_get("unread")?,
            },
            unread_threads: row.try_get("unread_threads")?,
        };
        transaction.tell(Notice::to_user(rows::id(row.try_get::<String, _>("pid")?.as_str())?, event));
    }
    Ok(())
}

/// A reply is gone.
pub(super) async fn forget_reply(
    transaction: &mut Transaction,
    (room_key, root): (i64, i64),
    seq: i64,
    author_key: i64,
) -> Result<()> {
    sqlx::query(UNCOUNT)
        .bind(room_key)
        .bind(root)
        .bind(seq)
        .bind(author_key)
        .execute(&mut transaction.connection)
        .await?;
    tell_followers(transaction, &[(room_key, root)]).await
}

/// Whom an edit mentions in a thread by name follows it.
pub(super) async fn follow_mentioned(
    transaction: &mut Transaction,
    (room_key, root): (i64, i64),
    people: &[i64],
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let last = last_reply(&mut transaction.connection, room_key, root).await?;
    for user_key in people {
        set(&mut transaction.connection, *user_key, (room_key, root), true, last).await?;
    }
    tell_followers(transaction, &[(room_key, root)]).await
}

/// Whom a reply mentions once it is complete, long after it was begun as `seq`, follows its thread from that reply on.
pub(super) async fn follow_from(
    transaction: &mut Transaction,
    (room_key, root): (i64, i64),
    seq: i64,
    people: &[i64],
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let (_, last_id) = last_reply(&mut transaction.connection, room_key, root).await?;
    sqlx::query(FOLLOW_FROM)
        .bind(room_key)
        .bind(root)
        .bind(seq)
        .bind(last_id)
        .bind(json!(people).to_string())
        .execute(&mut transaction.connection)
        .await?;
    tell_followers(transaction, &[(room_key, root)]).await
}

/// Somebody who is not in a room any more follows none of its threads.
pub(super) async fn forget_member(connection: &mut SqliteConnection, room_key: i64, user_key: i64) -> Result<()> {
    let query = "DELETE FROM thread_followers WHERE user_id = ? AND room_id = ?";
    sqlx::query(query).bind(user_key).bind(room_key).execute(connection).await?;
    Ok(())
}

/// The last reply of a thread, as its `seq` and its `messages.id`; the root's where there is none.
async fn last_reply(connection: &mut SqliteConnection, room_key: i64, root: i64) -> Result<(i64, i64)> {
    let query = "SELECT seq, id FROM messages WHERE room_id = ?1 AND seq = coalesce(
        (SELECT thread_last_seq FROM messages WHERE room_id = ?1 AND seq = ?2), ?2)";
    let found = sqlx::query_as(query).bind(room_key).bind(root).fetch_optional(connection).await?;
    found.ok_or(Error::NotFound("the thread"))
}

/// Begins or ceases to follow; who begins has read up to the last reply. Nothing changes where it stands as wanted.
async fn set(
    connection: &mut SqliteConnection,
    user_key: i64,
    (room_key, root): (i64, i64),
    on: bool,
    (last_seq, last_id): (i64, i64),
) -> Result<()> {
    let query = "INSERT INTO thread_followers (user_id, room_id, root, following, read_seq, unread, activity)
        VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)
        ON CONFLICT DO UPDATE SET following = ?4, read_seq = max(read_seq, ?5), unread = 0, activity = ?6
        WHERE following <> ?4";
    sqlx::query(query)
        .bind(user_key)
        .bind(room_key)
        .bind(root)
        .bind(on)
        .bind(last_seq)
        .bind(last_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// How somebody stands to a thread; who never took part has read nothing of it.
pub(super) async fn state(connection: &mut SqliteConnection, seat: &Seat, root: i64) -> Result<ThreadState> {
    let query = "SELECT following, read_seq, unread FROM thread_followers
        WHERE user_id = ? AND room_id = ? AND root = ?";
    let found: Option<(bool, i64, i64)> =
        sqlx::query_as(query).bind(seat.user_key).bind(seat.room_key).bind(root).fetch_optional(connection).await?;
    let (following, read_seq, unread) = found.unwrap_or((false, root, 0));
    Ok(ThreadState { following, read_seq, unread })
}

async fn tell(transaction: &mut Transaction, seat: &Seat, user: UserId, root: i64) -> Result<ThreadState> {
    let state = state(&mut transaction.connection, seat, root).await?;
    let sql = format!("SELECT {COUNT_UNREAD} FROM users u WHERE u.id = ?");
    let unread_threads =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(seat.user_key).fetch_one(&mut transaction.connection).await?;
    let message_id = MessageId { room: seat.room, seq: root };
    let event = ThreadUpdated { room_id: seat.room, message_id, state: state.clone(), unread_threads };
    transaction.tell(Notice::to_user(user, event));
    Ok(state)
}

impl Storage {
    /// Begins or ceases to follow the thread of a message, which may be without replies as yet.
    pub async fn follow_thread(&self, user: UserId, root: MessageId, on: bool) -> Result<ThreadState> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let seat = thread_seat(&mut transaction.connection, root, user).await?;
                    let connection = &mut transaction.connection;
                    let before = state(connection, &seat, root.seq).await?;
                    if before.following == on {
                        return Ok(before);
                    }
                    let last = last_reply(connection, seat.room_key, root.seq).await?;
                    set(connection, seat.user_key, (seat.room_key, root.seq), on, last).await?;
                    tell(transaction, &seat, user, root.seq).await
                })
            })
            .await
    }

    /// Moves the caller's mark in a thread forward; a mark behind the present one changes nothing.
    pub async fn read_thread(&self, user: UserId, root: MessageId, seq: i64) -> Result<ThreadState> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let seat = thread_seat(&mut transaction.connection, root, user).await?;
                    let connection = &mut transaction.connection;
                    let seq = seq.min(last_reply(connection, seat.room_key, root.seq).await?.0);
                    let query = "UPDATE thread_followers SET read_seq = ?4, unread = (
                            SELECT count(*) FROM messages m WHERE m.room_id = ?2 AND m.thread_root = ?3 AND m.seq > ?4
                                AND m.deleted_at IS NULL AND m.user_id <> ?1)
                        WHERE user_id = ?1 AND room_id = ?2 AND root = ?3 AND following = 1 AND read_seq < ?4";
                    let moved = sqlx::query(query)
                        .bind(seat.user_key)
                        .bind(seat.room_key)
                        .bind(root.seq)
                        .bind(seq)
                        .execute(&mut *connection)
                        .await?;
                    let place = (seat.room_key, root.seq);
                    notifications::read_in_thread(transaction, place, seat.user_key, seq).await?;
                    if moved.rows_affected() == 0 {
                        return state(&mut transaction.connection, &seat, root.seq).await;
                    }
                    tell(transaction, &seat, user, root.seq).await
                })
            })
            .await
    }
}

impl Storage {
    /// Whether a message is the first of a thread that the user may write in, or may become so.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn check_thread(&self, user: UserId, root: MessageId) -> Result<()> {
        thread_seat(&mut *self.readers.acquire().await?, root, user).await.map(drop)
    }
}

/// The caller's seat in the room of a message that is, or may become, the first of a thread.
async fn thread_seat(connection: &mut SqliteConnection, root: MessageId, user: UserId) -> Result<Seat> {
    let missing = || Error::NotFound("the thread");
    let seat = seat(connection, root.room, user).await.map_err(|error| match error {
        Error::NotFound(_) => missing(),
        other => other,
    })?;
    let query = "SELECT 1 FROM messages WHERE room_id = ? AND seq = ? AND thread_root IS NULL AND kind <> 'system'
        AND (deleted_at IS NULL OR thread_replies > 0)";
    let found: Option<i64> =
        sqlx::query_scalar(query).bind(seat.room_key).bind(root.seq).fetch_optional(connection).await?;
    found.map(|_| seat).ok_or_else(missing)
}
