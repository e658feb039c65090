//! The directory of everybody who has an account here, and what they may change of their own.

pub mod administration;

use crate::actor::Actor;
use crate::app::App;
use crate::auth;
use crate::contract::{MAX_LIST_LIMIT, MeAnswer, UpdateMe, UserAnswer, Users};
use crate::error::{Error, Result};
use crate::ids::UserId;

const DEFAULT_LIMIT: u32 = 50;

/// A page of active people by name; to a guest, of those who share a room with them. What looks for a name counts as a
/// search.
pub async fn list(
    app: &App,
    actor: &Actor,
    query: Option<&str>,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Result<Users> {
    let after = behind(cursor)?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let query = query.map(str::trim).filter(|query| !query.is_empty());
    if query.is_some() {
        app.limits.search(actor)?;
    }
    let users = app.storage.users(actor.user, query, after, limit).await?;
    let cursor = users.last().filter(|_| users.len() >= limit as usize).map(|last| last.id.to_string());
    Ok(Users { users, cursor })
}

fn behind(cursor: Option<&str>) -> Result<Option<UserId>> {
    let after = cursor.map(str::parse::<UserId>).transpose();
    after.map_err(|_| Error::invalid("cursor", "this is no cursor that the server gave"))
}

/// Somebody, as the caller may see them.
///
/// # Errors
/// `NotFound`, and to a guest also of who shares no room with them.
pub async fn one(app: &App, actor: &Actor, user: UserId) -> Result<UserAnswer> {
    Ok(UserAnswer { user: app.storage.user_seen_by(actor.user, user).await? })
}

/// Changes the caller's own account, and tells who shares a room with them.
pub async fn update_me(app: &App, actor: &Actor, command: UpdateMe) -> Result<MeAnswer> {
    let Some(name) = command.display_name else {
        return Ok(MeAnswer { user: app.storage.me(actor.user).await? });
    };
    Ok(MeAnswer { user: app.storage.rename_user(actor.user, auth::display_name(&name)?).await? })
}
