//! Logins: started, refreshed, listed, ended; and whether one still stands.

mod ending;

pub(super) use ending::{end_all, end_one, tell_ended};

use super::Storage;
use super::audit::{self, About, Note};
use super::rows;
use super::summaries;
use super::tokens;
use super::transaction::Transaction;
use super::two_factor;
use crate::actor::By;
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, Me, Session};
use crate::credentials::tokens::{RESTORED, Refresh, Rotation, TokenDigest};
use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};
use ending::end;
use serde_json::json;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use std::net::IpAddr;
use std::time::Duration;

/// The most sessions that a list of them has: those used last.
const LISTED: u32 = 200;

/// A login to be.
pub struct NewSession {
    pub user_agent: String,
    pub address: String,
    /// How long it lasts without being refreshed.
    pub lifetime: Duration,
}

impl NewSession {
    /// Where it comes from.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }
}

/// A login that has begun or gone on.
pub struct Started {
    pub me: Me,
    pub session: SessionId,
    /// Of the refresh token that is valid now.
    pub generation: i64,
    /// They lack a second factor that the team wants of them.
    pub two_factor_due: bool,
}

/// What a right password leads to.
pub enum Entered {
    In(Box<Started>),
    /// A second factor is asked for; the ticket that was given stands for the first.
    Half,
}

/// Whose session it is.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub user: UserId,
    /// They lack a second factor that the team wants of them.
    pub two_factor_due: bool,
}

/// Begins a login of somebody.
pub(super) async fn start(
    connection: &mut SqliteConnection,
    user_key: i64,
    user: UserId,
    login: &NewSession,
) -> Result<Started> {
    let (session, now) = (SessionId::generate(), clock::now());
    let query = "INSERT INTO sessions
            (pid, user_id, rotated_at, user_agent, address, created_at, last_used_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?3, ?3, ?6)";
    sqlx::query(query)
        .bind(session.to_string())
        .bind(user_key)
        .bind(now.as_millis())
        .bind(&login.user_agent)
        .bind(&login.address)
        .bind((now + login.lifetime).as_millis())
        .execute(&mut *connection)
        .await?;
    let me = summaries::me(connection, user).await?;
    let two_factor_due = due(connection, session).await?;
    Ok(Started { me, session, generation: 0, two_factor_due })
}

/// Whether whose session this is lacks a second factor that the team wants of them.
async fn due(connection: &mut SqliteConnection, session: SessionId) -> Result<bool> {
    let columns = two_factor::DUE_COLUMNS;
    let sql = format!("SELECT {columns} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.pid = ?");
    two_factor::is_due(&sqlx::query(AssertSqlSafe(sql)).bind(session.to_string()).fetch_one(connection).await?)
}

/// The sessions of a user that go on, the one used last first; at most 200.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    user: UserId,
    current: Option<SessionId>,
) -> Result<Vec<Session>> {
    let query = "SELECT s.* FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE u.pid = ? AND s.ended_at IS NULL AND s.expires_at > ?
        ORDER BY s.last_used_at DESC, s.id DESC LIMIT ?";
    let found = sqlx::query(query)
        .bind(user.to_string())
        .bind(clock::now().as_millis())
        .bind(LISTED)
        .fetch_all(connection)
        .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let id = rows::id(row.try_get::<String, _>("pid")?.as_str())?;
        Ok(Session {
            id,
            created_at: Timestamp::from_millis(row.try_get("created_at")?),
            last_used_at: Timestamp::from_millis(row.try_get("last_used_at")?),
            user_agent: row.try_get("user_agent")?,
            address: row.try_get("address")?,
            current: current == Some(id),
        })
    };
    found.iter().map(read).collect()
}

impl Storage {
    /// Begins a login of somebody whose password was right, or its second step, for which `ticket` is kept until a moment.
    /// `verified` is the hash that it was compared with: when the password was changed meanwhile, the old one is not let
    /// in. `stronger` replaces that hash.
    ///
    /// # Errors
    /// `Unauthenticated` when the account or its password is not what it was.
    pub async fn log_in(
        &self,
        user: UserId,
        verified: String,
        stronger: Option<String>,
        login: NewSession,
        ticket: (TokenDigest, Timestamp),
    ) -> Result<Entered> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let query = "UPDATE users SET password_hash = coalesce(?3, password_hash)
                        WHERE pid = ?1 AND password_hash = ?2 AND deactivated_at IS NULL RETURNING id";
                    let user_key: Option<i64> = sqlx::query_scalar(query)
                        .bind(user.to_string())
                        .bind(verified)
                        .bind(stronger)
                        .fetch_optional(&mut *connection)
                        .await?;
                    let user_key = user_key.ok_or(Error::Unauthenticated("the password was changed; log in again"))?;
                    if two_factor::has(connection, user).await? {
                        tokens::put_login(connection, user_key, ticket.0, ticket.1).await?;
                        return Ok(Entered::Half);
                    }
                    Ok(Entered::In(Box::new(start(connection, user_key, user, &login).await?)))
                })
            })
            .await
    }

    /// Trades a genuine refresh token for its successor. None when it had been spent long ago, so that it is in two
    /// hands: the session was ended.
    ///
    /// # Errors
    /// `Unauthenticated` when the session has ended.
    pub async fn refresh(&self, token: Refresh, lifetime: Duration) -> Result<Option<Started>> {
        self.writer.run(move |transaction| Box::pin(async move { refresh(transaction, token, lifetime).await })).await
    }

    /// The sessions of a user that go on, the one used last first; at most 200.
    pub async fn sessions(&self, user: UserId, current: Option<SessionId>) -> Result<Vec<Session>> {
        list(&mut *self.readers.acquire().await?, user, current).await
    }

    /// Whose session it is, if it goes on: not ended, not expired, the user active.
    pub async fn owner_of_session(&self, session: SessionId) -> Result<Option<Owner>> {
        let sql = format!(
            "SELECT u.pid, {} FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.pid = ? AND s.ended_at IS NULL AND s.expires_at > ? AND u.deactivated_at IS NULL",
            two_factor::DUE_COLUMNS
        );
        let found = sqlx::query(AssertSqlSafe(sql))
            .bind(session.to_string())
            .bind(clock::now().as_millis())
            .fetch_optional(&self.readers)
            .await?;
        let owner = |row: sqlx::sqlite::SqliteRow| {
            let user = rows::id(row.try_get::<String, _>("pid")?.as_str())?;
            Ok(Owner { user, two_factor_due: two_factor::is_due(&row)? })
        };
        found.map(owner).transpose()
    }
}

/// Lets the sessions of a restored database go on with what their clients were given after the backup.
pub(super) async fn mark_restored(connection: &mut SqliteConnection) -> Result<()> {
    let query = "UPDATE sessions SET rotated_at = ? WHERE ended_at IS NULL";
    sqlx::query(query).bind(RESTORED.as_millis()).execute(connection).await?;
    Ok(())
}

async fn refresh(transaction: &mut Transaction, token: Refresh, lifetime: Duration) -> Result<Option<Started>> {
    let now = clock::now();
    let query = "SELECT s.generation, s.rotated_at, u.pid FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.pid = ? AND s.ended_at IS NULL AND s.expires_at > ? AND u.deactivated_at IS NULL";
    let row = sqlx::query(query)
        .bind(token.session.to_string())
        .bind(now.as_millis())
        .fetch_optional(&mut transaction.connection)
        .await?;
    let row = row.ok_or(Error::Unauthenticated("the session has ended"))?;
    let generation: i64 = row.try_get("generation")?;
    let user = rows::id(row.try_get::<String, _>("pid")?.as_str())?;
    let generation = match token.judge(generation, Timestamp::from_millis(row.try_get("rotated_at")?), now) {
        Rotation::Repeat => generation,
        Rotation::Reuse => {
            let reason = "a refresh token was used twice";
            end(transaction, token.session, reason).await?;
            let detail = json!({ "user": user, "reason": reason });
            let about = Some(About::Session(token.session));
            audit::note(transaction, Note { by: By::Server, act: AuditAct::SessionEnded, about, detail }).await?;
            return Ok(None);
        }
        Rotation::Advance | Rotation::CatchUp => {
            let query = "UPDATE sessions SET generation = ?4 + 1, rotated_at = ?2, last_used_at = ?2,
                expires_at = ?3 WHERE pid = ?1 RETURNING generation";
            sqlx::query_scalar(query)
                .bind(token.session.to_string())
                .bind(now.as_millis())
                .bind((now + lifetime).as_millis())
                .bind(token.generation)
                .fetch_one(&mut transaction.connection)
                .await?
        }
    };
    let me = summaries::me(&mut transaction.connection, user).await?;
    let two_factor_due = due(&mut transaction.connection, token.session).await?;
    Ok(Some(Started { me, session: token.session, generation, two_factor_due }))
}
