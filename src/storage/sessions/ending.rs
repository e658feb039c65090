//! Logins end: one, all of somebody, all whose time is over; their sockets are told in the same transaction.

use crate::clock;
use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};
use crate::notice::Notice;
use crate::storage::audit::{self, Note};
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, rows};

/// Ends every session of somebody but `keep`, and tells their sockets; answers with how many.
pub(in crate::storage) async fn end_all(
    transaction: &mut Transaction,
    user_key: i64,
    keep: Option<SessionId>,
    reason: &'static str,
) -> Result<i64> {
    let query = "UPDATE sessions SET ended_at = ?1 WHERE user_id = ?2 AND ended_at IS NULL AND pid IS NOT ?3
        RETURNING pid";
    let ended: Vec<String> = sqlx::query_scalar(query)
        .bind(clock::now().as_millis())
        .bind(user_key)
        .bind(keep.map(|session| session.to_string()))
        .fetch_all(&mut transaction.connection)
        .await?;
    tell_ended(transaction, &ended, reason)?;
    Ok(i64::try_from(ended.len()).unwrap_or(i64::MAX))
}

pub(in crate::storage) fn tell_ended(
    transaction: &mut Transaction,
    ended: &[String],
    reason: &'static str,
) -> Result<()> {
    for pid in ended {
        transaction.tell(Notice::EndSession { session: rows::id(pid)?, reason: reason.into() });
    }
    Ok(())
}

pub(super) async fn end(transaction: &mut Transaction, session: SessionId, reason: &'static str) -> Result<()> {
    sqlx::query("UPDATE sessions SET ended_at = ? WHERE pid = ?")
        .bind(clock::now().as_millis())
        .bind(session.to_string())
        .execute(&mut transaction.connection)
        .await?;
    transaction.tell(Notice::EndSession { session, reason: reason.into() });
    Ok(())
}

/// Ends one session of a user, and tells its sockets.
///
/// # Errors
/// `NotFound` when the user has no such session, or it has ended.
pub(in crate::storage) async fn end_one(
    transaction: &mut Transaction,
    user: UserId,
    session: SessionId,
    reason: &'static str,
) -> Result<()> {
    let query = "SELECT u.pid FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.pid = ? AND s.ended_at IS NULL AND s.expires_at > ?";
    let owner: Option<String> = sqlx::query_scalar(query)
        .bind(session.to_string())
        .bind(clock::now().as_millis())
        .fetch_optional(&mut transaction.connection)
        .await?;
    if owner.is_none_or(|owner| owner != user.to_string()) {
        return Err(Error::NotFound("the session"));
    }
    end(transaction, session, reason).await
}

impl Storage {
    /// Ends one session of a user, and tells its sockets.
    ///
    /// # Errors
    /// `NotFound` when the user has no such session, or it has ended.
    pub async fn end_session(&self, user: UserId, session: SessionId, reason: &'static str) -> Result<()> {
        self.writer
            .run(move |transaction| Box::pin(async move { end_one(transaction, user, session, reason).await }))
            .await
    }

    /// Ends the sessions whose time is over, and tells their sockets.
    pub async fn end_expired_sessions(&self) -> Result<()> {
        // The writer is bothered only when there is something to do.
        let query = "SELECT 1 FROM sessions WHERE ended_at IS NULL AND expires_at <= ? LIMIT 1";
        let found: Option<i64> =
            sqlx::query_scalar(query).bind(clock::now().as_millis()).fetch_optional(&self.readers).await?;
        if found.is_none() {
            return Ok(());
        }
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "UPDATE sessions SET ended_at = ?1 WHERE ended_at IS NULL AND expires_at <= ?1
                        RETURNING pid";
                    let ended: Vec<String> = sqlx::query_scalar(query)
                        .bind(clock::now().as_millis())
                        .fetch_all(&mut transaction.connection)
                        .await?;
                    tell_ended(transaction, &ended, "the session has expired")
                })
            })
            .await
    }

    /// Ends every session of everybody, notes why, and tells their sockets.
    pub async fn end_every_session(&self, note: Note, reason: &'static str) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    audit::note(transaction, note).await?;
                    let query = "UPDATE sessions SET ended_at = ? WHERE ended_at IS NULL RETURNING pid";
                    let ended: Vec<String> = sqlx::query_scalar(query)
                        .bind(clock::now().as_millis())
                        .fetch_all(&mut transaction.connection)
                        .await?;
                    tell_ended(transaction, &ended, reason)
                })
            })
            .await
    }
}
