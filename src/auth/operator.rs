//! What the owner of the data folder may do, with no account of their own.

use super::{fields, invites, links, two_factor};
use crate::actor::By;
use crate::app::App;
use crate::clock;
use crate::contract::{AuditAct, CreateInvite, CreatedInvite, ServerRole, UserRef};
use crate::credentials::keys::{KeyError, SigningKeys};
use crate::credentials::passwords::Password;
use crate::credentials::tokens::RandomToken;
use crate::credentials::usernames::Username;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::notice::Notice;
use crate::storage::{Account, FirstRoom, InviteRooms, NewAccount, Note, Replacement, Whom};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Why everybody has to log in again.
const KEYS_REPLACED: &str = "the keys that sign logins were replaced";
/// How long a link is good for with which somebody chooses a password.
pub const RESET_LINK_LIFETIME: Duration = Duration::from_secs(24 * 3_600);

/// Makes an account, which joins General as one that registers does, unless a guest's. Without a password, a link is
/// answered with which one is chosen.
///
/// # Errors
/// `Invalid` for a field, `Conflict` when the username is taken.
pub async fn create_user(
    app: &App,
    username: &str,
    display_name: Option<&str>,
    role: ServerRole,
    password: Option<String>,
) -> Result<(UserRef, Option<String>)> {
    let username = Username::for_new("username", username)?;
    let display_name = fields::display_name(display_name.unwrap_or(username.as_str()))?;
    app.storage.check_username_is_free(&username).await?;
    let password_hash = hash(app, password, &[username.as_str(), &display_name]).await?;
    let token = password_hash.is_none().then(RandomToken::link);
    let account = NewAccount { username, display_name, role, bot: false, password_hash };
    let set_password = token.as_ref().map(|token| (token.digest, clock::now() + RESET_LINK_LIFETIME));
    let user = app.storage.create_account(account, set_password, FirstRoom::General).await?;
    Ok((user, token.map(|token| links::reset(&links::base(app), token.expose()))))
}

/// Takes a password away and ends all of the user's sessions; the new one is given, or chosen with the answered link.
///
/// # Errors
/// `Invalid` for an unknown user or a password that is none, `Conflict` for a bot and for who is deactivated.
pub async fn reset_password(app: &App, username: &str, password: Option<String>) -> Result<(UserRef, Option<String>)> {
    let whom = named(username)?;
    if let Some(hash) = hash(app, password, &[username]).await? {
        return Ok((app.storage.replace_password(By::Operator, whom, Replacement::Hash(hash)).await?, None));
    }
    let token = RandomToken::link();
    let replacement = Replacement::Token(token.digest, clock::now() + RESET_LINK_LIFETIME);
    let user = app.storage.replace_password(By::Operator, whom, replacement).await?;
    Ok((user, Some(links::reset(&links::base(app), token.expose()))))
}

/// Has everybody choose a new password, who is a person and active: answers with usernames and links.
///
/// # Errors
/// `Unavailable` when the database is.
pub async fn link_everybody(app: &App) -> Result<Vec<(String, String)>> {
    let (mut links, mut after) = (Vec::new(), None);
    loop {
        let page = users(app, after, 200).await?;
        let Some(last) = page.last() else { return Ok(links) };
        after = Some(last.id);
        for account in page.iter().filter(|account| !account.bot && account.deactivated_at.is_none()) {
            if let (_, Some(link)) = reset_password(app, &account.username, None).await? {
                links.push((account.username.clone(), link));
            }
        }
    }
}

/// `names` are those of whom the password is for.
async fn hash(app: &App, password: Option<String>, names: &[&str]) -> Result<Option<String>> {
    let Some(password) = password.map(Password::from) else { return Ok(None) };
    let team = app.storage.team().await?.name.unwrap_or_default();
    password.check("password", &[names, &[&team]].concat())?;
    Ok(Some(app.passwords.turn().await?.hash(&password).await?))
}

/// A page of all accounts, oldest first.
pub async fn users(app: &App, after: Option<UserId>, limit: u32) -> Result<Vec<Account>> {
    app.storage.accounts(after, limit).await
}

/// Ends an account and everything that is connected with it. It stays an author.
///
/// # Errors
/// `Invalid` for an unknown user, `Conflict` for who is deactivated already and for the last owner.
pub async fn deactivate(app: &App, username: &str) -> Result<UserRef> {
    Ok(app.storage.deactivate(By::Operator, named(username)?).await?.user)
}

/// Whom the operator means.
///
/// # Errors
/// `Invalid` for what is no username.
pub fn named(username: &str) -> Result<Whom> {
    Username::parse("username", username).map(Whom::Named)
}

/// Makes an invite in the name of the first administrator who is in its rooms, which are called by names or ids.
///
/// # Errors
/// `Invalid` for a field, `Conflict` when there is no such administrator.
pub async fn invite(
    app: &App,
    uses: u32,
    lifetime: Duration,
    role: ServerRole,
    rooms: Vec<String>,
) -> Result<CreatedInvite> {
    let command = CreateInvite {
        uses: Some(uses),
        expires_in_seconds: Some(lifetime.as_secs()),
        rooms: Vec::new(),
        role: Some(role),
    };
    invites::make(app, None, command, InviteRooms::Called(rooms), &links::base(app)).await
}

/// Makes a bot that is in the named rooms, and answers its token, which is told this once.
///
/// # Errors
/// `Invalid` for a field or an unknown room, `Conflict` when the username is taken.
pub async fn create_bot(
    app: &App,
    username: &str,
    display_name: Option<&str>,
    rooms: Vec<String>,
) -> Result<(UserRef, String)> {
    let username = Username::for_new("username", username)?;
    let display_name = fields::display_name(display_name.unwrap_or(username.as_str()))?;
    let account = NewAccount { username, display_name, role: ServerRole::Member, bot: true, password_hash: None };
    let token = RandomToken::bot();
    let bot = app.storage.create_bot(account, token.digest, rooms).await?;
    Ok((bot, token.expose().to_owned()))
}

/// Gives a bot another token, which is told this once. Its former one is void, and its connections end.
///
/// # Errors
/// `Invalid` for an unknown user, or one that is no bot.
pub async fn replace_bot_token(app: &App, username: &str) -> Result<(UserRef, String)> {
    let token = RandomToken::bot();
    let bot = app.storage.replace_bot_token(Username::parse("username", username)?, token.digest).await?;
    Ok((bot, token.expose().to_owned()))
}

/// Puts a new signing key in front of the others, and nobody is logged out. Or, with `forget`, in the place of the others,
/// which somebody may have read: everybody has to log in again.
///
/// # Errors
/// In words for the operator. Former keys are forgotten even so when the text says it.
pub async fn rotate_key(app: Arc<App>, forget: bool) -> Result<()> {
    change_keys(&app, |keys, lifetime| keys.rotate(lifetime)).await?;
    // Whatever is sealed with a former key is sealed with the new one before that key is forgotten.
    let both = app.keys.ring();
    two_factor::seal_again(&app, both.clone()).await?;
    if forget {
        change_keys(&app, |keys, _| keys.forget_former()).await?;
        // And what was sealed while that was done.
        two_factor::seal_again(&app, both).await?;
    }
    let note =
        Note { by: By::Operator, act: AuditAct::KeyRotated, about: None, detail: json!({ "forgotten": forget }) };
    if !forget {
        return app.storage.note(note).await;
    }
    let Err(error) = app.storage.end_every_session(note, KEYS_REPLACED).await else { return Ok(()) };
    // Nobody comes back with what the former keys signed; who is here goes as well.
    for user in app.directory.connected() {
        app.tell(Notice::EndUser { user, reason: KEYS_REPLACED.into() }).await;
    }
    let done = "the former keys are forgotten, and everybody was logged out, but that could not be noted";
    Err(Error::Unavailable(format!("{done} ({error}): do it again")))
}

async fn change_keys(
    app: &Arc<App>,
    change: fn(&SigningKeys, Duration) -> std::result::Result<(), KeyError>,
) -> Result<()> {
    let of = app.clone();
    let changed = tokio::task::spawn_blocking(move || change(&of.keys, of.config.session_lifetime)).await;
    changed.map_err(Error::internal)?.map_err(|error| Error::Unavailable(error.to_string()))
}

/// Begins to build a new search index. False when that had been begun before.
///
/// # Errors
/// Those of storage.
pub async fn rebuild_search(app: &App) -> Result<bool> {
    let begun = app.storage.rebuild_search().await?;
    if begun {
        note(app, AuditAct::SearchRebuilt, json!({})).await?;
    }
    Ok(begun)
}

/// Notes a backup that the command line made.
///
/// # Errors
/// Those of storage.
pub async fn note_backup(app: &App, snapshot: &str) -> Result<()> {
    note(app, AuditAct::BackupMade, json!({ "snapshot": snapshot })).await
}

async fn note(app: &App, act: AuditAct, detail: Value) -> Result<()> {
    app.storage.note(Note { by: By::Operator, act, about: None, detail }).await
}
