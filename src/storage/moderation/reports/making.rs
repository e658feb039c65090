//! Reports made, and whom they are told to.

use crate::clock;
use crate::contract::{NotificationType, RoomKind};
use crate::error::{Error, Result};
use crate::ids::{MessageId, ReportId, UserId};
use crate::storage::Storage;
use crate::storage::members::active_user;
use crate::storage::messages::{Target, target};
use crate::storage::moderation::{administers, moderates};
use crate::storage::notifications::{self, Cause};
use crate::storage::transaction::Transaction;
use serde_json::json;
use sqlx::SqliteConnection;

/// A report to be made, its reason checked; `objection` is told to a member only.
pub struct NewReport {
    pub message: MessageId,
    pub reason: String,
    pub objection: Option<Error>,
}

impl Storage {
    /// Reports a message to whoever handles that.
    ///
    /// # Errors
    /// `Conflict` for one that the user has reported before; `Forbidden` for one that nobody could handle; `Invalid` for
    /// one's own.
    pub async fn report_message(&self, user: UserId, report: NewReport) -> Result<()> {
        self.writer.run(move |transaction| Box::pin(async move { make(transaction, user, report).await })).await
    }
}

async fn make(transaction: &mut Transaction, user: UserId, new: NewReport) -> Result<()> {
    let NewReport { message, reason, objection } = new;
    let target = target(&mut transaction.connection, message, user).await?;
    if let Some(objection) = objection {
        return Err(objection);
    }
    if target.system || target.author == user {
        return Err(Error::invalid("messageId", "what others wrote can be reported"));
    }
    let connection = &mut transaction.connection;
    let (to_server, handlers) = handlers(connection, &target).await?;
    if handlers.is_empty() {
        return Err(Error::Forbidden("there is nobody but its author who could handle this"));
    }
    let id = ReportId::generate();
    let query = "INSERT INTO reports (pid, room_id, seq, reporter_id, reason, content, to_server, created_at)
        SELECT ?1, room_id, seq, ?2, ?3, content, ?4, ?5 FROM messages WHERE id = ?6
        ON CONFLICT (reporter_id, room_id, seq) DO NOTHING";
    let made = sqlx::query(query)
        .bind(id.to_string())
        .bind(target.seat.user_key)
        .bind(&reason)
        .bind(to_server)
        .bind(clock::now().as_millis())
        .bind(target.message_key)
        .execute(&mut *connection)
        .await?;
    if made.rows_affected() == 0 {
        return Err(Error::Conflict("you have reported this message already".to_owned()));
    }
    let (by_key, who) = active_user(connection, user).await?;
    let cause = Cause {
        kind: NotificationType::Report,
        people: handlers.into_iter().filter(|handler| *handler != by_key).collect(),
        // Who is told as an administrator of the server need not be in the room.
        room: (!to_server).then_some((target.seat.room_key, message.room)),
        seq: None,
        by: Some((by_key, who)),
        message: notifications::excerpt(&reason),
        data: Some(json!({ "reportId": id })),
    };
    notifications::notify(transaction, cause).await
}

/// Who handles reports of a message (`users.id`), and whether as administrators of the server.
async fn handlers(connection: &mut SqliteConnection, target: &Target) -> Result<(bool, Vec<i64>)> {
    if target.seat.standing.room_kind != RoomKind::Direct {
        let query = concat!(
            "SELECT u.id FROM members s JOIN users u ON u.id = s.user_id AND u.deactivated_at IS NULL
             WHERE s.room_id = ? AND u.id <> ? AND ",
            moderates!("s", "u")
        );
        let of_room = sqlx::query_scalar(query).bind(target.seat.room_key).bind(target.author_key);
        let of_room: Vec<i64> = of_room.fetch_all(&mut *connection).await?;
        if !of_room.is_empty() {
            return Ok((false, of_room));
        }
    }
    Ok((true, administrators(connection, target.author_key).await?))
}

/// Who administers the server (`users.id`), but for the author.
pub(super) async fn administrators(connection: &mut SqliteConnection, author_key: i64) -> Result<Vec<i64>> {
    let query =
        concat!("SELECT u.id FROM users u WHERE u.id <> ? AND u.deactivated_at IS NULL AND ", administers!("u"));
    Ok(sqlx::query_scalar(query).bind(author_key).fetch_all(connection).await?)
}
