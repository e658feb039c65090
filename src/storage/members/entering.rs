//! Memberships begin and end, with all that hangs on them.

use crate::clock::{self, Timestamp};
use crate::contract::{MemberJoined, MemberLeft, NotificationType, SystemEvent, UserRef};
use crate::error::Result;
use crate::ids::{RoomId, UserId};
use crate::notice::Notice;
use crate::storage::moderation::{reports, roles};
use crate::storage::notifications::{self, Cause};
use crate::storage::transaction::Transaction;
use crate::storage::{posting, streams, system, tasks, threads};
use serde_json::json;
use sqlx::SqliteConnection;
use std::collections::HashSet;

/// Makes people members of a room that has some, with everything read so far; answers with those who were not before,
/// and with the room's rev.
pub(in crate::storage) async fn add_all(
    connection: &mut SqliteConnection,
    room_key: i64,
    mut people: Vec<(i64, UserRef)>,
) -> Result<(Vec<(i64, UserRef)>, i64)> {
    let query = "INSERT INTO members (room_id, user_id, role, read_seq, furthest_seq, read_counted, joined_at)
        SELECT r.id, j.value, 'member', r.last_seq, r.last_seq, r.counted, ?3 FROM json_each(?2) j CROSS JOIN rooms r
        WHERE r.id = ?1 ON CONFLICT (room_id, user_id) DO NOTHING RETURNING user_id";
    let keys: Vec<i64> = people.iter().map(|(key, _)| *key).collect();
    let added: Vec<i64> = sqlx::query_scalar(query)
        .bind(room_key)
        .bind(json!(keys).to_string())
        .bind(clock::now().as_millis())
        .fetch_all(&mut *connection)
        .await?;
    let rev = count_in(connection, room_key, &added).await?;
    let added: HashSet<i64> = added.into_iter().collect();
    people.retain(|(key, _)| added.contains(key));
    Ok((people, rev))
}

/// Counts those (`users.id`) who have become members, and has them wait where they have just written; answers with the
/// room's rev.
async fn count_in(connection: &mut SqliteConnection, room_key: i64, added: &[i64]) -> Result<i64> {
    let query = "UPDATE rooms SET member_count = member_count + ? WHERE id = ? RETURNING rev, slow_mode > 0";
    let (rev, is_slow): (i64, bool) =
        sqlx::query_as(query).bind(added.len() as i64).bind(room_key).fetch_one(&mut *connection).await?;
    if is_slow && !added.is_empty() {
        posting::remember(connection, room_key, &json!(added).to_string()).await?;
    }
    Ok(rev)
}

/// Makes somebody a member with everything read so far; answers with the room's rev, or none when they are one already.
pub(in crate::storage) async fn add(
    connection: &mut SqliteConnection,
    room_key: i64,
    user_key: i64,
    role: &'static str,
    now: Timestamp,
) -> Result<Option<i64>> {
    let query = "INSERT INTO members (room_id, user_id, role, read_seq, furthest_seq, read_counted, joined_at)
        SELECT id, ?2, ?3, last_seq, last_seq, counted, ?4 FROM rooms WHERE id = ?1
        ON CONFLICT (room_id, user_id) DO NOTHING";
    let added = sqlx::query(query).bind(room_key).bind(user_key).bind(role).bind(now.as_millis());
    if added.execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(None);
    }
    count_in(connection, room_key, &[user_key]).await.map(Some)
}

/// Takes a member out; answers with the room's rev. What they were streaming there ends, and what they were to do is
/// nobody's.
pub(super) async fn remove(
    transaction: &mut Transaction,
    (room_key, room): (i64, RoomId),
    (user_key, user): (i64, UserId),
    by: UserId,
) -> Result<i64> {
    streams::fail_all(transaction, |message, author| message.room == room && author == user, "the sender left").await?;
    tasks::unassign(transaction, Some(room_key), user_key, by).await?;
    let connection = &mut transaction.connection;
    for query in [
        "DELETE FROM members WHERE room_id = ?1 AND user_id = ?2",
        "DELETE FROM mentions WHERE room_id = ?1 AND user_id = ?2 AND named = 0",
        // What messages say stays as everybody has it; it counts no more, also when they are back.
        "UPDATE mentions SET counts = 0 WHERE room_id = ?1 AND user_id = ?2",
    ] {
        sqlx::query(query).bind(room_key).bind(user_key).execute(&mut *connection).await?;
    }
    let query = "UPDATE rooms SET member_count = member_count - 1 WHERE id = ? RETURNING rev";
    let rev = sqlx::query_scalar(query).bind(room_key).fetch_one(&mut *connection).await?;
    threads::forget_member(connection, room_key, user_key).await?;
    roles::hand_over(transaction, &[room_key]).await?;
    reports::hand_up(transaction, &[room_key]).await?;
    Ok(rev)
}

/// Adds somebody, and tells the room: its system line has to follow. False when they were a member before.
pub(in crate::storage) async fn enter(
    transaction: &mut Transaction,
    room: RoomId,
    room_key: i64,
    user_key: i64,
    user: &UserRef,
) -> Result<bool> {
    let Some(rev) = add(&mut transaction.connection, room_key, user_key, "member", clock::now()).await? else {
        return Ok(false);
    };
    transaction.tell(Notice::Enter { user: user.id, room });
    transaction.tell(Notice::to_room(room, MemberJoined { room_id: room, user: user.clone(), rev }));
    // Who is the first to come who may own it has it.
    roles::hand_over(transaction, &[room_key]).await?;
    Ok(true)
}

/// Takes somebody out of a room, and tells it.
pub(in crate::storage) async fn leave(
    transaction: &mut Transaction,
    (room_key, room): (i64, RoomId),
    (user_key, who): (i64, &UserRef),
) -> Result<()> {
    let user = who.id;
    let rev = remove(transaction, (room_key, room), (user_key, user), user).await?;
    transaction.tell(Notice::Leave { user, room });
    notifications::withdraw_room_from(transaction, (room_key, room), user_key).await?;
    let left = MemberLeft { room_id: room, user_id: user, by: None, rev };
    transaction.tell(Notice::to_room(room, left.clone()));
    transaction.tell(Notice::to_user(user, left));
    system::append(transaction, room, room_key, user_key, who, SystemEvent::Left).await
}

/// Notifies people of a room that somebody made them members of.
pub(in crate::storage) async fn notify_of_invite(
    transaction: &mut Transaction,
    room: (i64, RoomId),
    by: (i64, UserRef),
    people: Vec<i64>,
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let name: Option<String> = sqlx::query_scalar("SELECT name FROM rooms WHERE id = ?")
        .bind(room.0)
        .fetch_one(&mut transaction.connection)
        .await?;
    // A direct conversation begins with its first message, which tells of itself.
    let Some(name) = name else { return Ok(()) };
    let message = format!("{} added you to {name}", by.1.display_name);
    let kind = NotificationType::Invite;
    let cause = Cause { kind, people, room: Some(room), seq: None, by: Some(by), message, data: None };
    notifications::notify(transaction, cause).await
}
