//! What holds for the whole team.

use crate::actor::{Actor, By};
use crate::app::App;
use crate::contract::{MAX_RETENTION_DAYS, TeamAnswer, TeamSettings, UpdateTeam};
use crate::error::{Error, Result};
use crate::{policy, text};
use std::ops::RangeInclusive;

const MAX_NAME: usize = 60;
const ROOMS: RangeInclusive<u32> = 1..=1_000_000;
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
    within("roomsPerPerson", change.rooms_per_person.flatten().map(u64::from), to_u64(ROOMS))?;
    within("fileBytesPerPerson", change.file_bytes_per_person.flatten(), LEAST_FILE_BYTES..=MOST_FILE_BYTES)?;
    retention_days("retentionDays", change.retention_days.flatten())?;
    app.storage.update_team(by, UpdateTeam { name, ..change }).await
}

fn to_u64(range: RangeInclusive<u32>) -> RangeInclusive<u64> {
    u64::from(*range.start())..=u64::from(*range.end())
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

fn team_name(given: &str) -> Result<String> {
    let name = given.trim();
    if !text::shows_something(name) || name.chars().count() > MAX_NAME || !text::is_one_line(name) {
        return Err(Error::invalid("name", format!("a name has 1 to {MAX_NAME} characters on one line")));
    }
    Ok(name.to_owned())
}
