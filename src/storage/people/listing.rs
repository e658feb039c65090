//! Everybody who has an account, as administrators see them.

use crate::actor::By;
use crate::clock::Timestamp;
use crate::contract::{ServerRole, UserRef};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::storage::named::first_fitting;
use crate::storage::{Storage, audit, rows};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// Who is looked for.
#[derive(Default)]
pub struct Wanted {
    /// In both names.
    pub query: Option<String>,
    pub state: Option<ListedState>,
    /// Those with a role, who are no bots.
    pub role: Option<ServerRole>,
    pub only_bots: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedState {
    Active,
    Deactivated,
}

/// Somebody as administrators see them.
pub struct Listed {
    pub user: UserRef,
    pub username: String,
    pub role: ServerRole,
    pub created_at: Timestamp,
    pub last_seen: Option<Timestamp>,
    pub deactivated_at: Option<Timestamp>,
    /// Those that go on.
    pub sessions: i64,
    pub rooms: i64,
    pub two_factor: bool,
}

impl Storage {
    /// A page of everybody who has an account, by name, behind the person `after`.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn listed(&self, by: By, wanted: Wanted, after: Option<UserId>, limit: u32) -> Result<Vec<Listed>> {
        let mut reader = self.readers.begin().await?;
        audit::check_administers(&mut reader, by).await?;
        let sql = "SELECT u.pid, u.username, u.display_name FROM users u WHERE u.erased_at IS NULL
                AND (?1 IS NULL OR (u.username_key, u.pid) > (SELECT username_key, pid FROM users WHERE pid = ?1))
                AND (?2 IS NULL OR (u.deactivated_at IS NOT NULL) = ?2)
                AND (?3 IS NULL OR u.role = ?3 AND u.bot = 0) AND (u.bot = 1 OR NOT ?4)
             ORDER BY u.username_key, u.pid";
        let everybody = sqlx::query(sql)
            .bind(after.map(|user| user.to_string()))
            .bind(wanted.state.map(|state| state == ListedState::Deactivated))
            .bind(wanted.role.map(ServerRole::as_str))
            .bind(wanted.only_bots)
            .fetch(&mut *reader);
        let read = |row: &sqlx::sqlite::SqliteRow| {
            Ok((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?, row.try_get::<String, _>(2)?))
        };
        let found = first_fitting(everybody, wanted.query.as_deref(), limit, read, |(_, username, shown)| {
            [Some(username.as_str()), Some(shown.as_str())]
        });
        let found: Vec<String> = found.await?.into_iter().map(|(pid, ..)| pid).collect();
        details(&mut reader, &found).await
    }

    /// One person as administrators see them.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator, `NotFound`.
    pub async fn listed_one(&self, by: By, user: UserId) -> Result<Listed> {
        let mut reader = self.readers.begin().await?;
        audit::check_administers(&mut reader, by).await?;
        find(&mut reader, user).await
    }
}

/// One person, for who administered when they did something to them: it may have ended that.
pub(super) async fn find(connection: &mut SqliteConnection, user: UserId) -> Result<Listed> {
    details(connection, &[user.to_string()]).await?.pop().ok_or(Error::NotFound("the person"))
}

/// Of these people, in the same order.
async fn details(connection: &mut SqliteConnection, users: &[String]) -> Result<Vec<Listed>> {
    let sql = format!(
        "SELECT {}, u.role, u.created_at, u.last_seen_at, u.deactivated_at,
             (SELECT count(*) FROM sessions s
              WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > ?2) AS sessions,
             (SELECT count(*) FROM members m JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL
              WHERE m.user_id = u.id AND r.kind <> 'direct') AS rooms,
             EXISTS (SELECT 1 FROM two_factor f WHERE f.user_id = u.id) AS two_factor
         FROM json_each(?1) j JOIN users u ON u.pid = j.value AND u.erased_at IS NULL ORDER BY j.key",
        rows::USER_COLUMNS
    );
    let found = sqlx::query(AssertSqlSafe(sql))
        .bind(json!(users).to_string())
        .bind(crate::clock::now().as_millis())
        .fetch_all(connection)
        .await?;
    let moment = |at: Option<i64>| at.map(Timestamp::from_millis);
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Listed {
            user: rows::user_from_row(row)?,
            username: row.try_get("username")?,
            role: rows::server_role(row, "role")?,
            created_at: Timestamp::from_millis(row.try_get("created_at")?),
            last_seen: moment(row.try_get("last_seen_at")?),
            deactivated_at: moment(row.try_get("deactivated_at")?),
            sessions: row.try_get("sessions")?,
            rooms: row.try_get("rooms")?,
            two_factor: row.try_get("two_factor")?,
        })
    };
    found.iter().map(read).collect()
}
