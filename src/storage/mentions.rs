//! Who is meant by the `@names` of a message.

use super::rows;
use crate::error::{Error, Result};
use crate::ids::UserId;
use sqlx::{Row, SqliteConnection};

/// The members meant by `@names`: for each mention the longest name that is somebody's.
pub(super) async fn resolve(
    connection: &mut SqliteConnection,
    room_key: i64,
    mentions: &[Vec<String>],
) -> Result<Vec<(i64, UserId)>> {
    let keys: Vec<&String> = mentions.iter().flatten().collect();
    let query = "SELECT u.id AS user_key, u.pid, u.username_key FROM users u
        JOIN members m ON m.user_id = u.id AND m.room_id = ?1
        WHERE u.username_key IN (SELECT value FROM json_each(?2)) AND u.deactivated_at IS NULL";
    let keys = serde_json::to_string(&keys).map_err(Error::internal)?;
    let found = sqlx::query(query).bind(room_key).bind(keys).fetch_all(connection).await?;
    let mut meant: Vec<(i64, UserId)> = Vec::new();
    for candidates in mentions {
        for key in candidates {
            let Some(row) = found.iter().find(|row| row.try_get::<&str, _>("username_key").is_ok_and(|k| k == key))
            else {
                continue;
            };
            let user = (row.try_get("user_key")?, rows::id(row.try_get::<String, _>("pid")?.as_str())?);
            if !meant.contains(&user) {
                meant.push(user);
            }
            break;
        }
    }
    Ok(meant)
}

/// Sets whom a message mentions.
pub(super) async fn replace(
    connection: &mut SqliteConnection,
    room_key: i64,
    seq: i64,
    mentioned: &[(i64, UserId)],
) -> Result<()> {
    let query = "DELETE FROM mentions WHERE room_id = ? AND seq = ?";
    sqlx::query(query).bind(room_key).bind(seq).execute(&mut *connection).await?;
    for (user_key, _) in mentioned {
        sqlx::query("INSERT OR IGNORE INTO mentions (user_id, room_id, seq) VALUES (?, ?, ?)")
            .bind(user_key)
            .bind(room_key)
            .bind(seq)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
