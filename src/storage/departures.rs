//! Which devices are here, and which were here a moment ago.

use super::Storage;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{ClientId, UserId};
use sqlx::SqliteConnection;

impl Storage {
    /// Notes that a device is here; answers with when it went, if it went after `since` and was not back until now.
    pub async fn arrive(&self, user: UserId, client: ClientId, since: Timestamp) -> Result<Option<Timestamp>> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "SELECT departed_at FROM departures
                        WHERE user_id = ? AND client_id = ? AND departed_at > ?";
                    let departed: Option<i64> = sqlx::query_scalar(query)
                        .bind(user.to_string())
                        .bind(client.to_string())
                        .bind(since.as_millis())
                        .fetch_optional(&mut transaction.connection)
                        .await?;
                    let query = "INSERT OR REPLACE INTO departures (user_id, client_id, departed_at)
                        VALUES (?, ?, NULL)";
                    sqlx::query(query)
                        .bind(user.to_string())
                        .bind(client.to_string())
                        .execute(&mut transaction.connection)
                        .await?;
                    Ok(departed.map(Timestamp::from_millis))
                })
            })
            .await
    }

    /// Notes that a device went, or with `None` that it is not expected back.
    pub async fn depart(&self, user: UserId, client: ClientId, at: Option<Timestamp>) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = match at {
                        Some(_) => {
                            "INSERT OR REPLACE INTO departures (user_id, client_id, departed_at) VALUES (?, ?, ?)"
                        }
                        None => "DELETE FROM departures WHERE user_id = ? AND client_id = ?",
                    };
                    sqlx::query(query)
                        .bind(user.to_string())
                        .bind(client.to_string())
                        .bind(at.map(Timestamp::as_millis))
                        .execute(&mut transaction.connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}

/// Who was here when the server crashed went then: at `crashed_at`, as far as that is known.
pub(super) async fn presume(connection: &mut SqliteConnection, crashed_at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE departures SET departed_at = ? WHERE departed_at IS NULL")
        .bind(crashed_at.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}
