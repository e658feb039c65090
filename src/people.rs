//! The directory of everybody who has an account here, and what they may change of their own.

use crate::actor::Actor;
use crate::app::App;
use crate::auth;
use crate::contract::{MAX_LIST_LIMIT, MeAnswer, UpdateMe, Users};
use crate::error::{Error, Result};
use crate::ids::UserId;

const DEFAULT_LIMIT: u32 = 50;

/// A page of active people by name.
pub async fn list(app: &App, query: Option<&str>, cursor: Option<&str>, limit: Option<u32>) -> Result<Users> {
    let after = cursor.map(str::parse::<UserId>).transpose();
    let after = after.map_err(|_| Error::invalid("cursor", "this is no cursor that the server gave"))?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let query = query.map(str::trim).filter(|query| !query.is_empty());
    let users = app.storage.users(query, after, limit).await?;
    let cursor = users.last().filter(|_| users.len() >= limit as usize).map(|last| last.id.to_string());
    Ok(Users { users, cursor })
}

/// Changes the caller's own account, and tells who shares a room with them.
pub async fn update_me(app: &App, actor: &Actor, command: UpdateMe) -> Result<MeAnswer> {
    let Some(name) = command.display_name else {
        return Ok(MeAnswer { user: app.storage.me(actor.user).await? });
    };
    Ok(MeAnswer { user: app.storage.rename_user(actor.user, auth::display_name(&name)?).await? })
}
