//! What holds for the whole team.

use crate::actor::{Actor, By};
use crate::app::App;
use crate::config::ByteSize;
use crate::contract::{MAX_RETENTION_DAYS, SetLogo, TeamAnswer, TeamSettings, UpdateTeam};
use crate::error::{Error, Result};
use crate::{files, policy, text};
use std::ops::RangeInclusive;
use std::sync::Arc;

const MAX_NAME: usize = 60;
const MAX_GREETING: usize = 500;
/// Less than a photograph takes helps nobody.
const LEAST_FILE_BYTES: u64 = 1 << 20;
/// What JavaScript counts exactly.
const MOST_FILE_BYTES: u64 = (1 << 53) - 1;

/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn read(app: &App, actor: &Actor) -> Result<TeamAnswer> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    Ok(TeamAnswer { settings: app.storage.team().await? })
}

/// Changes settings, and tells everybody.
///
/// # Errors
/// `Invalid` with the field; `Forbidden` for who is no administrator, and for who requires a second factor and has none.
pub async fn update(app: &App, by: By, change: UpdateTeam) -> Result<TeamSettings> {
    let name = change.name.map(|name| name.map(|name| team_name(&name)).transpose()).transpose()?;
    let greeting = change.greeting.map(|text| text.map(|text| greeting(&text)).transpose()).transpose()?;
    // What the operator has configured holds in any case: more would be said than is so.
    let most_rooms = u64::from(app.config.limits.rooms_per_user.get());
    within("roomsPerPerson", change.rooms_per_person.flatten().map(u64::from), 1..=most_rooms)?;
    let most_bytes = app.config.files.per_person.map_or(MOST_FILE_BYTES, ByteSize::bytes).min(MOST_FILE_BYTES);
    let least_bytes = LEAST_FILE_BYTES.min(most_bytes);
    within("fileBytesPerPerson", change.file_bytes_per_person.flatten(), least_bytes..=most_bytes)?;
    retention_days("retentionDays", change.retention_days.flatten())?;
    app.storage.update_team(by, UpdateTeam { name, greeting, ..change }).await
}

/// Makes the team's logo of an image that the caller may see, and tells everybody.
///
/// # Errors
/// `Forbidden` for who is no administrator; `NotFound` for the file; `Invalid` when it is no image.
pub async fn set_logo(app: &Arc<App>, actor: &Actor, command: SetLogo) -> Result<TeamAnswer> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    let logo = files::make_logo(app, actor, command.file_id).await?;
    let settings = app.storage.set_logo(By::from(actor), Some(logo)).await;
    if settings.is_err() {
        // What is left is swept as whatever was not sent.
        let _left = files::cancel(app, actor, logo).await;
    }
    Ok(TeamAnswer { settings: settings? })
}

/// Takes the team's logo away, and tells everybody.
///
/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn remove_logo(app: &App, actor: &Actor) -> Result<TeamAnswer> {
    Ok(TeamAnswer { settings: app.storage.set_logo(By::from(actor), None).await? })
}

/// Whether messages can be kept for so many days; none is for ever.
///
/// # Errors
/// `Invalid` with the field.
pub fn retention_days(field: &'static str, days: Option<u32>) -> Result<()> {
    within(field, days.map(u64::from), 1..=u64::from(MAX_RETENTION_DAYS))
}

fn within(field: &'static str, value: Option<u64>, allowed: RangeInclusive<u64>) -> Result<()> {
    match value {
        Some(value) if !allowed.contains(&value) => {
            let message = format!("a number from {} to {} is expected", allowed.start(), allowed.end());
            Err(Error::invalid(field, message))
        }
        _ => Ok(()),
    }
}

fn greeting(given: &str) -> Result<String> {
    let greeting = given.trim();
    let fits = text::shows_something(greeting)
        && greeting.chars().count() <= MAX_GREETING
        && greeting.split('\n').all(text::is_one_line);
    let message = || format!("a greeting has 1 to {MAX_GREETING} characters of plain text");
    if fits { Ok(greeting.to_owned()) } else { Err(Error::invalid("greeting", message())) }
}

fn team_name(given: &str) -> Result<String> {
    let name = given.trim();
    if !text::shows_something(name) || name.chars().count() > MAX_NAME || !text::is_one_line(name) {
        return Err(Error::invalid("name", format!("a name has 1 to {MAX_NAME} characters on one line")));
    }
    Ok(name.to_owned())
}
