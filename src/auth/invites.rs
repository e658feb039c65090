//! Inviting people to the server. Administrators alone do.

use super::links;
use crate::actor::Actor;
use crate::app::App;
use crate::clock;
use crate::contract::{CreateInvite, CreatedInvite, Invite, InvitePreview, Invites, ServerRole};
use crate::credentials::tokens::{RandomToken, TokenDigest};
use crate::error::{Error, Result};
use crate::ids::InviteId;
use crate::storage::{InviteRooms, NewInvite};
use std::ops::RangeInclusive;
use std::time::Duration;

const USES: RangeInclusive<u32> = 1..=10_000;
const LIFETIME_SECONDS: RangeInclusive<u64> = 60..=365 * 24 * 3_600;
const DEFAULT_LIFETIME_SECONDS: u64 = 7 * 24 * 3_600;
const MAX_ROOMS: usize = 50;

/// Makes an invite. `base` is where its link leads.
///
/// # Errors
/// `Invalid` for a field, `Forbidden` for who is no administrator, `NotFound` for a room that the caller is not in.
pub async fn create(app: &App, actor: &Actor, mut command: CreateInvite, base: &str) -> Result<CreatedInvite> {
    let rooms = InviteRooms::Ids(std::mem::take(&mut command.rooms));
    make(app, Some(*actor), command, rooms, base).await
}

/// Without a creator it is the operator's, in the name of the first administrator who is in the rooms.
pub(super) async fn make(
    app: &App,
    creator: Option<Actor>,
    command: CreateInvite,
    rooms: InviteRooms,
    base: &str,
) -> Result<CreatedInvite> {
    let uses = command.uses.unwrap_or(1);
    if !USES.contains(&uses) {
        let message = format!("an invite is good for {} to {} people", USES.start(), USES.end());
        return Err(Error::invalid("uses", message));
    }
    let seconds = command.expires_in_seconds.unwrap_or(DEFAULT_LIFETIME_SECONDS);
    if !LIFETIME_SECONDS.contains(&seconds) {
        return Err(Error::invalid("expiresInSeconds", "an invite is good for a minute to 365 days"));
    }
    let number = match &rooms {
        InviteRooms::Ids(rooms) => rooms.len(),
        InviteRooms::Called(names) => names.len(),
    };
    if number > MAX_ROOMS {
        return Err(Error::invalid("rooms", format!("at most {MAX_ROOMS} rooms are allowed")));
    }
    let role = command.role.unwrap_or(ServerRole::Member);
    if role.administers() {
        return Err(Error::invalid("role", "an invite makes members or guests"));
    }
    if role.is_guest() && number == 0 {
        return Err(Error::invalid("rooms", "a guest sees only the rooms of the invite: name at least one"));
    }
    let code = RandomToken::code();
    let expires_at = clock::now() + Duration::from_secs(seconds);
    let invite = NewInvite { digest: code.digest, rooms, role, max_uses: uses, expires_at };
    let invite: Invite = app.storage.create_invite(creator, invite).await?;
    let url = links::invite(base, code.expose());
    Ok(CreatedInvite { invite, code: code.expose().to_owned(), url })
}

/// Every invite that can still be used.
///
/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn list(app: &App, actor: &Actor) -> Result<Invites> {
    Ok(Invites { invites: app.storage.open_invites(actor.user).await? })
}

/// # Errors
/// `Forbidden` for who is no administrator, `NotFound` for an invite that is unknown or was revoked.
pub async fn revoke(app: &App, actor: &Actor, invite: InviteId) -> Result<()> {
    app.storage.revoke_invite(*actor, invite).await
}

/// What an invite's holder is shown before registering.
///
/// # Errors
/// `NotFound` for an unknown code; `Forbidden` with the reason for one that is past its use.
pub async fn preview(app: &App, code: &str) -> Result<InvitePreview> {
    app.storage.preview_invite(TokenDigest::of_code(code)).await
}
