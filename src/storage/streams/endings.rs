//! How a stream ends: complete, or as an error with the text that had come.

use super::live::{Change, SoFar, Stored};
use super::{StreamEnd, as_json, copies, not_open};
use crate::clock;
use crate::contract::{Message, MessageStream, MessageUpdated, StreamEnded, StreamFailed, StreamState};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::notice::Notice;
use crate::policy::{self, Standing};
use crate::storage::mentions::{self, GroupCall, Meant};
use crate::storage::messages::{Target, load, next_rev, target};
use crate::storage::notifications::{self, Said};
use crate::storage::transaction::Transaction;
use crate::storage::{cluster, posting, previews, rows, search, threads};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// What a stream is broken off with whose author may not write in its room any more.
const SILENCED: &str = "its author may not write here any more";

/// Ends a stream as its sender wants it. Whoever may not write there any more is refused, and the stream is broken off with
/// what came of it before: the inner error is one with which that is kept.
pub(super) async fn complete(
    transaction: &mut Transaction,
    user: UserId,
    message: MessageId,
    end: StreamEnd,
) -> Result<Result<i64>> {
    let target = target(&mut transaction.connection, message, user).await?;
    policy::may_stream(user, target.author)?;
    let allowed = posting::check_edit(&mut transaction.connection, &target.seat, !target.counts).await;
    if let Err(refusal @ Error::Forbidden(_)) = allowed {
        fail(transaction, message, SILENCED.to_owned()).await?.ok_or_else(not_open)?;
        return Ok(Err(refusal));
    }
    allowed?;
    let (mut so_far, change) = transaction.live.clone().end(message).ok_or_else(not_open)?;
    if let Some(objection) = end.objection {
        return Err(objection);
    }
    if end.next_index.is_some_and(|known| known != so_far.next_index) {
        return Err(Error::Conflict("it has grown on another device; end it again".to_owned()));
    }
    so_far.text = end.content;
    previews::replace(transaction, target.message_key, &end.links).await?;
    let named = mention(transaction, &target, message, &end.mentions).await?;
    let stream = so_far.stream(StreamState::Done, None);
    let ended = finish(transaction, &so_far, &stream).await?;
    let (rev, thread_root) = (ended.rev, ended.thread_root);
    let said = said(&so_far, &ended);
    transaction.tell(Notice::to_room(message.room, StreamEnded { message: ended }));
    if let Some(root) = thread_root {
        threads::follow_from(transaction, (so_far.stored.room_key, root.seq), message.seq, &named).await?;
    }
    notifications::notify_of(transaction, &[said], clock::now()).await?;
    settle(transaction, change);
    Ok(Ok(rev))
}

/// Writes whom the text mentions; answers with those who are so by name. A group that its sender may not mention is
/// not: the text was told long ago.
async fn mention(
    transaction: &mut Transaction,
    target: &Target,
    message: MessageId,
    meant: &Meant,
) -> Result<Vec<i64>> {
    let connection = &mut transaction.connection;
    let people = match &meant.names[..] {
        [] => Vec::new(),
        names => mentions::resolve(connection, target.seat.room_key, names).await?,
    };
    let group = match &meant.group {
        Some(group) => match group.judge(connection, &target.seat).await {
            Ok(true) => Some(group),
            Ok(false) | Err(Error::Forbidden(_)) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    if people.is_empty() && group.is_none() {
        return Ok(Vec::new());
    }
    mentions::replace(connection, &target.place(message.seq), &people, group).await?;
    let word = group.map_or(i64::from(!people.is_empty()), GroupCall::word);
    sqlx::query("UPDATE messages SET mentioning = ? WHERE id = ?")
        .bind(word)
        .bind(target.message_key)
        .execute(connection)
        .await?;
    Ok(people.into_iter().filter(|(_, pid)| *pid != target.author).map(|(key, _)| key).collect())
}

/// Ends a stream that is not complete. None when it is not open.
pub(super) async fn fail(transaction: &mut Transaction, message: MessageId, error: String) -> Result<Option<i64>> {
    let Some((so_far, change)) = transaction.live.clone().end(message) else { return Ok(None) };
    let rev = match is_open(&mut transaction.connection, so_far.stored.message_key).await? {
        true => Some(break_off(transaction, &so_far, error).await?),
        // Another server has ended it, or its room, and that was not told here yet.
        false => {
            add_rest(transaction, &so_far).await?;
            None
        }
    };
    settle(transaction, change);
    Ok(rev)
}

/// Keeps what came of a stream, and says why there is no more.
async fn break_off(transaction: &mut Transaction, so_far: &SoFar, error: String) -> Result<i64> {
    let stream = so_far.stream(StreamState::Error, Some(error.clone()));
    let ended = finish(transaction, so_far, &stream).await?;
    let (rev, said) = (ended.rev, said(so_far, &ended));
    transaction.tell(Notice::to_room(ended.room_id, StreamFailed { message: ended, error }));
    if !so_far.text.trim().is_empty() {
        notifications::notify_of(transaction, &[said], clock::now()).await?;
    }
    Ok(rev)
}

/// Adds what a message has beyond the text with which another server ended it, which had not heard all that was
/// acknowledged here. Where that says something new about the message since, it is left as it is.
pub(super) async fn add_rest(transaction: &mut Transaction, so_far: &SoFar) -> Result<()> {
    let cut_short = "SELECT content, stream FROM messages WHERE id = ? AND stream->>'state' = 'error'
        AND stream->>'nextIndex' < ? AND deleted_at IS NULL AND hidden_at IS NULL AND edited_at IS NULL";
    let query = sqlx::query_as(cut_short).bind(so_far.stored.message_key).bind(so_far.next_index);
    let found: Option<(String, String)> = query.fetch_optional(&mut transaction.connection).await?;
    let Some((had, stream)) = found else { return Ok(()) };
    let stream: MessageStream = serde_json::from_str(&stream).map_err(Error::internal)?;
    let message = put(transaction, so_far, &so_far.stream(StreamState::Error, stream.error)).await?;
    let said = said(so_far, &message);
    transaction.tell(Notice::to_room(message.room_id, MessageUpdated { message }));
    if had.trim().is_empty() && !so_far.text.trim().is_empty() {
        notifications::notify_of(transaction, &[said], clock::now()).await?;
    }
    Ok(())
}

/// Whom it may concern is notified now that there is something to be read.
fn said(so_far: &SoFar, ended: &Message) -> Said {
    Said {
        room: (so_far.stored.room_key, ended.room_id),
        seq: ended.seq,
        by: (so_far.stored.author_key, ended.user.clone()),
        thread_root: ended.thread_root.map(|root| root.seq),
        reply_to: ended.reply_to.map(|replied| replied.seq),
        direct: so_far.stored.direct,
        only: None,
        streamed: true,
        excerpt: notifications::excerpt(&ended.content),
        voice_ms: None,
    }
}

/// Ends every stream that is picked by message and author, because its author may not go on with it.
pub(in crate::storage) async fn fail_all(
    transaction: &mut Transaction,
    picked: impl Fn(MessageId, UserId) -> bool,
    error: &'static str,
) -> Result<()> {
    for message in transaction.live.which(&picked) {
        fail(transaction, message, error.to_owned()).await?;
    }
    for (stream, author) in others_open(transaction, OF_OTHERS).await? {
        if picked(stream.message, author) {
            break_off(transaction, &stream, error.to_owned()).await?;
        }
    }
    Ok(())
}

/// Ends the streams in a room whose authors may not write there any more.
pub(in crate::storage) async fn silence(transaction: &mut Transaction, (room_key, room): (i64, RoomId)) -> Result<()> {
    let query = "SELECT u.pid, m.seq, m.counts, r.posting, r.kind, s.role, u.role AS server_role
        FROM open_streams o CROSS JOIN messages m ON m.id = o.message_id AND m.room_id = ?
        JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id
        JOIN members s ON s.room_id = m.room_id AND s.user_id = m.user_id";
    let open = sqlx::query(query).bind(room_key).fetch_all(&mut transaction.connection).await?;
    let mut silenced = Vec::new();
    for row in &open {
        let standing = Standing {
            user: rows::id(row.try_get("pid")?)?,
            server_role: rows::server_role(row, "server_role")?,
            room_kind: rows::word(row.try_get("kind")?)?,
            room_role: rows::room_role(row, "role")?,
        };
        let in_thread = !row.try_get::<bool, _>("counts")?;
        if policy::may_post(standing, rows::word(row.try_get("posting")?)?, in_thread).is_err() {
            silenced.push(MessageId { room, seq: row.try_get("seq")? });
        }
    }
    if silenced.is_empty() {
        return Ok(());
    }
    fail_all(transaction, |message, _| silenced.contains(&message), SILENCED).await
}

/// Ends every stream that is picked by message without a word: the message, or its room, is taken away.
pub(in crate::storage) async fn forget(
    transaction: &mut Transaction,
    picked: impl Fn(MessageId) -> bool,
) -> Result<()> {
    for message in transaction.live.which(|message, _| picked(message)) {
        if let Some((so_far, change)) = transaction.live.clone().end(message) {
            close(&mut transaction.connection, so_far.stored.message_key).await?;
            settle(transaction, change);
        }
    }
    for (stream, _) in others_open(transaction, OF_OTHERS).await? {
        if picked(stream.message) {
            close(&mut transaction.connection, stream.stored.message_key).await?;
        }
    }
    Ok(())
}

/// The streams that other servers of the cluster have open, with their authors, as far as they are known here.
async fn others_open(transaction: &mut Transaction, which: &'static str) -> Result<Vec<(SoFar, UserId)>> {
    let Some(node) = transaction.node else { return Ok(Vec::new()) };
    let query = sqlx::query(which).bind(node.to_string()).bind(cluster::now());
    let rows = query.fetch_all(&mut transaction.connection).await?;
    let known = |row| {
        let mut stream = orphaned(row)?;
        copies::complete_text(&transaction.live, &mut stream);
        Ok((stream, rows::id(row.try_get("author")?)?))
    };
    rows.iter().map(known).collect()
}

/// How many streams of somebody other servers have open.
pub(super) async fn open_elsewhere(transaction: &mut Transaction, author: UserId) -> Result<usize> {
    let Some(node) = transaction.node else { return Ok(0) };
    let query = "SELECT count(*) FROM open_streams o CROSS JOIN messages m ON m.id = o.message_id
        WHERE o.node IS NOT ?1 AND m.user_id = (SELECT id FROM users WHERE pid = ?2)";
    let query = sqlx::query_scalar(query).bind(node.to_string()).bind(author.to_string());
    let open: i64 = query.fetch_one(&mut transaction.connection).await?;
    usize::try_from(open).map_err(Error::internal)
}

/// Ends the streams of servers that are gone.
pub(in crate::storage) async fn abandoned_elsewhere(transaction: &mut Transaction) -> Result<()> {
    for (stream, _) in others_open(transaction, OF_THE_GONE).await? {
        break_off(transaction, &stream, "the server was restarted".to_owned()).await?;
    }
    Ok(())
}

/// Carries the change out once everybody has been told.
fn settle(transaction: &mut Transaction, change: Change) {
    transaction.tell(Notice::Then(Box::new(move || change.keep())));
}

/// Writes the text for good; answers with the message as it is then.
async fn finish(transaction: &mut Transaction, so_far: &SoFar, stream: &MessageStream) -> Result<Message> {
    if !close(&mut transaction.connection, so_far.stored.message_key).await? {
        // Another server has ended it.
        return Err(not_open());
    }
    put(transaction, so_far, stream).await
}

/// Writes the text under a `rev` of its own.
async fn put(transaction: &mut Transaction, so_far: &SoFar, stream: &MessageStream) -> Result<Message> {
    let (connection, stored) = (&mut transaction.connection, so_far.stored);
    let rev = next_rev(connection, stored.room_key).await?;
    sqlx::query("UPDATE messages SET content = ?, stream = ?, rev = ? WHERE id = ?")
        .bind(&so_far.text)
        .bind(as_json(stream)?)
        .bind(rev)
        .bind(stored.message_key)
        .execute(&mut *connection)
        .await?;
    search::changed(transaction, stored.message_key).await?;
    load(&mut transaction.connection, stored.room_key, so_far.message.room, so_far.message.seq).await
}

async fn is_open(connection: &mut SqliteConnection, message_key: i64) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM open_streams WHERE message_id = ?)");
    Ok(query.bind(message_key).fetch_one(connection).await?)
}

/// False when it was not open.
async fn close(connection: &mut SqliteConnection, message_key: i64) -> Result<bool> {
    let query = sqlx::query("DELETE FROM open_streams WHERE message_id = ?").bind(message_key);
    Ok(query.execute(connection).await?.rows_affected() > 0)
}

/// The few that are open lead to their messages; SQLite by itself may look through all messages for them.
macro_rules! open_streams {
    () => {
        "SELECT m.id, m.room_id, m.user_id, m.seq, m.content, m.stream,
            r.pid, r.kind = 'direct' AND m.counts AS direct, (SELECT pid FROM users WHERE id = m.user_id) AS author
        FROM open_streams o CROSS JOIN messages m ON m.id = o.message_id CROSS JOIN rooms r ON r.id = m.room_id"
    };
}
pub(in crate::storage) const ORPHANS: &str = open_streams!();
pub(super) const OF_OTHERS: &str = concat!(open_streams!(), " WHERE o.node IS NOT ?1");
const OF_THE_GONE: &str = concat!(
    open_streams!(),
    " WHERE o.node IS NOT ?1
        AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.name = 'server ' || o.node AND l.until >= ?2)"
);

/// Ends what an earlier process left open, with the text that came to the disk. Nobody is here to be told.
pub(in crate::storage) async fn end_orphans(transaction: &mut Transaction) -> Result<()> {
    let orphans = sqlx::query(ORPHANS).fetch_all(&mut transaction.connection).await?;
    if orphans.is_empty() {
        return Ok(());
    }
    transaction.begin().await?;
    for orphan in &orphans {
        break_off(transaction, &orphaned(orphan)?, "the server was restarted".to_owned()).await?;
    }
    transaction.commit().await?;
    transaction.take_notices();
    Ok(())
}

pub(super) fn orphaned(row: &SqliteRow) -> Result<SoFar> {
    let stream: MessageStream = serde_json::from_str(row.try_get("stream")?).map_err(Error::internal)?;
    Ok(SoFar {
        message: MessageId { room: rows::id(row.try_get("pid")?)?, seq: row.try_get("seq")? },
        stored: Stored {
            message_key: row.try_get("id")?,
            room_key: row.try_get("room_id")?,
            author_key: row.try_get("user_id")?,
            direct: row.try_get("direct")?,
        },
        text: row.try_get("content")?,
        next_index: stream.next_index,
    })
}
