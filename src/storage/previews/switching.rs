//! Takes the preview of one link off a message, or puts it back.

use super::mark;
use crate::clock;
use crate::contract::MessageUpdated;
use crate::error::{Error, Result};
use crate::ids::{MessageId, UserId};
use crate::notice::Notice;
use crate::policy;
use crate::storage::Storage;
use crate::storage::messages::{current_rev, load, next_rev, target};
use crate::storage::transaction::Transaction;

impl Storage {
    /// One that stands as wanted already changes nothing. What was removed stays so for as long as the text has the link.
    pub async fn show_preview(&self, user: UserId, message: MessageId, url: String, on: bool) -> Result<i64> {
        self.writer.run(move |transaction| Box::pin(switch(transaction, user, message, url, on))).await
    }
}

async fn switch(transaction: &mut Transaction, user: UserId, message: MessageId, url: String, on: bool) -> Result<i64> {
    let target = target(&mut transaction.connection, message, user).await?;
    policy::may_show_preview(target.seat.standing, target.author)?;
    let connection = &mut transaction.connection;
    let query = "SELECT state, page_id FROM message_links WHERE message_id = ? AND url = ?";
    let found: Option<(String, Option<i64>)> =
        sqlx::query_as(query).bind(target.message_key).bind(&url).fetch_optional(&mut *connection).await?;
    let (state, page) = found.ok_or(Error::NotFound("the preview"))?;
    if (state != "removed") == on {
        return current_rev(connection, target.message_key).await;
    }
    let next = match (on, page) {
        (false, _) => "removed",
        (true, Some(_)) => "shown",
        (true, None) => "pending",
    };
    let query = "UPDATE message_links SET state = ?3, noted_at = ?4 WHERE message_id = ?1 AND url = ?2";
    sqlx::query(query)
        .bind(target.message_key)
        .bind(&url)
        .bind(next)
        .bind(clock::now().as_millis())
        .execute(&mut *connection)
        .await?;
    mark(connection, target.message_key).await?;
    let rev = next_rev(connection, target.seat.room_key).await?;
    sqlx::query("UPDATE messages SET rev = ? WHERE id = ?")
        .bind(rev)
        .bind(target.message_key)
        .execute(&mut *connection)
        .await?;
    let changed = load(connection, target.seat.room_key, message.room, message.seq).await?;
    transaction.tell(Notice::to_room(message.room, MessageUpdated { message: changed }));
    Ok(rev)
}
