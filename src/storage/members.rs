//! Who belongs to which room: the look-up that every command about a room begins with, joins and departures.

use super::Storage;
use super::audit::{self, About, Note};
use super::general;
use super::messages;
use super::moderation::roles;
use super::notifications::{self, Cause};
use super::posting;
use super::rooms::{self, JoinedRoom};
use super::roster;
use super::rows;
use super::streams;
use super::summaries;
use super::system;
use super::tasks;
use super::threads;
use super::transaction::Transaction;
use crate::actor::{Actor, By};
use crate::clock::{self, Timestamp};
use crate::contract::{
    AuditAct, MemberJoined, MemberLeft, NotificationType, RoomInvited, RoomKind, RoomRemoved, ServerRole, SystemEvent,
    SystemUser, UserRef,
};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use crate::policy::{self, Standing};
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::HashSet;

/// The most members that `room:join` answers with.
const FIRST_MEMBERS: u32 = 100;
/// The most messages that `room:join` answers with.
const FIRST_MESSAGES: u32 = 50;

/// A member in a room, found at the moment of use.
pub(super) struct Seat {
    pub(super) room: RoomId,
    pub(super) room_key: i64,
    pub(super) user_key: i64,
    pub(super) standing: Standing,
}

/// The caller's seat.
///
/// # Errors
/// `NotFound` when there is no such room, or the caller is not in it: the two cannot be told apart.
pub(super) async fn seat(connection: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<Seat> {
    let query = "SELECT r.id AS room_key, r.kind, u.id AS user_key, u.role AS server_role, m.role AS room_role
        FROM rooms r JOIN members m ON m.room_id = r.id JOIN users u ON u.id = m.user_id
        WHERE r.pid = ? AND u.pid = ? AND r.deleted_at IS NULL AND u.deactivated_at IS NULL";
    let row = sqlx::query(query).bind(room.to_string()).bind(user.to_string()).fetch_optional(connection).await?;
    let row = row.ok_or(Error::NotFound("the room"))?;
    Ok(Seat {
        room,
        room_key: row.try_get("room_key")?,
        user_key: row.try_get("user_key")?,
        standing: Standing {
            user,
            server_role: rows::server_role(&row, "server_role")?,
            room_kind: rows::word(row.try_get::<String, _>("kind")?.as_str())?,
            room_role: rows::room_role(&row, "room_role")?,
        },
    })
}

/// Somebody who is active, by their id on the wire.
pub(super) async fn active_user(connection: &mut SqliteConnection, user: UserId) -> Result<(i64, UserRef)> {
    let query = format!(
        "SELECT u.id AS user_key, {} FROM users u WHERE u.pid = ? AND u.deactivated_at IS NULL",
        rows::USER_COLUMNS
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(user.to_string()).fetch_optional(connection).await?;
    let row = row.ok_or(Error::NotFound("the user"))?;
    Ok((row.try_get("user_key")?, rows::user_from_row(&row)?))
}

/// Those who are active of these, each once, in the same order.
///
/// # Errors
/// `NotFound` when one is not.
pub(super) async fn active_users(connection: &mut SqliteConnection, users: &[UserId]) -> Result<Vec<(i64, UserRef)>> {
    let query = format!(
        "SELECT u.id AS user_key, {} FROM json_each(?) j
         LEFT JOIN users u ON u.pid = j.value AND u.deactivated_at IS NULL GROUP BY j.value ORDER BY j.key",
        rows::USER_COLUMNS
    );
    let users = serde_json::to_string(users).map_err(Error::internal)?;
    let found = sqlx::query(sqlx::AssertSqlSafe(query)).bind(users).fetch_all(connection).await?;
    let user = |row: &SqliteRow| {
        let key: Option<i64> = row.try_get("user_key")?;
        Ok((key.ok_or(Error::NotFound("the user"))?, rows::user_from_row(row)?))
    };
    found.iter().map(user).collect()
}

/// Makes people members of a room that has some, with everything read so far; answers with those who were not before,
/// and with the room's rev.
pub(super) async fn add_all(
    connection: &mut SqliteConnection,
    room_key: i64,
    mut people: Vec<(i64, UserRef)>,
) -> Result<(Vec<(i64, UserRef)>, i64)> {
    let query = "INSERT INTO members (room_id, user_id, role, read_seq, furthest_seq, read_counted, joined_at)
        SELECT r.id, j.value, 'member', r.last_seq, r.last_seq, r.counted, ?3 FROM json_each(?2) j CROSS JOIN rooms r
        WHERE r.id = ?1 ON CONFLICT (room_id, user_id) DO NOTHING RETURNING user_id";
    let keys: Vec<i64> = people.iter().map(|(key, _)| *key).collect();
    let added: Vec<i64> = sqlx::query_scalar(query)
        .bind(room_key)
        .bind(json!(keys).to_string())
        .bind(clock::now().as_millis())
        .fetch_all(&mut *connection)
        .await?;
    let rev = count_in(connection, room_key, &added).await?;
    let added: HashSet<i64> = added.into_iter().collect();
    people.retain(|(key, _)| added.contains(key));
    Ok((people, rev))
}

/// Counts those (`users.id`) who have become members, and has them wait where they have just written; answers with the
/// room's rev.
async fn count_in(connection: &mut SqliteConnection, room_key: i64, added: &[i64]) -> Result<i64> {
    let query = "UPDATE rooms SET member_count = member_count + ? WHERE id = ? RETURNING rev, slow_mode > 0";
    let (rev, is_slow): (i64, bool) =
        sqlx::query_as(query).bind(added.len() as i64).bind(room_key).fetch_one(&mut *connection).await?;
    if is_slow && !added.is_empty() {
        posting::remember(connection, room_key, &json!(added).to_string()).await?;
    }
    Ok(rev)
}

/// Makes somebody a member with everything read so far; answers with the room's rev, or none when they are one already.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    room_key: i64,
    user_key: i64,
    role: &'static str,
    now: Timestamp,
) -> Result<Option<i64>> {
    let query = "INSERT INTO members (room_id, user_id, role, read_seq, furthest_seq, read_counted, joined_at)
        SELECT id, ?2, ?3, last_seq, last_seq, counted, ?4 FROM rooms WHERE id = ?1
        ON CONFLICT (room_id, user_id) DO NOTHING";
    let added = sqlx::query(query).bind(room_key).bind(user_key).bind(role).bind(now.as_millis());
    if added.execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(None);
    }
    count_in(connection, room_key, &[user_key]).await.map(Some)
}

/// Takes a member out; answers with the room's rev. What they were streaming there ends, and what they were to do is
/// nobody's.
async fn remove(
    transaction: &mut Transaction,
    (room_key, room): (i64, RoomId),
    (user_key, user): (i64, UserId),
    by: UserId,
) -> Result<i64> {
    streams::fail_all(transaction, |message, author| message.room == room && author == user, "the sender left").await?;
    tasks::unassign(transaction, Some(room_key), user_key, by).await?;
    let connection = &mut transaction.connection;
    for query in [
        "DELETE FROM members WHERE room_id = ?1 AND user_id = ?2",
        "DELETE FROM mentions WHERE room_id = ?1 AND user_id = ?2 AND named = 0",
        // What messages say stays as everybody has it; it counts no more, also when they are back.
        "UPDATE mentions SET counts = 0 WHERE room_id = ?1 AND user_id = ?2",
    ] {
        sqlx::query(query).bind(room_key).bind(user_key).execute(&mut *connection).await?;
    }
    let query = "UPDATE rooms SET member_count = member_count - 1 WHERE id = ? RETURNING rev";
    let rev = sqlx::query_scalar(query).bind(room_key).fetch_one(&mut *connection).await?;
    threads::forget_member(connection, room_key, user_key).await?;
    roles::hand_over(transaction, &[room_key]).await?;
    Ok(rev)
}

/// Adds somebody, and tells the room: its system line has to follow. False when they were a member before.
pub(super) async fn enter(
    transaction: &mut Transaction,
    room: RoomId,
    room_key: i64,
    user_key: i64,
    user: &UserRef,
) -> Result<bool> {
    let Some(rev) = add(&mut transaction.connection, room_key, user_key, "member", clock::now()).await? else {
        return Ok(false);
    };
    transaction.tell(Notice::Enter { user: user.id, room });
    transaction.tell(Notice::to_room(room, MemberJoined { room_id: room, user: user.clone(), rev }));
    // Who is the first to come who may own it has it.
    roles::hand_over(transaction, &[room_key]).await?;
    Ok(true)
}

/// Takes somebody out of a room, and tells it.
pub(super) async fn leave(
    transaction: &mut Transaction,
    (room_key, room): (i64, RoomId),
    (user_key, who): (i64, &UserRef),
) -> Result<()> {
    let user = who.id;
    let rev = remove(transaction, (room_key, room), (user_key, user), user).await?;
    transaction.tell(Notice::Leave { user, room });
    notifications::withdraw_room_from(transaction, (room_key, room), user_key).await?;
    let left = MemberLeft { room_id: room, user_id: user, by: None, rev };
    transaction.tell(Notice::to_room(room, left.clone()));
    transaction.tell(Notice::to_user(user, left));
    system::append(transaction, room, room_key, user_key, who, SystemEvent::Left).await
}

impl Storage {
    /// Joins a public room; who is in it already gets the same answer, and nobody is told again.
    pub async fn join_room(&self, user: UserId, room: RoomId) -> Result<JoinedRoom> {
        let receipts = self.receipts;
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let (user_key, who) = active_user(&mut transaction.connection, user).await?;
                    let seat = match seat(&mut transaction.connection, room, user).await {
                        Err(Error::NotFound(_)) => {
                            let (room_key, kind) = rooms::find(&mut transaction.connection, room).await?;
                            let role = if who.guest { ServerRole::Guest } else { ServerRole::Member };
                            policy::may_join(role, kind)?;
                            general::join_room(transaction, room, room_key, user_key, &who).await?;
                            seat(&mut transaction.connection, room, user).await?
                        }
                        found => found?,
                    };
                    let summary = summaries::one(&mut transaction.connection, &seat).await?;
                    let members =
                        roster::page(&mut transaction.connection, &seat, receipts, None, FIRST_MEMBERS).await?;
                    let messages = messages::newest(&mut transaction.connection, &seat, FIRST_MESSAGES).await?;
                    Ok(JoinedRoom { room: summary, members, messages })
                })
            })
            .await
            .map(|mut joined| {
                self.live.complete(&mut joined.messages);
                self.live.complete_rooms([&mut joined.room]);
                joined
            })
    }

    /// Adds people to a room at once; answers with those who were not in it before.
    pub async fn invite_to_room(&self, user: UserId, room: RoomId, invited: Vec<UserId>) -> Result<Vec<UserId>> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let inviter = seat(&mut transaction.connection, room, user).await?;
                    policy::may_invite(inviter.standing)?;
                    let (_, by) = active_user(&mut transaction.connection, user).await?;
                    let people = active_users(&mut transaction.connection, &invited).await?;
                    let (added, rev) = add_all(&mut transaction.connection, inviter.room_key, people).await?;
                    let Some((_, first)) = added.first() else { return Ok(Vec::new()) };
                    let first = first.id;
                    for (_, who) in &added {
                        let joined = MemberJoined { room_id: room, user: who.clone(), rev };
                        transaction.tell(Notice::to_room(room, joined));
                    }
                    let users = added.iter().map(|(_, who)| system_user(who)).collect();
                    let event = SystemEvent::Invited { users };
                    system::append(transaction, room, inviter.room_key, inviter.user_key, &by, event).await?;
                    // Who is new in a room has it as every other who is: its last message is the line above. Each hears of the room first, with all of the
                    // above in it, and from then on what happens there.
                    let theirs = seat(&mut transaction.connection, room, first).await?;
                    let summary = summaries::one(&mut transaction.connection, &theirs).await?;
                    for (_, who) in &added {
                        transaction.tell(Notice::Enter { user: who.id, room });
                        let told = RoomInvited { room: summary.clone(), by: by.clone() };
                        transaction.tell(Notice::to_user(who.id, told));
                    }
                    let (keys, added) = added.into_iter().map(|(key, who)| (key, who.id)).unzip();
                    notify_of_invite(transaction, (inviter.room_key, room), (inviter.user_key, by), keys).await?;
                    Ok(added)
                })
            })
            .await
    }

    /// Leaves a room for good.
    pub async fn leave_room(&self, user: UserId, room: RoomId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let seat = seat(&mut transaction.connection, room, user).await?;
                    policy::may_leave(seat.standing)?;
                    let (_, who) = active_user(&mut transaction.connection, user).await?;
                    leave(transaction, (seat.room_key, room), (seat.user_key, &who)).await
                })
            })
            .await
    }

    /// Removes somebody else from a room.
    pub async fn kick_from_room(&self, actor: Actor, room: RoomId, target: UserId) -> Result<()> {
        let user = actor.user;
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let seat = seat(&mut transaction.connection, room, user).await?;
                    policy::may_kick(seat.standing)?;
                    if target == user {
                        return Err(Error::invalid("userId", "to go yourself, use room:leave"));
                    }
                    let (_, by) = active_user(&mut transaction.connection, user).await?;
                    let (target_key, who) = member(&mut transaction.connection, seat.room_key, target).await?;
                    let role = roles::of(&mut transaction.connection, seat.room_key, target_key).await?;
                    policy::may_kick_who(seat.standing, role)?;
                    let rev = remove(transaction, (seat.room_key, room), (target_key, target), user).await?;
                    transaction.tell(Notice::Leave { user: target, room });
                    notifications::withdraw_room_from(transaction, (seat.room_key, room), target_key).await?;
                    transaction.tell(Notice::to_user(target, RoomRemoved { room_id: room, by: by.clone() }));
                    let left = MemberLeft { room_id: room, user_id: target, by: Some(user), rev };
                    transaction.tell(Notice::to_room(room, left));
                    if policy::acts_as_administrator(seat.standing) {
                        let (by, about) = (By::from(&actor), Some(About::Room(room, None)));
                        let detail = json!({ "user": target });
                        audit::note(transaction, Note { by, act: AuditAct::MemberRemoved, about, detail }).await?;
                    }
                    let event = SystemEvent::Removed { users: vec![system_user(&who)] };
                    system::append(transaction, room, seat.room_key, seat.user_key, &by, event).await
                })
            })
            .await
    }

    /// Whether somebody is in a room now, and the room is there.
    ///
    /// # Errors
    /// `NotFound` when not.
    pub async fn check_member(&self, user: UserId, room: RoomId) -> Result<()> {
        let mut reader = self.readers.acquire().await?;
        seat(&mut reader, room, user).await.map(|_| ())
    }
}

/// Notifies people of a room that somebody made them members of.
pub(super) async fn notify_of_invite(
    transaction: &mut Transaction,
    room: (i64, RoomId),
    by: (i64, UserRef),
    people: Vec<i64>,
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let name: Option<String> = sqlx::query_scalar("SELECT name FROM rooms WHERE id = ?")
        .bind(room.0)
        .fetch_one(&mut transaction.connection)
        .await?;
    // A direct conversation begins with its first message, which tells of itself.
    let Some(name) = name else { return Ok(()) };
    let message = format!("{} added you to {name}", by.1.display_name);
    let kind = NotificationType::Invite;
    let cause = Cause { kind, people, room: Some(room), seq: None, by: Some(by), message, data: None };
    notifications::notify(transaction, cause).await
}

pub(super) async fn member(connection: &mut SqliteConnection, room_key: i64, user: UserId) -> Result<(i64, UserRef)> {
    let query = format!(
        "SELECT u.id AS user_key, {} FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ? AND u.pid = ?",
        rows::USER_COLUMNS
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(room_key)
        .bind(user.to_string())
        .fetch_optional(connection)
        .await?;
    let row = row.ok_or(Error::NotFound("the member"))?;
    Ok((row.try_get("user_key")?, rows::user_from_row(&row)?))
}

pub(super) fn system_user(who: &UserRef) -> SystemUser {
    SystemUser { id: who.id, display_name: who.display_name.clone() }
}

/// The kind of a room as the schema writes it.
pub(super) fn kind_word(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Public => "public",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
    }
}
