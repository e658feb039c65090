//! Who may have an archive that the server makes: asked when it is asked for, and when it is given out.

use super::Storage;
use super::audit::{self, About, Note};
use super::members::seat;
use super::summaries;
use crate::actor::{Actor, By};
use crate::contract::AuditAct;
use crate::error::Result;
use crate::ids::{RoomId, UserId};
use crate::policy;
use serde_json::json;
use sqlx::SqliteConnection;

/// What somebody has an archive of.
#[derive(Clone, Copy, Debug)]
pub struct Holding<'a> {
    /// The room, unless it is of themselves.
    pub of: Option<RoomId>,
    /// The rooms that are in it.
    pub rooms: &'a [RoomId],
}

impl Storage {
    /// What an archive is called that somebody asks for: a room by its name, a direct one by the others in it, a person by
    /// theirs.
    ///
    /// # Errors
    /// `NotFound` for a room that they are not in, `Forbidden` for who may not take one with them, `Unauthenticated` for an
    /// account that is not active.
    pub async fn archive_name(&self, user: UserId, of: Option<RoomId>) -> Result<String> {
        let mut reader = self.readers.begin().await?;
        check(&mut reader, user, Holding { of, rooms: &[] }).await?;
        let Some(room) = of else { return Ok(summaries::me(&mut reader, user).await?.user.display_name) };
        let query = "SELECT coalesce(r.name, (
                SELECT group_concat(u.display_name, ', ' ORDER BY u.display_name, u.id)
                FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = r.id AND u.pid <> ?2
            ), (SELECT u.display_name FROM users u WHERE u.pid = ?2), '') FROM rooms r WHERE r.pid = ?1";
        let query = sqlx::query_scalar(query).bind(room.to_string()).bind(user.to_string());
        Ok(query.fetch_one(&mut *reader).await?)
    }

    /// Whether somebody may still have all of an archive.
    ///
    /// # Errors
    /// As `archive_name`.
    pub async fn may_have_archive(&self, user: UserId, holding: Holding<'_>) -> Result<()> {
        let mut reader = self.readers.begin().await?;
        check(&mut reader, user, holding).await
    }

    /// Notes that an archive was asked for, or given out, if they may have it at that moment.
    ///
    /// # Errors
    /// As `archive_name`.
    pub async fn note_archive(&self, actor: &Actor, act: AuditAct, holding: Holding<'_>) -> Result<()> {
        let (by, user, of, rooms) = (By::from(actor), actor.user, holding.of, holding.rooms.to_vec());
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    check(&mut transaction.connection, user, Holding { of, rooms: &rooms }).await?;
                    let about = of.map_or(About::User(user), |room| About::Room(room, None));
                    audit::note(transaction, Note { by, act, about: Some(about), detail: json!({}) }).await
                })
            })
            .await
    }
}

async fn check(connection: &mut SqliteConnection, user: UserId, holding: Holding<'_>) -> Result<()> {
    let _active = summaries::me(&mut *connection, user).await?;
    if let Some(room) = holding.of {
        policy::may_archive_room(seat(&mut *connection, room, user).await?.standing)?;
    }
    for room in holding.rooms {
        seat(&mut *connection, *room, user).await?;
    }
    Ok(())
}
