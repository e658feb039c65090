//! How much of a room somebody wants to be told aloud.

use super::Storage;
use super::members::seat;
use crate::contract::{LevelSet, NotificationLevel, RoomMuted};
use crate::error::Result;
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;

impl Storage {
    /// Mutes a room for the caller, or ends that.
    pub async fn mute_room(&self, user: UserId, room: RoomId, muted: bool) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let seat = seat(&mut transaction.connection, room, user).await?;
                    sqlx::query("UPDATE members SET muted = ? WHERE room_id = ? AND user_id = ?")
                        .bind(muted)
                        .bind(seat.room_key)
                        .bind(seat.user_key)
                        .execute(&mut transaction.connection)
                        .await?;
                    transaction.tell(Notice::to_user(user, RoomMuted { room_id: room, muted }));
                    Ok(())
                })
            })
            .await
    }

    /// Sets what of a room becomes a notification for the caller.
    pub async fn set_level(&self, user: UserId, room: RoomId, level: NotificationLevel) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let seat = seat(&mut transaction.connection, room, user).await?;
                    let word = match level {
                        NotificationLevel::All => "all",
                        NotificationLevel::Mentions => "mentions",
                        NotificationLevel::Nothing => "nothing",
                    };
                    sqlx::query("UPDATE members SET level = ? WHERE room_id = ? AND user_id = ?")
                        .bind(word)
                        .bind(seat.room_key)
                        .bind(seat.user_key)
                        .execute(&mut transaction.connection)
                        .await?;
                    transaction.tell(Notice::to_user(user, LevelSet { room_id: room, level }));
                    Ok(())
                })
            })
            .await
    }
}
