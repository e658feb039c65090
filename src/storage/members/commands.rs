//! Joining, adding, leaving, removing, as people ask for it.

use super::entering::{add_all, leave, notify_of_invite, remove};
use super::{active_user, active_users, member, seat, system_user};
use crate::actor::{Actor, By};
use crate::contract::{AuditAct, MemberJoined, MemberLeft, RoomInvited, RoomRemoved, ServerRole, SystemEvent};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use crate::policy;
use crate::storage::audit::{self, About, Note};
use crate::storage::moderation::roles;
use crate::storage::rooms::{self, JoinedRoom};
use crate::storage::{Storage, general, messages, notifications, roster, summaries, system};
use serde_json::json;

/// The most members that `room:join` answers with.
const FIRST_MEMBERS: u32 = 100;
/// The most messages that `room:join` answers with.
const FIRST_MESSAGES: u32 = 50;

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
                    // Who is new in a room has it as every other who is: its last message is the line above. Each hears
                    // of the room first, with all of the above in it, and from then on what happens there.
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
