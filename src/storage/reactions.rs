//! Emoji that people put under a message.

use super::Storage;
use super::messages::{Target, current_rev, next_rev, target};
use crate::clock;
use crate::contract::MessageReacted;
use crate::error::{Error, Result};
use crate::ids::{MessageId, UserId};
use crate::notice::Notice;
use sqlx::SqliteConnection;

/// Different emoji under one message.
const MAX_REACTIONS: i64 = 50;

impl Storage {
    /// Sets or takes back the caller's reaction. A reaction that stands as wanted already changes nothing.
    pub async fn react_to_message(
        &self,
        user: UserId,
        message: MessageId,
        emoji: String,
        on: bool,
        objection: Option<Error>,
    ) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let target = target(&mut transaction.connection, message, user).await?;
                    if let Some(objection) = objection {
                        return Err(objection);
                    }
                    let connection = &mut transaction.connection;
                    if !set_reaction(connection, &target, &emoji, on).await? {
                        return current_rev(connection, target.message_key).await;
                    }
                    let rev = next_rev(connection, target.seat.room_key).await?;
                    let query = "UPDATE messages SET rev = ?1,
                        reacted = EXISTS (SELECT 1 FROM reactions WHERE message_id = ?2) WHERE id = ?2";
                    sqlx::query(query).bind(rev).bind(target.message_key).execute(&mut *connection).await?;
                    let count: i64 =
                        sqlx::query_scalar("SELECT count(*) FROM reactions WHERE message_id = ? AND emoji = ?")
                            .bind(target.message_key)
                            .bind(&emoji)
                            .fetch_one(&mut *connection)
                            .await?;
                    transaction.tell(Notice::to_room(
                        message.room,
                        MessageReacted {
                            room_id: message.room,
                            message_id: message,
                            seq: message.seq,
                            rev,
                            emoji,
                            user_id: user,
                            on,
                            count,
                        },
                    ));
                    Ok(rev)
                })
            })
            .await
    }
}

/// True when something changed.
async fn set_reaction(connection: &mut SqliteConnection, target: &Target, emoji: &str, on: bool) -> Result<bool> {
    let query = if on {
        "INSERT OR IGNORE INTO reactions (message_id, emoji, user_id, created_at) VALUES (?1, ?2, ?3, ?4)"
    } else {
        "DELETE FROM reactions WHERE message_id = ?1 AND emoji = ?2 AND user_id = ?3"
    };
    let changed = sqlx::query(query)
        .bind(target.message_key)
        .bind(emoji)
        .bind(target.seat.user_key)
        .bind(clock::now().as_millis())
        .execute(&mut *connection)
        .await?
        .rows_affected()
        > 0;
    let query = "SELECT count(DISTINCT emoji) FROM reactions WHERE message_id = ?";
    let different: i64 = sqlx::query_scalar(query).bind(target.message_key).fetch_one(connection).await?;
    if on && different > MAX_REACTIONS {
        return Err(Error::invalid("emoji", format!("a message has at most {MAX_REACTIONS} different reactions")));
    }
    Ok(changed)
}
