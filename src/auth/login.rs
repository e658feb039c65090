//! Logging in, staying logged in, logging out.

use super::own_session;
use super::two_factor;
use crate::actor::{Actor, By};
use crate::app::App;
use crate::clock::{self, Timestamp};
use crate::contract::{AskedForCode, AuditAct, Authenticated, FinishLogin, LogIn, SecondFactor};
use crate::credentials::passes::DevicePass;
use crate::credentials::passwords::{Password, Verdict};
use crate::credentials::throttle::{Attempt, UnderWay};
use crate::credentials::tokens::{Access, RandomToken, Refresh, TokenDigest};
use crate::credentials::usernames;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::storage::{About, Credentials, Entered, NewSession, Note, Started};
use std::net::IpAddr;
use std::time::Duration;

const MAX_USER_AGENT: usize = 256;
/// How long the second step of a login may take after the first.
const SECOND_STEP_WITHIN: Duration = Duration::from_secs(5 * 60);

/// What is remembered of where a login came from.
pub struct Device {
    pub address: IpAddr,
    pub user_agent: String,
    /// Who has logged in with it before.
    pub pass: Option<DevicePass>,
}

/// A login, and the refresh token that goes another way than the rest.
pub struct Login {
    pub answer: Authenticated,
    pub refresh_token: String,
}

/// What a right password leads to.
pub enum Entry {
    In(Box<Login>),
    Half(AskedForCode),
}

/// Begins a session of whoever knows the password, or asks them for their second factor.
///
/// # Errors
/// `Unauthenticated`, the same and after the same time for an unknown user as for a wrong password; `RateLimited`
/// after too many failures; `Unavailable` when too many are logging in.
pub async fn log_in(app: &App, command: LogIn, device: Device) -> Result<Entry> {
    let account = usernames::key(&command.username);
    let password = Password::from(command.password);
    let known = app.storage.credentials_by_name(&account).await?;
    let attempt = attempt(&account, known.as_ref().map(|known| (known.user, known.password_changed_at)), &device);
    let verified = verify(app, attempt, known.as_ref(), &password).await?;
    let (Some(known), Some(verified)) = (known, verified) else {
        return Err(Error::Unauthenticated("the username or the password is wrong"));
    };
    let stronger = match verified.weak {
        true => Some(app.passwords.turn().await?.hash(&password).await?),
        false => None,
    };
    let (ticket, expires_at) = (RandomToken::link(), clock::now() + SECOND_STEP_WITHIN);
    let waiting = (ticket.digest, expires_at);
    match app.storage.log_in(known.user, verified.hash, stronger, session(app, device), waiting).await? {
        Entered::In(started) => Ok(Entry::In(Box::new(grant(app, *started)?))),
        Entered::Half => {
            let second_factor = SecondFactor { ticket: ticket.expose().to_owned(), expires_at };
            Ok(Entry::Half(AskedForCode { second_factor }))
        }
    }
}

/// Begins a session of whoever knew the password and has the second factor.
///
/// # Errors
/// `Unauthenticated` when the ticket of the first step is void; `Invalid` with the field `code`, after which the ticket is
/// still good; `RateLimited` after too many wrong codes.
pub async fn finish_login(app: &App, command: FinishLogin, device: Device) -> Result<Login> {
    let ticket = TokenDigest::of(&command.ticket);
    let void = Error::Unauthenticated("the login took too long; begin again");
    let factor = app.storage.factor_behind(ticket).await?.ok_or(void)?;
    let attempt = attempt(&factor.username_key, Some((factor.user, factor.password_changed_at)), &device);
    let started = two_factor::prove(app, attempt, &factor, &command.code, async |proof| {
        app.storage.finish_login(ticket, proof, session(app, device)).await
    });
    grant(app, started.await?)
}

/// Somebody who says to be somebody, perhaps in a browser that they have logged in with since they changed their password.
fn attempt<'a>(account: &'a str, known: Option<(UserId, Option<Timestamp>)>, device: &Device) -> Attempt<'a> {
    let pass = device.pass.filter(|pass| {
        known.is_some_and(|(user, changed_at)| user == pass.user && changed_at.is_none_or(|at| at < pass.at))
    });
    Attempt { account, address: device.address, device: pass.map(|pass| pass.session) }
}

/// A password that was right.
pub(super) struct Verified<'a> {
    /// What it was compared with.
    pub(super) hash: String,
    /// It was hashed with less effort than today's.
    weak: bool,
    /// Held while another one is hashed in its place.
    _under_way: UnderWay<'a>,
}

/// Compares a password; none when it is wrong. Costs the same whether or not there is anything to compare with.
pub(super) async fn verify<'a>(
    app: &'a App,
    attempt: Attempt<'_>,
    known: Option<&Credentials>,
    password: &Password,
) -> Result<Option<Verified<'a>>> {
    let under_way = app.throttle.begin(attempt)?;
    let turn = app.passwords.turn().await?;
    app.throttle.check(attempt)?;
    let hash = known.and_then(|known| known.password_hash.as_deref());
    let verdict = turn.verify(hash, password).await?;
    match (verdict, hash) {
        (Verdict::Right | Verdict::RightButWeaklyHashed, Some(hash)) => {
            app.throttle.succeeded(attempt);
            let weak = verdict == Verdict::RightButWeaklyHashed;
            Ok(Some(Verified { hash: hash.to_owned(), weak, _under_way: under_way }))
        }
        _ => {
            if app.throttle.failed(attempt) {
                note_held_back(app, known.map(|known| known.user), attempt.address).await;
            }
            Ok(None)
        }
    }
}

/// What was typed as a name may be a password: only who is known is named.
pub(super) async fn note_held_back(app: &App, known: Option<UserId>, address: IpAddr) {
    let about = known.map(About::User);
    let by = By::Visitor(Some(address));
    let note = Note { by, act: AuditAct::LoginFailed, about, detail: serde_json::json!({}) };
    if let Err(error) = app.storage.note(note).await {
        tracing::warn!(%error, "logins that are held back could not be noted in the audit log");
    }
}

/// Trades a refresh token for its successor and a new access token.
///
/// # Errors
/// `Unauthenticated` when it is not valid, its session has ended, or it was spent long ago, which ends the session.
pub async fn refresh(app: &App, token: &str) -> Result<Login> {
    let token = Refresh::verify(token, &app.keys.ring())?;
    let ended = Error::Unauthenticated("the session has ended");
    let user = app.storage.owner_of_session(token.session).await?.ok_or(ended)?.user;
    app.limits.event(&Actor { user, session: Some(token.session), bot: false, client: None, address: None })?;
    let refreshed = app.storage.refresh(token, app.config.session_lifetime).await?;
    let Some(started) = refreshed else {
        tracing::warn!(session = %token.session, %user, "a spent refresh token was used again; its session was ended");
        return Err(Error::Unauthenticated("the session was ended: a refresh token was used twice"));
    };
    grant(app, started)
}

/// Ends the caller's session, or the one that a refresh token belongs to. One that has ended already is no error.
///
/// # Errors
/// `Unauthenticated` for a token that is not valid, `Forbidden` for a bot.
pub async fn log_out(app: &App, actor: Option<&Actor>, refresh_token: Option<&str>) -> Result<()> {
    let (user, session) = match (actor, refresh_token) {
        (Some(actor), _) => (actor.user, own_session(actor)?),
        (None, Some(token)) => {
            let session = Refresh::verify(token, &app.keys.ring())?.session;
            let Some(owner) = app.storage.owner_of_session(session).await? else { return Ok(()) };
            (owner.user, session)
        }
        (None, None) => return Err(Error::Unauthenticated("a bearer token or a refresh token is needed")),
    };
    match app.storage.end_session(user, session, "logged out").await {
        Err(Error::NotFound(_)) => Ok(()),
        ended => ended,
    }
}

/// The session that a login from a device begins.
pub(super) fn session(app: &App, device: Device) -> NewSession {
    let printable = device.user_agent.chars().filter(|character| !character.is_control());
    NewSession {
        user_agent: printable.take(MAX_USER_AGENT).collect(),
        address: device.address.to_string(),
        lifetime: app.config.session_lifetime,
    }
}

/// The tokens of a session as it stands.
pub(super) fn grant(app: &App, started: Started) -> Result<Login> {
    let Started { me, session, generation, two_factor_due } = started;
    let keys = app.keys.ring();
    let access = Access::new(me.user.id, session, clock::now(), app.config.access_token_lifetime);
    let answer = Authenticated {
        user: me,
        access_token: access.sign(&keys)?,
        expires_at: access.expires_at,
        session_id: session,
        two_factor_due: two_factor_due.then_some(true),
        refresh_token: None,
    };
    Ok(Login { answer, refresh_token: Refresh { session, generation }.sign(&keys) })
}
