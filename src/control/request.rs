//! What may be asked, and which function carries it out.

use crate::actor::By;
use crate::app::App;
use crate::auth::{links, operator};
use crate::clock::Timestamp;
use crate::contract::{
    ChangeRole, EndedSessions, ErasePerson, ErasedMessages, ServerRole, Session, TeamSettings, UpdateTeam,
};
use crate::error::{Error, Result};
use crate::export::{self, Leaving};
use crate::governing;
use crate::ids::{SessionId, UserId};
use crate::people::administration;
use crate::probes::Arrival;
use crate::storage::{Account, AuditFilter, SearchStatus};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
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
    ReactivateUser {
        username: String,
    },
    ChangeRole {
        username: String,
        role: ServerRole,
    },
    ListSessions {
        username: String,
    },
    EndSessions {
        username: String,
        /// None: all of them.
        session: Option<SessionId>,
    },
    EraseUser {
        username: String,
        delete_messages: bool,
    },
    CreateInvite {
        uses: u32,
        expires_in_seconds: u64,
        role: ServerRole,
        /// Names or ids.
        rooms: Vec<String>,
    },
    CreateBot {
        username: String,
        display_name: Option<String>,
        /// Names or ids.
        rooms: Vec<String>,
    },
    RotateBotToken {
        username: String,
    },
    RotateKey {
        /// Those who can read former keys are to be kept out: everybody has to log in again.
        forget_former: bool,
    },
    /// A backup was made beside the server.
    NoteBackup {
        snapshot: String,
    },
    /// A page of the audit log, before one of its entries.
    ReadAudit {
        filter: AuditFilter,
        before: Option<i64>,
    },
    ReadTeam,
    UpdateTeam(UpdateTeam),
    /// Notes that something is about to be exported.
    NoteExport {
        of: Leaving,
    },
    /// Takes away whatever passwords there are, and makes links for everybody with which they are chosen.
    LinkEverybody,
    /// Begins to build a new search index.
    Reindex,
    SearchStatus,
    /// Whether the server serves, reads and writes.
    Health,
    /// How the server is.
    Status,
    /// A request with this word in the header of probes is about to come.
    ExpectProbe {
        word: String,
    },
    /// How it came.
    TakeProbe {
        word: String,
    },
}

/// How a server is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub version: String,
    /// Its number in the system.
    pub process: u32,
    /// Where it serves; none while it starts.
    pub address: Option<SocketAddr>,
    /// Why it cannot serve, if so.
    pub fault: Option<String>,
    /// Why the search index cannot be kept up, if so.
    pub index_fault: Option<String>,
}

/// A session that goes on.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub user_agent: String,
    pub address: String,
}

impl From<Session> for Login {
    fn from(session: Session) -> Self {
        let Session { id, created_at, last_used_at, user_agent, address, .. } = session;
        Self { id, created_at, last_used_at, user_agent, address }
    }
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
    RoleChanged {
        username: String,
    },
    Sessions(Vec<Login>),
    SessionsEnded {
        ended: i64,
    },
    /// What is left of the name elsewhere goes in portions, in the background.
    Erasing {
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
    Noted,
    /// An empty page is the last.
    Audit(Vec<serde_json::Value>),
    Team(TeamSettings),
    /// Usernames, and the links.
    Links(Vec<(String, String)>),
    /// False: it had been begun before.
    Reindexing {
        begun: bool,
    },
    Search(SearchStatus),
    /// None: nobody serves, the database was only opened.
    Healthy {
        address: Option<SocketAddr>,
    },
    Status(Status),
    Expected,
    /// None when no request has come with the word.
    Probe(Option<Arrival>),
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
        Request::ReactivateUser { username } => reactivate(&app, username).await,
        Request::ChangeRole { username, role } => {
            let change = ChangeRole { role };
            administration::change_role(&app, By::Operator, operator::named(&username)?, change).await?;
            Ok(Done::RoleChanged { username })
        }
        Request::ListSessions { username } => {
            let found = administration::sessions(&app, By::Operator, operator::named(&username)?, None).await?;
            Ok(Done::Sessions(found.sessions.into_iter().map(Login::from).collect()))
        }
        Request::EndSessions { username, session } => {
            let whom = operator::named(&username)?;
            let EndedSessions { ended } = administration::end_sessions(&app, By::Operator, whom, session).await?;
            Ok(Done::SessionsEnded { ended })
        }
        Request::EraseUser { username, delete_messages } => {
            let messages = if delete_messages { ErasedMessages::Delete } else { ErasedMessages::Keep };
            let command = ErasePerson { username: username.clone(), messages };
            administration::erase(&app, By::Operator, operator::named(&username)?, command).await?;
            Ok(Done::Erasing { username })
        }
        Request::CreateInvite { uses, expires_in_seconds, role, rooms } => {
            let lifetime = Duration::from_secs(expires_in_seconds);
            let made = operator::invite(&app, uses, lifetime, role, rooms).await?;
            Ok(Done::Invite { url: made.url, uses: made.invite.max_uses, expires_at: made.invite.expires_at })
        }
        Request::CreateBot { username, display_name, rooms } => {
            let (bot, token) = operator::create_bot(&app, &username, display_name.as_deref(), rooms).await?;
            Ok(Done::Bot { username: bot.username.unwrap_or(username), token })
        }
        Request::RotateBotToken { username } => {
            let (bot, token) = operator::replace_bot_token(&app, &username).await?;
            Ok(Done::Bot { username: bot.username.unwrap_or(username), token })
        }
        Request::RotateKey { forget_former } => {
            operator::rotate_key(app, forget_former).await?;
            Ok(Done::KeyRotated)
        }
        Request::NoteBackup { snapshot } => {
            operator::note_backup(&app, &snapshot).await?;
            Ok(Done::Noted)
        }
        Request::ReadAudit { filter, before } => {
            Ok(Done::Audit(governing::audit::page_for_operator(&app, filter, before, PAGE).await?))
        }
        Request::ReadTeam => Ok(Done::Team(app.storage.team().await?)),
        Request::UpdateTeam(change) => Ok(Done::Team(governing::team::update(&app, By::Operator, change).await?)),
        Request::NoteExport { of } => {
            export::note(&app, of).await?;
            Ok(Done::Noted)
        }
        Request::LinkEverybody => Ok(Done::Links(operator::link_everybody(&app).await?)),
        Request::Reindex => Ok(Done::Reindexing { begun: operator::rebuild_search(&app).await? }),
        Request::Health => {
            if app.draining.is_cancelled() {
                return Err(Error::Unavailable("the server is stopping".to_owned()));
            }
            app.storage.check().await?;
            Ok(Done::Healthy { address: app.serving_on.get().copied() })
        }
        Request::SearchStatus => Ok(Done::Search(app.storage.search_status().await?)),
        Request::Status => Ok(Done::Status(status(&app).await)),
        Request::ExpectProbe { word } => {
            app.probes.expect(word);
            Ok(Done::Expected)
        }
        Request::TakeProbe { word } => Ok(Done::Probe(app.probes.take(&word))),
    }
}

async fn status(app: &App) -> Status {
    Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        process: std::process::id(),
        address: app.serving_on.get().copied(),
        fault: app.storage.check().await.err().map(|error| error.to_string()),
        index_fault: app.storage.search_status().await.ok().and_then(|search| search.fault),
    }
}

async fn reactivate(app: &App, username: String) -> Result<Done> {
    let base = links::base(app);
    let link = administration::reactivate(app, By::Operator, operator::named(&username)?, &base).await?;
    Ok(Done::User { username, link: Some(link.url), server_has_admin: app.storage.has_admin().await? })
}

async fn user(app: &App, (user, link): (crate::contract::UserRef, Option<String>)) -> Result<Done> {
    let username = user.username.unwrap_or(user.display_name);
    Ok(Done::User { username, link, server_has_admin: app.storage.has_admin().await? })
}
