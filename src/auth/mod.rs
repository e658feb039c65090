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
pub mod two_factor;

pub(crate) use fields::display_name;
pub use login::{Device, Entry, Login, finish_login, log_in, log_out, refresh};
pub use passwords::{change_password, reset_password};
pub use registration::register;

use crate::actor::Actor;
use crate::app::App;
use crate::clock;
use crate::credentials::passes::{DevicePass, FilePass};
use crate::credentials::tokens::{Access, BOT_PREFIX, TokenDigest};
use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};

const TWO_FACTOR_DUE: Error = Error::Forbidden("two-factor login is required here: set it up before anything else");

/// Whom a token stands for: an access token of a live session, or a bot token.
///
/// # Errors
/// `Unauthenticated` with the reason; `Forbidden` for who has to set up a second factor before.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor> {
    match identify(app, token).await? {
        (_, true) => Err(TWO_FACTOR_DUE),
        (actor, false) => Ok(actor),
    }
}

/// As `authenticate`, also for who has to set up a second factor before they may do anything else.
///
/// # Errors
/// `Unauthenticated` with the reason.
pub async fn authenticate_for_two_factor(app: &App, token: &str) -> Result<Actor> {
    Ok(identify(app, token).await?.0)
}

/// Whom a token stands for, and whether they lack a second factor that they need.
async fn identify(app: &App, token: &str) -> Result<(Actor, bool)> {
    if token.starts_with(BOT_PREFIX) {
        let bot = app.storage.bot_by_token(TokenDigest::of(token).as_bytes()).await?;
        let user = bot.ok_or(Error::Unauthenticated("the token is not valid"))?;
        return Ok((Actor { user, session: None, bot: true, client: None, address: None }, false));
    }
    let access = Access::verify(token, &app.keys.ring(), clock::now())?;
    let owner = app.storage.owner_of_session(access.session).await?.filter(|owner| owner.user == access.user);
    let owner = owner.ok_or(Error::Unauthenticated("the session has ended"))?;
    let actor = Actor { user: owner.user, session: Some(access.session), bot: false, client: None, address: None };
    Ok((actor, owner.two_factor_due))
}

/// The pass with which a browser reads files in the name of a session.
pub fn file_pass(app: &App, session: SessionId) -> String {
    FilePass(session).sign(&app.keys.ring())
}

/// The pass by which a browser is known again in which somebody has logged in.
pub fn device_pass(app: &App, user: UserId, session: SessionId) -> String {
    DevicePass { user, session, at: clock::now() }.sign(&app.keys.ring())
}

/// Who has logged in with the browser that holds a pass; none when it is none of ours.
pub fn read_device_pass(app: &App, pass: &str) -> Option<DevicePass> {
    DevicePass::verify(pass, &app.keys.ring())
}

/// Whom a pass for files stands for.
///
/// # Errors
/// `Unauthenticated` when it is none of ours, or its session has ended; `Forbidden` for who has to set up a second factor
/// before.
pub async fn authenticate_file_pass(app: &App, pass: &str) -> Result<Actor> {
    let FilePass(session) =
        FilePass::verify(pass, &app.keys.ring()).ok_or(Error::Unauthenticated("the pass is not valid"))?;
    let owner = app.storage.owner_of_session(session).await?.ok_or(Error::Unauthenticated("the session has ended"))?;
    if owner.two_factor_due {
        return Err(TWO_FACTOR_DUE);
    }
    Ok(Actor { user: owner.user, session: Some(session), bot: false, client: None, address: None })
}

/// The session of a person.
///
/// # Errors
/// `Forbidden` for a bot, which has none.
fn own_session(actor: &Actor) -> Result<SessionId> {
    actor.session.ok_or(Error::Forbidden("a bot has a token, and neither sessions nor a password"))
}
