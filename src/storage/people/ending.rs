//! Accounts and logins that others end, and accounts that come back.

use super::listing::{self, Listed};
use super::roles::revoke_invites;
use super::subject::Subject;
use super::{Whom, subject};
use crate::actor::By;
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, Session, UserUpdated};
use crate::credentials::tokens::TokenDigest;
use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};
use crate::notice::{Audience, Notice};
use crate::storage::audit;
use crate::storage::moderation::{reports, roles};
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, people, roster, sessions, streams, tasks, tokens};
use serde_json::json;

const NO_SESSIONS: &str = "it has a token, and no sessions";
const ENDED: &str = "the session was ended by an administrator";

impl Storage {
    /// Ends an account: its sessions, tokens and invites are void, its rooms pass to others, and who shares a room with
    /// them is told. It stays an author. Answers with the person as they are then.
    ///
    /// # Errors
    /// `Forbidden` for who may not, `NotFound` or `Invalid` for nobody, `Conflict` for who is deactivated already and for
    /// the last owner.
    pub async fn deactivate(&self, by: By, whom: Whom) -> Result<Listed> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let subject = subject(&mut transaction.connection, by, &whom).await?;
                    subject.check_active()?;
                    subject.check_not_last(&mut transaction.connection).await?;
                    deactivate(transaction, &subject).await?;
                    tell(transaction, subject.user.id).await?;
                    audit::note_person(transaction, by, AuditAct::PersonDeactivated, subject.user.id, json!({}))
                        .await?;
                    listing::find(&mut transaction.connection, subject.user.id).await
                })
            })
            .await
    }

    /// Lets somebody in again who was deactivated; they choose a password with the token.
    ///
    /// # Errors
    /// `Forbidden` for who may not, `NotFound` or `Invalid` for nobody, `Conflict` for who is active and for a bot.
    pub async fn reactivate(&self, by: By, whom: Whom, token: (TokenDigest, Timestamp)) -> Result<UserId> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let subject = subject(connection, by, &whom).await?;
                    subject.check_person("its token is gone; erase it, and make another one of this name")?;
                    if !subject.user.deactivated {
                        return Err(Error::Conflict(format!("{} is active", subject.username)));
                    }
                    sqlx::query("UPDATE users SET deactivated_at = NULL WHERE id = ?")
                        .bind(subject.key)
                        .execute(&mut *connection)
                        .await?;
                    tokens::put_reset(connection, subject.key, token.0, token.1).await?;
                    if !subject.user.guest {
                        roles::take_over(transaction, subject.key).await?;
                    }
                    tell(transaction, subject.user.id).await?;
                    audit::note_person(transaction, by, AuditAct::PersonReactivated, subject.user.id, json!({}))
                        .await?;
                    Ok(subject.user.id)
                })
            })
            .await
    }

    /// The sessions of somebody that go on, the one used last first; at most 200.
    ///
    /// # Errors
    /// `Forbidden` for who may not, `NotFound` or `Invalid` for nobody, `Conflict` for a bot.
    pub async fn sessions_of(&self, by: By, whom: Whom, current: Option<SessionId>) -> Result<Vec<Session>> {
        let mut reader = self.readers.begin().await?;
        let subject = subject(&mut reader, by, &whom).await?;
        subject.check_person(NO_SESSIONS)?;
        sessions::list(&mut reader, subject.user.id, current).await
    }

    /// Ends one session of somebody, or all of them, and tells their sockets; answers with how many.
    ///
    /// # Errors
    /// `Forbidden` for who may not, `NotFound` or `Invalid` for nobody and for a session that is not theirs or has ended,
    /// `Conflict` for a bot.
    pub async fn end_sessions_of(&self, by: By, whom: Whom, session: Option<SessionId>) -> Result<i64> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let subject = subject(&mut transaction.connection, by, &whom).await?;
                    subject.check_person(NO_SESSIONS)?;
                    let user = subject.user.id;
                    let ended = match session {
                        Some(session) => sessions::end_one(transaction, user, session, ENDED).await.map(|()| 1)?,
                        None => sessions::end_all(transaction, subject.key, None, ENDED).await?,
                    };
                    audit::note_person(transaction, by, AuditAct::SessionEnded, user, json!({ "sessions": ended }))
                        .await?;
                    Ok(ended)
                })
            })
            .await
    }
}

/// Tells who shares a room with somebody what is left of them, or that they are back.
pub(super) async fn tell(transaction: &mut Transaction, user: UserId) -> Result<()> {
    let connection = &mut transaction.connection;
    let sharers = roster::all_sharers(connection, user).await?;
    let user = people::find(connection, user).await?;
    transaction.tell(Notice::Tell(Audience::Users(sharers), UserUpdated { user }.into()));
    Ok(())
}

pub(super) async fn deactivate(transaction: &mut Transaction, subject: &Subject) -> Result<()> {
    let (user_key, user) = (subject.key, subject.user.id);
    let connection = &mut transaction.connection;
    let now = clock::now().as_millis();
    revoke_invites(connection, user_key).await?;
    for statement in [
        "UPDATE users SET deactivated_at = ?2, password_hash = NULL WHERE id = ?1",
        "UPDATE sessions SET ended_at = ?2 WHERE user_id = ?1 AND ended_at IS NULL",
        "DELETE FROM bot_tokens WHERE user_id = ?1",
        "DELETE FROM one_time_tokens WHERE user_id = ?1",
        "DELETE FROM reminders WHERE user_id = ?1",
    ] {
        sqlx::query(statement).bind(user_key).bind(now).execute(&mut *connection).await?;
    }
    roles::hand_over_all(transaction, user_key).await?;
    reports::hand_up_from(transaction, user_key).await?;
    let reason = "the account was deactivated";
    streams::fail_all(transaction, |_, author| author == user, reason).await?;
    tasks::unassign(transaction, None, user_key, user).await?;
    transaction.tell(Notice::EndUser { user, reason: reason.into() });
    Ok(())
}
