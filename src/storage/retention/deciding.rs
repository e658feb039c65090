//! How long messages are kept: decided for a room, and what that would remove.

use super::before;
use crate::actor::{Actor, By};
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, GovernedRoom, Room, RoomUpdated};
use crate::error::Result;
use crate::ids::RoomId;
use crate::notice::Notice;
use crate::policy;
use crate::storage::audit::{self, About, Note};
use crate::storage::members::seat;
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, governing, rooms, team};
use serde_json::json;
use sqlx::SqliteConnection;

/// What would be removed.
#[derive(Clone, Copy, Debug)]
pub struct Doomed {
    pub messages: i64,
    pub files: i64,
}

/// Of which rooms that is asked.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    /// One, by a member who may decide for it.
    Room(RoomId),
    /// One, by an administrator.
    Governed(RoomId),
    /// All that have no time of their own, by an administrator.
    Server,
}

impl Storage {
    /// Says for a room after how many days its messages are removed; 0 is never, none as the whole server says.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for who may not.
    pub async fn set_retention(&self, actor: Actor, room: RoomId, days: Option<u32>) -> Result<Room> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let seat = seat(connection, room, actor.user).await?;
                    policy::may_set_retention(seat.standing, team::settings(connection).await?.room_retention)?;
                    decide(transaction, By::from(&actor), (seat.room_key, room), days).await?;
                    rooms::load(&mut transaction.connection, seat.room_key).await
                })
            })
            .await
    }

    /// The same for a room that the administrator may not be in.
    ///
    /// # Errors
    /// `NotFound`, for direct conversations too; `Forbidden` for who is no administrator.
    pub async fn set_governed_retention(&self, actor: Actor, room: RoomId, days: Option<u32>) -> Result<GovernedRoom> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let by = By::from(&actor);
                    let room_key = governing::governed(&mut transaction.connection, by, room).await?;
                    decide(transaction, by, (room_key, room), days).await?;
                    governing::load(&mut transaction.connection, room_key).await
                })
            })
            .await
    }

    /// How many messages and files would go at once, were they kept for so many days.
    ///
    /// # Errors
    /// `NotFound` for a room; `Forbidden` for who may not decide it.
    pub async fn would_expire(&self, actor: Actor, scope: Scope, days: u32) -> Result<Doomed> {
        let mut reader = self.readers.begin().await?;
        let room_key = match scope {
            Scope::Room(room) => {
                let seat = seat(&mut reader, room, actor.user).await?;
                policy::may_set_retention(seat.standing, team::settings(&mut reader).await?.room_retention)?;
                Some(seat.room_key)
            }
            Scope::Governed(room) => Some(governing::governed(&mut reader, By::from(&actor), room).await?),
            Scope::Server => {
                audit::check_administers(&mut reader, By::from(&actor)).await?;
                None
            }
        };
        doomed(&mut reader, room_key, days, clock::now()).await
    }
}

async fn decide(
    transaction: &mut Transaction,
    by: By,
    (room_key, room): (i64, RoomId),
    days: Option<u32>,
) -> Result<()> {
    let query = "SELECT retention_days FROM rooms WHERE id = ?";
    let query = sqlx::query_scalar(query).bind(room_key);
    let before: Option<u32> = query.fetch_one(&mut transaction.connection).await?;
    if before == days {
        return Ok(());
    }
    sqlx::query("UPDATE rooms SET retention_days = ? WHERE id = ?")
        .bind(days)
        .bind(room_key)
        .execute(&mut transaction.connection)
        .await?;
    let detail = json!({ "retentionDays": { "from": before, "to": days } });
    let about = Some(About::Room(room, None));
    audit::note(transaction, Note { by, act: AuditAct::RoomSettings, about, detail }).await?;
    let room_now = rooms::load(&mut transaction.connection, room_key).await?;
    transaction.tell(Notice::to_room(room, RoomUpdated { room: room_now }));
    Ok(())
}

/// Of one room, or of all that follow the whole server: those before the first that stays, and no other is looked at.
async fn doomed(connection: &mut SqliteConnection, room_key: Option<i64>, days: u32, now: Timestamp) -> Result<Doomed> {
    let query = "SELECT count(*), coalesce(sum((SELECT count(*) FROM message_files x WHERE x.message_id = m.id)), 0)
        FROM rooms r CROSS JOIN messages m ON m.room_id = r.id AND m.seq >= r.cleared_before AND m.seq < coalesce(
            (SELECT k.seq FROM messages k WHERE k.room_id = r.id AND k.seq >= r.cleared_before
                AND (k.created_at >= ?1 OR coalesce(k.stream->>'state' = 'open', 0)) ORDER BY k.seq LIMIT 1),
            r.last_seq + 1)
        WHERE r.deleted_at IS NULL AND m.kind = 'text' AND m.deleted_at IS NULL
          AND CASE WHEN ?2 IS NULL THEN r.kind = 'direct' OR r.retention_days IS NULL ELSE r.id = ?2 END";
    let query = sqlx::query_as(query).bind(before(now, days)?).bind(room_key);
    let (messages, files) = query.fetch_one(connection).await?;
    Ok(Doomed { messages, files })
}
