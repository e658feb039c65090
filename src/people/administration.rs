//! What administrators, and whoever owns the data folder, do with other people's accounts.

use super::behind;
use crate::actor::By;
use crate::app::App;
use crate::auth::links;
use crate::auth::operator::RESET_LINK_LIFETIME;
use crate::clock;
use crate::contract::*;
use crate::credentials::tokens::RandomToken;
use crate::error::Result;
use crate::ids::{SessionId, UserId};
use crate::metrics::ERASURES;
use crate::storage::{Erased, Listed, ListedState, Replacement, Wanted, Whom};

const DEFAULT_LIMIT: u32 = 50;

/// Who is looked for, and where to go on.
#[derive(Default)]
pub struct Lookup {
    pub query: Option<String>,
    pub state: Option<PersonState>,
    pub kind: Option<PersonKind>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}

/// A page of everybody who has an account, by name.
///
/// # Errors
/// `Forbidden` for who is no administrator, `Invalid` for the cursor.
pub async fn list(app: &App, by: By, lookup: Lookup) -> Result<People> {
    let after = behind(lookup.cursor.as_deref())?;
    let limit = lookup.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let query = lookup.query.map(|query| query.trim().to_owned()).filter(|query| !query.is_empty());
    let wanted = Wanted {
        query,
        state: lookup.state.map(|state| match state {
            PersonState::Active => ListedState::Active,
            PersonState::Deactivated => ListedState::Deactivated,
        }),
        role: lookup.kind.and_then(role),
        only_bots: lookup.kind == Some(PersonKind::Bot),
    };
    let people = app.storage.listed(by, wanted, after, limit).await?;
    let cursor = people.last().filter(|_| people.len() >= limit as usize).map(|last| last.user.id.to_string());
    Ok(People { people: people.into_iter().map(|listed| person(app, listed)).collect(), cursor })
}

fn role(kind: PersonKind) -> Option<ServerRole> {
    match kind {
        PersonKind::Owner => Some(ServerRole::Owner),
        PersonKind::Admin => Some(ServerRole::Admin),
        PersonKind::Member => Some(ServerRole::Member),
        PersonKind::Guest => Some(ServerRole::Guest),
        PersonKind::Bot => None,
    }
}

fn person(app: &App, listed: Listed) -> Person {
    let Listed { user, username, role, created_at, last_seen, deactivated_at, sessions, rooms, two_factor } = listed;
    let connections = app.directory.connection_count(user.id);
    Person { user, username, role, connections, sessions, rooms, created_at, last_seen, deactivated_at, two_factor }
}

/// One account.
///
/// # Errors
/// `Forbidden` for who is no administrator, `NotFound`.
pub async fn one(app: &App, by: By, user: UserId) -> Result<PersonAnswer> {
    Ok(PersonAnswer { person: person(app, app.storage.listed_one(by, user).await?) })
}

/// Gives somebody another role on the server.
///
/// # Errors
/// `Forbidden` for who may not, `NotFound`, `Conflict` for a bot, for who is deactivated and for the last owner.
pub async fn change_role(app: &App, by: By, whom: Whom, command: ChangeRole) -> Result<PersonAnswer> {
    Ok(PersonAnswer { person: person(app, app.storage.change_role(by, whom, command.role).await?) })
}

/// Ends an account and everything that is connected with it. It stays an author.
///
/// # Errors
/// `Forbidden` for who may not, `NotFound`, `Conflict` for who is deactivated already and for the last owner.
pub async fn deactivate(app: &App, by: By, user: UserId) -> Result<PersonAnswer> {
    Ok(PersonAnswer { person: person(app, app.storage.deactivate(by, Whom::Id(user)).await?) })
}

/// Lets somebody in again, who chooses a password with the link that is answered. `base` is where it leads.
///
/// # Errors
/// `Forbidden` for who may not, `NotFound`, `Conflict` for who is active and for a bot.
pub async fn reactivate(app: &App, by: By, whom: Whom, base: &str) -> Result<PasswordLink> {
    let token = RandomToken::link();
    let expires_at = clock::now() + RESET_LINK_LIFETIME;
    app.storage.reactivate(by, whom, (token.digest, expires_at)).await?;
    Ok(PasswordLink { url: links::reset(base, token.expose()), expires_at })
}

/// Takes a password away and ends all sessions; the new one is chosen with the link that is answered.
///
/// # Errors
/// `Forbidden` for who may not, `NotFound`, `Conflict` for a bot and for who is deactivated.
pub async fn reset(app: &App, by: By, user: UserId, base: &str) -> Result<PasswordLink> {
    let token = RandomToken::link();
    let expires_at = clock::now() + RESET_LINK_LIFETIME;
    let replacement = Replacement::Token(token.digest, expires_at);
    app.storage.replace_password(by, Whom::Id(user), replacement).await?;
    Ok(PasswordLink { url: links::reset(base, token.expose()), expires_at })
}

/// Takes somebody's second factor away, who has lost it, and ends all sessions; the password stays.
///
/// # Errors
/// `Forbidden` for who may not and for one's own, `NotFound`, `Conflict` for a bot and for who has none.
pub async fn reset_two_factor(app: &App, by: By, user: UserId) -> Result<PersonAnswer> {
    app.storage.reset_two_factor(by, Whom::Id(user)).await?;
    one(app, by, user).await
}

/// Somebody's sessions, the one used last first; `current` is the caller's own.
///
/// # Errors
/// `Forbidden` for who may not, `NotFound`, `Conflict` for a bot.
pub async fn sessions(app: &App, by: By, whom: Whom, current: Option<SessionId>) -> Result<Sessions> {
    Ok(Sessions { sessions: app.storage.sessions_of(by, whom, current).await? })
}

/// Ends one of somebody's sessions, or all.
///
/// # Errors
/// `Forbidden` for who may not, `NotFound` also for a session that is not theirs or has ended, `Conflict` for a bot.
pub async fn end_sessions(app: &App, by: By, whom: Whom, session: Option<SessionId>) -> Result<EndedSessions> {
    Ok(EndedSessions { ended: app.storage.end_sessions_of(by, whom, session).await? })
}

/// Erases somebody. What is left of their name in what others have is removed in the background.
///
/// # Errors
/// `Forbidden` for who may not, `NotFound`, `Invalid` when the username is not theirs, `Conflict` for the last owner.
pub async fn erase(app: &App, by: By, whom: Whom, command: ErasePerson) -> Result<Empty> {
    let erased = match command.messages {
        ErasedMessages::Keep => Erased::WithoutMessages,
        ErasedMessages::Delete => Erased::WithMessages,
    };
    app.storage.erase(by, whom, command.username, erased).await?;
    ERASURES.ask();
    Ok(Empty {})
}
