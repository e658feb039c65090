//! How long the messages of rooms are kept.

use super::team::retention_days;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::{GovernedRoomAnswer, RetainRoom, RetentionPreview, UpdateRoomAck};
use crate::error::Result;
use crate::ids::RoomId;
use crate::storage::Scope;

/// Says how long a room keeps its messages, in the name of a member who may.
///
/// # Errors
/// `NotFound`; `Invalid`; `Forbidden` for who may not, and for direct conversations.
pub async fn retain(app: &App, actor: &Actor, room: RoomId, command: RetainRoom) -> Result<UpdateRoomAck> {
    let checked = check(command.days);
    if checked.is_err() {
        app.storage.check_member(actor.user, room).await?;
    }
    checked?;
    Ok(UpdateRoomAck { room: app.storage.set_retention(*actor, room, command.days).await? })
}

/// The same in the name of an administrator, who may not be in the room.
///
/// # Errors
/// `Forbidden` for who is no administrator; `NotFound`, for direct conversations too; `Invalid`.
pub async fn retain_governed(
    app: &App,
    actor: &Actor,
    room: RoomId,
    command: RetainRoom,
) -> Result<GovernedRoomAnswer> {
    check(command.days)?;
    Ok(GovernedRoomAnswer { room: app.storage.set_governed_retention(*actor, room, command.days).await? })
}

/// What would go at once, were messages kept for so many days.
///
/// # Errors
/// `NotFound` for a room; `Invalid`; `Forbidden` for who may not decide it; `RateLimited`: it costs what a search does.
pub async fn preview(app: &App, actor: &Actor, scope: Scope, days: u32) -> Result<RetentionPreview> {
    app.limits.search(actor)?;
    let checked = retention_days("days", Some(days));
    if let (Err(_), Scope::Room(room)) = (&checked, scope) {
        app.storage.check_member(actor.user, room).await?;
    }
    checked?;
    let doomed = app.storage.would_expire(*actor, scope, days).await?;
    Ok(RetentionPreview { messages: doomed.messages, files: doomed.files })
}

/// 0 is for ever.
fn check(days: Option<u32>) -> Result<()> {
    retention_days("days", days.filter(|days| *days > 0))
}
