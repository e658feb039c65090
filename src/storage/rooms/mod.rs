//! Rooms: made, deleted, found.

mod changing;

pub use changing::RoomChange;

use super::Storage;
use super::audit::{self, About, Note};
use super::general;
use super::members::{self, active_user, active_users, kind_word, seat, system_user};
use super::moderation::reports;
use super::named::first_fitting;
use super::notifications;
use super::room_rows;
use super::roster;
use super::rows;
use super::streams;
use super::summaries;
use super::system;
use super::team;
use super::transaction::Transaction;
use crate::actor::{Actor, By};
use crate::clock;
use crate::contract::{
    AuditAct, Member, Message, Room, RoomCreated, RoomDeleted, RoomKind, RoomSummary, SystemEvent, UserRef,
};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use crate::policy;
use serde_json::json;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// A room to be made, its fields checked.
pub struct NewRoom {
    pub kind: RoomKind,
    pub name: Option<String>,
    pub topic: Option<String>,
    pub participants: Vec<UserId>,
}

/// What somebody who joined begins with.
pub struct JoinedRoom {
    pub room: RoomSummary,
    pub members: Vec<Member>,
    pub messages: Vec<Message>,
}

/// A room by its id on the wire, whoever asks.
pub(super) async fn find(connection: &mut SqliteConnection, room: RoomId) -> Result<(i64, RoomKind)> {
    let row = sqlx::query("SELECT id, kind FROM rooms WHERE pid = ? AND deleted_at IS NULL")
        .bind(room.to_string())
        .fetch_optional(connection)
        .await?
        .ok_or(Error::NotFound("the room"))?;
    Ok((row.try_get("id")?, rows::word(row.try_get::<String, _>("kind")?.as_str())?))
}

/// Writes a room with its creator as owner, without telling anybody.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    creator_key: i64,
    room: &NewRoom,
    direct_key: Option<&str>,
) -> Result<(i64, RoomId)> {
    let (pid, now) = (RoomId::generate(), clock::now());
    // A key is never used again: what outlives a room would mean another one.
    let query = "INSERT INTO rooms
        (id, pid, kind, name, name_key, topic, direct_key, created_at, last_activity_at, created_by)
        VALUES (1 + max(coalesce((SELECT max(id) FROM rooms), 0),
                        coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'last_removed_room'), 0)),
                ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8) RETURNING id";
    let room_key: i64 = sqlx::query_scalar(query)
        .bind(pid.to_string())
        .bind(kind_word(room.kind))
        .bind(&room.name)
        .bind(room.name.as_ref().map(|name| name.to_lowercase()))
        .bind(&room.topic)
        .bind(direct_key)
        .bind(now.as_millis())
        .bind(creator_key)
        .fetch_one(&mut *connection)
        .await?;
    members::add(connection, room_key, creator_key, "owner", now).await?;
    Ok((room_key, pid))
}

impl Storage {
    /// Makes a room with its participants as members; a direct room of the same people is found, not doubled.
    pub async fn create_room(&self, creator: UserId, room: NewRoom, most_rooms: u32) -> Result<RoomSummary> {
        self.writer
            .run(move |transaction| Box::pin(async move { create(transaction, creator, room, most_rooms).await }))
            .await
    }

    /// Deletes a room for everybody; its messages are removed in the background.
    pub async fn delete_room(&self, actor: Actor, room: RoomId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let seat = seat(&mut transaction.connection, room, actor.user).await?;
                    policy::may_delete_room(seat.standing)?;
                    delete(transaction, By::from(&actor), (seat.room_key, room)).await
                })
            })
            .await
    }

    /// A page of the public rooms by name, behind the room `after` of that name, whether it is still there or not;
    /// `query` is looked for in the name.
    ///
    /// # Errors
    /// `Forbidden` for a guest.
    pub async fn public_rooms(
        &self,
        user: UserId,
        query: Option<&str>,
        after: Option<(&str, RoomId)>,
        limit: u32,
    ) -> Result<Vec<Room>> {
        let _turn = self.long_read(user).await?;
        let mut reader = self.readers.begin().await?;
        policy::may_list_rooms(summaries::me(&mut reader, user).await?.role)?;
        let sql = format!(
            "SELECT {} FROM rooms r WHERE r.kind = 'public' AND r.deleted_at IS NULL
                AND (?1 IS NULL OR (r.name_key, r.pid) > (?1, ?2))
             ORDER BY r.name_key, r.pid",
            room_rows::ROOM_COLUMNS
        );
        let all = sqlx::query(AssertSqlSafe(sql))
            .bind(after.map(|(name, _)| name.to_lowercase()))
            .bind(after.map(|(_, room)| room.to_string()))
            .fetch(&mut *reader);
        first_fitting(all, query, limit, room_rows::room_from_row, |room| [room.name.as_deref(), None]).await
    }
}

/// Deletes a room for everybody in the name of somebody who may.
///
/// # Errors
/// `Forbidden` for General.
pub(super) async fn delete(transaction: &mut Transaction, by: By, (room_key, room): (i64, RoomId)) -> Result<()> {
    if general::is(&mut transaction.connection, room).await? {
        return Err(Error::Forbidden("everybody begins in this room; it cannot be deleted"));
    }
    let query = "UPDATE rooms SET deleted_at = ?, direct_key = NULL WHERE id = ?
        RETURNING name, member_count, last_seq";
    let (name, members, messages): (Option<String>, i64, i64) = sqlx::query_as(query)
        .bind(clock::now().as_millis())
        .bind(room_key)
        .fetch_one(&mut transaction.connection)
        .await?;
    reports::hand_up_before_deletion(transaction, room_key, by.user()).await?;
    streams::forget(transaction, |message| message.room == room).await?;
    notifications::withdraw_room(transaction, (room_key, room)).await?;
    transaction.tell(Notice::to_room(room, RoomDeleted { room_id: room }));
    transaction.tell(Notice::Close { room });
    let detail = json!({ "members": members, "messages": messages });
    let about = Some(About::Room(room, name));
    audit::note(transaction, Note { by, act: AuditAct::RoomDeleted, about, detail }).await
}

async fn create(transaction: &mut Transaction, creator: UserId, room: NewRoom, most_rooms: u32) -> Result<RoomSummary> {
    let (creator_key, who) = active_user(&mut transaction.connection, creator).await?;
    let who_may = team::settings(&mut transaction.connection).await?.create_rooms;
    let role = summaries::me(&mut transaction.connection, creator).await?.role;
    policy::may_create_room(role, room.kind, who_may)?;
    if role.is_guest() {
        roster::check_sharers(&mut transaction.connection, creator, &room.participants).await?;
    }
    let mut others = active_users(&mut transaction.connection, &room.participants).await?;
    others.retain(|(key, _)| *key != creator_key);
    let direct_key = (room.kind == RoomKind::Direct).then(|| direct_key(creator, &others));
    if let Some(key) = &direct_key {
        let known: Option<String> = sqlx::query_scalar("SELECT pid FROM rooms WHERE direct_key = ?")
            .bind(key)
            .fetch_optional(&mut transaction.connection)
            .await?;
        if let Some(pid) = known {
            let seat = seat(&mut transaction.connection, rows::id(&pid)?, creator).await?;
            return summaries::one(&mut transaction.connection, &seat).await;
        }
    }
    if direct_key.is_none() || others.len() > 1 {
        check_room_limit(&mut transaction.connection, creator_key, most_rooms).await?;
    }
    let (room_key, pid) = insert(&mut transaction.connection, creator_key, &room, direct_key.as_deref()).await?;
    let (others, _) = members::add_all(&mut transaction.connection, room_key, others).await?;
    if room.kind != RoomKind::Direct {
        let system = [Some(SystemEvent::Created), invited(&others)];
        for event in system.into_iter().flatten() {
            system::append(transaction, pid, room_key, creator_key, &who, event).await?;
        }
    }
    if let Some((_, first)) = others.first() {
        // Who is new in a room has it as every other who is.
        let seat = seat(&mut transaction.connection, pid, first.id).await?;
        let summary = summaries::one(&mut transaction.connection, &seat).await?;
        for (_, who) in &others {
            tell_of(transaction, who.id, summary.clone());
        }
    }
    let creators = seat(&mut transaction.connection, pid, creator).await?;
    let summary = summaries::one(&mut transaction.connection, &creators).await?;
    tell_of(transaction, creator, summary.clone());
    let people = others.iter().map(|(key, _)| *key).collect();
    members::notify_of_invite(transaction, (room_key, pid), (creator_key, who), people).await?;
    Ok(summary)
}

/// Each hears of the room first, with the system lines in it, and from then on what happens there.
fn tell_of(transaction: &mut Transaction, user: UserId, room: RoomSummary) {
    transaction.tell(Notice::Enter { user, room: room.room.id });
    transaction.tell(Notice::to_user(user, RoomCreated { room }));
}

fn invited(others: &[(i64, UserRef)]) -> Option<SystemEvent> {
    (!others.is_empty())
        .then(|| SystemEvent::Invited { users: others.iter().map(|(_, who)| system_user(who)).collect() })
}

fn direct_key(creator: UserId, others: &[(i64, UserRef)]) -> String {
    let mut ids: Vec<String> =
        others.iter().map(|(_, other)| other.id.to_string()).chain([creator.to_string()]).collect();
    ids.sort_unstable();
    ids.join(" ")
}

/// Direct rooms of two are limited by the number of people.
async fn check_room_limit(connection: &mut SqliteConnection, user_key: i64, most: u32) -> Result<()> {
    let wanted = team::settings(connection).await?.rooms_per_person;
    let most = most.min(wanted.unwrap_or(most));
    let query = "SELECT count(*) FROM rooms r WHERE r.created_by = ? AND r.deleted_at IS NULL
        AND NOT (r.kind = 'direct' AND r.member_count <= 2)";
    let created: i64 = sqlx::query_scalar(query).bind(user_key).fetch_one(connection).await?;
    if created >= i64::from(most) {
        return Err(Error::Conflict(format!("you have created {created} rooms, and {most} is the most")));
    }
    Ok(())
}

pub(super) async fn load(connection: &mut SqliteConnection, room_key: i64) -> Result<Room> {
    let sql = format!("SELECT {} FROM rooms r WHERE r.id = ?", room_rows::ROOM_COLUMNS);
    room_rows::room_from_row(&sqlx::query(AssertSqlSafe(sql)).bind(room_key).fetch_one(connection).await?)
}
