//! Reminders: kept until their time, then notifications.

use crate::actor::Actor;
use crate::app::App;
use crate::clock::{self, Timestamp};
use crate::contract::*;
use crate::error::{Error, Result};
use crate::storage::NewReminder;
use std::sync::Arc;
use std::time::Duration;

const DEFAULT_LIMIT: u32 = 50;
/// The longest text, in characters.
const MAX_TEXT: usize = 500;
/// How far ahead one can be reminded.
const FURTHEST: Duration = Duration::from_secs(5 * 366 * 24 * 3600);
/// The longest sleep: clocks are set, and machines are put to sleep themselves.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The pause after a fault.
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub async fn create(app: &App, actor: &Actor, command: CreateReminder) -> Result<ReminderAck> {
    app.limits.send(actor)?;
    let now = clock::now();
    let (at, objection) = match moment(&command, now) {
        Ok(at) => (at, text_objection(&command.text)),
        Err(objection) => (now, Some(objection)),
    };
    let text = command.text.trim().to_owned();
    let reminder = NewReminder { text, at, room: command.room_id, message: command.message_id, objection };
    let reminder = app.storage.create_reminder(actor.user, reminder).await?;
    app.reminder_set.notify_one();
    Ok(ReminderAck { reminder })
}

pub async fn list(app: &App, actor: &Actor, command: ListReminders) -> Result<ListRemindersAck> {
    let limit = command.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIST_LIMIT);
    let (reminders, cursor) = app.storage.reminders(actor.user, command.cursor.as_deref(), limit).await?;
    Ok(ListRemindersAck { reminders, cursor })
}

pub async fn delete(app: &App, actor: &Actor, command: DeleteReminder) -> Result<Empty> {
    app.storage.delete_reminder(actor.user, command.reminder_id).await?;
    Ok(Empty {})
}

fn moment(command: &CreateReminder, now: Timestamp) -> Result<Timestamp> {
    let (at, field) = match (command.at, command.in_seconds) {
        (Some(at), None) => (at, "at"),
        (None, Some(seconds)) => {
            let after = u64::try_from(seconds).unwrap_or(0);
            (now + Duration::from_secs(after), "inSeconds")
        }
        _ => return Err(Error::invalid("at", "either at or inSeconds is needed")),
    };
    if at <= now || at.since(now) > FURTHEST {
        return Err(Error::invalid(field, "a time in the future is needed, at most five years ahead"));
    }
    Ok(at)
}

fn text_objection(text: &str) -> Option<Error> {
    let fits = (1..=MAX_TEXT).contains(&text.trim().chars().count()) && !text.contains('\0');
    (!fits).then(|| Error::invalid("text", format!("1 to {MAX_TEXT} characters are allowed")))
}

/// Gives reminders at their time: sleeps until the next one is due, or one is set. Runs until the server stops.
pub async fn watch(app: Arc<App>) {
    loop {
        let given = if app.leads() { give_due(&app).await } else { Ok(LOOK_EVERY) };
        let sleep = given.unwrap_or_else(|error| {
            tracing::warn!(%error, "reminders could not be given; it is tried again");
            RETRY_AFTER
        });
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = app.reminder_set.notified() => {}
        }
    }
}

/// Gives what is due, and answers with how long there is nothing to do.
async fn give_due(app: &App) -> Result<Duration> {
    loop {
        let next = app.storage.next_reminder().await?;
        let now = clock::now();
        match next {
            Some(next) if next <= now => while app.storage.give_reminders(now).await? {},
            Some(next) => return Ok(next.since(now).min(LOOK_EVERY)),
            None => return Ok(LOOK_EVERY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(at: Option<i64>, in_seconds: Option<i64>) -> Result<Timestamp> {
        let at = at.map(Timestamp::from_millis);
        let command = CreateReminder { text: String::new(), at, in_seconds, room_id: None, message_id: None };
        moment(&command, Timestamp::from_millis(1_000_000))
    }

    #[test]
    fn a_moment_is_given_in_one_way_and_lies_ahead() {
        assert_eq!(asked(Some(1_000_001), None).ok(), Some(Timestamp::from_millis(1_000_001)));
        assert_eq!(asked(None, Some(60)).ok(), Some(Timestamp::from_millis(1_060_000)));
        for (at, in_seconds, field) in [
            (None, None, "at"),
            (Some(2_000_000), Some(5), "at"),
            (Some(1_000_000), None, "at"),
            (Some(i64::MAX), None, "at"),
            (None, Some(0), "inSeconds"),
            (None, Some(-5), "inSeconds"),
            (None, Some(i64::MAX), "inSeconds"),
        ] {
            let refused = asked(at, in_seconds);
            assert!(
                matches!(&refused, Err(Error::Invalid { field: Some(named), .. }) if named == field),
                "{at:?} {in_seconds:?}: {refused:?}"
            );
        }
    }
}
