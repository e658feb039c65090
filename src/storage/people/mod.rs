//! People as others see them: names, statuses, the directory of everybody. And what is done to their accounts by who
//! administers them.

mod ending;
mod erasing;
mod forgetting;
mod listing;
mod roles;
mod subject;
#[cfg(test)]
mod tests;
mod unnaming;

pub use erasing::Erased;
pub use listing::{Listed, ListedState, Wanted};
pub use subject::Whom;
pub(super) use subject::subject;

use super::Storage;
use super::named::first_fitting;
use super::roster;
use super::rows;
use super::summaries;
use super::transaction::Transaction;
use crate::clock::{self, Timestamp};
use crate::contract::{Availability, Me, UserRef, UserStatus, UserStatusChanged, UserUpdated};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::notice::{Audience, Notice};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// Tells who shares a room with somebody that their name or avatar is another now; answers with them.
pub(super) async fn tell_updated(transaction: &mut Transaction, user: UserId, audience: Audience) -> Result<Me> {
    let me = summaries::me(&mut transaction.connection, user).await?;
    transaction.tell(Notice::Tell(audience, UserUpdated { user: me.user.clone() }.into()));
    Ok(me)
}

/// Somebody by their id, active or not.
pub(super) async fn find(connection: &mut SqliteConnection, user: UserId) -> Result<UserRef> {
    let sql = format!("SELECT {} FROM users u WHERE u.pid = ?", rows::USER_COLUMNS);
    let found = sqlx::query(AssertSqlSafe(sql)).bind(user.to_string()).fetch_optional(connection).await?;
    rows::user_from_row(&found.ok_or(Error::NotFound("the user"))?)
}

impl Storage {
    /// Somebody by their id, as the caller may see them.
    ///
    /// # Errors
    /// `NotFound`, and to a guest also of who shares no room with them.
    pub async fn user_seen_by(&self, caller: UserId, user: UserId) -> Result<UserRef> {
        let mut reader = self.readers.begin().await?;
        if summaries::me(&mut reader, caller).await?.role.is_guest() {
            roster::check_sharers(&mut reader, caller, &[user]).await?;
        }
        find(&mut reader, user).await
    }

    /// Somebody by their id.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn user(&self, user: UserId) -> Result<UserRef> {
        find(&mut *self.readers.acquire().await?, user).await
    }

    /// A page of everybody who is active, by name, behind the user `after`; `query` is looked for in both names. A guest
    /// is told of who shares a room with them.
    pub async fn users(
        &self,
        caller: UserId,
        query: Option<&str>,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<UserRef>> {
        let _turn = self.long_read(caller).await?;
        let mut reader = self.readers.begin().await?;
        let known = match summaries::me(&mut reader, caller).await?.role.is_guest() {
            true => Some(roster::all_sharers(&mut reader, caller).await?),
            false => None,
        };
        let sql = format!(
            "SELECT {} FROM users u WHERE u.deactivated_at IS NULL
                AND (?1 IS NULL OR (u.username_key, u.pid) > (SELECT username_key, pid FROM users WHERE pid = ?1))
                AND (?2 IS NULL OR u.pid IN (SELECT value FROM json_each(?2)))
             ORDER BY u.username_key, u.pid",
            rows::USER_COLUMNS
        );
        let everybody = sqlx::query(AssertSqlSafe(sql))
            .bind(after.map(|user| user.to_string()))
            .bind(known.map(|known| serde_json::json!(known).to_string()))
            .fetch(&mut *reader);
        first_fitting(everybody, query, limit, rows::user_from_row, |user| {
            [user.username.as_deref(), Some(user.display_name.as_str())]
        })
        .await
    }

    /// What people say of their availability, and when they were last here, if they let it be seen.
    pub async fn statuses(&self, users: &[UserId]) -> Result<Vec<(UserId, UserStatus, Option<Timestamp>)>> {
        let sql = format!(
            "SELECT u.pid, CASE WHEN u.shows_last_seen THEN u.last_seen_at END AS last_seen_at, {} FROM users u WHERE u.pid IN (SELECT value FROM json_each(?))",
            rows::STATUS_COLUMNS
        );
        let users = serde_json::to_string(users).map_err(Error::internal)?;
        let found = sqlx::query(AssertSqlSafe(sql)).bind(users).fetch_all(&self.readers).await?;
        let now = clock::now();
        found
            .iter()
            .map(|row| {
                let last_seen: Option<i64> = row.try_get("last_seen_at")?;
                let user = rows::id(row.try_get::<String, _>("pid")?.as_str())?;
                Ok((user, rows::status_from_row(row, now)?, last_seen.map(Timestamp::from_millis)))
            })
            .collect()
    }

    /// Sets what somebody says of their availability, and tells who shares a room with them.
    ///
    /// # Errors
    /// `NotFound` for who is not active any more.
    pub async fn set_status(&self, user: UserId, status: UserStatus) -> Result<()> {
        let audience = self.audience_of(user).await?;
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let word = match status.status {
                        Availability::Active => "active",
                        Availability::Away => "away",
                        Availability::Dnd => "dnd",
                    };
                    let query = "UPDATE users SET status = ?, status_text = ?, status_emoji = ?, status_until = ?
                        WHERE pid = ? AND deactivated_at IS NULL";
                    let set = sqlx::query(query)
                        .bind(word)
                        .bind(&status.text)
                        .bind(&status.emoji)
                        .bind(status.until.map(Timestamp::as_millis))
                        .bind(user.to_string())
                        .execute(&mut transaction.connection)
                        .await?;
                    if set.rows_affected() == 0 {
                        return Err(Error::NotFound("the user"));
                    }
                    transaction.tell(Notice::Tell(audience, UserStatusChanged { user_id: user, status }.into()));
                    Ok(())
                })
            })
            .await
    }

    /// Gives somebody another display name, and tells who shares a room with them.
    pub async fn rename_user(&self, user: UserId, display_name: String) -> Result<Me> {
        let audience = self.audience_of(user).await?;
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    sqlx::query("UPDATE users SET display_name = ? WHERE pid = ? AND deactivated_at IS NULL")
                        .bind(display_name)
                        .bind(user.to_string())
                        .execute(&mut transaction.connection)
                        .await?;
                    tell_updated(transaction, user, audience).await
                })
            })
            .await
    }

    /// Notes when people were last here; of who was erased meanwhile, nothing.
    pub async fn saw(&self, users: &[UserId], at: Timestamp) -> Result<()> {
        let users = serde_json::to_string(users).map_err(Error::internal)?;
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "UPDATE users SET last_seen_at = ?
                        WHERE pid IN (SELECT value FROM json_each(?)) AND erased_at IS NULL";
                    sqlx::query(query).bind(at.as_millis()).bind(users).execute(&mut transaction.connection).await?;
                    Ok(())
                })
            })
            .await
    }
}
