//! Accounts: made, listed.

use super::Storage;
use super::audit::{self, About, Note};
use super::general;
use super::members::active_user;
use super::rows;
use super::sessions::{self, NewSession, Started};
use super::tokens::{self, Purpose};
use super::transaction::Transaction;
use crate::actor::By;
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, ServerRole, UserRef};
use crate::credentials::tokens::TokenDigest;
use crate::credentials::usernames::Username;
use crate::error::{Error, Result};
use crate::ids::UserId;
use serde_json::{Value, json};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// An account to be made, its fields checked.
pub struct NewAccount {
    pub username: Username,
    pub display_name: String,
    pub role: ServerRole,
    pub bot: bool,
    /// None for a bot, and for somebody who is yet to choose a password.
    pub password_hash: Option<String>,
}

/// Where a new account is from the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstRoom {
    General,
    Nowhere,
}

/// What somebody proves their password against.
pub struct Credentials {
    pub user: UserId,
    pub username_key: String,
    pub password_hash: Option<String>,
    /// None when it is the first.
    pub password_changed_at: Option<Timestamp>,
}

/// An account as the operator sees it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub role: ServerRole,
    pub bot: bool,
    pub created_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
    pub deactivated_at: Option<Timestamp>,
    /// They log in with a second factor.
    pub two_factor: bool,
}

/// Writes an account.
///
/// # Errors
/// `Conflict` when the username is taken, be it by somebody who was deactivated.
pub(super) async fn insert(connection: &mut SqliteConnection, account: &NewAccount) -> Result<(i64, UserRef)> {
    if account.username.is_reserved() {
        return Err(taken(&account.username));
    }
    let query = "INSERT INTO users (pid, username, username_key, display_name, bot, role, password_hash, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (username_key) DO NOTHING";
    let id = UserId::generate();
    let inserted = sqlx::query(query)
        .bind(id.to_string())
        .bind(account.username.as_str())
        .bind(account.username.key())
        .bind(&account.display_name)
        .bind(account.bot)
        .bind(account.role.as_str())
        .bind(&account.password_hash)
        .bind(clock::now().as_millis())
        .execute(&mut *connection)
        .await?;
    if inserted.rows_affected() == 0 {
        return Err(taken(&account.username));
    }
    active_user(connection, id).await
}

/// Notes that there is an account now.
pub(super) async fn note_made(transaction: &mut Transaction, by: By, user: UserId, detail: Value) -> Result<()> {
    let note = Note { by, act: AuditAct::PersonMade, about: Some(About::User(user)), detail };
    audit::note(transaction, note).await
}

fn taken(username: &Username) -> Error {
    Error::Conflict(format!("the username {} is taken", username.as_str()))
}

/// Whether a person has an account, or had one: then the setup link leads nowhere. Bots alone set nothing up.
pub(super) async fn has_people(connection: &mut SqliteConnection) -> Result<bool> {
    let query = "SELECT 1 FROM users WHERE bot = 0 LIMIT 1";
    let found: Option<i64> = sqlx::query_scalar(query).fetch_optional(connection).await?;
    Ok(found.is_some())
}

impl Storage {
    /// Whether the setup link leads anywhere: nobody has an account, and the token stands.
    ///
    /// # Errors
    /// `Conflict` when the server is set up, `Unauthenticated` when the token is not valid.
    pub async fn check_setup(&self, token: TokenDigest) -> Result<()> {
        let mut reader = self.readers.begin().await?;
        may_set_up(&mut reader, token).await
    }

    /// Makes the first administrator with the setup token, and General, which may be called otherwise, and logs in.
    ///
    /// # Errors
    /// As `check_setup`.
    pub async fn set_up(
        &self,
        token: TokenDigest,
        account: NewAccount,
        room_name: Option<String>,
        login: NewSession,
    ) -> Result<Started> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    may_set_up(&mut transaction.connection, token).await?;
                    let (user_key, who) = insert(&mut transaction.connection, &account).await?;
                    tokens::forget_setup(&mut transaction.connection).await?;
                    general::make(transaction, user_key, &who, room_name).await?;
                    note_made(
                        transaction,
                        By::Person(who.id, login.address()),
                        who.id,
                        json!({ "role": ServerRole::Owner }),
                    )
                    .await?;
                    sessions::start(&mut transaction.connection, user_key, who.id, &login).await
                })
            })
            .await
    }

    /// Makes an account; `set_password` is the token with which its password is chosen.
    ///
    /// # Errors
    /// `Conflict` when the username is taken.
    pub async fn create_account(
        &self,
        account: NewAccount,
        set_password: Option<(TokenDigest, Timestamp)>,
        first_room: FirstRoom,
    ) -> Result<UserRef> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let (user_key, who) = insert(&mut transaction.connection, &account).await?;
                    if let Some((digest, expires_at)) = set_password {
                        tokens::put_reset(&mut transaction.connection, user_key, digest, expires_at).await?;
                    }
                    if first_room == FirstRoom::General {
                        general::join(transaction, user_key, &who).await?;
                    }
                    let detail = json!({ "role": account.role });
                    note_made(transaction, By::Operator, who.id, detail).await?;
                    Ok(who)
                })
            })
            .await
    }

    /// Tells early that a username is taken, before a password is hashed for nothing.
    ///
    /// # Errors
    /// `Conflict`.
    pub async fn check_username_is_free(&self, username: &Username) -> Result<()> {
        let query = "SELECT 1 FROM users WHERE username_key = ?";
        let found: Option<i64> = sqlx::query_scalar(query).bind(username.key()).fetch_optional(&self.readers).await?;
        let is_taken = found.is_some() || username.is_reserved();
        if is_taken { Err(taken(username)) } else { Ok(()) }
    }

    /// The credentials of somebody active, by the key of the username.
    pub async fn credentials_by_name(&self, username_key: &str) -> Result<Option<Credentials>> {
        let query = "SELECT pid, username_key, password_hash, password_changed_at FROM users
            WHERE username_key = ? AND deactivated_at IS NULL";
        let row = sqlx::query(query).bind(username_key).fetch_optional(&self.readers).await?;
        row.as_ref().map(credentials).transpose()
    }

    /// The credentials of somebody active, by their id.
    ///
    /// # Errors
    /// `Unauthenticated` when the account is not active.
    pub async fn credentials(&self, user: UserId) -> Result<Credentials> {
        let query = "SELECT pid, username_key, password_hash, password_changed_at FROM users
            WHERE pid = ? AND deactivated_at IS NULL";
        let row = sqlx::query(query).bind(user.to_string()).fetch_optional(&self.readers).await?;
        credentials(&row.ok_or(Error::Unauthenticated("the account is not active"))?)
    }

    /// Whether somebody active administers the server.
    pub async fn has_admin(&self) -> Result<bool> {
        let mut reader = self.readers.acquire().await?;
        Ok(general::first_admin(&mut reader).await?.is_some())
    }

    /// A page of all accounts in the order in which they were made, behind the account `after`; without those that were
    /// erased.
    pub async fn accounts(&self, after: Option<UserId>, limit: u32) -> Result<Vec<Account>> {
        let query = "SELECT u.*, EXISTS (SELECT 1 FROM two_factor f WHERE f.user_id = u.id) AS two_factor FROM users u
            WHERE u.id > coalesce((SELECT id FROM users WHERE pid = ?), 0) AND u.erased_at IS NULL ORDER BY u.id LIMIT ?";
        let after = after.map(|user| user.to_string());
        let found = sqlx::query(query).bind(after).bind(limit).fetch_all(&self.readers).await?;
        found.iter().map(account).collect()
    }
}

async fn may_set_up(connection: &mut SqliteConnection, token: TokenDigest) -> Result<()> {
    if has_people(connection).await? {
        return Err(Error::Conflict("this server is set up already".to_owned()));
    }
    let refusal = "the setup link is not valid any more; restart the server, and it prints a new one";
    tokens::find(connection, Purpose::Setup, token).await?.map(|_| ()).ok_or(Error::Unauthenticated(refusal))
}

fn credentials(row: &SqliteRow) -> Result<Credentials> {
    Ok(Credentials {
        user: rows::id(row.try_get::<String, _>("pid")?.as_str())?,
        username_key: row.try_get("username_key")?,
        password_hash: row.try_get("password_hash")?,
        password_changed_at: row.try_get::<Option<i64>, _>("password_changed_at")?.map(Timestamp::from_millis),
    })
}

fn account(row: &SqliteRow) -> Result<Account> {
    let moment = |column: &str| Ok::<_, Error>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_millis));
    Ok(Account {
        id: rows::id(row.try_get::<String, _>("pid")?.as_str())?,
        username: row.try_get("username")?,
        display_name: row.try_get("display_name")?,
        role: rows::server_role(row, "role")?,
        bot: row.try_get("bot")?,
        created_at: Timestamp::from_millis(row.try_get("created_at")?),
        last_seen_at: moment("last_seen_at")?,
        deactivated_at: moment("deactivated_at")?,
        two_factor: row.try_get("two_factor")?,
    })
}
