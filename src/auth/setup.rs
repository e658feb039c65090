//! The first account: made with a link that only the server's console shows.

use super::links;
use super::login::{self, Device, Login};
use super::registration::Applicant;
use crate::app::App;
use crate::clock;
use crate::contract::{ServerRole, SetUp};
use crate::credentials::tokens::{RandomToken, TokenDigest};
use crate::error::Result;
use crate::rooms;
use std::io::Write;
use std::time::Duration;

/// How long a setup link is good for.
const LINK_LIFETIME: Duration = Duration::from_secs(30 * 60);

/// Prints a new setup link while nobody has an account; earlier ones are void. Never through the log, which others
/// may read.
///
/// # Errors
/// Those of storage.
pub async fn offer(app: &App) -> Result<()> {
    if !app.storage.needs_setup().await? {
        return Ok(());
    }
    let token = RandomToken::link();
    if !app.storage.offer_setup(token.digest, clock::now() + LINK_LIFETIME).await? {
        return Ok(());
    }
    let link = links::setup(&links::base(app), token.expose());
    let minutes = LINK_LIFETIME.as_secs() / 60;
    let mut out = std::io::stdout();
    let text = format!("nobody has an account yet; set the server up here within {minutes} minutes:\n  {link}");
    if let Err(error) = writeln!(out, "{text}").and_then(|()| out.flush()) {
        tracing::warn!(%error, "the setup link could not be printed; `maru user create --role owner` does the same");
    }
    Ok(())
}

/// Makes the owner of the server and General, and logs in.
///
/// # Errors
/// `Conflict` when the server is set up, `Unauthenticated` when the token is not valid, `Invalid` for a field,
/// `RateLimited` when too many are under way from the address.
pub async fn set_up(app: &App, command: SetUp, device: Device) -> Result<Login> {
    let token = TokenDigest::of(&command.token);
    app.storage.check_setup(token).await?;
    let room_name = command.room_name.as_deref().map(rooms::first_name).transpose()?;
    let applicant = Applicant::check(command.username, &command.display_name, command.password, None)?;
    let _under_way = app.throttle.begin_choosing(device.address)?;
    let account = applicant.into_account(app, ServerRole::Owner).await?;
    let started = app.storage.set_up(token, account, room_name, login::session(app, device)).await?;
    login::grant(app, started)
}
