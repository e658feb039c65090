//! Presence: who is here, told to those who share a room, and what people say of their availability.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::notice::{Audience, Notice};
use crate::text;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Comings and goings are told together, this often.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Somebody is offline this long after the last device went, so that a reload does not flicker.
const OFFLINE_AFTER: Duration = Duration::from_secs(10);
/// Who shares a room with more people than this is not announced; presence is then had on demand.
const ANNOUNCED_TO: u32 = 200;
const MAX_ASKED: usize = 200;
const MAX_STATUS_TEXT: usize = 100;
const MAX_STATUS_EMOJI: usize = 64;

/// The presence of people with whom the caller shares a room; others are left out.
pub async fn get(app: &App, actor: &Actor, command: GetPresence) -> Result<GetPresenceAck> {
    if command.user_ids.len() > MAX_ASKED {
        return Err(Error::invalid("userIds", format!("at most {MAX_ASKED} people are allowed")));
    }
    let asked = u32::try_from(command.user_ids.len()).unwrap_or(u32::MAX);
    let mut known = app.storage.sharers(actor.user, Some(&command.user_ids), asked).await?;
    if command.user_ids.contains(&actor.user) && !known.contains(&actor.user) {
        known.push(actor.user);
    }
    Ok(GetPresenceAck { presence: of(app, &known).await? })
}

/// Who of a room is online.
pub async fn in_room(app: &App, actor: &Actor, command: GetRoomPresence) -> Result<GetRoomPresenceAck> {
    let mut here = app.storage.members_among(actor.user, command.room_id, &app.directory.online()).await?;
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
    app.storage.set_status(actor.user, status.clone()).await?;
    let event = UserStatusChanged { user_id: actor.user, status };
    tell_sharers(app, actor.user, event.into()).await?;
    Ok(Empty {})
}

pub async fn heartbeat(_: &App, _: &Actor, command: Heartbeat) -> Result<(HeartbeatAck, HeartbeatEcho)> {
    let server_time = crate::clock::now();
    Ok((HeartbeatAck { server_time }, HeartbeatEcho { server_time, sent_at: command.sent_at }))
}

/// To everybody who shares a room with somebody, and to their own devices.
pub(crate) async fn tell_sharers(app: &App, user: UserId, event: ServerEvent) -> Result<()> {
    let mut told = app.storage.sharers(user, None, ANNOUNCED_TO + 2).await?;
    if told.len() > ANNOUNCED_TO as usize + 1 {
        return Ok(());
    }
    if !told.contains(&user) {
        told.push(user);
    }
    app.tell(Notice::Tell(Audience::Users(told), event)).await;
    Ok(())
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
    online: HashSet<UserId>,
    leaving: HashMap<UserId, Instant>,
}

impl Announcer {
    async fn announce(&mut self, app: &App) -> Result<()> {
        for user in app.directory.take_changed() {
            if app.directory.is_online(user) {
                self.leaving.remove(&user);
                if self.online.insert(user) {
                    let event = UserOnline { user_id: user, timestamp: crate::clock::now() };
                    tell_sharers(app, user, event.into()).await?;
                }
            } else if self.online.contains(&user) {
                self.leaving.insert(user, Instant::now() + OFFLINE_AFTER);
            }
        }
        let now = Instant::now();
        let gone: Vec<UserId> = self.leaving.extract_if(|_, at| *at <= now).map(|(user, _)| user).collect();
        for user in gone {
            self.online.remove(&user);
            let timestamp = crate::clock::now();
            app.storage.saw(user, timestamp).await?;
            tell_sharers(app, user, UserOffline { user_id: user, timestamp }.into()).await?;
        }
        Ok(())
    }
}
