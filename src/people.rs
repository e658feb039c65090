//! The directory of everybody who has an account here.

use crate::app::App;
use crate::contract::{MAX_LIST_LIMIT, Users};
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
