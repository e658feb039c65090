//! Who somebody is: accounts, logins, invites, and the tokens that prove them.

use crate::actor::Actor;
use crate::app::App;
use crate::clock;
use crate::credentials::tokens::{Access, BOT_PREFIX, TokenDigest};
use crate::error::{Error, Result};

/// Whom a token stands for: an access token of a live session, or a bot token.
///
/// # Errors
/// `Unauthenticated` with the reason.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor> {
    if token.starts_with(BOT_PREFIX) {
        let bot = app.storage.bot_by_token(TokenDigest::of(token).as_bytes()).await?;
        let user = bot.ok_or(Error::Unauthenticated("the token is not valid"))?;
        return Ok(Actor { user, session: None, bot: true });
    }
    let access = Access::verify(token, &app.keys.ring(), clock::now())?;
    let actor = Actor { user: access.user, session: Some(access.session), bot: false };
    check_session(app, &actor).await?;
    Ok(actor)
}

/// Whether what the actor was established by still holds.
///
/// # Errors
/// `Unauthenticated` when not.
pub async fn check_session(app: &App, actor: &Actor) -> Result<()> {
    let live = match actor.session {
        Some(session) => app.storage.session_is_live(actor.user, session).await?,
        None => app.storage.bot_is_live(actor.user).await?,
    };
    if live { Ok(()) } else { Err(Error::Unauthenticated("the session has ended")) }
}
