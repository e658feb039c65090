//! Who has to have a second factor, and what becomes of those who have none.

use crate::clock;
use crate::contract::{RequireTwoFactor, ServerRole};
use crate::error::Result;
use crate::policy;
use crate::storage::transaction::Transaction;
use crate::storage::{rows, sessions, team};
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

const REQUIRED: &str = "two-factor login is required here now; log in again to set it up";

/// Columns for `is_due`, of a table or alias `u`.
pub(in crate::storage) const DUE_COLUMNS: &str = "u.role, u.bot,
    EXISTS (SELECT 1 FROM two_factor f WHERE f.user_id = u.id) AS has_two_factor,
    coalesce((SELECT x.value ->> 'requireTwoFactor' FROM settings x WHERE x.name = 'team'), 'nobody') AS required";

/// Whether somebody lacks a second factor that the team wants of them.
pub(in crate::storage) fn is_due(row: &SqliteRow) -> Result<bool> {
    let (is_bot, has): (bool, bool) = (row.try_get("bot")?, row.try_get("has_two_factor")?);
    let required: RequireTwoFactor = rows::word(row.try_get::<String, _>("required")?.as_str())?;
    Ok(!is_bot && !has && policy::needs_two_factor(rows::server_role(row, "role")?, required))
}

/// Ends the sessions of people who lack a second factor that they need, or of one of them: who logs in again sets one up
/// before anything else.
pub(in crate::storage) async fn end_what_lacks_it(transaction: &mut Transaction, user_key: Option<i64>) -> Result<()> {
    let required = team::settings(&mut transaction.connection).await?.require_two_factor;
    let roles = ServerRole::ALL.into_iter().filter(|role| policy::needs_two_factor(*role, required));
    let roles: Vec<&str> = roles.map(ServerRole::as_str).collect();
    let query = "UPDATE sessions SET ended_at = ?1 WHERE ended_at IS NULL AND user_id IN (
            SELECT u.id FROM users u WHERE u.bot = 0 AND u.role IN (SELECT value FROM json_each(?2))
            AND (?3 IS NULL OR u.id = ?3) AND NOT EXISTS (SELECT 1 FROM two_factor f WHERE f.user_id = u.id))
        RETURNING pid";
    let ended: Vec<String> = sqlx::query_scalar(query)
        .bind(clock::now().as_millis())
        .bind(json!(roles).to_string())
        .bind(user_key)
        .fetch_all(&mut transaction.connection)
        .await?;
    sessions::tell_ended(transaction, &ended, REQUIRED)
}
