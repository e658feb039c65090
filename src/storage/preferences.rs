//! What somebody wants for themselves: receipts, last seen, quiet hours.

use super::Storage;
use super::members::active_user;
use super::rows;
use crate::clock::Timestamp;
use crate::contract::{Preferences, PreferencesUpdated, QuietHours};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::notice::Notice;
use sqlx::{Row, sqlite::SqliteRow};

/// The most windows that are moved on in one transaction.
const PORTION: u32 = 1_000;

/// When quiet hours begin and end: the present ones or the next.
pub type Window = (Timestamp, Timestamp);

/// The columns of `from_row`, of a table or alias `u`.
pub(super) const COLUMNS: &str = "u.sends_receipts, u.shows_last_seen, u.quiet";

pub(super) fn from_row(row: &SqliteRow) -> Result<Preferences> {
    let quiet: Option<String> = row.try_get("quiet")?;
    Ok(Preferences {
        receipts: row.try_get("sends_receipts")?,
        last_seen: row.try_get("shows_last_seen")?,
        quiet_hours: quiet.map(|json| serde_json::from_str(&json)).transpose().map_err(Error::internal)?,
    })
}

impl Storage {
    pub async fn preferences(&self, user: UserId) -> Result<Preferences> {
        let sql = "SELECT u.sends_receipts, u.shows_last_seen, u.quiet FROM users u
            WHERE u.pid = ? AND u.deactivated_at IS NULL";
        let row = sqlx::query(sql).bind(user.to_string()).fetch_optional(&self.readers).await?;
        from_row(&row.ok_or(Error::Unauthenticated("the account is not active"))?)
    }

    /// Sets all preferences; `window` is when the quiet hours are.
    pub async fn set_preferences(&self, user: UserId, wanted: Preferences, window: Option<Window>) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let (user_key, _) = active_user(&mut transaction.connection, user).await?;
                    let quiet = wanted.quiet_hours.as_ref().map(serde_json::to_string).transpose();
                    let query = "UPDATE users SET sends_receipts = ?, shows_last_seen = ?, quiet = ?,
                        quiet_from = ?, quiet_until = ? WHERE id = ?";
                    sqlx::query(query)
                        .bind(wanted.receipts)
                        .bind(wanted.last_seen)
                        .bind(quiet.map_err(Error::internal)?)
                        .bind(window.map(|(from, _)| from.as_millis()))
                        .bind(window.map(|(_, until)| until.as_millis()))
                        .bind(user_key)
                        .execute(&mut transaction.connection)
                        .await?;
                    transaction.tell(Notice::SeeReceipts { user, sees: wanted.receipts });
                    transaction.tell(Notice::to_user(user, PreferencesUpdated { preferences: wanted }));
                    Ok(())
                })
            })
            .await
    }

    /// Moves the quiet hours that are over by `now` on to when they are next, as `next` says. True when more are left.
    pub async fn move_quiet_hours(
        &self,
        now: Timestamp,
        next: impl Fn(&QuietHours) -> Option<Window> + Send + 'static,
    ) -> Result<bool> {
        let query = "SELECT pid, quiet FROM users WHERE quiet IS NOT NULL AND quiet_until <= ? LIMIT ?";
        let over: Vec<(String, String)> =
            sqlx::query_as(query).bind(now.as_millis()).bind(PORTION).fetch_all(&self.readers).await?;
        if over.is_empty() {
            return Ok(false);
        }
        let more = over.len() >= PORTION as usize;
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    for (pid, json) in over {
                        let hours: QuietHours = serde_json::from_str(&json).map_err(Error::internal)?;
                        let window = next(&hours);
                        // Whoever changed them meanwhile has other hours.
                        let query = "UPDATE users SET quiet_from = ?, quiet_until = ? WHERE pid = ? AND quiet = ?";
                        sqlx::query(query)
                            .bind(window.map(|(from, _)| from.as_millis()))
                            .bind(window.map(|(_, until)| until.as_millis()))
                            .bind(rows::id::<UserId>(&pid)?.to_string())
                            .bind(json)
                            .execute(&mut transaction.connection)
                            .await?;
                    }
                    Ok(more)
                })
            })
            .await
    }
}
