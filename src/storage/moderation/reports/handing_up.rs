//! Reports that nobody of the room is left for go to who administers the server: whom one is about may have seen to that.

use super::making::administrators;
use crate::contract::{NotificationType, UserRef};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::storage::members::active_user;
use crate::storage::moderation::{administers, moderates};
use crate::storage::notifications::{self, Cause};
use crate::storage::rows;
use crate::storage::transaction::Transaction;
use serde_json::json;
use sqlx::SqliteConnection;

/// Open reports of the rooms in `?1` that nobody but the author could handle there, or whose author (`users.pid`) is `?2`,
/// who deletes the room; if there is an administrator of the server who could.
const HAND_UP: &str = concat!(
    "UPDATE reports SET to_server = 1 FROM messages m, users w
     WHERE reports.room_id IN (SELECT value FROM json_each(?1)) AND reports.resolved_at IS NULL AND NOT reports.to_server
       AND m.room_id = reports.room_id AND m.seq = reports.seq AND w.id = m.user_id
       AND (w.pid IS ?2 OR NOT EXISTS (
            SELECT 1 FROM members s JOIN users u ON u.id = s.user_id AND u.deactivated_at IS NULL
            WHERE s.room_id = reports.room_id AND u.id <> w.id AND ",
    moderates!("s", "u"),
    "))
       AND EXISTS (SELECT 1 FROM users v WHERE v.id <> w.id AND v.deactivated_at IS NULL AND ",
    administers!("v"),
    ")
     RETURNING pid, reason, (SELECT b.user_id FROM messages b WHERE b.room_id = reports.room_id AND b.seq = reports.seq),
       (SELECT a.pid FROM users a WHERE a.id = reports.reporter_id)"
);

/// Hands up what nobody of these rooms is left for, after somebody's role or membership in them ended.
pub(in crate::storage) async fn hand_up(transaction: &mut Transaction, rooms: &[i64]) -> Result<()> {
    hand_up_where(transaction, rooms, None).await
}

/// The same for the rooms of somebody who is not active any more, or has another role on the server.
pub(in crate::storage) async fn hand_up_from(transaction: &mut Transaction, user_key: i64) -> Result<()> {
    let query = "SELECT DISTINCT o.room_id FROM members s CROSS JOIN reports o ON o.room_id = s.room_id
        JOIN rooms r ON r.id = o.room_id AND r.deleted_at IS NULL
        WHERE s.user_id = ? AND o.resolved_at IS NULL AND NOT o.to_server";
    let rooms: Vec<i64> = sqlx::query_scalar(query).bind(user_key).fetch_all(&mut transaction.connection).await?;
    hand_up(transaction, &rooms).await
}

/// Hands up what is about somebody who deletes the room.
pub(in crate::storage) async fn hand_up_before_deletion(
    transaction: &mut Transaction,
    room_key: i64,
    by: Option<UserId>,
) -> Result<()> {
    hand_up_where(transaction, &[room_key], by).await
}

async fn hand_up_where(transaction: &mut Transaction, rooms: &[i64], deletes: Option<UserId>) -> Result<()> {
    if rooms.is_empty() {
        return Ok(());
    }
    let handed: Vec<(String, String, i64, String)> = sqlx::query_as(HAND_UP)
        .bind(json!(rooms).to_string())
        .bind(deletes.map(|user| user.to_string()))
        .fetch_all(&mut transaction.connection)
        .await?;
    for (report, reason, author_key, reporter) in handed {
        let connection = &mut transaction.connection;
        let by = reporter_of(connection, &reporter).await?;
        let reporter_key = by.as_ref().map(|(key, _)| *key);
        let mut people = administrators(connection, author_key).await?;
        people.retain(|person| Some(*person) != reporter_key);
        let cause = Cause {
            kind: NotificationType::Report,
            people,
            room: None,
            seq: None,
            by,
            message: notifications::excerpt(&reason),
            data: Some(json!({ "reportId": report })),
        };
        notifications::notify(transaction, cause).await?;
    }
    Ok(())
}

/// Who reported, unless they are not active any more.
async fn reporter_of(connection: &mut SqliteConnection, reporter: &str) -> Result<Option<(i64, UserRef)>> {
    match active_user(connection, rows::id(reporter)?).await {
        Ok(who) => Ok(Some(who)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
