//! Whose avatar is which file.

use crate::clock;
use crate::contract::Me;
use crate::error::Result;
use crate::ids::{FileId, UserId};
use crate::storage::{Storage, people};

impl Storage {
    /// Gives somebody another avatar, a finished file of their own, or none; the one before goes. Tells who shares a
    /// room with them.
    pub async fn set_avatar(&self, user: UserId, file: Option<FileId>) -> Result<Me> {
        let audience = self.audience_of(user).await?;
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let query = "INSERT OR IGNORE INTO withdrawn_files (file_id)
                        SELECT f.id FROM users u JOIN files f ON f.pid = u.avatar WHERE u.pid = ?";
                    sqlx::query(query).bind(user.to_string()).execute(&mut *connection).await?;
                    let file = file.map(|file| file.to_string());
                    // From now on it is nobody's to send, and goes when it is nobody's avatar.
                    sqlx::query("UPDATE files SET sent_at = ? WHERE pid = ?")
                        .bind(clock::now().as_millis())
                        .bind(file.as_deref())
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query("UPDATE users SET avatar = ? WHERE pid = ? AND deactivated_at IS NULL")
                        .bind(file.as_deref())
                        .bind(user.to_string())
                        .execute(&mut *connection)
                        .await?;
                    people::tell_updated(transaction, user, audience).await
                })
            })
            .await
    }
}
