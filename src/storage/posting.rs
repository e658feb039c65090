//! What a room asks of who writes there: who may, and how often. Whatever somebody puts into its list is judged here.

use super::members::Seat;
use super::rows;
use crate::clock::Timestamp;
use crate::contract::{Posting, RoomKind, RoomRole, ServerRole};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::policy::{self, Standing};
use serde::Deserialize;
use sqlx::SqliteConnection;
use std::time::Duration;

/// The rules of a room `r` for its member `m`, the user `u`, as `Rules` reads them; null where it asks nothing.
macro_rules! rules_json {
    () => {
        "CASE WHEN r.posting <> 'everyone' OR r.slow_mode > 0 THEN
            json_array(r.posting, r.slow_mode, m.sent_at, r.kind, m.role, u.role) END"
    };
}
pub(super) use rules_json;

/// Who may post, the seconds between two messages, when the author wrote last, the kind of room, and the author's role
/// in it and on the server.
#[derive(Deserialize)]
pub(super) struct Rules(Posting, u64, Option<i64>, RoomKind, RoomRole, ServerRole);

impl Rules {
    pub(super) fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(Error::internal)
    }

    /// Whether members wait between two messages.
    pub(super) fn are_slow(&self) -> bool {
        self.1 > 0
    }

    /// `in_thread`: it is not shown in the room's list. `has_just_written`: in the same batch, which the database does
    /// not know of yet.
    pub(super) fn judge(&self, author: UserId, in_thread: bool, has_just_written: bool, now: Timestamp) -> Result<()> {
        let Self(posting, pause, last, room_kind, room_role, server_role) = *self;
        let standing = Standing { user: author, server_role, room_kind, room_role };
        policy::may_post(standing, posting, in_thread)?;
        let last = if has_just_written { Some(now) } else { last.map(Timestamp::from_millis) };
        policy::may_post_again(standing, Duration::from_secs(pause), last, now)
    }
}

/// Judges what somebody puts into a room's list that is no message, and notes that they did.
///
/// # Errors
/// `Forbidden` for who may not write there; `RateLimited` for who has just done so.
pub(super) async fn follow_rules(connection: &mut SqliteConnection, seat: &Seat, now: Timestamp) -> Result<()> {
    let query = concat!(
        "SELECT ",
        rules_json!(),
        " FROM members m JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id
         WHERE m.room_id = ? AND m.user_id = ?"
    );
    let rules: Option<String> =
        sqlx::query_scalar(query).bind(seat.room_key).bind(seat.user_key).fetch_one(&mut *connection).await?;
    let Some(rules) = rules.as_deref().map(Rules::from_json).transpose()? else { return Ok(()) };
    rules.judge(seat.standing.user, false, false, now)?;
    if rules.are_slow() {
        sqlx::query("UPDATE members SET sent_at = ?3 WHERE room_id = ?1 AND user_id = ?2")
            .bind(seat.room_key)
            .bind(seat.user_key)
            .bind(now.as_millis())
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Judges an edit, which adds nothing to the list and thus waits for nothing: who may not write any more in a room, or
/// only in its threads, does not do so in what they said before.
///
/// # Errors
/// `Forbidden`.
pub(super) async fn check_edit(connection: &mut SqliteConnection, seat: &Seat, in_thread: bool) -> Result<()> {
    let query = "SELECT posting FROM rooms WHERE id = ?";
    let posting: String = sqlx::query_scalar(query).bind(seat.room_key).fetch_one(connection).await?;
    policy::may_post(seat.standing, rows::word(&posting)?, in_thread)
}

/// Notes when these people (a JSON array of `users.id`), who come into a room with slow mode, have written in it last:
/// nobody ends their waiting by leaving. Looked for among the newest `LOOKED_AT` messages alone, more of which nobody
/// but many others can put behind one's own.
pub(super) async fn remember(connection: &mut SqliteConnection, room_key: i64, people: &str) -> Result<()> {
    const LOOKED_AT: i64 = 1_000;
    let query = "UPDATE members SET sent_at = w.at FROM (
            SELECT user_id, max(created_at) AS at FROM (
                SELECT user_id, created_at, kind, system FROM messages WHERE room_id = ?1 ORDER BY seq DESC LIMIT ?3)
            WHERE kind = 'text' OR system->>'event' IN ('taskCreated', 'taskDone') GROUP BY user_id) w
        WHERE members.room_id = ?1 AND members.user_id = w.user_id
            AND members.user_id IN (SELECT value FROM json_each(?2))";
    sqlx::query(query).bind(room_key).bind(people).bind(LOOKED_AT).execute(connection).await?;
    Ok(())
}
