//! Passwords replaced: by their owner, with a reset link, by the operator.

use super::Storage;
use super::audit;
use super::people::{self, Whom};
use super::rows;
use super::sessions;
use super::tokens::{self, Purpose};
use super::transaction::Transaction;
use crate::actor::{Actor, By};
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, UserRef};
use crate::credentials::tokens::TokenDigest;
use crate::error::{Error, Result};
use crate::ids::SessionId;
use serde_json::json;
use std::net::IpAddr;

const CHANGED: &str = "the password was changed";
const RESET: &str = "the password was reset";

/// What the operator or an administrator puts in the place of a password.
pub enum Replacement {
    Hash(String),
    /// No password until somebody chooses one with this token, which expires.
    Token(TokenDigest, Timestamp),
}

impl Storage {
    /// Replaces a password whose hash was verified, and ends the user's other sessions.
    ///
    /// # Errors
    /// `Conflict` when it was replaced meanwhile.
    pub async fn change_password(
        &self,
        actor: Actor,
        keep: SessionId,
        verified: String,
        new_hash: String,
    ) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "UPDATE users SET password_hash = ?3, password_changed_at = ?4
                        WHERE pid = ?1 AND password_hash = ?2 AND deactivated_at IS NULL RETURNING id";
                    let user_key: Option<i64> = sqlx::query_scalar(query)
                        .bind(actor.user.to_string())
                        .bind(verified)
                        .bind(new_hash)
                        .bind(clock::now().as_millis())
                        .fetch_optional(&mut transaction.connection)
                        .await?;
                    let user_key =
                        user_key.ok_or_else(|| Error::Conflict("the password was changed elsewhere".to_owned()))?;
                    tokens::forget_all(&mut transaction.connection, user_key).await?;
                    sessions::end_all(transaction, user_key, Some(keep), CHANGED).await?;
                    audit::note_person(transaction, By::from(&actor), AuditAct::PasswordChanged, actor.user, json!({}))
                        .await
                })
            })
            .await
    }

    /// The username and the display name of whom a reset link is for.
    ///
    /// # Errors
    /// `Unauthenticated` when it leads nowhere.
    pub async fn names_of_reset(&self, token: TokenDigest) -> Result<[String; 2]> {
        let mut reader = self.readers.acquire().await?;
        let user_key = tokens::find(&mut reader, Purpose::Reset, token).await?.flatten().ok_or(SPENT)?;
        let query = "SELECT username, display_name FROM users WHERE id = ?";
        let (username, display_name): (Option<String>, String) =
            sqlx::query_as(query).bind(user_key).fetch_one(&mut *reader).await?;
        Ok([username.unwrap_or_default(), display_name])
    }

    /// Replaces a password with the token of a reset link, which is spent; ends all of the user's sessions. `address` is
    /// where it was asked from.
    ///
    /// # Errors
    /// As `names_of_reset`.
    pub async fn reset_password(&self, token: TokenDigest, new_hash: String, address: IpAddr) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let found = tokens::find(&mut transaction.connection, Purpose::Reset, token).await?;
                    let user_key = found.flatten().ok_or(SPENT)?;
                    replace(transaction, user_key, Some(new_hash)).await?;
                    let pid: String = sqlx::query_scalar("SELECT pid FROM users WHERE id = ?")
                        .bind(user_key)
                        .fetch_one(&mut transaction.connection)
                        .await?;
                    let user = rows::id(&pid)?;
                    audit::note_person(
                        transaction,
                        By::Person(user, Some(address)),
                        AuditAct::PasswordChanged,
                        user,
                        json!({}),
                    )
                    .await
                })
            })
            .await
    }

    /// Replaces somebody else's password; ends all of their sessions.
    ///
    /// # Errors
    /// `Forbidden` for who may not, `NotFound` or `Invalid` for nobody, `Conflict` for a bot and who is deactivated.
    pub async fn replace_password(&self, by: By, whom: Whom, replacement: Replacement) -> Result<UserRef> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let subject = people::subject(&mut transaction.connection, by, &whom).await?;
                    subject.check_person("it has a token and no password")?;
                    subject.check_active()?;
                    match replacement {
                        Replacement::Hash(hash) => replace(transaction, subject.key, Some(hash)).await?,
                        Replacement::Token(digest, expires_at) => {
                            replace(transaction, subject.key, None).await?;
                            tokens::put_reset(&mut transaction.connection, subject.key, digest, expires_at).await?;
                        }
                    }
                    audit::note_person(transaction, by, AuditAct::PersonReset, subject.user.id, json!({})).await?;
                    Ok(subject.user)
                })
            })
            .await
    }
}

const SPENT: Error = Error::Unauthenticated("the link is not valid any more: it was used, replaced or has expired");

async fn replace(transaction: &mut Transaction, user_key: i64, hash: Option<String>) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = ?, password_changed_at = ? WHERE id = ?")
        .bind(hash)
        .bind(clock::now().as_millis())
        .bind(user_key)
        .execute(&mut transaction.connection)
        .await?;
    tokens::forget_all(&mut transaction.connection, user_key).await?;
    sessions::end_all(transaction, user_key, None, RESET).await.map(drop)
}
