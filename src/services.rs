//! What other services may ask of Maru: where somebody is connected, and to deliver events of their own.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::{AppEvent, Connections, Empty, TellAppEvent};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use crate::policy;

const PREFIX: &str = "app:";
const MAX_NAME: usize = 64;

/// Every connection of somebody.
///
/// # Errors
/// `Forbidden` unless asked by a bot or an administrator.
pub async fn connections(app: &App, actor: &Actor, user_id: UserId) -> Result<Connections> {
    check_service(app, actor).await?;
    app.storage.user(user_id).await?;
    let connections = app.directory.connections(user_id);
    Ok(Connections { user_id, online: !connections.is_empty(), connections })
}

/// Delivers an event to all devices of somebody.
pub async fn tell_user(app: &App, actor: &Actor, user: UserId, event: TellAppEvent) -> Result<Empty> {
    check_service(app, actor).await?;
    app.storage.user(user).await?;
    app.tell_surely(Notice::to_user(user, checked(event)?)).await?;
    Ok(Empty {})
}

/// Delivers an event to everybody in a room that the caller is in.
pub async fn tell_room(app: &App, actor: &Actor, room: RoomId, event: TellAppEvent) -> Result<Empty> {
    check_service(app, actor).await?;
    app.storage.check_member(actor.user, room).await?;
    app.tell_surely(Notice::to_room(room, checked(event)?)).await?;
    Ok(Empty {})
}

async fn check_service(app: &App, actor: &Actor) -> Result<()> {
    if actor.bot { Ok(()) } else { policy::may_serve(app.storage.me(actor.user).await?.role) }
}

fn checked(event: TellAppEvent) -> Result<AppEvent> {
    let name = event.event;
    let fits = name.len() > PREFIX.len() && name.len() <= MAX_NAME && name.starts_with(PREFIX);
    if !fits || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Error::invalid("event", format!("a name that begins with {PREFIX}, of at most {MAX_NAME} bytes")));
    }
    Ok(AppEvent { name, data: event.data })
}
