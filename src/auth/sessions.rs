//! One's own logins: seen and ended.

use super::own_session;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::Sessions;
use crate::error::Result;
use crate::ids::SessionId;
use std::sync::Arc;
use std::time::Duration;

/// How long a socket may outlive its session's time at the most.
const END_EXPIRED_EVERY: Duration = Duration::from_secs(5);

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

/// Ends the sessions whose time is over, sockets included. Runs until the server stops.
pub async fn end_expired(app: Arc<App>) {
    let mut tick = tokio::time::interval(END_EXPIRED_EVERY);
    loop {
        tick.tick().await;
        if app.leads()
            && let Err(error) = app.storage.end_expired_sessions().await
        {
            tracing::warn!(%error, "expired sessions could not be ended");
        }
    }
}
