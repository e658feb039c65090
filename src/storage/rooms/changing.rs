//! What of a room changes, by whom, and what its people are told.

use super::load;
use crate::actor::By;
use crate::contract::{AuditAct, MentionAll, Posting, Room, RoomKind, RoomUpdated, SystemEvent};
use crate::error::{Error, Result};
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use crate::policy;
use crate::storage::audit::{self, About, Note};
use crate::storage::members::{Seat, active_user, kind_word, seat};
use crate::storage::transaction::Transaction;
use crate::storage::{Storage, streams, system};
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

/// What of a room is to change, its fields checked; `objection` is told to a member only.
#[derive(Default)]
pub struct RoomChange {
    pub name: Option<String>,
    pub topic: Option<String>,
    pub kind: Option<RoomKind>,
    /// Whether links are looked up.
    pub previews: Option<bool>,
    pub posting: Option<Posting>,
    /// In seconds; 0 ends slow mode.
    pub slow_mode: Option<u32>,
    pub mention_all: Option<MentionAll>,
    pub objection: Option<Error>,
}

impl RoomChange {
    /// One that is not made.
    pub fn refused(objection: Error) -> Self {
        Self { objection: Some(objection), ..Self::default() }
    }

    /// What of it is otherwise than it stands already.
    fn beyond(self, room: &Room) -> Self {
        Self {
            name: self.name.filter(|name| room.name.as_ref() != Some(name)),
            topic: self.topic.filter(|topic| room.topic.as_deref().unwrap_or_default() != topic),
            kind: self.kind.filter(|kind| room.kind != *kind),
            previews: self.previews.filter(|previews| room.previews != *previews),
            posting: self.posting.filter(|posting| room.posting != *posting),
            slow_mode: self.slow_mode.filter(|seconds| room.slow_mode_seconds != *seconds),
            mention_all: self.mention_all.filter(|mention_all| room.mention_all != *mention_all),
            objection: self.objection,
        }
    }

    /// The lines by which the room is told.
    fn events(&self) -> Vec<SystemEvent> {
        let lines = [
            self.name.clone().map(|name| SystemEvent::Renamed { name }),
            self.topic.clone().map(|topic| SystemEvent::Topic { topic }),
            self.kind.map(|kind| SystemEvent::Kind { kind }),
            self.posting.map(|posting| SystemEvent::Posting { posting }),
            self.slow_mode.map(|seconds| SystemEvent::SlowMode { seconds }),
            self.mention_all.map(|mention_all| SystemEvent::MentionAll { mention_all }),
        ];
        lines.into_iter().flatten().collect()
    }

    /// What the audit log tells of it: what the room is called, who may read it, and how people may write.
    fn detail(&self, before: &Room, after: &Room) -> Map<String, Value> {
        let mut detail = Map::new();
        if self.name.is_some() {
            detail.insert("name".to_owned(), json!({ "from": before.name, "to": after.name }));
        }
        if self.kind.is_some() {
            detail.insert("kind".to_owned(), json!({ "from": before.kind, "to": after.kind }));
        }
        if self.posting.is_some() || self.slow_mode.is_some() || self.mention_all.is_some() {
            detail.insert("posting".to_owned(), json!(after.posting));
            detail.insert("slowModeSeconds".to_owned(), json!(after.slow_mode_seconds));
            detail.insert("mentionAll".to_owned(), json!(after.mention_all));
        }
        detail
    }
}

impl Storage {
    /// Changes a room's name, topic, kind, whether its links are looked up, or its rules; what stands as wanted already is
    /// not told.
    pub async fn update_room(&self, by: By, user: UserId, room: RoomId, change: RoomChange) -> Result<Room> {
        self.writer
            .run(move |transaction| Box::pin(async move { update(transaction, (by, user), room, change).await }))
            .await
    }
}

/// Who may change a room in each of these ways.
fn may_change(seat: &Seat, change: &RoomChange) -> Result<()> {
    if change.previews.is_some() {
        policy::may_switch_previews(seat.standing)?;
    }
    if change.slow_mode.is_some() {
        policy::may_slow_down(seat.standing)?;
    }
    let changes_more = change.name.is_some()
        || change.topic.is_some()
        || change.kind.is_some()
        || change.posting.is_some()
        || change.mention_all.is_some();
    if changes_more || (change.previews.is_none() && change.slow_mode.is_none()) {
        policy::may_update(seat.standing, change.kind.is_some())?;
    }
    Ok(())
}

async fn update(
    transaction: &mut Transaction,
    (by, user): (By, UserId),
    room: RoomId,
    mut change: RoomChange,
) -> Result<Room> {
    let seat = seat(&mut transaction.connection, room, user).await?;
    if let Some(objection) = change.objection.take() {
        return Err(objection);
    }
    may_change(&seat, &change)?;
    let before = load(&mut transaction.connection, seat.room_key).await?;
    let change = change.beyond(&before);
    let events = change.events();
    if events.is_empty() && change.previews.is_none() {
        return Ok(before);
    }
    write(&mut transaction.connection, seat.room_key, &change).await?;
    let (_, who) = active_user(&mut transaction.connection, user).await?;
    for event in events {
        system::append(transaction, room, seat.room_key, seat.user_key, &who, event).await?;
    }
    if change.posting.is_some() {
        streams::silence(transaction, (seat.room_key, room)).await?;
    }
    let after = load(&mut transaction.connection, seat.room_key).await?;
    transaction.tell(Notice::to_room(room, RoomUpdated { room: after.clone() }));
    let detail = change.detail(&before, &after);
    if !detail.is_empty() {
        let detail = Value::Object(detail);
        let about = Some(About::Room(room, after.name.clone()));
        audit::note(transaction, Note { by, act: AuditAct::RoomSettings, about, detail }).await?;
    }
    Ok(after)
}

async fn write(connection: &mut SqliteConnection, room_key: i64, change: &RoomChange) -> Result<()> {
    sqlx::query(
        "UPDATE rooms SET name = coalesce(?2, name), name_key = coalesce(?3, name_key), kind = coalesce(?4, kind),
            topic = CASE WHEN ?5 IS NULL THEN topic ELSE nullif(?5, '') END, previews = coalesce(?6, previews),
            posting = coalesce(?7, posting), slow_mode = coalesce(?8, slow_mode),
            mention_all = coalesce(?9, mention_all)
         WHERE id = ?1",
    )
    .bind(room_key)
    .bind(&change.name)
    .bind(change.name.as_ref().map(|name| name.to_lowercase()))
    .bind(change.kind.map(kind_word))
    .bind(&change.topic)
    .bind(change.previews)
    .bind(change.posting.map(posting_word))
    .bind(change.slow_mode)
    .bind(change.mention_all.map(mention_all_word))
    .execute(connection)
    .await?;
    Ok(())
}

fn posting_word(posting: Posting) -> &'static str {
    match posting {
        Posting::Everyone => "everyone",
        Posting::Threads => "threads",
        Posting::Moderators => "moderators",
    }
}

fn mention_all_word(mention_all: MentionAll) -> &'static str {
    match mention_all {
        MentionAll::Everyone => "everyone",
        MentionAll::Moderators => "moderators",
    }
}
