//! What may be asked, and which function carries it out.

use crate::app::App;
use crate::auth::operator;
use crate::clock::Timestamp;
use crate::contract::ServerRole;
use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Account, SearchStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// Accounts of one page.
const PAGE: u32 = 200;

// No Debug: passwords are among it.
#[derive(Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    CreateUser {
        username: String,
        display_name: Option<String>,
        role: ServerRole,
        /// None: a link is answered with which one is chosen.
        password: Option<String>,
    },
    ResetPassword {
        username: String,
        /// As above.
        password: Option<String>,
    },
    /// A page of accounts behind one of them.
    ListUsers {
        after: Option<UserId>,
    },
    DeactivateUser {
        username: String,
    },
    CreateInvite {
        uses: u32,
        expires_in_seconds: u64,
    },
    CreateBot {
        username: String,
        display_name: Option<String>,
        /// Names or ids.
        rooms: Vec<String>,
    },
    RotateKey,
    /// Begins to build a new search index.
    Reindex,
    SearchStatus,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Done {
    /// A password was given, or is to be chosen with the link.
    User {
        username: String,
        link: Option<String>,
        server_has_admin: bool,
    },
    /// An empty page is the last.
    Users(Vec<Account>),
    Deactivated {
        username: String,
    },
    Invite {
        url: String,
        uses: i64,
        expires_at: Timestamp,
    },
    Bot {
        username: String,
        token: String,
    },
    KeyRotated,
    /// False: it had been begun before.
    Reindexing {
        begun: bool,
    },
    Search(SearchStatus),
}

/// # Errors
/// Those of the feature that is asked.
pub async fn carry_out(app: Arc<App>, request: Request) -> Result<Done> {
    match request {
        Request::CreateUser { username, display_name, role, password } => {
            let made = operator::create_user(&app, &username, display_name.as_deref(), role, password).await?;
            user(&app, made).await
        }
        Request::ResetPassword { username, password } => {
            let reset = operator::reset_password(&app, &username, password).await?;
            user(&app, reset).await
        }
        Request::ListUsers { after } => Ok(Done::Users(operator::users(&app, after, PAGE).await?)),
        Request::DeactivateUser { username } => {
            operator::deactivate(&app, &username).await?;
            Ok(Done::Deactivated { username })
        }
        Request::CreateInvite { uses, expires_in_seconds } => {
            let made = operator::invite(&app, uses, Duration::from_secs(expires_in_seconds)).await?;
            Ok(Done::Invite { url: made.url, uses: made.invite.max_uses, expires_at: made.invite.expires_at })
        }
        Request::CreateBot { username, display_name, rooms } => {
            let (bot, token) = operator::create_bot(&app, &username, display_name.as_deref(), rooms).await?;
            Ok(Done::Bot { username: bot.username.unwrap_or(username), token })
        }
        Request::RotateKey => {
            operator::rotate_key(app).await?;
            Ok(Done::KeyRotated)
        }
        Request::Reindex => Ok(Done::Reindexing { begun: app.storage.rebuild_search().await? }),
        Request::SearchStatus => Ok(Done::Search(app.storage.search_status().await?)),
    }
}

async fn user(app: &App, (user, link): (crate::contract::UserRef, Option<String>)) -> Result<Done> {
    let username = user.username.unwrap_or(user.display_name);
    Ok(Done::User { username, link, server_has_admin: app.storage.has_admin().await? })
}
