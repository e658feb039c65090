//! Secrets that are kept under another key than before.

use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Storage, rows};

/// What becomes of a sealed secret.
pub enum Sealing {
    /// It stays.
    Good,
    Again(Vec<u8>),
    /// Its key is forgotten.
    Lost,
}

impl Storage {
    /// Seals every secret again for which `again` gives another form; answers with how many it gave none of, since their
    /// key is forgotten.
    pub async fn seal_again(&self, again: impl Fn(UserId, &[u8]) -> Result<Sealing> + Send + 'static) -> Result<usize> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "SELECT f.user_id, u.pid, f.secret FROM two_factor f JOIN users u ON u.id = f.user_id";
                    let all: Vec<(i64, String, Vec<u8>)> =
                        sqlx::query_as(query).fetch_all(&mut transaction.connection).await?;
                    let mut lost = 0;
                    for (user_key, pid, secret) in all {
                        match again(rows::id(&pid)?, &secret)? {
                            Sealing::Good => {}
                            Sealing::Lost => lost += 1,
                            Sealing::Again(secret) => {
                                sqlx::query("UPDATE two_factor SET secret = ? WHERE user_id = ?")
                                    .bind(secret)
                                    .bind(user_key)
                                    .execute(&mut transaction.connection)
                                    .await?;
                            }
                        }
                    }
                    Ok(lost)
                })
            })
            .await
    }
}
