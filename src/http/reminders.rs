//! Reminders over HTTP, for programs without a socket.

use super::answer::{Answer, Reply};
use super::extract::{Caller, Fields, Id, Page, Payload};
use crate::app::App;
use crate::contract::*;
use crate::ids::ReminderId;
use crate::reminders;
use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get};
use std::sync::Arc;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/reminders", get(list).post(create)).route("/reminders/{reminder}", delete(remove))
}

async fn list(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Fields(Page { cursor, limit, .. }): Fields<Page>,
) -> Reply<ListRemindersAck> {
    Ok(Answer::ok(reminders::list(&app, &actor, ListReminders { cursor, limit }).await?))
}

async fn create(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Payload(command): Payload<CreateReminder>,
) -> Reply<ReminderAck> {
    Ok(Answer::created(reminders::create(&app, &actor, command).await?))
}

async fn remove(State(app): State<Arc<App>>, Caller(actor): Caller, Id(reminder_id): Id<ReminderId>) -> Reply<Empty> {
    Ok(Answer::ok(reminders::delete(&app, &actor, DeleteReminder { reminder_id }).await?))
}
