//! One's own logins: seen and ended.

use super::own_session;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::Sessions;
use crate::error::Result;
use crate::ids::SessionId;

/// The caller's sessions, the one used last first; at most 200.
///
/// # Errors
/// `Forbidden` for a bot.
pub async fn list(app: &App, actor: &Actor) -> Result<Sessions> {
    let current = own_session(actor)?;
    Ok(Sessions { sessions: app.storage.sessions(actor.user, Some(current)).await? })
}

/// Ends one of the caller's sessions, the present one too.
///
/// # Errors
/// `NotFound` for a session that is not the caller's or has ended; `Forbidden` for a bot.
pub async fn end(app: &App, actor: &Actor, session: SessionId) -> Result<()> {
    own_session(actor)?;
    app.storage.end_session(actor.user, session, "the session was ended from another device").await
}
