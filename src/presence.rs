//! Presence: who is here, told to those who share a room, and what people say of their availability.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::notice::Notice;
use crate::text;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Comings and goings are told together, this often.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Somebody is offline this long after the last device went, so that a reload does not flicker.
const OFFLINE_AFTER: Duration = Duration::from_secs(10);
const MAX_ASKED: usize = 200;
const MAX_STATUS_TEXT: usize = 100;
const MAX_STATUS_EMOJI: usize = 64;

/// The presence of people with whom the caller shares a room; others are left out.
pub async fn get(app: &App, actor: &Actor, command: GetPresence) -> Result<GetPresenceAck> {
    if command.user_ids.len() > MAX_ASKED {
        return Err(Error::invalid("userIds", format!("at most {MAX_ASKED} people are allowed")));
    }
    let mut known = app.storage.sharers(actor.user, &command.user_ids).await?;
    if command.user_ids.contains(&actor.user) && !known.contains(&actor.user) {
        known.push(actor.user);
    }
    Ok(GetPresenceAck { presence: of(app, &known).await? })
}

/// Who of a room is online.
pub async fn in_room(app: &App, actor: &Actor, command: GetRoomPresence) -> Result<GetRoomPresenceAck> {
    let mut here = app.directory.among(&app.storage.everybody_in(actor.user, command.room_id).await?);
    let online = here.len();
    here.truncate(MAX_ASKED);
    Ok(GetRoomPresenceAck { presence: of(app, &here).await?, online })
}

async fn of(app: &App, users: &[UserId]) -> Result<BTreeMap<UserId, Presence>> {
    let statuses = app.storage.statuses(users).await?.into_iter();
    let presence = statuses.map(|(user, status, last_seen)| {
        let connections = app.directory.connection_count(user);
        (user, Presence { online: connections > 0, status, last_seen, connections })
    });
    Ok(presence.collect())
}

pub async fn update_status(app: &App, actor: &Actor, command: UpdateStatus) -> Result<Empty> {
    let line = |text: &String| !text::is_one_line(text);
    if command.text.as_ref().is_some_and(|text| text.chars().count() > MAX_STATUS_TEXT || line(text)) {
        return Err(Error::invalid("text", format!("at most {MAX_STATUS_TEXT} characters on one line are allowed")));
    }
    if command.emoji.as_ref().is_some_and(|emoji| emoji.len() > MAX_STATUS_EMOJI || line(emoji)) {
        return Err(Error::invalid("emoji", "one emoji is allowed"));
    }
    let status = UserStatus { status: command.status, text: command.text, emoji: command.emoji, until: command.until };
    app.storage.set_status(actor.user, status).await?;
    Ok(Empty {})
}

pub async fn heartbeat(_: &App, _: &Actor, command: Heartbeat) -> Result<(HeartbeatAck, HeartbeatEcho)> {
    let server_time = crate::clock::now();
    Ok((HeartbeatAck { server_time }, HeartbeatEcho { server_time, sent_at: command.sent_at }))
}

/// Announces who came and who went. Runs until the server stops.
pub async fn watch(app: Arc<App>) {
    let mut announcer = Announcer::default();
    let mut tick = tokio::time::interval(TELL_EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = announcer.announce(&app).await {
            tracing::warn!(%error, "presence could not be told");
        }
    }
}

#[derive(Default)]
struct Announcer {
    /// Those of whom it was told that they are here.
    online: HashSet<UserId>,
    coming: HashSet<UserId>,
    leaving: HashMap<UserId, Instant>,
}

impl Announcer {
    /// Whoever could not be told of stays to be told of the next time.
    async fn announce(&mut self, app: &App) -> Result<()> {
        for user in app.directory.take_changed() {
            self.note(user, app.directory.is_online(user));
        }
        for user in self.coming.iter().copied().collect::<Vec<_>>() {
            let event = UserOnline { user_id: user, timestamp: crate::clock::now() };
            tell(app, user, event.into()).await?;
            self.coming.remove(&user);
            self.online.insert(user);
        }
        let now = Instant::now();
        let gone = self.leaving.iter().filter(|(_, at)| **at <= now);
        let gone: Vec<UserId> = gone.map(|(user, _)| *user).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let timestamp = crate::clock::now();
        app.storage.saw(&gone, timestamp).await?;
        for user in gone {
            tell(app, user, UserOffline { user_id: user, timestamp }.into()).await?;
            self.leaving.remove(&user);
            self.online.remove(&user);
        }
        Ok(())
    }

    fn note(&mut self, user: UserId, is_here: bool) {
        if is_here {
            self.leaving.remove(&user);
            if !self.online.contains(&user) {
                self.coming.insert(user);
            }
        } else if !self.coming.remove(&user) && self.online.contains(&user) {
            self.leaving.insert(user, Instant::now() + OFFLINE_AFTER);
        }
    }
}

async fn tell(app: &App, user: UserId, event: ServerEvent) -> Result<()> {
    // Every server sees who comes and goes, and tells those who are connected to it.
    app.tell_here(Notice::Tell(app.storage.audience_of(user).await?, event)).await;
    Ok(())
}
