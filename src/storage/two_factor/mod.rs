//! Second factors: turned on, proven, turned off; and who has to have one.

mod requiring;
mod sealing;
#[cfg(test)]
mod tests;

pub(super) use requiring::{DUE_COLUMNS, end_what_lacks_it, is_due};
pub use sealing::Sealing;

use super::Storage;
use super::audit;
use super::people::{self, Whom};
use super::rows;
use super::sessions::{self, NewSession, Started};
use super::summaries;
use super::team;
use super::tokens;
use crate::actor::{Actor, By};
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, TwoFactor, UserRef};
use crate::credentials::tokens::TokenDigest;
use crate::credentials::totp::Step;
use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};
use crate::policy;
use serde_json::json;
use sqlx::{Row, SqliteConnection};

const RESET: &str = "two-factor login was reset";
const TURNED_ON: &str = "two-factor login was turned on; log in again with a code";
const NONE: &str = "two-factor login is not turned on";

/// What somebody proves their second factor against.
pub struct Factor {
    pub user: UserId,
    pub username_key: String,
    pub password_changed_at: Option<Timestamp>,
    /// As it was sealed.
    pub secret: Vec<u8>,
    /// Of the last code that let in.
    pub last_step: Step,
    /// Those that were not used yet.
    pub recovery_codes: Vec<TokenDigest>,
}

/// A code that was right when it was looked at, and is spent with what it is given for.
#[derive(Clone, Copy)]
pub enum Proof {
    App(Step),
    Recovery(TokenDigest),
}

/// A second factor to be.
pub struct NewFactor {
    /// Seals its secret, when it is written: keys that are replaced before are none to seal with.
    pub seal: Box<dyn FnOnce() -> Result<Vec<u8>> + Send>,
    /// Of the code that confirmed it.
    pub step: Step,
    pub recovery_codes: Vec<TokenDigest>,
}

/// Whether somebody has a second factor.
pub(super) async fn has(connection: &mut SqliteConnection, user: UserId) -> Result<bool> {
    let query = "SELECT EXISTS (SELECT 1 FROM two_factor f JOIN users u ON u.id = f.user_id WHERE u.pid = ?)";
    Ok(sqlx::query_scalar(query).bind(user.to_string()).fetch_one(connection).await?)
}

impl Storage {
    /// The second factor of somebody active, if they have one.
    pub async fn factor(&self, user: UserId) -> Result<Option<Factor>> {
        let mut reader = self.readers.begin().await?;
        let query = "SELECT id FROM users WHERE pid = ? AND deactivated_at IS NULL";
        let key: Option<i64> = sqlx::query_scalar(query).bind(user.to_string()).fetch_optional(&mut *reader).await?;
        match key {
            Some(key) => factor(&mut reader, key).await,
            None => Ok(None),
        }
    }

    /// The second factor of whose login waits behind a ticket, if it stands.
    pub async fn factor_behind(&self, ticket: TokenDigest) -> Result<Option<Factor>> {
        let mut reader = self.readers.begin().await?;
        match tokens::find(&mut reader, tokens::Purpose::Login, ticket).await?.flatten() {
            Some(key) => factor(&mut reader, key).await,
            None => Ok(None),
        }
    }

    /// Begins the login of whose second factor was proven; its ticket is spent.
    ///
    /// # Errors
    /// `Unauthenticated` when the ticket is void, `Invalid` when the code was used meanwhile, which spends no ticket.
    pub async fn finish_login(&self, ticket: TokenDigest, proof: Proof, login: NewSession) -> Result<Started> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let void = Error::Unauthenticated("the login took too long; begin again");
                    let user_key = tokens::take_login(&mut transaction.connection, ticket).await?.ok_or(void)?;
                    spend(&mut transaction.connection, user_key, proof).await?;
                    let pid: String = sqlx::query_scalar("SELECT pid FROM users WHERE id = ?")
                        .bind(user_key)
                        .fetch_one(&mut transaction.connection)
                        .await?;
                    let user = rows::id(&pid)?;
                    if let Proof::Recovery(_) = proof {
                        let by = By::Person(user, login.address());
                        audit::note_person(transaction, by, AuditAct::TwoFactorRecovery, user, json!({})).await?;
                    }
                    sessions::start(&mut transaction.connection, user_key, user, &login).await
                })
            })
            .await
    }

    /// How it stands with somebody's second factor.
    pub async fn two_factor(&self, user: UserId) -> Result<TwoFactor> {
        let mut reader = self.readers.begin().await?;
        let role = summaries::me(&mut reader, user).await?.role;
        let required = team::settings(&mut reader).await?.require_two_factor;
        let query = "SELECT f.since, (SELECT count(*) FROM recovery_codes c WHERE c.user_id = f.user_id)
            FROM two_factor f JOIN users u ON u.id = f.user_id WHERE u.pid = ?";
        let found: Option<(i64, i64)> =
            sqlx::query_as(query).bind(user.to_string()).fetch_optional(&mut *reader).await?;
        let (since, recovery_codes) = found.unzip();
        Ok(TwoFactor {
            since: since.map(Timestamp::from_millis),
            recovery_codes: recovery_codes.unwrap_or_default(),
            required: policy::needs_two_factor(role, required),
        })
    }

    /// Has somebody log in with a second factor from here on, and ends all of their sessions but the one that confirmed
    /// it: of somebody with a factor no session goes on that a password alone began.
    ///
    /// # Errors
    /// `Conflict` for who has one, `Unauthenticated` when the session has ended.
    pub async fn turn_on_two_factor(&self, actor: Actor, session: SessionId, new: NewFactor) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let user_key = key_behind(&mut transaction.connection, actor.user, session).await?;
                    let query = "INSERT INTO two_factor (user_id, secret, last_step, since) VALUES (?, ?, ?, ?)
                        ON CONFLICT (user_id) DO NOTHING";
                    let turned_on = sqlx::query(query)
                        .bind(user_key)
                        .bind((new.seal)()?)
                        .bind(new.step)
                        .bind(clock::now().as_millis())
                        .execute(&mut transaction.connection)
                        .await?;
                    if turned_on.rows_affected() == 0 {
                        return Err(Error::Conflict("two-factor login is turned on already".to_owned()));
                    }
                    put_codes(&mut transaction.connection, user_key, &new.recovery_codes).await?;
                    sessions::end_all(transaction, user_key, Some(session), TURNED_ON).await?;
                    audit::note_person(transaction, By::from(&actor), AuditAct::TwoFactorOn, actor.user, json!({}))
                        .await
                })
            })
            .await
    }

    /// Gives somebody other codes for recovery in the place of all that they had. `verified` is the hash that their
    /// password was compared with.
    ///
    /// # Errors
    /// `Invalid` when the code was used meanwhile, `Conflict` for who has no second factor or another password by now.
    pub async fn replace_recovery_codes(
        &self,
        actor: Actor,
        verified: String,
        proof: Proof,
        codes: Vec<TokenDigest>,
    ) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let user_key = key_of(&mut transaction.connection, actor.user, &verified).await?;
                    spend(&mut transaction.connection, user_key, proof).await?;
                    sqlx::query("DELETE FROM recovery_codes WHERE user_id = ?")
                        .bind(user_key)
                        .execute(&mut transaction.connection)
                        .await?;
                    put_codes(&mut transaction.connection, user_key, &codes).await?;
                    audit::note_person(transaction, By::from(&actor), AuditAct::TwoFactorCodes, actor.user, json!({}))
                        .await
                })
            })
            .await
    }

    /// Has somebody log in with their password alone from here on.
    ///
    /// # Errors
    /// `Forbidden` for who needs a second factor, otherwise as `replace_recovery_codes`.
    pub async fn turn_off_two_factor(&self, actor: Actor, verified: String, proof: Proof) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let role = summaries::me(connection, actor.user).await?.role;
                    policy::may_turn_off_two_factor(role, team::settings(connection).await?.require_two_factor)?;
                    let user_key = key_of(connection, actor.user, &verified).await?;
                    spend(connection, user_key, proof).await?;
                    remove(connection, user_key).await?;
                    audit::note_person(transaction, By::from(&actor), AuditAct::TwoFactorOff, actor.user, json!({}))
                        .await
                })
            })
            .await
    }

    /// Takes somebody's second factor away, and ends all of their sessions.
    ///
    /// # Errors
    /// `Forbidden` for who may not and for one's own, `NotFound` or `Invalid` for nobody, `Conflict` for a bot and for who
    /// has none.
    pub async fn reset_two_factor(&self, by: By, whom: Whom) -> Result<UserRef> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let subject = people::subject(&mut transaction.connection, by, &whom).await?;
                    policy::may_reset_two_factor(by.user(), subject.user.id)?;
                    subject.check_person("it has a token, and no second factor")?;
                    if !remove(&mut transaction.connection, subject.key).await? {
                        return Err(Error::Conflict(format!("{} has no second factor", subject.username)));
                    }
                    sessions::end_all(transaction, subject.key, None, RESET).await?;
                    audit::note_person(transaction, by, AuditAct::TwoFactorReset, subject.user.id, json!({})).await?;
                    Ok(subject.user)
                })
            })
            .await
    }
}

async fn factor(connection: &mut SqliteConnection, user_key: i64) -> Result<Option<Factor>> {
    let query = "SELECT u.pid, u.username_key, u.password_changed_at, f.secret, f.last_step
        FROM two_factor f JOIN users u ON u.id = f.user_id WHERE f.user_id = ?";
    let Some(row) = sqlx::query(query).bind(user_key).fetch_optional(&mut *connection).await? else { return Ok(None) };
    let query = "SELECT digest FROM recovery_codes WHERE user_id = ?";
    let codes: Vec<Vec<u8>> = sqlx::query_scalar(query).bind(user_key).fetch_all(connection).await?;
    let digest = |bytes: Vec<u8>| {
        let bytes = bytes.try_into().map_err(|_| Error::internal("a digest has another length"))?;
        Ok(TokenDigest::from_bytes(bytes))
    };
    Ok(Some(Factor {
        user: rows::id(row.try_get::<String, _>("pid")?.as_str())?,
        username_key: row.try_get("username_key")?,
        password_changed_at: row.try_get::<Option<i64>, _>("password_changed_at")?.map(Timestamp::from_millis),
        secret: row.try_get("secret")?,
        last_step: row.try_get("last_step")?,
        recovery_codes: codes.into_iter().map(digest).collect::<Result<_>>()?,
    }))
}

/// The key of somebody active whose session goes on.
async fn key_behind(connection: &mut SqliteConnection, user: UserId, session: SessionId) -> Result<i64> {
    let query =
        "SELECT u.id FROM sessions s JOIN users u ON u.id = s.user_id AND u.pid = ?1 AND u.deactivated_at IS NULL
        WHERE s.pid = ?2 AND s.ended_at IS NULL AND s.expires_at > ?3";
    let found = sqlx::query_scalar(query)
        .bind(user.to_string())
        .bind(session.to_string())
        .bind(clock::now().as_millis())
        .fetch_optional(connection)
        .await?;
    found.ok_or(Error::Unauthenticated("the session has ended"))
}

/// The key of somebody who has a second factor, and the password that was verified still.
async fn key_of(connection: &mut SqliteConnection, user: UserId, verified: &str) -> Result<i64> {
    let query = "SELECT f.user_id, u.password_hash IS ?2 FROM two_factor f JOIN users u ON u.id = f.user_id
        WHERE u.pid = ?1 AND u.deactivated_at IS NULL";
    let found = sqlx::query_as(query).bind(user.to_string()).bind(verified).fetch_optional(connection).await?;
    match found {
        Some((user_key, true)) => Ok(user_key),
        Some((_, false)) => Err(Error::Conflict("the password was changed elsewhere".to_owned())),
        None => Err(Error::Conflict(NONE.to_owned())),
    }
}

/// Sees to it that a code lets in once, however often it is given at the same time.
async fn spend(connection: &mut SqliteConnection, user_key: i64, proof: Proof) -> Result<()> {
    let spent = match proof {
        Proof::App(step) => {
            let query = "UPDATE two_factor SET last_step = ?2 WHERE user_id = ?1 AND last_step < ?2";
            sqlx::query(query).bind(user_key).bind(step).execute(connection).await?
        }
        Proof::Recovery(digest) => {
            let query = "DELETE FROM recovery_codes WHERE user_id = ? AND digest = ?";
            sqlx::query(query).bind(user_key).bind(digest.as_bytes().as_slice()).execute(connection).await?
        }
    };
    if spent.rows_affected() == 0 {
        return Err(Error::invalid("code", "this code was used already; wait for the next one"));
    }
    Ok(())
}

/// With its codes for recovery. False when there was none.
async fn remove(connection: &mut SqliteConnection, user_key: i64) -> Result<bool> {
    let removed = sqlx::query("DELETE FROM two_factor WHERE user_id = ?").bind(user_key).execute(connection).await?;
    Ok(removed.rows_affected() > 0)
}

async fn put_codes(connection: &mut SqliteConnection, user_key: i64, codes: &[TokenDigest]) -> Result<()> {
    for code in codes {
        sqlx::query("INSERT INTO recovery_codes (user_id, digest) VALUES (?, ?)")
            .bind(user_key)
            .bind(code.as_bytes().as_slice())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
