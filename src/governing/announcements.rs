//! What administrators tell everybody at once.

use crate::actor::{Actor, By};
use crate::app::App;
use crate::clock;
use crate::contract::{Announce, AnnouncementAnswer, Announcements, MAX_ANNOUNCEMENT_CHARS};
use crate::error::{Error, Result};
use crate::ids::AnnouncementId;
use crate::text;

/// What stands now, newest first.
///
/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn list(app: &App, actor: &Actor) -> Result<Announcements> {
    Ok(Announcements { announcements: app.storage.announcements(By::from(actor)).await? })
}

/// Announces something to everybody, until it ends or they have dismissed it.
///
/// # Errors
/// `Invalid` for the field; `Forbidden` for who is no administrator; `Conflict` when too much stands already.
pub async fn announce(app: &App, actor: &Actor, command: Announce) -> Result<AnnouncementAnswer> {
    let content = command.content.trim().to_owned();
    if !text::shows_something(&content) || content.chars().count() > MAX_ANNOUNCEMENT_CHARS {
        let message = format!("an announcement has 1 to {MAX_ANNOUNCEMENT_CHARS} characters");
        return Err(Error::invalid("content", message));
    }
    if command.ends_at.is_some_and(|ends_at| ends_at <= clock::now()) {
        return Err(Error::invalid("endsAt", "an announcement ends in the future"));
    }
    Ok(AnnouncementAnswer { announcement: app.storage.announce(*actor, Announce { content, ..command }).await? })
}

/// Takes an announcement back.
///
/// # Errors
/// `Forbidden` for who is no administrator; `NotFound` when it does not stand.
pub async fn end(app: &App, actor: &Actor, announcement: AnnouncementId) -> Result<()> {
    app.storage.end_announcement(*actor, announcement).await
}

/// Shows an announcement to the caller no more, on all devices.
///
/// # Errors
/// `NotFound` when it does not stand.
pub async fn dismiss(app: &App, actor: &Actor, announcement: AnnouncementId) -> Result<()> {
    app.storage.dismiss_announcement(actor.user, announcement).await
}
