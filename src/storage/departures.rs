//! Which devices were here a moment ago.

use super::Storage;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{ClientId, UserId};

impl Storage {
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

    /// When a device went, if that was after `since`.
    pub async fn departure(&self, user: UserId, client: ClientId, since: Timestamp) -> Result<Option<Timestamp>> {
        let query = "SELECT departed_at FROM departures WHERE user_id = ? AND client_id = ? AND departed_at > ?";
        let found: Option<i64> = sqlx::query_scalar(query)
            .bind(user.to_string())
            .bind(client.to_string())
            .bind(since.as_millis())
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.map(Timestamp::from_millis))
    }
}
