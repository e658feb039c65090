//! One's own second factor: seen, turned on, proven, turned off.

use super::{login, own_session};
use crate::actor::Actor;
use crate::app::App;
use crate::clock;
use crate::contract::*;
use crate::credentials::keys::KeyRing;
use crate::credentials::passwords::Password;
use crate::credentials::throttle::Attempt;
use crate::credentials::tokens::{RandomToken, TokenDigest};
use crate::credentials::totp::{self, Enrolment, Secret};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::storage::{Factor, NewFactor, Proof, Sealing};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long an app may take to be set up.
const ENROLMENT_LIFETIME: Duration = Duration::from_secs(15 * 60);
const RECOVERY_CODES: usize = 10;
/// What a server is called in an app where the team has no name.
const NAME: &str = "Maru";

/// How it stands with the caller's second factor.
///
/// # Errors
/// `Forbidden` for a bot.
pub async fn read(app: &App, actor: &Actor) -> Result<TwoFactor> {
    own_session(actor)?;
    app.storage.two_factor(actor.user).await
}

/// Gives the caller a secret to set an app up with. Nothing changes before `turn_on`.
///
/// # Errors
/// `Invalid` with the field `password`; `RateLimited` after too many wrong ones; `Conflict` for who has a second factor;
/// `Forbidden` for a bot.
pub async fn begin(app: &App, actor: &Actor, command: BeginTwoFactor, address: IpAddr) -> Result<TwoFactorEnrolment> {
    let session = own_session(actor)?;
    check_password(app, actor, command.password, address).await?;
    if app.storage.two_factor(actor.user).await?.since.is_some() {
        return Err(Error::Conflict("two-factor login is turned on already".to_owned()));
    }
    let enrolment = Enrolment { secret: Secret::generate(), expires_at: clock::now() + ENROLMENT_LIFETIME };
    let me = app.storage.me(actor.user).await?.user;
    let name = app.storage.team().await?.name;
    let account = me.username.unwrap_or(me.display_name);
    Ok(TwoFactorEnrolment {
        enrolment: enrolment.seal(session, &app.keys.ring())?,
        expires_at: enrolment.expires_at,
        secret: enrolment.secret.to_base32(),
        url: enrolment.secret.url(name.as_deref().unwrap_or(NAME), &account),
    })
}

/// Has the caller log in with a second factor from here on, whose app has made a right code, and ends their other
/// sessions. Answers with codes for recovery, which are told this once.
///
/// # Errors
/// `Invalid` with the field `enrolment` when its time is over, or `code`; `RateLimited` after too many wrong ones;
/// `Conflict` for who has one; `Forbidden` for a bot.
pub async fn turn_on(app: &App, actor: &Actor, command: TurnOnTwoFactor, address: IpAddr) -> Result<RecoveryCodes> {
    let session = own_session(actor)?;
    let over = || Error::invalid("enrolment", "setting up took too long; begin again");
    let enrolment = Enrolment::open(&command.enrolment, session, clock::now(), &app.keys.ring());
    let enrolment = enrolment.ok_or_else(over)?;
    let credentials = app.storage.credentials(actor.user).await?;
    let attempt = Attempt { account: &credentials.username_key, address, device: Some(session) };
    app.code_throttle.check(attempt)?;
    let step = totp::typed(&command.code).and_then(|code| enrolment.secret.step_of(&code, clock::now(), 0));
    let Some(step) = step else { return Err(refuse(app, attempt, actor.user).await) };
    let (recovery_codes, digests) = new_recovery_codes();
    let (keys, user) = (app.keys.clone(), actor.user);
    let seal = Box::new(move || enrolment.secret.seal(user, &keys.ring()));
    app.storage.turn_on_two_factor(*actor, session, NewFactor { seal, step, recovery_codes: digests }).await?;
    Ok(recovery_codes)
}

/// Gives the caller other codes for recovery in the place of all that they had; told this once.
///
/// # Errors
/// `Invalid` with the field `password` or `code`; `RateLimited` after too many wrong ones; `Conflict` for who has no second
/// factor; `Forbidden` for a bot.
pub async fn renew_codes(app: &App, actor: &Actor, command: ProveTwoFactor, address: IpAddr) -> Result<RecoveryCodes> {
    let (recovery_codes, digests) = new_recovery_codes();
    prove_oneself(app, actor, command, address, async |verified, proof| {
        app.storage.replace_recovery_codes(*actor, verified, proof, digests).await
    })
    .await?;
    Ok(recovery_codes)
}

/// Has the caller log in with their password alone from here on.
///
/// # Errors
/// As `renew_codes`; `Forbidden` also where the team wants a second factor of them.
pub async fn turn_off(app: &App, actor: &Actor, command: ProveTwoFactor, address: IpAddr) -> Result<()> {
    prove_oneself(app, actor, command, address, async |verified, proof| {
        app.storage.turn_off_two_factor(*actor, verified, proof).await
    })
    .await
}

/// Proves the password and the second factor of who is logged in, and does what they are given for, with the hash that the
/// password was compared with.
async fn prove_oneself<T>(
    app: &App,
    actor: &Actor,
    command: ProveTwoFactor,
    address: IpAddr,
    then: impl AsyncFnOnce(String, Proof) -> Result<T>,
) -> Result<T> {
    let session = own_session(actor)?;
    let verified = check_password(app, actor, command.password, address).await?;
    let factor = app.storage.factor(actor.user).await?;
    let factor = factor.ok_or_else(|| Error::Conflict("two-factor login is not turned on".to_owned()))?;
    let attempt = Attempt { account: &factor.username_key, address, device: Some(session) };
    prove(app, attempt, &factor, &command.code, async |proof| then(verified, proof).await).await
}

/// The hash that the password was compared with. A stolen access token must not become a way to guess faster than by
/// logging in.
async fn check_password(app: &App, actor: &Actor, password: String, address: IpAddr) -> Result<String> {
    let known = app.storage.credentials(actor.user).await?;
    let attempt = Attempt { account: &known.username_key, address, device: actor.session };
    let verified = login::verify(app, attempt, Some(&known), &Password::from(password)).await?;
    verified.map(|verified| verified.hash).ok_or_else(|| Error::invalid("password", "this is not your password"))
}

/// Does what a right code is given for, which spends it.
///
/// # Errors
/// `Invalid` with the field `code`, `RateLimited` after too many wrong ones, `Unavailable` for a code of the app when its
/// key is forgotten; those of `then`.
pub(super) async fn prove<T>(
    app: &App,
    attempt: Attempt<'_>,
    factor: &Factor,
    code: &str,
    then: impl AsyncFnOnce(Proof) -> Result<T>,
) -> Result<T> {
    // Nothing is waited for from here until a wrong code is counted: so many at once are let in as there are processors.
    app.code_throttle.check(attempt)?;
    let Some(proof) = look_at(app, factor, code)? else { return Err(refuse(app, attempt, factor.user).await) };
    match then(proof).await {
        Ok(done) => {
            app.code_throttle.succeeded(attempt);
            Ok(done)
        }
        // Somebody else was faster with the same code.
        Err(error @ Error::Invalid { .. }) => {
            refuse(app, attempt, factor.user).await;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// What a code proves, if it does.
fn look_at(app: &App, factor: &Factor, code: &str) -> Result<Option<Proof>> {
    if let Some(code) = totp::typed(code) {
        let Some(secret) = Secret::open(&factor.secret, factor.user, &app.keys.ring()) else {
            tracing::error!(user = %factor.user, "a second factor was sealed with a signing key that is forgotten; \
                `maru user reset-two-factor` lets it be set up anew");
            let message = "codes of apps cannot be checked at the moment; use a recovery code, or ask an administrator";
            return Err(Error::Unavailable(message.to_owned()));
        };
        return Ok(secret.step_of(&code, clock::now(), factor.last_step).map(Proof::App));
    }
    let typed = TokenDigest::of_code(code);
    // Each is compared, so that how long it takes does not tell which it was.
    let same: Vec<_> = factor.recovery_codes.iter().filter(|known| **known == typed).collect();
    Ok(same.first().map(|known| Proof::Recovery(**known)))
}

/// Counts a wrong code.
async fn refuse(app: &App, attempt: Attempt<'_>, user: UserId) -> Error {
    if app.code_throttle.failed(attempt) {
        login::note_held_back(app, Some(user), attempt.address).await;
    }
    Error::invalid("code", "this code is wrong, or its time is over")
}

fn new_recovery_codes() -> (RecoveryCodes, Vec<TokenDigest>) {
    let codes: Vec<RandomToken> = std::iter::repeat_with(RandomToken::code).take(RECOVERY_CODES).collect();
    let digests = codes.iter().map(|code| code.digest).collect();
    (RecoveryCodes { recovery_codes: codes.iter().map(|code| code.expose().to_owned()).collect() }, digests)
}

/// Sees to it that every secret is sealed with the key that signs now, as long as the one before is known. Tells the log of
/// those whose key is not.
///
/// # Errors
/// Those of storage.
pub async fn seal_again(app: &App, keys: Arc<KeyRing>) -> Result<()> {
    let lost = app.storage.seal_again(move |user, kept| {
        if Secret::is_current(kept, &keys) {
            return Ok(Sealing::Good);
        }
        match Secret::open(kept, user, &keys) {
            Some(secret) => Ok(Sealing::Again(secret.seal(user, &keys)?)),
            None => Ok(Sealing::Lost),
        }
    });
    let lost = lost.await?;
    if lost > 0 {
        tracing::error!(
            people = lost,
            "second factors were sealed with a signing key that is forgotten: recovery codes let these people in, and \
             `maru user reset-two-factor` lets them begin anew"
        );
    }
    Ok(())
}
