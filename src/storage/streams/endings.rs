//! How a stream ends: complete, or as an error with the text that had come.

use super::live::{Change, SoFar};
use super::{StreamEnd, as_json, not_open};
use crate::contract::{MessageStream, StreamEnded, StreamFailed, StreamState};
use crate::error::{Error, Result};
use crate::ids::{MessageId, UserId};
use crate::notice::Notice;
use crate::policy;
use crate::storage::messages::{load, next_rev, target};
use crate::storage::transaction::Transaction;
use crate::storage::{mentions, search};
use sqlx::{Connection, Row, SqliteConnection};

/// Ends a stream as its sender wants it.
pub(super) async fn complete(
    transaction: &mut Transaction,
    user: UserId,
    message: MessageId,
    end: StreamEnd,
) -> Result<i64> {
    let author = target(&mut transaction.connection, message, user).await?.author;
    policy::may_stream(user, author)?;
    if let Some(objection) = end.objection {
        return Err(objection);
    }
    let (mut so_far, change) = transaction.live.clone().end(message).ok_or_else(not_open)?;
    if let Some(content) = end.content {
        so_far.text = content;
    }
    if so_far.text.trim().is_empty() {
        return Err(Error::invalid("content", "nothing was streamed: give a content, or end it with an error"));
    }
    let meant = (end.mentions)(&so_far.text);
    if !meant.is_empty() {
        let connection = &mut transaction.connection;
        let mentioned = mentions::resolve(connection, so_far.room_key, &meant).await?;
        mentions::replace(connection, so_far.room_key, message.seq, &mentioned).await?;
    }
    let stream = so_far.stream(StreamState::Done, None);
    let rev = finish(transaction, &so_far, &stream).await?;
    let message = load(&mut transaction.connection, so_far.room_key, message.room, message.seq).await?;
    transaction.tell(Notice::to_room(message.room_id, StreamEnded { message }));
    settle(transaction, change);
    Ok(rev)
}

/// Ends a stream that is not complete. None when it is not open.
pub(super) async fn fail(transaction: &mut Transaction, message: MessageId, error: String) -> Result<Option<i64>> {
    let Some((so_far, change)) = transaction.live.clone().end(message) else { return Ok(None) };
    let rev = finish(transaction, &so_far, &so_far.stream(StreamState::Error, Some(error.clone()))).await?;
    let message = load(&mut transaction.connection, so_far.room_key, message.room, message.seq).await?;
    transaction.tell(Notice::to_room(message.room_id, StreamFailed { message, error }));
    settle(transaction, change);
    Ok(Some(rev))
}

/// Ends every stream that is picked by message and author, because its author may not go on with it.
pub(in crate::storage) async fn fail_all(
    transaction: &mut Transaction,
    picked: impl Fn(MessageId, UserId) -> bool,
    error: &'static str,
) -> Result<()> {
    for message in transaction.live.which(picked) {
        fail(transaction, message, error.to_owned()).await?;
    }
    Ok(())
}

/// Ends every stream that is picked by message without a word: the message, or its room, is taken away.
pub(in crate::storage) async fn forget(
    transaction: &mut Transaction,
    picked: impl Fn(MessageId) -> bool,
) -> Result<()> {
    for message in transaction.live.which(|message, _| picked(message)) {
        if let Some((so_far, change)) = transaction.live.clone().end(message) {
            close(&mut transaction.connection, so_far.message_key).await?;
            settle(transaction, change);
        }
    }
    Ok(())
}

/// Carries the change out once everybody has been told.
fn settle(transaction: &mut Transaction, change: Change) {
    transaction.tell(Notice::Then(Box::new(move || change.keep())));
}

/// Writes the text for good; answers with the new `rev`.
async fn finish(transaction: &mut Transaction, so_far: &SoFar, stream: &MessageStream) -> Result<i64> {
    let connection = &mut transaction.connection;
    let rev = next_rev(connection, so_far.room_key).await?;
    sqlx::query(
        "UPDATE messages SET content = ?2, stream = ?3, rev = ?4, mentioning = EXISTS (
             SELECT 1 FROM mentions x WHERE x.room_id = messages.room_id AND x.seq = messages.seq) WHERE id = ?1",
    )
    .bind(so_far.message_key)
    .bind(&so_far.text)
    .bind(as_json(stream)?)
    .bind(rev)
    .execute(&mut *connection)
    .await?;
    close(connection, so_far.message_key).await?;
    search::changed(transaction, so_far.message_key).await?;
    Ok(rev)
}

async fn close(connection: &mut SqliteConnection, message_key: i64) -> Result<()> {
    sqlx::query("DELETE FROM open_streams WHERE message_id = ?").bind(message_key).execute(connection).await?;
    Ok(())
}

/// Ends what an earlier process left open, with the text that came to the disk.
pub(in crate::storage) async fn end_orphans(connection: &mut SqliteConnection) -> Result<()> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let query = "SELECT m.id, m.room_id, m.stream FROM open_streams o JOIN messages m ON m.id = o.message_id";
    for orphan in sqlx::query(query).fetch_all(&mut *transaction).await? {
        let stream: MessageStream = serde_json::from_str(orphan.try_get("stream")?).map_err(Error::internal)?;
        let error = Some("the server was restarted".to_owned());
        let rev = next_rev(&mut transaction, orphan.try_get("room_id")?).await?;
        sqlx::query(
            "UPDATE messages SET stream = ?2, rev = ?3 WHERE id = ?1;
             INSERT OR IGNORE INTO search_changes (message_id) VALUES (?1);
             DELETE FROM open_streams WHERE message_id = ?1",
        )
        .bind(orphan.try_get::<i64, _>("id")?)
        .bind(as_json(&MessageStream { state: StreamState::Error, error, ..stream })?)
        .bind(rev)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}
