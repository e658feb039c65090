//! A name in what people wrote beside messages: in reports, tasks and reminders, and in what they were told of these.

use super::unnaming::unnamed;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::storage::tasks;
use crate::storage::transaction::Transaction;
use serde_json::Value;
use sqlx::SqliteConnection;

/// Who is forgotten.
pub(super) struct Forgotten<'a> {
    pub(super) user: UserId,
    pub(super) username_key: &'a str,
    pub(super) display_name: &'a str,
}

/// Where a name may stand as `@name`: what has any, and what takes its place. There is no way to find these but to look
/// through all.
const TEXTS: [(&str, &str); 4] = [
    (
        "SELECT id, content FROM reports WHERE resolved_at IS NULL AND instr(content, '@')",
        "UPDATE reports SET content = ?2 WHERE id = ?1",
    ),
    ("SELECT id, reason FROM reports WHERE instr(reason, '@')", "UPDATE reports SET reason = ?2 WHERE id = ?1"),
    ("SELECT id, text FROM reminders WHERE instr(text, '@')", "UPDATE reminders SET text = ?2 WHERE id = ?1"),
    ("SELECT id, text FROM notifications WHERE instr(text, '@')", "UPDATE notifications SET text = ?2 WHERE id = ?1"),
];

/// Takes the name out of all of these.
pub(super) async fn forget(transaction: &mut Transaction, who: &Forgotten<'_>) -> Result<()> {
    let without = |text: &str| unnamed(text, who.username_key, who.display_name);
    for (find, replace) in TEXTS {
        let connection = &mut transaction.connection;
        let found: Vec<(i64, String)> = sqlx::query_as(find).fetch_all(&mut *connection).await?;
        for (key, text) in found {
            if let Some(text) = without(&text) {
                sqlx::query(replace).bind(key).bind(text).execute(&mut *connection).await?;
            }
        }
    }
    forget_in_data(&mut transaction.connection, without).await?;
    tasks::retitle(transaction, without, who.user).await
}

/// Takes out of open reports what somebody wrote: the message may say something else by now, or be gone.
pub(super) async fn forget_quoted(connection: &mut SqliteConnection, user_key: i64) -> Result<()> {
    let query = "UPDATE reports SET content = '' WHERE resolved_at IS NULL AND content <> '' AND EXISTS (
        SELECT 1 FROM messages m WHERE m.room_id = reports.room_id AND m.seq = reports.seq AND m.user_id = ?)";
    sqlx::query(query).bind(user_key).execute(connection).await?;
    Ok(())
}

/// What notifications have beside their text, such as the title of a task.
async fn forget_in_data(connection: &mut SqliteConnection, without: impl Fn(&str) -> Option<String>) -> Result<()> {
    let query = "SELECT id, data FROM notifications WHERE instr(data, '@')";
    let found: Vec<(i64, String)> = sqlx::query_as(query).fetch_all(&mut *connection).await?;
    for (key, data) in found {
        let mut data: Value = serde_json::from_str(&data).map_err(Error::internal)?;
        let fields = data.as_object_mut().into_iter().flatten();
        let mut had_it = false;
        for (_, field) in fields {
            if let Some(text) = field.as_str().and_then(&without) {
                (*field, had_it) = (Value::String(text), true);
            }
        }
        if had_it {
            let query = "UPDATE notifications SET data = ? WHERE id = ?";
            sqlx::query(query).bind(data.to_string()).bind(key).execute(&mut *connection).await?;
        }
    }
    Ok(())
}
