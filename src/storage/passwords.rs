//! Passwords replaced: by their owner, with a reset link, by the operator.

use super::Storage;
use super::accounts;
use super::sessions;
use super::tokens::{self, Purpose};
use super::transaction::Transaction;
use crate::clock::Timestamp;
use crate::contract::UserRef;
use crate::credentials::tokens::TokenDigest;
use crate::credentials::usernames::Username;
use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};

const CHANGED: &str = "the password was changed";
const RESET: &str = "the password was reset";

/// What the operator puts in the place of a password.
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
        user: UserId,
        keep: SessionId,
        verified: String,
        new_hash: String,
    ) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "UPDATE users SET password_hash = ?3
                        WHERE pid = ?1 AND password_hash = ?2 AND deactivated_at IS NULL RETURNING id";
                    let user_key: Option<i64> = sqlx::query_scalar(query)
                        .bind(user.to_string())
                        .bind(verified)
                        .bind(new_hash)
                        .fetch_optional(&mut transaction.connection)
                        .await?;
                    let user_key =
                        user_key.ok_or_else(|| Error::Conflict("the password was changed elsewhere".to_owned()))?;
                    tokens::forget_resets(&mut transaction.connection, user_key).await?;
                    sessions::end_all(transaction, user_key, Some(keep), CHANGED).await
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

    /// Replaces a password with the token of a reset link, which is spent; ends all of the user's sessions.
    ///
    /// # Errors
    /// As `names_of_reset`.
    pub async fn reset_password(&self, token: TokenDigest, new_hash: String) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let found = tokens::find(&mut transaction.connection, Purpose::Reset, token).await?;
                    let user_key = found.flatten().ok_or(SPENT)?;
                    replace(transaction, user_key, Some(new_hash)).await
                })
            })
            .await
    }

    /// Replaces a password in the operator's name; ends all of the user's sessions.
    ///
    /// # Errors
    /// `Invalid` when there is no such user, or it is a bot.
    pub async fn replace_password(&self, username: Username, replacement: Replacement) -> Result<UserRef> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let (user_key, who) = accounts::by_name(&mut transaction.connection, &username).await?;
                    if who.bot {
                        let message = format!("{} is a bot: it has a token and no password", username.as_str());
                        return Err(Error::invalid("username", message));
                    }
                    match replacement {
                        Replacement::Hash(hash) => replace(transaction, user_key, Some(hash)).await?,
                        Replacement::Token(digest, expires_at) => {
                            replace(transaction, user_key, None).await?;
                            tokens::put_reset(&mut transaction.connection, user_key, digest, expires_at).await?;
                        }
                    }
                    Ok(who)
                })
            })
            .await
    }
}

const SPENT: Error = Error::Unauthenticated("the link is not valid any more: it was used, replaced or has expired");

async fn replace(transaction: &mut Transaction, user_key: i64, hash: Option<String>) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = ? WHERE id = ?")
        .bind(hash)
        .bind(user_key)
        .execute(&mut transaction.connection)
        .await?;
    tokens::forget_resets(&mut transaction.connection, user_key).await?;
    sessions::end_all(transaction, user_key, None, RESET).await
}
