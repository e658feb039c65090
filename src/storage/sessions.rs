//! Logins, and the tokens that stand for them.

use super::Storage;
use super::rows;
use crate::clock::{self};
use crate::error::Result;
use crate::ids::{SessionId, UserId};

impl Storage {
    /// Whether a session of this user goes on: not ended, not expired, the user active.
    pub async fn session_is_live(&self, user: UserId, session: SessionId) -> Result<bool> {
        let query = "SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
            WHERE s.pid = ? AND u.pid = ? AND s.ended_at IS NULL AND s.expires_at > ? AND u.deactivated_at IS NULL";
        let found: Option<i64> = sqlx::query_scalar(query)
            .bind(session.to_string())
            .bind(user.to_string())
            .bind(clock::now().as_millis())
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    /// The active bot that holds a token.
    pub async fn bot_by_token(&self, digest: &[u8; 32]) -> Result<Option<UserId>> {
        let query = "SELECT u.pid FROM bot_tokens t JOIN users u ON u.id = t.user_id
            WHERE t.digest = ? AND u.deactivated_at IS NULL";
        let found: Option<String> =
            sqlx::query_scalar(query).bind(digest.as_slice()).fetch_optional(&self.readers).await?;
        found.map(|pid| rows::id(&pid)).transpose()
    }

    /// Whether a bot still holds a token.
    pub async fn bot_is_live(&self, user: UserId) -> Result<bool> {
        let query = "SELECT 1 FROM bot_tokens t JOIN users u ON u.id = t.user_id
            WHERE u.pid = ? AND u.deactivated_at IS NULL LIMIT 1";
        let found: Option<i64> = sqlx::query_scalar(query).bind(user.to_string()).fetch_optional(&self.readers).await?;
        Ok(found.is_some())
    }
}
