//! Somebody whose account is administered, and whether who asks may do that.

use crate::actor::By;
use crate::contract::{ServerRole, UserRef};
use crate::credentials::usernames::Username;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::policy;
use crate::storage::audit;
use crate::storage::rows;
use crate::storage::summaries;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// Who is meant: by their id, or on the command line by their username.
#[derive(Clone, Debug)]
pub enum Whom {
    Id(UserId),
    Named(Username),
}

/// An account that is there, active or not, and that who asks may administer.
pub(in crate::storage) struct Subject {
    pub(in crate::storage) key: i64,
    pub(in crate::storage) user: UserRef,
    pub(in crate::storage) username: String,
    pub(in crate::storage) role: ServerRole,
}

impl Subject {
    /// # Errors
    /// `Conflict` for who is deactivated.
    pub(in crate::storage) fn check_active(&self) -> Result<()> {
        if self.user.deactivated {
            return Err(Error::Conflict(format!("{} is deactivated", self.username)));
        }
        Ok(())
    }

    /// # Errors
    /// `Conflict` for a bot, with what it lacks.
    pub(in crate::storage) fn check_person(&self, lacks: &str) -> Result<()> {
        if self.user.bot { Err(Error::Conflict(format!("{} is a bot: {lacks}", self.username))) } else { Ok(()) }
    }

    /// # Errors
    /// `Conflict` when they are the last who own the server, or where nobody does the last who administer it.
    pub(in crate::storage) async fn check_not_last(&self, connection: &mut SqliteConnection) -> Result<()> {
        if !self.role.administers() || self.user.deactivated {
            return Ok(());
        }
        let query = "SELECT EXISTS (SELECT 1 FROM users WHERE id <> ?1 AND deactivated_at IS NULL
            AND (role = 'owner' OR ?2 AND role = 'admin'))";
        let is_admin = self.role == ServerRole::Admin;
        let others: bool = sqlx::query_scalar(query).bind(self.key).bind(is_admin).fetch_one(connection).await?;
        if others {
            return Ok(());
        }
        let what = if is_admin { "administrator" } else { "owner" };
        Err(Error::Conflict(format!("{} is the only {what}; make another one before", self.username)))
    }
}

/// Finds somebody for who may administer them.
///
/// # Errors
/// `Forbidden` for who is no administrator, whoever is meant, and for an administrator who means another one;
/// `NotFound` by id and `Invalid` by name when there is nobody.
pub(in crate::storage) async fn subject(connection: &mut SqliteConnection, by: By, whom: &Whom) -> Result<Subject> {
    audit::check_administers(connection, by).await?;
    let sql = format!(
        "SELECT u.id AS user_key, u.role, {} FROM users u
         WHERE u.erased_at IS NULL AND (u.pid = ?1 OR u.username_key = ?2)",
        rows::USER_COLUMNS
    );
    let (pid, name) = match whom {
        Whom::Id(user) => (Some(user.to_string()), None),
        Whom::Named(username) => (None, Some(username.key())),
    };
    let row = sqlx::query(AssertSqlSafe(sql)).bind(pid).bind(name).fetch_optional(&mut *connection).await?;
    let row = row.ok_or_else(|| match whom {
        Whom::Id(_) => Error::NotFound("the person"),
        Whom::Named(username) => Error::invalid("username", format!("there is no user called {}", username.as_str())),
    })?;
    let found = Subject {
        key: row.try_get("user_key")?,
        user: rows::user_from_row(&row)?,
        username: row.try_get("username")?,
        role: rows::server_role(&row, "role")?,
    };
    if let Some(user) = by.user() {
        policy::may_administer_person(summaries::me(connection, user).await?.role, found.role)?;
    }
    Ok(found)
}
