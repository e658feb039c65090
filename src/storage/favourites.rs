//! The rooms that somebody keeps on top, in an order of their own.

use super::Storage;
use super::members::seat;
use super::rows;
use crate::contract::RoomFavourites;
use crate::error::Result;
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use sqlx::{Row, SqliteConnection};

impl Storage {
    /// Puts a room among the caller's favourites at `position`, counted from 0, or takes it off. A position behind the
    /// last means the last.
    pub async fn favour_room(&self, user: UserId, room: RoomId, position: Option<u32>) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let seat = seat(&mut transaction.connection, room, user).await?;
                    let mut order = favourites(&mut transaction.connection, seat.user_key).await?;
                    order.retain(|(key, _)| *key != seat.room_key);
                    if let Some(position) = position {
                        let index = usize::try_from(position).unwrap_or(usize::MAX).min(order.len());
                        order.insert(index, (seat.room_key, room));
                    }
                    place(&mut transaction.connection, seat.user_key, seat.room_key, None).await?;
                    for (index, (room_key, _)) in order.iter().enumerate() {
                        let index = i64::try_from(index).unwrap_or(i64::MAX);
                        place(&mut transaction.connection, seat.user_key, *room_key, Some(index)).await?;
                    }
                    let room_ids = order.into_iter().map(|(_, room)| room).collect();
                    transaction.tell(Notice::to_user(user, RoomFavourites { room_ids }));
                    Ok(())
                })
            })
            .await
    }
}

/// The caller's favourites in their order.
async fn favourites(connection: &mut SqliteConnection, user_key: i64) -> Result<Vec<(i64, RoomId)>> {
    let query = "SELECT r.id, r.pid FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.user_id = ? AND m.favourite IS NOT NULL AND r.deleted_at IS NULL ORDER BY m.favourite, r.id";
    let found = sqlx::query(query).bind(user_key).fetch_all(connection).await?;
    found.iter().map(|row| Ok((row.try_get("id")?, rows::id(row.try_get::<String, _>("pid")?.as_str())?))).collect()
}

async fn place(connection: &mut SqliteConnection, user_key: i64, room_key: i64, position: Option<i64>) -> Result<()> {
    sqlx::query("UPDATE members SET favourite = ?1 WHERE room_id = ?2 AND user_id = ?3 AND favourite IS NOT ?1")
        .bind(position)
        .bind(room_key)
        .bind(user_key)
        .execute(connection)
        .await?;
    Ok(())
}
