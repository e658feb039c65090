//! Erasing somebody: at once whatever is theirs alone, and in portions what is left of their name elsewhere.

use super::ending::{deactivate, tell};
use super::forgetting::{self, Forgotten};
use super::unnaming::{DELETED, unnamed};
use super::{Whom, subject};
use crate::actor::By;
use crate::clock;
use crate::contract::{AuditAct, MessageUpdated, SystemEvent};
use crate::credentials::usernames;
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::notice::Notice;
use crate::storage::members;
use crate::storage::transaction::{Transaction, last_message};
use crate::storage::{Storage, audit, messages, notifications, people, removals, rows, search, system};
use serde_json::json;
use sqlx::{Row, SqliteConnection};

/// Rows of a list that go in one transaction.
const ROWS: i64 = 1_000;
/// Rooms that are left in one transaction.
const ROOMS: i64 = 20;
/// Messages that are looked at in one transaction, and those that are changed in one.
const LOOKED_AT: i64 = 4_000;
const CHANGED: i64 = 100;

/// What becomes of somebody's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// They stay, by nobody.
    WithoutMessages,
    /// They go with their files.
    WithMessages,
}

/// What a person leaves at once: nobody may act or be found as them from here on.
const AT_ONCE: [&str; 11] = [
    "INSERT OR IGNORE INTO withdrawn_files (file_id)
        SELECT f.id FROM users u JOIN files f ON f.pid = u.avatar WHERE u.id = ?1",
    "UPDATE files SET touched_at = 0 WHERE user_id = ?1 AND sent_at IS NULL",
    "DELETE FROM sessions WHERE user_id = ?1",
    "DELETE FROM one_time_tokens WHERE user_id = ?1",
    "DELETE FROM two_factor WHERE user_id = ?1",
    "DELETE FROM departures WHERE user_id = (SELECT pid FROM users WHERE id = ?1)",
    "DELETE FROM reminders WHERE user_id = ?1",
    "UPDATE reports SET reason = '' WHERE reporter_id = ?1",
    "UPDATE members SET muted = 0, level = NULL, favourite = NULL WHERE user_id = ?1",
    "UPDATE invites SET revoked_at = coalesce(revoked_at, ?2) WHERE created_by = ?1",
    // Nobody can be called so: a username has no question mark.
    "UPDATE users SET username = '?' || pid, username_key = '?' || pid, display_name = ?3, avatar = NULL, role = 'member',
        password_hash = NULL, status = 'active', status_text = NULL, status_emoji = NULL, status_until = NULL,
        last_seen_at = NULL, quiet = NULL, quiet_from = NULL, quiet_until = NULL, sends_receipts = 0,
        shows_last_seen = 0, erased_at = ?2 WHERE id = ?1",
];

/// Lists that may be long.
const LISTS: [&str; 4] = [
    "DELETE FROM saved_messages WHERE (user_id, room_id, seq) IN
        (SELECT user_id, room_id, seq FROM saved_messages WHERE user_id = ?1 LIMIT ?2)",
    "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE user_id = ?1 LIMIT ?2)",
    "DELETE FROM thread_followers WHERE (user_id, room_id, root) IN
        (SELECT user_id, room_id, root FROM thread_followers WHERE user_id = ?1 LIMIT ?2)",
    "DELETE FROM idempotency WHERE (user_id, client_message_id) IN
        (SELECT user_id, client_message_id FROM idempotency WHERE user_id = ?1 LIMIT ?2)",
];

/// Somebody who is being erased.
struct Erasure {
    user_key: i64,
    user: UserId,
    username_key: String,
    display_name: String,
    delete_messages: bool,
    after: i64,
    up_to: i64,
}

impl Erasure {
    fn forgotten(&self) -> Forgotten<'_> {
        Forgotten { user: self.user, username_key: &self.username_key, display_name: &self.display_name }
    }
}

impl Storage {
    /// Erases somebody: their account ends, and nothing is left of them but what they are the author of. What is left of
    /// their name in what others have goes in portions, with `erase_portion`.
    ///
    /// # Errors
    /// `Forbidden` for who may not, `NotFound` or `Invalid` for nobody, `Invalid` when `confirmed` is not their username,
    /// `Conflict` for the last owner.
    pub async fn erase(&self, by: By, whom: Whom, confirmed: String, erased: Erased) -> Result<UserId> {
        self.writer
            .run(move |transaction| Box::pin(async move { begin(transaction, by, &whom, &confirmed, erased).await }))
            .await
    }

    /// Removes a portion of what is left of those who are being erased. True when more is left.
    pub async fn erase_portion(&self) -> Result<bool> {
        // The writer is bothered only when there is something to do.
        let query = "SELECT EXISTS (SELECT 1 FROM erasures)";
        let is_left: bool = sqlx::query_scalar(query).fetch_one(&self.readers).await?;
        if !is_left {
            return Ok(false);
        }
        self.writer.run(move |transaction| Box::pin(async move { portion(transaction).await })).await
    }
}

async fn begin(transaction: &mut Transaction, by: By, whom: &Whom, confirmed: &str, erased: Erased) -> Result<UserId> {
    let subject = subject(&mut transaction.connection, by, whom).await?;
    if usernames::key(confirmed) != usernames::key(&subject.username) {
        return Err(Error::invalid("username", "this is not the username of who is to be erased"));
    }
    subject.check_not_last(&mut transaction.connection).await?;
    if !subject.user.deactivated {
        deactivate(transaction, &subject).await?;
    }
    let connection = &mut transaction.connection;
    let query = concat!(
        "INSERT INTO erasures (user_id, username_key, display_name, delete_messages, up_to)
         SELECT id, username_key, display_name, ?2, ",
        last_message!(),
        " FROM users WHERE id = ?1"
    );
    let delete = erased == Erased::WithMessages;
    sqlx::query(query).bind(subject.key).bind(delete).execute(&mut *connection).await?;
    for statement in AT_ONCE {
        sqlx::query(statement)
            .bind(subject.key)
            .bind(clock::now().as_millis())
            .bind(DELETED)
            .execute(&mut *connection)
            .await?;
    }
    let user = subject.user.id;
    tell(transaction, user).await?;
    audit::note_person(transaction, by, AuditAct::PersonErased, user, json!({ "messages": delete })).await?;
    Ok(user)
}

async fn portion(transaction: &mut Transaction) -> Result<bool> {
    let Some(erasure) = next(&mut transaction.connection).await? else { return Ok(false) };
    for statement in LISTS {
        let removed =
            sqlx::query(statement).bind(erasure.user_key).bind(ROWS).execute(&mut transaction.connection).await?;
        if removed.rows_affected() >= ROWS.unsigned_abs() {
            return Ok(true);
        }
    }
    if leave_rooms(transaction, &erasure).await?
        // There is no way to find them but to look through all: once.
        || (erasure.after == 0 && notifications::withdraw_told_by(transaction, erasure.user_key, CHANGED).await?)
    {
        return Ok(true);
    }
    if erasure.after == 0 {
        if erasure.delete_messages {
            forgetting::forget_quoted(&mut transaction.connection, erasure.user_key).await?;
        }
        forgetting::forget(transaction, &erasure.forgotten()).await?;
    }
    if forget_in_messages(transaction, &erasure).await? {
        return Ok(true);
    }
    for statement in ["DELETE FROM mentions WHERE user_id = ?", "DELETE FROM erasures WHERE user_id = ?"] {
        sqlx::query(statement).bind(erasure.user_key).execute(&mut transaction.connection).await?;
    }
    Ok(true)
}

async fn next(connection: &mut SqliteConnection) -> Result<Option<Erasure>> {
    let query = "SELECT e.*, u.pid FROM erasures e JOIN users u ON u.id = e.user_id ORDER BY e.user_id LIMIT 1";
    let Some(row) = sqlx::query(query).fetch_optional(connection).await? else { return Ok(None) };
    Ok(Some(Erasure {
        user_key: row.try_get("user_id")?,
        user: rows::id(row.try_get::<String, _>("pid")?.as_str())?,
        username_key: row.try_get("username_key")?,
        display_name: row.try_get("display_name")?,
        delete_messages: row.try_get("delete_messages")?,
        after: row.try_get("after")?,
        up_to: row.try_get("up_to")?,
    }))
}

/// Direct rooms stay what they are: the others' as well. True when some were left.
async fn leave_rooms(transaction: &mut Transaction, erasure: &Erasure) -> Result<bool> {
    let query = "SELECT r.id, r.pid FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.user_id = ? AND r.kind <> 'direct' AND r.deleted_at IS NULL ORDER BY r.id LIMIT ?";
    let found: Vec<(i64, String)> =
        sqlx::query_as(query).bind(erasure.user_key).bind(ROOMS).fetch_all(&mut transaction.connection).await?;
    let who = people::find(&mut transaction.connection, erasure.user).await?;
    for (key, room) in &found {
        members::leave(transaction, (*key, rows::id(room)?), (erasure.user_key, &who)).await?;
    }
    Ok(!found.is_empty())
}

/// A message in which something of them is left.
struct Trace {
    key: i64,
    room_key: i64,
    message: MessageId,
    is_own: bool,
    author: String,
    content: String,
    system: Option<SystemEvent>,
    mentions: bool,
    reacted: bool,
    /// What it says lies aside.
    is_hidden: bool,
}

const TRACES: &str = "SELECT m.id, m.room_id, r.pid, m.seq, m.user_id = ?1 AS own, a.display_name, m.system,
        coalesce(h.content, m.content) AS content, m.hidden_at IS NOT NULL AS hidden,
        CASE WHEN m.hidden_at IS NULL
            THEN EXISTS (SELECT 1 FROM mentions x WHERE x.user_id = ?1 AND x.room_id = m.room_id AND x.seq = m.seq
                AND x.named >= 1)
            ELSE EXISTS (SELECT 1 FROM json_each(h.mentions) j WHERE j.value->>0 = ?5 AND j.value->>1 >= 1)
            END AS mentioned,
        m.hidden_at IS NOT NULL AND instr(h.mentions, ?5) AS listed,
        coalesce(h.reacted, m.reacted) AND EXISTS (
            SELECT 1 FROM reactions x WHERE x.message_id = m.id AND x.user_id = ?1) AS has_reacted
    FROM messages m JOIN rooms r ON r.id = m.room_id JOIN users a ON a.id = m.user_id
    LEFT JOIN hidden_messages h ON m.hidden_at IS NOT NULL AND h.message_id = m.id
    WHERE m.id > ?2 AND m.id <= ?3 AND m.deleted_at IS NULL AND (
        ?4 AND m.user_id = ?1 AND m.kind = 'text'
        OR m.kind = 'system' AND (m.user_id = ?1 OR instr(m.system, ?5) OR instr(m.system, '@'))
        OR m.mentioning AND mentioned OR listed OR has_reacted)
    ORDER BY m.id LIMIT ?6";

/// Looks through the next messages. False when there are no more.
async fn forget_in_messages(transaction: &mut Transaction, erasure: &Erasure) -> Result<bool> {
    if erasure.after >= erasure.up_to {
        return Ok(false);
    }
    let until = erasure.up_to.min(erasure.after + LOOKED_AT);
    let found = sqlx::query(TRACES)
        .bind(erasure.user_key)
        .bind(erasure.after)
        .bind(until)
        .bind(erasure.delete_messages)
        .bind(erasure.user.to_string())
        .bind(CHANGED)
        .fetch_all(&mut transaction.connection)
        .await?;
    let traces = found.iter().map(trace).collect::<Result<Vec<_>>>()?;
    let is_full = traces.len() as i64 >= CHANGED;
    let done = traces.last().filter(|_| is_full).map_or(until, |last| last.key);
    for trace in traces {
        if trace.is_own && trace.system.is_none() && erasure.delete_messages {
            removals::remove(transaction, trace.message).await?;
        } else {
            forget_in(transaction, erasure, trace).await?;
        }
    }
    sqlx::query("UPDATE erasures SET after = ? WHERE user_id = ?")
        .bind(done)
        .bind(erasure.user_key)
        .execute(&mut transaction.connection)
        .await?;
    Ok(true)
}

fn trace(row: &sqlx::sqlite::SqliteRow) -> Result<Trace> {
    let room: RoomId = rows::id(row.try_get::<String, _>("pid")?.as_str())?;
    let system: Option<String> = row.try_get("system")?;
    Ok(Trace {
        key: row.try_get("id")?,
        room_key: row.try_get("room_id")?,
        message: MessageId { room, seq: row.try_get("seq")? },
        is_own: row.try_get("own")?,
        author: row.try_get("display_name")?,
        content: row.try_get("content")?,
        system: system.map(|json| serde_json::from_str(&json)).transpose().map_err(Error::internal)?,
        mentions: row.try_get("mentioned")?,
        reacted: row.try_get("has_reacted")?,
        is_hidden: row.try_get("hidden")?,
    })
}

/// Takes somebody's name and reactions out of a message that stays.
async fn forget_in(transaction: &mut Transaction, erasure: &Erasure, trace: Trace) -> Result<()> {
    let connection = &mut transaction.connection;
    let system = trace.system.as_ref().map(|event| without(event.clone(), erasure));
    if system.is_some() && system == trace.system && !trace.is_own && !trace.reacted {
        return Ok(());
    }
    let content = match &system {
        Some(event) => Some(system::in_english(&trace.author, event)),
        None if trace.mentions => unnamed(&trace.content, &erasure.username_key, &erasure.display_name),
        None => None,
    };
    if trace.mentions && !trace.is_hidden {
        sqlx::query("DELETE FROM mentions WHERE user_id = ? AND room_id = ? AND seq = ?")
            .bind(erasure.user_key)
            .bind(trace.room_key)
            .bind(trace.message.seq)
            .execute(&mut *connection)
            .await?;
    }
    if trace.reacted {
        sqlx::query("DELETE FROM reactions WHERE message_id = ? AND user_id = ?")
            .bind(trace.key)
            .bind(erasure.user_key)
            .execute(&mut *connection)
            .await?;
    }
    if trace.is_hidden {
        return forget_aside(connection, erasure.user, trace.key, content).await;
    }
    let rev = messages::next_rev(connection, trace.room_key).await?;
    let system = system.map(|event| serde_json::to_string(&event)).transpose().map_err(Error::internal)?;
    let query = "UPDATE messages SET content = coalesce(?2, content), system = coalesce(?3, system), rev = ?4,
        reacted = EXISTS (SELECT 1 FROM reactions WHERE message_id = ?1) WHERE id = ?1";
    sqlx::query(query).bind(trace.key).bind(&content).bind(system).bind(rev).execute(&mut *connection).await?;
    if content.is_some() {
        search::changed(transaction, trace.key).await?;
    }
    let MessageId { room, seq } = trace.message;
    let message = messages::load(&mut transaction.connection, trace.room_key, room, seq).await?;
    transaction.tell(Notice::to_room(room, MessageUpdated { message }));
    Ok(())
}

/// The same of what lies aside of a hidden message. Nobody is told: nobody sees it.
async fn forget_aside(
    connection: &mut SqliteConnection,
    user: UserId,
    message_key: i64,
    content: Option<String>,
) -> Result<()> {
    let query = "UPDATE hidden_messages SET content = coalesce(?2, content),
            mentions = (SELECT json_group_array(json(j.value)) FROM json_each(mentions) j WHERE j.value->>0 <> ?3),
            reacted = EXISTS (SELECT 1 FROM reactions WHERE message_id = ?1)
        WHERE message_id = ?1";
    sqlx::query(query).bind(message_key).bind(content).bind(user.to_string()).execute(connection).await?;
    Ok(())
}

fn without(mut event: SystemEvent, erasure: &Erasure) -> SystemEvent {
    let user = erasure.user;
    if let SystemEvent::TaskCreated { task } | SystemEvent::TaskDone { task } = &mut event
        && let Some(title) = unnamed(&task.title, &erasure.username_key, &erasure.display_name)
    {
        task.title = title;
    }
    let named = match &mut event {
        SystemEvent::Invited { users } | SystemEvent::Removed { users } => users.as_mut_slice(),
        SystemEvent::Role { user, .. } => std::slice::from_mut(user),
        _ => &mut [],
    };
    for named in named.iter_mut().filter(|named| named.id == user) {
        DELETED.clone_into(&mut named.display_name);
    }
    event
}
