//! Who may do what: pure functions of role and membership, asked inside the transaction that acts.

use crate::clock::Timestamp;
use crate::contract::{
    MayCreateRooms, MayMentionEverybody, MaySetRetention, MentionAll, Posting, RequireTwoFactor, RoomKind, RoomRole,
    ServerRole,
};
use crate::error::{Error, Result};
use crate::ids::UserId;
use std::time::Duration;

/// What a decision about a room is made from.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub user: UserId,
    pub server_role: ServerRole,
    pub room_kind: RoomKind,
    pub room_role: RoomRole,
}

impl Standing {
    fn governs(self) -> bool {
        self.owns() || self.server_role.administers()
    }

    /// Guests own nothing, also where nobody else is left.
    fn owns(self) -> bool {
        self.room_role == RoomRole::Owner && !self.server_role.is_guest()
    }

    /// Whether they look after the room. Guests look after none.
    pub fn moderates(self) -> bool {
        self.governs() || (self.room_role == RoomRole::Moderator && !self.server_role.is_guest())
    }
}

/// Whether somebody does in a room what only their role on the server lets them do.
pub fn acts_as_administrator(standing: Standing) -> bool {
    !standing.owns() && standing.server_role.administers()
}

fn allow(allowed: bool, refusal: &'static str) -> Result<()> {
    if allowed { Ok(()) } else { Err(Error::Forbidden(refusal)) }
}

/// A room that is not public is not known to who is not in it, and no room at all to a guest.
pub fn may_join(role: ServerRole, kind: RoomKind) -> Result<()> {
    if kind == RoomKind::Public && !role.is_guest() { Ok(()) } else { Err(Error::NotFound("the room")) }
}

pub fn may_list_rooms(role: ServerRole) -> Result<()> {
    allow(!role.is_guest(), "a guest sees only the rooms that somebody added them to")
}

/// With whom a guest begins a direct room is another question.
pub fn may_create_room(role: ServerRole, kind: RoomKind, who: MayCreateRooms) -> Result<()> {
    allow(!role.is_guest() || kind == RoomKind::Direct, "a guest makes no rooms")?;
    let is_open = kind == RoomKind::Direct || who == MayCreateRooms::Everyone;
    allow(is_open || role.administers(), "only an administrator may create rooms here")
}

/// What a member may read, they may take with them; who is a guest does so with what is their own alone.
pub fn may_archive_room(standing: Standing) -> Result<()> {
    allow(!standing.server_role.is_guest(), "a guest takes an archive of their own messages and files alone")
}

pub fn may_invite(standing: Standing) -> Result<()> {
    allow(!standing.server_role.is_guest(), "a guest adds nobody to a room")?;
    allow(standing.room_kind != RoomKind::Direct, "nobody can be added to a direct room")
}

pub fn may_leave(standing: Standing) -> Result<()> {
    allow(standing.room_kind != RoomKind::Direct, "a direct room cannot be left; mute it instead")
}

pub fn may_kick(standing: Standing) -> Result<()> {
    allow(standing.room_kind != RoomKind::Direct, "nobody can be removed from a direct room")?;
    allow(standing.moderates(), "only who looks after the room may remove members")
}

/// Whom of a room somebody may remove who may remove members at all.
pub fn may_kick_who(standing: Standing, role: RoomRole) -> Result<()> {
    allow(
        standing.governs() || role == RoomRole::Member,
        "only the room's owner or an administrator may remove its owners and moderators",
    )
}

pub fn may_set_room_role(standing: Standing) -> Result<()> {
    allow(standing.room_kind != RoomKind::Direct, "in a direct room everybody has the same role")?;
    allow(standing.governs(), "only the room's owner or an administrator may change roles")
}

/// Guests look after no room.
pub fn may_hold_room_role(guest: bool, role: RoomRole) -> Result<()> {
    allow(!guest || role == RoomRole::Member, "a guest looks after no room")
}

/// `in_thread`: it is not shown in the room's list.
pub fn may_post(standing: Standing, posting: Posting, in_thread: bool) -> Result<()> {
    let is_open = match posting {
        Posting::Everyone => true,
        Posting::Threads => in_thread,
        Posting::Moderators => false,
    };
    let refusal = match posting {
        Posting::Threads => "only its owner and moderators post in this room; others reply in threads",
        _ => "only its owner and moderators post in this room",
    };
    allow(is_open || standing.moderates(), refusal)
}

/// Whether somebody who wrote last at `last` may write again.
///
/// # Errors
/// `RateLimited` with what is left of the time between two messages.
pub fn may_post_again(standing: Standing, pause: Duration, last: Option<Timestamp>, now: Timestamp) -> Result<()> {
    match last.and_then(|last| pause.checked_sub(now.since(last))) {
        Some(left) if !left.is_zero() && !standing.moderates() => Err(Error::RateLimited { retry_after: left }),
        _ => Ok(()),
    }
}

pub fn may_slow_down(standing: Standing) -> Result<()> {
    allow(standing.room_kind != RoomKind::Direct, "a direct room has no slow mode")?;
    allow(standing.moderates(), "only who looks after the room may change its slow mode")
}

/// Hiding is for what others wrote in rooms that somebody looks after.
pub fn may_hide(standing: Standing) -> Result<()> {
    allow(standing.room_kind != RoomKind::Direct, "in a direct room nothing is hidden; report it instead")?;
    allow(standing.moderates(), "only who looks after the room may hide messages")
}

/// What others hid of somebody's own they show again only where they govern. `by_server`: it was reported to those who
/// administer the server, and hidden by them; nobody shows that again of their own.
pub fn may_show(standing: Standing, author: UserId, by_server: bool) -> Result<()> {
    may_hide(standing)?;
    allow(
        !by_server || standing.server_role.administers(),
        "an administrator hid this message, and only an administrator may show it again",
    )?;
    allow(
        standing.user != author || (standing.governs() && !by_server),
        "this message is your own; somebody else who looks after the room may show it again",
    )
}

/// What was reported by others, in a room of which somebody is a member.
pub fn may_handle_reports(standing: Standing) -> Result<()> {
    allow(
        standing.room_kind != RoomKind::Direct && standing.moderates(),
        "only who looks after the room handles reports",
    )
}

pub fn may_update(standing: Standing, changes_kind: bool) -> Result<()> {
    allow(standing.room_kind != RoomKind::Direct, "a direct room has no name, topic or kind to change")?;
    if changes_kind {
        return allow(standing.owns(), "only the room's owner may change its kind");
    }
    allow(standing.governs(), "only the room's owner or an administrator may change the room")
}

pub fn may_delete_room(standing: Standing) -> Result<()> {
    allow(standing.room_kind != RoomKind::Direct, "a direct room cannot be deleted")?;
    allow(standing.governs(), "only the room's owner or an administrator may delete the room")
}

pub fn may_edit(standing: Standing, author: UserId) -> Result<()> {
    allow(standing.user == author, "only its author may edit a message")
}

pub fn may_stream(user: UserId, author: UserId) -> Result<()> {
    allow(user == author, "only its sender may go on with a streamed message")
}

pub fn may_delete_message(standing: Standing, author: UserId) -> Result<()> {
    allow(
        standing.user == author || standing.moderates(),
        "only its author or who looks after the room may delete a message",
    )
}

pub fn may_show_preview(standing: Standing, author: UserId) -> Result<()> {
    allow(
        standing.user == author || standing.moderates(),
        "only its author or who looks after the room may change the previews of a message",
    )
}

pub fn may_set_retention(standing: Standing, by: MaySetRetention) -> Result<()> {
    allow(standing.room_kind != RoomKind::Direct, "how long direct conversations are kept is decided for all of them")?;
    let may = match by {
        MaySetRetention::Owners => standing.governs(),
        MaySetRetention::Administrators => standing.server_role.administers(),
    };
    allow(may, "only an administrator, or the room's owner where the team lets them, may decide how long it is kept")
}

/// Direct rooms are their members' own.
pub fn may_switch_previews(standing: Standing) -> Result<()> {
    allow(
        standing.room_kind == RoomKind::Direct || standing.governs(),
        "only the room's owner or an administrator may switch its previews",
    )
}

pub fn may_delete_task(standing: Standing, creator: UserId) -> Result<()> {
    allow(
        standing.user == creator || standing.governs(),
        "only who made it, the room's owner or an administrator may delete a task",
    )
}

/// `members` is the size of the room; in one larger than `most` nobody may, in one larger than `most_by_members` only
/// who looks after it.
pub fn may_mention_group(standing: Standing, members: i64, most: i64, most_by_members: i64) -> Result<()> {
    allow(!standing.server_role.is_guest(), "a guest mentions nobody but by name")?;
    allow(members <= most, "this room is too large to mention everybody in it")?;
    allow(
        members <= most_by_members || standing.moderates(),
        "in a room of this size only who looks after it may mention everybody",
    )
}

/// Whether what mentions everybody reaches them; it is sent in any case.
pub fn reaches_everybody(standing: Standing, room: MentionAll, team: MayMentionEverybody) -> bool {
    let is_free = standing.room_kind == RoomKind::Direct
        || (room == MentionAll::Everyone && team == MayMentionEverybody::Everyone);
    is_free
        || standing.server_role.administers()
        || (standing.moderates() && team != MayMentionEverybody::Administrators)
}

/// For other services, which hold a bot token.
pub fn may_serve(role: ServerRole) -> Result<()> {
    allow(role.administers(), "only a bot or an administrator may do this")
}

pub fn may_add_emoji(role: ServerRole, by_members: bool) -> Result<()> {
    allow((by_members && !role.is_guest()) || role.administers(), "only an administrator may add emoji")
}

pub fn may_change_emoji(role: ServerRole, by_members: bool, is_own: bool) -> Result<()> {
    let own = by_members && is_own && !role.is_guest();
    allow(own || role.administers(), "only an administrator may change this emoji")
}

pub fn may_administer(role: ServerRole) -> Result<()> {
    allow(role.administers(), "only an administrator may do this")
}

/// Whether who has the role `by` may change, end or log out an account with the role `of`.
pub fn may_administer_person(by: ServerRole, of: ServerRole) -> Result<()> {
    may_administer(by)?;
    allow(by == ServerRole::Owner || !of.administers(), "only an owner may do this to an administrator")
}

pub fn may_give_role(by: ServerRole, role: ServerRole) -> Result<()> {
    may_administer(by)?;
    allow(by == ServerRole::Owner || !role.administers(), "only an owner makes administrators and owners")
}

/// Whether a person with this role has to log in with a second factor.
pub fn needs_two_factor(role: ServerRole, required: RequireTwoFactor) -> bool {
    match required {
        RequireTwoFactor::Nobody => false,
        RequireTwoFactor::Administrators => role.administers(),
        RequireTwoFactor::Everybody => true,
    }
}

pub fn may_turn_off_two_factor(role: ServerRole, required: RequireTwoFactor) -> Result<()> {
    allow(!needs_two_factor(role, required), "two-factor login is required here")
}

/// Whether who has a second factor, or has none, may have others need one. Who asked for what they do not have would be
/// the first who is shut out.
pub fn may_require_two_factor(has: bool, required: RequireTwoFactor) -> Result<()> {
    let refusal = "turn on two-factor login for yourself before you require it of others";
    allow(has || required == RequireTwoFactor::Nobody, refusal)
}

/// One's own is given up with a password and a code, and not by the rights of an administrator.
pub fn may_reset_two_factor(by: Option<UserId>, of: UserId) -> Result<()> {
    allow(by != Some(of), "turn off your own two-factor login in your settings")
}

#[cfg(test)]
mod tests;
