//! What concerns somebody in particular: listed, marked as read, wanted of a room or not.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::*;
use crate::error::{Error, Result};
use crate::ids::NotificationId;

const DEFAULT_LIMIT: u32 = 50;

pub async fn list(app: &App, actor: &Actor, command: ListNotifications) -> Result<ListNotificationsAck> {
    let limit = command.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let before = command.cursor.map(|cursor| cursor.parse().map(NotificationId)).transpose();
    let before = before.map_err(|_| Error::invalid("cursor", "this is no cursor that the server gave"))?;
    let found = app.storage.notifications(actor.user, before, command.unread_only, limit + 1).await?;
    let (mut notifications, unread) = found;
    let more = notifications.len() > limit as usize;
    notifications.truncate(limit as usize);
    let cursor = notifications.last().filter(|_| more).map(|last| last.id.0.to_string());
    Ok(ListNotificationsAck { notifications, unread, cursor })
}

/// One, or all that there are by now; those that come meanwhile stay unread.
pub async fn read(app: &App, actor: &Actor, command: ReadNotification) -> Result<NotificationCount> {
    let unread = match (command.notification_id, command.all) {
        (Some(id), false) => app.storage.read_notification(actor.user, id).await?,
        (None, true) => {
            let mut last = None;
            loop {
                match app.storage.read_notifications(actor.user, last).await? {
                    Ok(unread) => break unread,
                    Err(more) => last = Some(more),
                }
            }
        }
        _ => return Err(Error::invalid("notificationId", "either notificationId or all is needed")),
    };
    Ok(NotificationCount { unread })
}

/// What of a room becomes a notification.
pub async fn set_level(app: &App, actor: &Actor, command: SetLevel) -> Result<Empty> {
    app.storage.set_level(actor.user, command.room_id, command.level).await?;
    Ok(Empty {})
}
