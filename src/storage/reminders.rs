//! What people want to be reminded of, and when.

use super::Storage;
use super::members::{Seat, active_user, seat};
use super::notifications::{self, Cause};
use super::rows;
use super::tasks::check_message;
use super::transaction::Transaction;
use crate::clock::{self, Timestamp};
use crate::contract::{NotificationType, Reminder, ReminderCreated, ReminderDeleted, ReminderDue};
use crate::error::{Error, Result};
use crate::ids::{MessageId, ReminderId, RoomId, UserId};
use crate::notice::Notice;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

/// Reminders that one person may have waiting.
const MAX_WAITING: i64 = 1_000;
/// Reminders that are given in one transaction.
const PORTION: i64 = 100;

/// A reminder to be kept, its fields checked; `objection` is told to who may know the room.
pub struct NewReminder {
    pub text: String,
    pub at: Timestamp,
    pub room: Option<RoomId>,
    pub message: Option<MessageId>,
    pub objection: Option<Error>,
}

impl Storage {
    /// Keeps a reminder.
    ///
    /// # Errors
    /// `NotFound` for the room or the message; `Conflict` for who has too many.
    pub async fn create_reminder(&self, user: UserId, reminder: NewReminder) -> Result<Reminder> {
        self.writer.run(move |transaction| Box::pin(create(transaction, user, reminder))).await
    }

    /// A page of the user's reminders, the soonest first, and the cursor of what follows.
    ///
    /// # Errors
    /// `Invalid` for the cursor.
    pub async fn reminders(
        &self,
        user: UserId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Reminder>, Option<String>)> {
        let after = cursor.map(parse_cursor).transpose()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM reminders m JOIN users u ON u.id = m.user_id LEFT JOIN rooms r ON r.id = m.room_id
             WHERE u.pid = ?1 AND (?2 IS NULL OR (m.due_at, m.pid) > (?2, ?3)) ORDER BY m.due_at, m.pid LIMIT ?4"
        );
        let found = sqlx::query(AssertSqlSafe(sql))
            .bind(user.to_string())
            .bind(after.map(|(at, _)| at))
            .bind(after.map(|(_, id)| id.to_string()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.readers)
            .await?;
        let mut reminders = found.iter().map(reminder).collect::<Result<Vec<Reminder>>>()?;
        let more = reminders.len() > limit as usize;
        reminders.truncate(limit as usize);
        let cursor = reminders.last().filter(|_| more).map(|last| format!("{}.{}", last.at.as_millis(), last.id));
        Ok((reminders, cursor))
    }

    /// # Errors
    /// `NotFound` when it is not the user's, or was given.
    pub async fn delete_reminder(&self, user: UserId, reminder: ReminderId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "DELETE FROM reminders
                        WHERE pid = ? AND user_id = (SELECT id FROM users WHERE pid = ?)";
                    let deleted = sqlx::query(query)
                        .bind(reminder.to_string())
                        .bind(user.to_string())
                        .execute(&mut transaction.connection)
                        .await?;
                    if deleted.rows_affected() == 0 {
                        return Err(Error::NotFound("the reminder"));
                    }
                    transaction.tell(Notice::to_user(user, ReminderDeleted { reminder_id: reminder }));
                    Ok(())
                })
            })
            .await
    }

    /// When the next reminder is due, of whomever.
    pub async fn next_reminder(&self) -> Result<Option<Timestamp>> {
        let next: Option<i64> =
            sqlx::query_scalar("SELECT min(due_at) FROM reminders").fetch_one(&self.readers).await?;
        Ok(next.map(Timestamp::from_millis))
    }

    /// Makes notifications of a portion of what is due. True when more may be.
    pub async fn give_reminders(&self, now: Timestamp) -> Result<bool> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let sql = format!(
                        "SELECT m.id, m.user_id, u.pid AS owner, s.room_id AS room_key, {COLUMNS} FROM reminders m
                         JOIN users u ON u.id = m.user_id
                         LEFT JOIN members s ON s.room_id = m.room_id AND s.user_id = m.user_id
                         LEFT JOIN rooms r ON r.id = s.room_id AND r.deleted_at IS NULL
                         WHERE m.due_at <= ? ORDER BY m.due_at LIMIT ?"
                    );
                    let due = sqlx::query(AssertSqlSafe(sql))
                        .bind(now.as_millis())
                        .bind(PORTION)
                        .fetch_all(&mut transaction.connection)
                        .await?;
                    for row in &due {
                        give(transaction, row).await?;
                    }
                    Ok(due.len() as i64 == PORTION)
                })
            })
            .await
    }
}

async fn create(transaction: &mut Transaction, user: UserId, new: NewReminder) -> Result<Reminder> {
    let connection = &mut transaction.connection;
    let place: Option<Seat> = match new.room.or(new.message.map(|message| message.room)) {
        Some(room) => Some(seat(connection, room, user).await?),
        None => None,
    };
    if let (Some(seat), Some(message)) = (&place, new.message) {
        check_message(connection, seat, message).await?;
    }
    if let Some(objection) = new.objection {
        return Err(objection);
    }
    let (user_key, _) = active_user(connection, user).await?;
    let query = "SELECT count(*) FROM reminders WHERE user_id = ?";
    let waiting: i64 = sqlx::query_scalar(query).bind(user_key).fetch_one(&mut *connection).await?;
    if waiting >= MAX_WAITING {
        return Err(Error::Conflict(format!("at most {MAX_WAITING} reminders may wait")));
    }
    let reminder = Reminder {
        id: ReminderId::generate(),
        text: new.text,
        at: new.at,
        room_id: place.as_ref().map(|seat| seat.room),
        message_id: new.message,
        created_at: clock::now(),
    };
    let query = "INSERT INTO reminders (pid, user_id, text, due_at, room_id, message_seq, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)";
    sqlx::query(query)
        .bind(reminder.id.to_string())
        .bind(user_key)
        .bind(&reminder.text)
        .bind(reminder.at.as_millis())
        .bind(place.map(|seat| seat.room_key))
        .bind(new.message.map(|message| message.seq))
        .bind(reminder.created_at.as_millis())
        .execute(connection)
        .await?;
    transaction.tell(Notice::to_user(user, ReminderCreated { reminder: reminder.clone() }));
    Ok(reminder)
}

/// Where somebody is no member any more, the reminder leads nowhere.
async fn give(transaction: &mut Transaction, row: &SqliteRow) -> Result<()> {
    let (reminder, owner) = (reminder(row)?, rows::id(row.try_get::<String, _>("owner")?.as_str())?);
    sqlx::query("DELETE FROM reminders WHERE id = ?")
        .bind(row.try_get::<i64, _>("id")?)
        .execute(&mut transaction.connection)
        .await?;
    let room = row.try_get::<Option<i64>, _>("room_key")?.zip(reminder.room_id);
    let cause = Cause {
        kind: NotificationType::Reminder,
        people: vec![row.try_get("user_id")?],
        seq: reminder.message_id.filter(|_| room.is_some()).map(|message| message.seq),
        room,
        by: None,
        message: reminder.text,
        data: Some(json!({ "reminderId": reminder.id, "at": reminder.at })),
    };
    notifications::notify(transaction, cause).await?;
    transaction.tell(Notice::to_user(owner, ReminderDue { reminder_id: reminder.id }));
    Ok(())
}

/// The columns of `reminder`, of `reminders m` and perhaps a room `r`.
const COLUMNS: &str = "m.pid, m.text, m.due_at, m.message_seq, m.created_at, r.pid AS room";

fn reminder(row: &SqliteRow) -> Result<Reminder> {
    let room: Option<String> = row.try_get("room")?;
    let room: Option<RoomId> = room.map(|pid| rows::id(&pid)).transpose()?;
    let seq: Option<i64> = row.try_get("message_seq")?;
    Ok(Reminder {
        id: rows::id(row.try_get::<String, _>("pid")?.as_str())?,
        text: row.try_get("text")?,
        at: Timestamp::from_millis(row.try_get("due_at")?),
        room_id: room,
        message_id: room.zip(seq).map(|(room, seq)| MessageId { room, seq }),
        created_at: Timestamp::from_millis(row.try_get("created_at")?),
    })
}

fn parse_cursor(cursor: &str) -> Result<(i64, ReminderId)> {
    let parts = cursor.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| Error::invalid("cursor", "this is no cursor that the server gave"))
}
