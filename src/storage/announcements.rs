//! What administrators tell everybody, and who has seen enough of it.

use super::Storage;
use super::audit::{self, About, Note};
use super::members::active_user;
use super::transaction::Transaction;
use crate::actor::{Actor, By};
use crate::clock::{self, Timestamp};
use crate::contract::{
    Announce, Announcement, AnnouncementDismissed, AnnouncementEnded, AnnouncementLevel, AnnouncementMade, AuditAct,
};
use crate::error::{Error, Result};
use crate::ids::{AnnouncementId, UserId};
use crate::notice::{Audience, Notice};
use serde::Deserialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// The most that stand at once: every client shows them all.
const MOST: i64 = 20;

/// One JSON array of `Row`s: of what stands at `now` and was not dismissed by the user of that key, newest first. It does
/// not say who made it: a guest may not know them.
pub(super) fn standing_json(user_key: &str, now: &str) -> String {
    standing_json_by("NULL", user_key, now)
}

fn standing_json_by(author: &str, user_key: &str, now: &str) -> String {
    format!(
        "SELECT '[' || coalesce(group_concat(j, ','), '') || ']' FROM (
            SELECT json_array(a.pid, a.level, a.content, {author}, a.created_at, a.ends_at) AS j
            FROM announcements a JOIN users w ON w.id = a.user_id
            WHERE a.ended_at IS NULL AND coalesce(a.ends_at > {now}, 1) AND NOT EXISTS (
                SELECT 1 FROM dismissed_announcements d WHERE d.announcement_id = a.id AND d.user_id = {user_key})
            ORDER BY a.id DESC)"
    )
}

#[derive(Deserialize)]
struct Row(AnnouncementId, AnnouncementLevel, String, Option<UserId>, i64, Option<i64>);

impl From<Row> for Announcement {
    fn from(Row(id, level, content, user_id, created_at, ends_at): Row) -> Self {
        let (created_at, ends_at) = (Timestamp::from_millis(created_at), ends_at.map(Timestamp::from_millis));
        Self { id, level, content, user_id, created_at, ends_at }
    }
}

pub(super) fn from_json(json: &str) -> Result<Vec<Announcement>> {
    let rows: Vec<Row> = serde_json::from_str(json).map_err(Error::internal)?;
    Ok(rows.into_iter().map(Announcement::from).collect())
}

impl Storage {
    /// What stands now, whether or not the administrator has dismissed it, newest first.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn announcements(&self, by: By) -> Result<Vec<Announcement>> {
        let mut reader = self.readers.begin().await?;
        audit::check_administers(&mut reader, by).await?;
        let json: String = sqlx::query_scalar(AssertSqlSafe(standing_json_by("w.pid", "0", "?1")))
            .bind(clock::now().as_millis())
            .fetch_one(&mut *reader)
            .await?;
        from_json(&json)
    }

    /// Announces something, its fields checked, and tells everybody.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator; `Conflict` when too much stands already.
    pub async fn announce(&self, actor: Actor, command: Announce) -> Result<Announcement> {
        self.writer.run(move |transaction| Box::pin(async move { announce(transaction, actor, command).await })).await
    }

    /// Takes an announcement back, and tells everybody.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator; `NotFound` when it does not stand.
    pub async fn end_announcement(&self, actor: Actor, announcement: AnnouncementId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let by = By::from(&actor);
                    audit::check_administers(&mut transaction.connection, by).await?;
                    standing(&mut transaction.connection, announcement).await?;
                    sqlx::query("UPDATE announcements SET ended_at = ? WHERE pid = ?")
                        .bind(clock::now().as_millis())
                        .bind(announcement.to_string())
                        .execute(&mut transaction.connection)
                        .await?;
                    let event = AnnouncementEnded { announcement_id: announcement };
                    transaction.tell(Notice::Tell(Audience::Everybody, event.into()));
                    let about = Some(About::Announcement(announcement));
                    let note = Note { by, act: AuditAct::AnnouncementEnded, about, detail: json!({}) };
                    audit::note(transaction, note).await
                })
            })
            .await
    }

    /// Shows an announcement to somebody no more, on all their devices. Once more changes nothing.
    ///
    /// # Errors
    /// `NotFound` when it does not stand.
    pub async fn dismiss_announcement(&self, user: UserId, announcement: AnnouncementId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let (user_key, _) = active_user(connection, user).await?;
                    let key = standing(connection, announcement).await?;
                    let query =
                        "INSERT OR IGNORE INTO dismissed_announcements (user_id, announcement_id) VALUES (?, ?)";
                    let noted = sqlx::query(query).bind(user_key).bind(key).execute(connection).await?;
                    if noted.rows_affected() > 0 {
                        let event = AnnouncementDismissed { announcement_id: announcement };
                        transaction.tell(Notice::to_user(user, event));
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// The key of one that stands.
async fn standing(connection: &mut SqliteConnection, announcement: AnnouncementId) -> Result<i64> {
    let query = "SELECT id FROM announcements WHERE pid = ? AND ended_at IS NULL AND coalesce(ends_at > ?, 1)";
    let query = sqlx::query_scalar(query).bind(announcement.to_string()).bind(clock::now().as_millis());
    query.fetch_optional(connection).await?.ok_or(Error::NotFound("the announcement"))
}

async fn announce(transaction: &mut Transaction, actor: Actor, command: Announce) -> Result<Announcement> {
    let (by, now) = (By::from(&actor), clock::now());
    let connection = &mut transaction.connection;
    audit::check_administers(connection, by).await?;
    let (user_key, _) = active_user(connection, actor.user).await?;
    let query = "SELECT count(*) FROM announcements WHERE ended_at IS NULL AND coalesce(ends_at > ?, 1)";
    let standing: i64 = sqlx::query_scalar(query).bind(now.as_millis()).fetch_one(&mut *connection).await?;
    if standing >= MOST {
        return Err(Error::Conflict(format!("{standing} announcements stand; take some of them back first")));
    }
    let Announce { content, level, ends_at } = command;
    let (id, user_id) = (AnnouncementId::generate(), Some(actor.user));
    let announcement = Announcement { id, level, content, user_id, created_at: now, ends_at };
    let query = "INSERT INTO announcements (pid, user_id, level, content, created_at, ends_at)
        VALUES (?, ?, ?, ?, ?, ?)";
    sqlx::query(query)
        .bind(announcement.id.to_string())
        .bind(user_key)
        .bind(match level {
            AnnouncementLevel::Info => "info",
            AnnouncementLevel::Warning => "warning",
        })
        .bind(&announcement.content)
        .bind(now.as_millis())
        .bind(ends_at.map(Timestamp::as_millis))
        .execute(connection)
        .await?;
    let event = AnnouncementMade { announcement: Announcement { user_id: None, ..announcement.clone() } };
    transaction.tell(Notice::Tell(Audience::Everybody, event.into()));
    let detail = json!({ "level": level, "content": announcement.content, "endsAt": ends_at });
    let about = Some(About::Announcement(announcement.id));
    audit::note(transaction, Note { by, act: AuditAct::AnnouncementMade, about, detail }).await?;
    Ok(announcement)
}
