//! Tokens that are kept as a digest: of setup and reset links, of logins that wait for their second step, and of bots.

use super::Storage;
use super::accounts::{self, NewAccount};
use super::audit::{self, About, Note};
use super::general;
use super::people::{self, Whom};
use super::rows;
use crate::actor::By;
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, UserRef};
use crate::credentials::tokens::TokenDigest;
use crate::credentials::usernames::Username;
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use serde_json::json;
use sqlx::{Row, SqliteConnection};

/// What a one-time token is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Setup,
    Reset,
    /// The second step of a login whose password was right.
    Login,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Reset => "reset",
            Self::Login => "login",
        }
    }
}

/// A token that has not expired; inside, the key of the user whom it is for.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    purpose: Purpose,
    digest: TokenDigest,
) -> Result<Option<Option<i64>>> {
    let query = "SELECT t.user_id FROM one_time_tokens t LEFT JOIN users u ON u.id = t.user_id
        WHERE t.digest = ? AND t.purpose = ? AND t.expires_at > ? AND u.deactivated_at IS NULL";
    let row = sqlx::query(query)
        .bind(digest.as_bytes().as_slice())
        .bind(purpose.word())
        .bind(clock::now().as_millis())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get("user_id")).transpose()?)
}

pub(super) async fn forget_setup(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query("DELETE FROM one_time_tokens WHERE purpose = 'setup'").execute(connection).await?;
    Ok(())
}

/// Makes reset links of somebody void, and logins that wait for their second step.
pub(super) async fn forget_all(connection: &mut SqliteConnection, user_key: i64) -> Result<()> {
    sqlx::query("DELETE FROM one_time_tokens WHERE user_id = ?").bind(user_key).execute(connection).await?;
    Ok(())
}

/// Keeps the token of a reset link; the user's earlier ones are void.
pub(super) async fn put_reset(
    connection: &mut SqliteConnection,
    user_key: i64,
    digest: TokenDigest,
    expires_at: Timestamp,
) -> Result<()> {
    forget_all(connection, user_key).await?;
    put(connection, Purpose::Reset, Some(user_key), digest, expires_at).await
}

/// Keeps the ticket of a login whose password was right, beside those of the same user, and forgets those whose time is
/// over.
pub(super) async fn put_login(
    connection: &mut SqliteConnection,
    user_key: i64,
    ticket: TokenDigest,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM one_time_tokens WHERE purpose = 'login' AND expires_at <= ?")
        .bind(clock::now().as_millis())
        .execute(&mut *connection)
        .await?;
    put(connection, Purpose::Login, Some(user_key), ticket, expires_at).await
}

/// Spends the ticket of a login; whose it is, if it stands.
pub(super) async fn take_login(connection: &mut SqliteConnection, ticket: TokenDigest) -> Result<Option<i64>> {
    let found = find(connection, Purpose::Login, ticket).await?.flatten();
    sqlx::query("DELETE FROM one_time_tokens WHERE purpose = 'login' AND digest = ?")
        .bind(ticket.as_bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(found)
}

async fn put_bot_token(connection: &mut SqliteConnection, user_key: i64, token: TokenDigest) -> Result<()> {
    sqlx::query("INSERT INTO bot_tokens (digest, user_id, created_at) VALUES (?, ?, ?)")
        .bind(token.as_bytes().as_slice())
        .bind(user_key)
        .bind(clock::now().as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

async fn put(
    connection: &mut SqliteConnection,
    purpose: Purpose,
    user_key: Option<i64>,
    digest: TokenDigest,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query("INSERT INTO one_time_tokens (digest, purpose, user_id, expires_at) VALUES (?, ?, ?, ?)")
        .bind(digest.as_bytes().as_slice())
        .bind(purpose.word())
        .bind(user_key)
        .bind(expires_at.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}

impl Storage {
    /// Keeps the setup token in the place of an earlier one; false, and nothing kept, when a person has an account.
    pub async fn offer_setup(&self, digest: TokenDigest, expires_at: Timestamp) -> Result<bool> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    if accounts::has_people(connection).await? {
                        return Ok(false);
                    }
                    forget_setup(connection).await?;
                    put(connection, Purpose::Setup, None, digest, expires_at).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Makes a bot with its token, as a member of rooms that are named by id or by name.
    ///
    /// # Errors
    /// `Conflict` when the username is taken, `Invalid` when a room is unknown or its name ambiguous.
    pub async fn create_bot(&self, account: NewAccount, token: TokenDigest, rooms: Vec<String>) -> Result<UserRef> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let (user_key, who) = accounts::insert(&mut transaction.connection, &account).await?;
                    put_bot_token(&mut transaction.connection, user_key, token).await?;
                    let note = Note {
                        by: By::Operator,
                        act: AuditAct::BotMade,
                        about: Some(About::User(who.id)),
                        detail: json!({ "rooms": rooms }),
                    };
                    audit::note(transaction, note).await?;
                    for name in &rooms {
                        let (room_key, room) = room_called(&mut transaction.connection, name).await?;
                        general::join_room(transaction, room, room_key, user_key, &who).await?;
                    }
                    Ok(who)
                })
            })
            .await
    }

    /// Gives a bot another token in the place of all that it has, and ends its connections.
    ///
    /// # Errors
    /// `Invalid` when there is no such user or it is no bot, `Conflict` when it is deactivated.
    pub async fn replace_bot_token(&self, username: Username, token: TokenDigest) -> Result<UserRef> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let name = username.as_str().to_owned();
                    let whom = Whom::Named(username);
                    let bot = people::subject(&mut transaction.connection, By::Operator, &whom).await?;
                    bot.check_active()?;
                    if !bot.user.bot {
                        return Err(Error::invalid("username", format!("{name} is no bot: people have a password")));
                    }
                    let (user_key, who) = (bot.key, bot.user);
                    sqlx::query("DELETE FROM bot_tokens WHERE user_id = ?")
                        .bind(user_key)
                        .execute(&mut transaction.connection)
                        .await?;
                    put_bot_token(&mut transaction.connection, user_key, token).await?;
                    let about = Some(About::User(who.id));
                    let detail = json!({});
                    audit::note(transaction, Note { by: By::Operator, act: AuditAct::BotToken, about, detail }).await?;
                    transaction.tell(Notice::EndUser { user: who.id, reason: "the bot has another token now".into() });
                    Ok(who)
                })
            })
            .await
    }

    /// The active bot that holds a token.
    pub async fn bot_by_token(&self, digest: &[u8; 32]) -> Result<Option<UserId>> {
        let query = "SELECT u.pid FROM bot_tokens t JOIN users u ON u.id = t.user_id
            WHERE t.digest = ? AND u.deactivated_at IS NULL";
        let found: Option<String> =
            sqlx::query_scalar(query).bind(digest.as_slice()).fetch_optional(&self.readers).await?;
        found.map(|pid| rows::id(&pid)).transpose()
    }
}

/// The one room that an operator means by an id or a name.
pub(super) async fn room_called(connection: &mut SqliteConnection, name: &str) -> Result<(i64, RoomId)> {
    let query = "SELECT id, pid FROM rooms WHERE (pid = ?1 OR name_key = ?2) AND kind <> 'direct'
        AND deleted_at IS NULL ORDER BY pid = ?1 DESC LIMIT 2";
    let found = sqlx::query(query).bind(name).bind(name.to_lowercase()).fetch_all(connection).await?;
    let by_id = |pid: &str| pid == name;
    match found.as_slice() {
        [] => Err(Error::invalid("rooms", format!("there is no room called {name}"))),
        [first, rest @ ..] => {
            let pid: String = first.try_get("pid")?;
            if !rest.is_empty() && !by_id(&pid) {
                return Err(Error::invalid("rooms", format!("several rooms are called {name}; name it by its id")));
            }
            Ok((first.try_get("id")?, rows::id(&pid)?))
        }
    }
}
