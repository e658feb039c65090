//! Typing notices: told to the others in a room, never stored, ended by themselves.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::directory::TypingIn;
use crate::error::{Error, Result};
use crate::notice::{Audience, Notice};
use std::sync::Arc;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(500);

pub async fn start(app: &App, actor: &Actor, command: StartTyping) -> Result<Empty> {
    let (room_id, thread_root) = (command.room_id, command.thread_root);
    app.storage.check_member(actor.user, room_id).await?;
    match thread_root {
        Some(root) if root.room == room_id => app.storage.check_thread(actor.user, root).await?,
        Some(_) => return Err(Error::NotFound("the thread")),
        None => {}
    }
    app.typing.start(TypingIn { user: actor.user, room: room_id, thread_root });
    let user = app.storage.user(actor.user).await?;
    let event = TypingStarted { room_id, user, thread_root };
    app.tell(Notice::Tell(Audience::RoomExcept(room_id, actor.user), event.into())).await;
    Ok(Empty {})
}

pub async fn stop(app: &App, actor: &Actor, command: StopTyping) -> Result<Empty> {
    let (room_id, thread_root) = (command.room_id, command.thread_root);
    app.storage.check_member(actor.user, room_id).await?;
    let who = TypingIn { user: actor.user, room: room_id, thread_root };
    if app.typing.stop(who) {
        tell_stopped(app, who).await;
    }
    Ok(Empty {})
}

async fn tell_stopped(app: &App, who: TypingIn) {
    let event = TypingStopped { room_id: who.room, user_id: who.user, thread_root: who.thread_root };
    app.tell(Notice::Tell(Audience::RoomExcept(who.room, who.user), event.into())).await;
}

/// Ends the typing of those who stopped without a word. Runs until the server stops.
pub async fn watch(app: Arc<App>) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    loop {
        tick.tick().await;
        for who in app.typing.take_ended(|user| !app.directory.is_online(user)) {
            tell_stopped(&app, who).await;
        }
    }
}
