//! Making an account for oneself.

use super::fields;
use super::login::{self, Device, Login};
use crate::app::App;
use crate::config::Registration;
use crate::contract::{Register, ServerRole};
use crate::credentials::passwords::Password;
use crate::credentials::tokens::TokenDigest;
use crate::credentials::usernames::Username;
use crate::error::{Error, Result};
use crate::storage::NewAccount;

/// Makes an account with an invite, or without one where registration is open, and logs in.
///
/// # Errors
/// `Forbidden` when the policy or the invite does not allow it, `NotFound` for an unknown invite, `Invalid` for a
/// field, `Conflict` when the username is taken, `RateLimited` when an address makes too many accounts, or at once.
pub async fn register(app: &App, command: Register, device: Device) -> Result<Login> {
    // Before the first account, whoever came would be alone without an administrator.
    if app.storage.needs_setup().await? {
        return Err(Error::Forbidden("this server is not set up yet"));
    }
    let code = match (app.config.registration, command.invite_code) {
        (Registration::Closed, _) => return Err(Error::Forbidden("registration is closed on this server")),
        (Registration::Invite, None) => return Err(Error::Forbidden("an invite is needed to register here")),
        (Registration::Invite | Registration::Open, Some(code)) => Some(TokenDigest::of_code(&code)),
        (Registration::Open, None) => None,
    };
    if let Some(code) = code {
        app.storage.preview_invite(code).await?;
    }
    let team = app.storage.team().await?.name;
    let applicant = Applicant::check(command.username, &command.display_name, command.password, team.as_deref())?;
    app.storage.check_username_is_free(&applicant.username).await?;
    let _under_way = app.throttle.begin_choosing(device.address)?;
    if code.is_none() {
        app.registrations.count(device.address)?;
    }
    let account = applicant.into_account(app, ServerRole::Member).await?;
    let started = app.storage.register(code, account, login::session(app, device)).await?;
    login::grant(app, started)
}

/// Somebody who wants an account, their fields checked.
pub(super) struct Applicant {
    username: Username,
    display_name: String,
    password: Password,
}

impl Applicant {
    /// `team` is what the team is called, if it has a name.
    pub(super) fn check(username: String, display_name: &str, password: String, team: Option<&str>) -> Result<Self> {
        let username = Username::for_new("username", &username)?;
        let display_name = fields::display_name(display_name)?;
        let password = Password::from(password);
        password.check("password", &[username.as_str(), &display_name, team.unwrap_or_default()])?;
        Ok(Self { username, display_name, password })
    }

    /// Hashes the password, which takes its turn.
    pub(super) async fn into_account(self, app: &App, role: ServerRole) -> Result<NewAccount> {
        let password_hash = Some(app.passwords.turn().await?.hash(&self.password).await?);
        let Self { username, display_name, .. } = self;
        Ok(NewAccount { username, display_name, role, bot: false, password_hash })
    }
}
