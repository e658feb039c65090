//! Replacing one's own password.

use super::{login, own_session};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::{ChangePassword, ResetPassword};
use crate::credentials::passwords::Password;
use crate::credentials::throttle::Attempt;
use crate::credentials::tokens::TokenDigest;
use crate::error::{Error, Result};
use std::net::IpAddr;

/// Replaces the caller's password, and ends their other sessions.
///
/// # Errors
/// `Invalid` with the field `current` or `new`; `RateLimited` after too many wrong ones; `Forbidden` for a bot.
pub async fn change_password(app: &App, actor: &Actor, command: ChangePassword, address: IpAddr) -> Result<()> {
    let session = own_session(actor)?;
    let (current, new) = (Password::from(command.current), Password::from(command.new));
    let (me, team) = (app.storage.me(actor.user).await?.user, app.storage.team().await?.name);
    let names = [me.username.as_deref(), Some(&me.display_name), team.as_deref()];
    new.check("new", &names.map(Option::unwrap_or_default))?;
    let known = app.storage.credentials(actor.user).await?;
    // A stolen access token must not become a way to guess faster than by logging in.
    // Nor may strangers who guess keep a person from changing it.
    let attempt = Attempt { account: &known.username_key, address, device: Some(session) };
    let verified = login::verify(app, attempt, Some(&known), &current).await?;
    let verified = verified.ok_or_else(|| Error::invalid("current", "this is not your current password"))?;
    let hash = app.passwords.turn().await?.hash(&new).await?;
    app.storage.change_password(*actor, session, verified.hash, hash).await
}

/// Replaces a password with a reset link, which is spent, and ends all of the user's sessions.
///
/// # Errors
/// `Unauthenticated` when the link is not valid, `Invalid` with the field `password`, `RateLimited` when too many are
/// under way from the address; the link is then still good.
pub async fn reset_password(app: &App, command: ResetPassword, address: IpAddr) -> Result<()> {
    let token = TokenDigest::of(&command.token);
    let names = app.storage.names_of_reset(token).await?;
    let team = app.storage.team().await?.name;
    let password = Password::from(command.password);
    password.check("password", &[&names[0], &names[1], team.as_deref().unwrap_or_default()])?;
    let _under_way = app.throttle.begin_choosing(address)?;
    let hash = app.passwords.turn().await?.hash(&password).await?;
    app.storage.reset_password(token, hash, address).await
}
