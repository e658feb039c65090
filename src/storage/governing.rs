//! Rooms as administrators see them who are not in them: their figures and owners, never what is written there.

use super::Storage;
use super::audit::{self, About, Note};
use super::moderation::may_own;
use super::named::first_fitting;
use super::rooms;
use super::rows;
use super::transaction::Transaction;
use super::{general, members};
use crate::actor::{Actor, By};
use crate::clock::Timestamp;
use crate::contract::{AuditAct, GovernedRoom, MemberUpdated, RoomKind, RoomRole};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use crate::policy;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// The rooms `r` that are no direct conversations, with who has owned each longest and is active.
fn rooms_where(condition: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT r.pid, r.kind, r.name, r.member_count, r.last_seq - r.cleared_before + 1 AS messages, r.created_at, r.last_activity_at,
            r.retention_days,
            EXISTS (SELECT 1 FROM settings s WHERE s.name = 'general' AND s.value = r.pid) AS general,
            (SELECT coalesce(sum(c.size), 0) FROM message_files x JOIN files f ON f.id = x.file_id
                JOIN contents c ON c.id = f.content_id WHERE x.room_id = r.id) AS file_bytes, {}
         FROM rooms r LEFT JOIN users u ON u.id = (
            SELECT m.user_id FROM members m JOIN users o ON o.id = m.user_id AND {}
            WHERE m.room_id = r.id AND m.role = 'owner' ORDER BY m.joined_at, m.user_id LIMIT 1)
         WHERE r.kind <> 'direct' AND r.deleted_at IS NULL AND {condition}",
        rows::USER_COLUMNS,
        may_own!("o")
    ))
}

/// Which rooms are asked for.
pub struct RoomFilter<'a> {
    /// Looked for in the name.
    pub query: Option<&'a str>,
    pub kind: Option<RoomKind>,
    /// Behind the room of this name, whether it is still there or not.
    pub after: Option<(&'a str, RoomId)>,
}

impl Storage {
    /// A page of the rooms by name.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn governed_rooms(&self, by: By, filter: RoomFilter<'_>, limit: u32) -> Result<Vec<GovernedRoom>> {
        let mut reader = self.readers.begin().await?;
        audit::check_administers(&mut reader, by).await?;
        let condition = "(?1 IS NULL OR (r.name_key, r.pid) > (?1, ?2)) AND (?3 IS NULL OR r.kind = ?3)
            ORDER BY r.name_key, r.pid";
        let all = sqlx::query(rooms_where(condition))
            .bind(filter.after.map(|(name, _)| name.to_lowercase()))
            .bind(filter.after.map(|(_, room)| room.to_string()))
            .bind(filter.kind.map(members::kind_word))
            .fetch(&mut *reader);
        first_fitting(all, filter.query, limit, from_row, |room| [Some(room.name.as_str()), None]).await
    }

    /// Makes a member the owner of a room that has no active one.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator, and for a guest; `NotFound` for the room, and for who is no active member of it;
    /// `Conflict` when it has an owner, or is everybody's.
    pub async fn give_room(&self, actor: Actor, room: RoomId, user: UserId) -> Result<GovernedRoom> {
        self.writer.run(move |transaction| Box::pin(async move { give(transaction, actor, room, user).await })).await
    }

    /// Deletes a room that the administrator may not be in.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator, and for General; `NotFound`, for direct conversations too.
    pub async fn delete_governed_room(&self, actor: Actor, room: RoomId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let room_key = governed(&mut transaction.connection, By::from(&actor), room).await?;
                    rooms::delete(transaction, By::from(&actor), (room_key, room)).await
                })
            })
            .await
    }
}

/// The key of a room that an administrator looks after.
pub(super) async fn governed(connection: &mut SqliteConnection, by: By, room: RoomId) -> Result<i64> {
    audit::check_administers(connection, by).await?;
    match rooms::find(connection, room).await? {
        (_, RoomKind::Direct) => Err(Error::NotFound("the room")),
        (room_key, _) => Ok(room_key),
    }
}

pub(super) async fn load(connection: &mut SqliteConnection, room_key: i64) -> Result<GovernedRoom> {
    let row = sqlx::query(rooms_where("r.id = ?")).bind(room_key).fetch_one(connection).await?;
    from_row(&row)
}

async fn give(transaction: &mut Transaction, actor: Actor, room: RoomId, user: UserId) -> Result<GovernedRoom> {
    let by = By::from(&actor);
    let connection = &mut transaction.connection;
    let room_key = governed(connection, by, room).await?;
    let before = load(connection, room_key).await?;
    if general::is(connection, room).await? {
        return Err(Error::Conflict("everybody begins in this room; administrators look after it".to_owned()));
    }
    if let Some(owner) = before.owner {
        return Err(Error::Conflict(format!("{} owns this room", owner.display_name)));
    }
    let (user_key, who) = members::active_user(connection, user).await?;
    policy::may_hold_room_role(who.guest, RoomRole::Owner)?;
    let query = "UPDATE members SET role = 'owner' WHERE room_id = ? AND user_id = ?";
    let given = sqlx::query(query).bind(room_key).bind(user_key).execute(&mut *connection).await?;
    if given.rows_affected() == 0 {
        return Err(Error::NotFound("the member"));
    }
    transaction.tell(Notice::to_room(room, MemberUpdated { room_id: room, user_id: user, role: RoomRole::Owner }));
    let detail = json!({ "user": user, "role": "owner" });
    let about = Some(About::Room(room, Some(before.name)));
    audit::note(transaction, Note { by, act: AuditAct::RoomRole, about, detail }).await?;
    load(&mut transaction.connection, room_key).await
}

fn from_row(row: &SqliteRow) -> Result<GovernedRoom> {
    let time = |column: &str| Ok::<_, Error>(Timestamp::from_millis(row.try_get(column)?));
    let owner: Option<String> = row.try_get("user_pid")?;
    Ok(GovernedRoom {
        id: rows::id(&row.try_get::<String, _>("pid")?)?,
        kind: rows::word(&row.try_get::<String, _>("kind")?)?,
        name: row.try_get::<Option<String>, _>("name")?.unwrap_or_default(),
        member_count: row.try_get("member_count")?,
        messages: row.try_get("messages")?,
        file_bytes: row.try_get("file_bytes")?,
        created_at: time("created_at")?,
        last_activity_at: time("last_activity_at")?,
        owner: owner.map(|_| rows::user_from_row(row)).transpose()?,
        retention_days: row.try_get("retention_days")?,
        general: row.try_get("general")?,
    })
}
