//! Roles in rooms: given, taken, and handed over.

use super::{may_own, reports};
use crate::actor::By;
use crate::contract::{AuditAct, MemberUpdated, RoomRole, SystemEvent};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use crate::policy;
use crate::storage::audit::{self, About, Note};
use crate::storage::members::{Seat, active_user, member, seat, system_user};
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, notifications, rows, streams, system};
use serde_json::json;
use sqlx::SqliteConnection;

impl Storage {
    /// Gives a member another role; one that they have already is not told.
    ///
    /// # Errors
    /// `Forbidden` for who may not; `NotFound` for who is no member; `Conflict` for the last owner.
    pub async fn set_room_role(
        &self,
        by: By,
        user: UserId,
        room: RoomId,
        target: UserId,
        role: RoomRole,
    ) -> Result<()> {
        self.writer
            .run(move |transaction| Box::pin(async move { set(transaction, (by, user), room, target, role).await }))
            .await
    }
}

async fn set(
    transaction: &mut Transaction,
    (by, user): (By, UserId),
    room: RoomId,
    target: UserId,
    role: RoomRole,
) -> Result<()> {
    let seat = seat(&mut transaction.connection, room, user).await?;
    policy::may_set_room_role(seat.standing)?;
    let (target_key, who) = member(&mut transaction.connection, seat.room_key, target).await?;
    if who.deactivated {
        return Err(Error::NotFound("the member"));
    }
    policy::may_hold_room_role(who.guest, role)?;
    let before = of(&mut transaction.connection, seat.room_key, target_key).await?;
    if before == role {
        return Ok(());
    }
    if before == RoomRole::Owner {
        check_other_owner(&mut transaction.connection, &seat, target_key).await?;
    }
    sqlx::query("UPDATE members SET role = ?3 WHERE room_id = ?1 AND user_id = ?2")
        .bind(seat.room_key)
        .bind(target_key)
        .bind(role_word(role))
        .execute(&mut transaction.connection)
        .await?;
    transaction.tell(Notice::to_room(room, MemberUpdated { room_id: room, user_id: target, role }));
    if role == RoomRole::Member {
        notifications::withdraw_reports_from(transaction, seat.room_key, target_key).await?;
        reports::hand_up(transaction, &[seat.room_key]).await?;
        streams::silence(transaction, (seat.room_key, room)).await?;
    }
    let (_, me) = active_user(&mut transaction.connection, user).await?;
    let line = SystemEvent::Role { user: system_user(&who), role };
    system::append(transaction, room, seat.room_key, seat.user_key, &me, line).await?;
    let name = sqlx::query_scalar("SELECT name FROM rooms WHERE id = ?")
        .bind(seat.room_key)
        .fetch_one(&mut transaction.connection)
        .await?;
    let detail = json!({ "user": target, "from": before, "to": role });
    let about = Some(About::Room(room, name));
    audit::note(transaction, Note { by, act: AuditAct::RoomRole, about, detail }).await
}

/// A room keeps an owner. General is the exception: administrators govern it in any case.
async fn check_other_owner(connection: &mut SqliteConnection, seat: &Seat, owner_key: i64) -> Result<()> {
    let query = format!(
        "SELECT {IS_GENERAL} OR EXISTS (
            SELECT 1 FROM members o JOIN users u ON u.id = o.user_id AND {}
            WHERE o.room_id = r.id AND o.role = 'owner' AND o.user_id <> ?2)
         FROM rooms r WHERE r.id = ?1",
        may_own!("u")
    );
    let is_kept: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
        .bind(seat.room_key)
        .bind(owner_key)
        .fetch_one(connection)
        .await?;
    let refusal = "a room has at least one owner; make somebody else an owner first";
    if is_kept { Ok(()) } else { Err(Error::Conflict(refusal.to_owned())) }
}

/// The role of a member.
pub(in crate::storage) async fn of(
    connection: &mut SqliteConnection,
    room_key: i64,
    user_key: i64,
) -> Result<RoomRole> {
    let query = "SELECT role FROM members WHERE room_id = ? AND user_id = ?";
    let role: String = sqlx::query_scalar(query).bind(room_key).bind(user_key).fetch_one(connection).await?;
    rows::word(&role)
}

/// The role of a member as the schema writes it.
fn role_word(role: RoomRole) -> &'static str {
    match role {
        RoomRole::Owner => "owner",
        RoomRole::Moderator => "moderator",
        RoomRole::Member => "member",
    }
}

/// Whether a room `r` is General.
const IS_GENERAL: &str = "EXISTS (SELECT 1 FROM settings g WHERE g.name = 'general' AND g.value = r.pid)";

/// Sees to it that none of these rooms is without an active owner while somebody active is in it who is no guest: the
/// moderator who has been there longest takes it over, or else the member. Where only guests are left, administrators
/// give it an owner. General is the exception, since it is nobody's. The rooms are told.
pub(in crate::storage) async fn hand_over(transaction: &mut Transaction, rooms: &[i64]) -> Result<()> {
    let query = format!(
        "UPDATE members SET role = 'owner' FROM (
            SELECT r.id AS room, (
                SELECT m.user_id FROM members m
                JOIN users u ON u.id = m.user_id AND {}
                WHERE m.room_id = r.id ORDER BY u.bot, m.role <> 'moderator', m.joined_at, m.user_id LIMIT 1) AS heir
            FROM json_each(?) j CROSS JOIN rooms r ON r.id = j.value
            WHERE NOT {IS_GENERAL} AND NOT EXISTS (
                SELECT 1 FROM members o JOIN users u ON u.id = o.user_id AND {}
                WHERE o.room_id = r.id AND o.role = 'owner')) h
         WHERE members.room_id = h.room AND members.user_id = h.heir
         RETURNING (SELECT pid FROM rooms WHERE rooms.id = room_id), (SELECT pid FROM users WHERE users.id = user_id)",
        may_own!("u"),
        may_own!("u")
    );
    let heirs: Vec<(String, String)> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(json!(rooms).to_string())
        .fetch_all(&mut transaction.connection)
        .await?;
    for (room, user) in heirs {
        let (room_id, user_id) = (rows::id(&room)?, rows::id(&user)?);
        transaction.tell(Notice::to_room(room_id, MemberUpdated { room_id, user_id, role: RoomRole::Owner }));
    }
    Ok(())
}

/// The same for the rooms of somebody who is not active any more.
pub(in crate::storage) async fn hand_over_all(transaction: &mut Transaction, user_key: i64) -> Result<()> {
    let query = "SELECT room_id FROM members WHERE user_id = ? AND role = 'owner'";
    let rooms: Vec<i64> = sqlx::query_scalar(query).bind(user_key).fetch_all(&mut transaction.connection).await?;
    hand_over(transaction, &rooms).await
}

/// Gives somebody who may own rooms from now on, because they are a guest no more or are back, those of theirs that
/// nobody could.
pub(in crate::storage) async fn take_over(transaction: &mut Transaction, user_key: i64) -> Result<()> {
    let query = "SELECT r.id FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.user_id = ? AND r.kind <> 'direct' AND r.deleted_at IS NULL";
    let rooms: Vec<i64> = sqlx::query_scalar(query).bind(user_key).fetch_all(&mut transaction.connection).await?;
    hand_over(transaction, &rooms).await
}

/// Takes every role in a room from somebody who has become a guest, and hands over what they owned.
pub(in crate::storage) async fn take_all(transaction: &mut Transaction, (user_key, user): (i64, UserId)) -> Result<()> {
    let query = "UPDATE members SET role = 'member' WHERE user_id = ? AND role <> 'member'
        AND room_id IN (SELECT id FROM rooms WHERE kind <> 'direct' AND deleted_at IS NULL)
        RETURNING room_id, (SELECT pid FROM rooms WHERE rooms.id = room_id)";
    let taken: Vec<(i64, String)> = sqlx::query_as(query).bind(user_key).fetch_all(&mut transaction.connection).await?;
    for (room_key, room) in &taken {
        let room_id = rows::id(room)?;
        transaction.tell(Notice::to_room(room_id, MemberUpdated { room_id, user_id: user, role: RoomRole::Member }));
        notifications::withdraw_reports_from(transaction, *room_key, user_key).await?;
        streams::silence(transaction, (*room_key, room_id)).await?;
    }
    let rooms: Vec<i64> = taken.into_iter().map(|(room_key, _)| room_key).collect();
    hand_over(transaction, &rooms).await
}
