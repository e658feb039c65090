//! Which function carries out what is asked.

use super::request::{Company, Done, Login, Request, Status};
use super::terms::Terms;
use crate::actor::By;
use crate::app::App;
use crate::auth::{links, operator};
use crate::contract::{ChangeRole, EndedSessions, ErasePerson, ErasedMessages, ServerRole, UserRef};
use crate::error::{Error, Result};
use crate::export;
use crate::governing;
use crate::ids::SessionId;
use crate::people::administration;
use std::sync::Arc;
use std::time::Duration;

/// Accounts, or entries of the log, of one page.
const PAGE: u32 = 200;

/// # Errors
/// Those of the feature that is asked.
pub async fn carry_out(app: Arc<App>, request: Request) -> Result<Done> {
    match request {
        Request::CreateUser { username, display_name, role, password } => {
            user(&app, operator::create_user(&app, &username, display_name.as_deref(), role, password).await?).await
        }
        Request::ResetPassword { username, password } => {
            user(&app, operator::reset_password(&app, &username, password).await?).await
        }
        Request::ResetTwoFactor { username } => reset_two_factor(&app, username).await,
        Request::ListUsers { after } => operator::users(&app, after, PAGE).await.map(Done::Users),
        Request::DeactivateUser { username } => {
            operator::deactivate(&app, &username).await.map(|_| Done::Deactivated { username })
        }
        Request::ReactivateUser { username } => reactivate(&app, username).await,
        Request::ChangeRole { username, role } => change_role(&app, username, role).await,
        Request::ListSessions { username } => sessions(&app, &username).await,
        Request::EndSessions { username, session } => end_sessions(&app, &username, session).await,
        Request::EraseUser { username, delete_messages } => erase(&app, username, delete_messages).await,
        Request::CreateInvite { uses, expires_in_seconds, role, rooms } => {
            invite(&app, (uses, Duration::from_secs(expires_in_seconds)), role, rooms).await
        }
        Request::CreateBot { username, display_name, rooms } => {
            Ok(bot(operator::create_bot(&app, &username, display_name.as_deref(), rooms).await?))
        }
        Request::RotateBotToken { username } => Ok(bot(operator::replace_bot_token(&app, &username).await?)),
        Request::RotateKey { forget_former } => {
            operator::rotate_key(app, forget_former).await.map(|()| Done::KeyRotated)
        }
        Request::NoteBackup { snapshot } => operator::note_backup(&app, &snapshot).await.map(|()| Done::Noted),
        Request::ReadAudit { filter, before } => {
            governing::audit::page_for_operator(&app, filter, before, PAGE).await.map(Done::Audit)
        }
        Request::ReadTeam => app.storage.team().await.map(Done::Team),
        Request::UpdateTeam(change) => {
            governing::team::update(&app, By::Operator, change).await.map(Done::Team).map_err(with_field)
        }
        Request::NoteExport { of } => export::note(&app, of).await.map(|()| Done::Noted),
        Request::LinkEverybody => operator::link_everybody(&app).await.map(Done::Links),
        Request::Reindex => operator::rebuild_search(&app).await.map(|begun| Done::Reindexing { begun }),
        Request::SearchStatus => app.storage.search_status().await.map(Done::Search),
        Request::Alive => Ok(Done::Living),
        Request::Health => health(&app).await,
        Request::Status => Ok(Done::Status(status(&app).await)),
        Request::ExpectProbe { word } => {
            app.probes.expect(word);
            Ok(Done::Expected)
        }
        Request::TakeProbe { word } => Ok(Done::Probe(app.probes.take(&word))),
    }
}

/// Of several settings the one that is wrong is named.
fn with_field(error: Error) -> Error {
    match error {
        Error::Invalid { field: Some(field), message } => {
            Error::Invalid { message: format!("{field}: {message}"), field: None }
        }
        other => other,
    }
}

async fn reset_two_factor(app: &App, username: String) -> Result<Done> {
    app.storage.reset_two_factor(By::Operator, operator::named(&username)?).await?;
    Ok(Done::TwoFactorReset { username })
}

async fn change_role(app: &App, username: String, role: ServerRole) -> Result<Done> {
    administration::change_role(app, By::Operator, operator::named(&username)?, ChangeRole { role }).await?;
    Ok(Done::RoleChanged { username })
}

async fn sessions(app: &App, username: &str) -> Result<Done> {
    let found = administration::sessions(app, By::Operator, operator::named(username)?, None).await?;
    Ok(Done::Sessions(found.sessions.into_iter().map(Login::from).collect()))
}

async fn end_sessions(app: &App, username: &str, session: Option<SessionId>) -> Result<Done> {
    let whom = operator::named(username)?;
    let EndedSessions { ended } = administration::end_sessions(app, By::Operator, whom, session).await?;
    Ok(Done::SessionsEnded { ended })
}

async fn erase(app: &App, username: String, delete_messages: bool) -> Result<Done> {
    let messages = if delete_messages { ErasedMessages::Delete } else { ErasedMessages::Keep };
    let command = ErasePerson { username: username.clone(), messages };
    administration::erase(app, By::Operator, operator::named(&username)?, command).await?;
    Ok(Done::Erasing { username })
}

async fn invite(app: &App, (uses, lifetime): (u32, Duration), role: ServerRole, rooms: Vec<String>) -> Result<Done> {
    let made = operator::invite(app, uses, lifetime, role, rooms).await?;
    Ok(Done::Invite { url: made.url, uses: made.invite.max_uses, expires_at: made.invite.expires_at })
}

fn bot((bot, token): (UserRef, String)) -> Done {
    Done::Bot { username: bot.username.unwrap_or(bot.display_name), token }
}

async fn health(app: &App) -> Result<Done> {
    if app.draining.is_cancelled() {
        return Err(Error::Unavailable("the server is stopping".to_owned()));
    }
    app.storage.check().await?;
    Ok(Done::Healthy { address: app.serving_on.get().copied() })
}

async fn status(app: &App) -> Status {
    Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        process: std::process::id(),
        address: app.serving_on.get().copied(),
        fault: app.storage.check().await.err().map(|error| error.to_string()),
        index_fault: app.storage.search_status().await.ok().and_then(|search| search.fault),
        company: app.cluster.as_ref().map(|cluster| Company { servers: cluster.nodes().len(), fault: cluster.fault() }),
        terms: Terms::of(&app.config).ok(),
    }
}

async fn reactivate(app: &App, username: String) -> Result<Done> {
    let base = links::base(app);
    let link = administration::reactivate(app, By::Operator, operator::named(&username)?, &base).await?;
    Ok(Done::User { username, link: Some(link.url), server_has_admin: app.storage.has_admin().await? })
}

async fn user(app: &App, (user, link): (UserRef, Option<String>)) -> Result<Done> {
    let username = user.username.unwrap_or(user.display_name);
    Ok(Done::User { username, link, server_has_admin: app.storage.has_admin().await? })
}
