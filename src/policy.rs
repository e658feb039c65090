//! Who may do what: pure functions of role and membership, asked inside the transaction that acts.

use crate::contract::{MaySetRetention, RoomKind, RoomRole, ServerRole};
use crate::error::{Error, Result};
use crate::ids::UserId;

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
pub fn may_create_room(role: ServerRole, kind: RoomKind) -> Result<()> {
    allow(!role.is_guest() || kind == RoomKind::Direct, "a guest makes no rooms")
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
    allow(standing.governs(), "only the room's owner or an administrator may remove members")
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
        standing.user == author || standing.governs(),
        "only its author, the room's owner or an administrator may delete a message",
    )
}

pub fn may_show_preview(standing: Standing, author: UserId) -> Result<()> {
    allow(
        standing.user == author || standing.governs(),
        "only its author, the room's owner or an administrator may change the previews of a message",
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
/// who governs it.
pub fn may_mention_group(standing: Standing, members: i64, most: i64, most_by_members: i64) -> Result<()> {
    allow(!standing.server_role.is_guest(), "a guest mentions nobody but by name")?;
    allow(members <= most, "this room is too large to mention everybody in it")?;
    allow(
        members <= most_by_members || standing.governs(),
        "in a room of this size only its owner or an administrator may mention everybody",
    )
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
