//! Who somebody is: accounts, logins, invites, and the tokens that prove them.

mod fields;
pub mod invites;
pub mod links;
mod login;
pub mod operator;
mod passwords;
mod registration;
pub mod sessions;
pub mod setup;

pub(crate) use fields::display_name;
pub use login::{Device, Login, log_in, log_out, refresh};
pub use passwords::{change_password, reset_password};
pub use registration::register;

use crate::actor::Actor;
use crate::app::App;
use crate::clock;
use crate::credentials::passes::{DevicePass, FilePass};
use crate::credentials::tokens::{Access, BOT_PREFIX, TokenDigest};
use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};

/// Whom a token stands for: an access token of a live session, or a bot token.
///
/// # Errors
/// `Unauthenticated` with the reason.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor> {
    if token.starts_with(BOT_PREFIX) {
        let bot = app.storage.bot_by_token(TokenDigest::of(token).as_bytes()).await?;
        let user = bot.ok_or(Error::Unauthenticated("the token is not valid"))?;
        return Ok(Actor { user, session: None, bot: true, client: None, address: None });
    }
    let access = Access::verify(token, &app.keys.ring(), clock::now())?;
    let actor = Actor { user: access.user, session: Some(access.session), bot: false, client: None, address: None };
    check_session(app, &actor).await?;
    Ok(actor)
}

/// The pass with which a browser reads files in the name of a session.
pub fn file_pass(app: &App, session: SessionId) -> String {
    FilePass(session).sign(&app.keys.ring())
}

/// The pass by which a browser is known again in which somebody has logged in.
pub fn device_pass(app: &App, user: UserId, session: SessionId) -> String {
    DevicePass { user, session }.sign(&app.keys.ring())
}

/// Who has logged in with the browser that holds a pass; none when it is none of ours.
pub fn read_device_pass(app: &App, pass: &str) -> Option<DevicePass> {
    DevicePass::verify(pass, &app.keys.ring())
}

/// Whom a pass for files stands for.
///
/// # Errors
/// `Unauthenticated` when it is none of ours, or its session has ended.
pub async fn authenticate_file_pass(app: &App, pass: &str) -> Result<Actor> {
    let FilePass(session) =
        FilePass::verify(pass, &app.keys.ring()).ok_or(Error::Unauthenticated("the pass is not valid"))?;
    let user = app.storage.owner_of_session(session).await?.ok_or(Error::Unauthenticated("the session has ended"))?;
    Ok(Actor { user, session: Some(session), bot: false, client: None, address: None })
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

/// The session of a person.
///
/// # Errors
/// `Forbidden` for a bot, which has none.
fn own_session(actor: &Actor) -> Result<SessionId> {
    actor.session.ok_or(Error::Forbidden("a bot has a token, and neither sessions nor a password"))
}
