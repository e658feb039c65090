//! Sending: the messages of a whole batch, decided from one query and written with one statement a table.

use super::Storage;
use super::mentions;
use super::messages;
use super::rows;
use super::transaction::Transaction;
use crate::clock::{self, Timestamp};
use crate::contract::{Message, MessageKind, MessageNew, MessageUpdated, UserRef};
use crate::error::{Error, Result};
use crate::ids::{MessageId, RoomId, UserId};
use crate::notice::Notice;
use serde_json::{Value, json};
use sqlx::Row;
use std::collections::HashMap;

/// A message to be stored.
pub struct AppendMessage {
    pub room: RoomId,
    pub author: UserId,
    pub content: String,
    /// What is wrong with the content: told only to somebody who may know the room.
    pub objection: Option<Error>,
    pub client_message_id: Option<String>,
    pub reply_to: Option<MessageId>,
    pub thread_root: Option<MessageId>,
    /// For each `@` in the content the keys of the names that may be meant, longest first.
    pub mentions: Vec<Vec<String>>,
}

/// What a send is acknowledged with.
#[derive(Clone, Copy, Debug)]
pub struct Appended {
    pub seq: i64,
    pub rev: i64,
    pub created_at: Timestamp,
    /// It had been stored before.
    pub duplicate: bool,
}

impl Storage {
    /// Stores a message, or finds that its `client_message_id` was stored before.
    ///
    /// # Errors
    /// `NotFound` for who is not a member; `Conflict` when the id was used in another room; `Unavailable`.
    pub async fn append_message(&self, command: AppendMessage) -> Result<Appended> {
        self.writer.append(command).await
    }
}

/// What the database knows of one command before it is carried out.
struct Facts {
    room_key: i64,
    author_key: i64,
    author: UserRef,
    reply_known: bool,
    thread_known: bool,
    stored: Option<(RoomId, Appended)>,
}

/// A room's counters as the batch advances them.
struct Counters {
    pid: RoomId,
    last_seq: i64,
    rev: i64,
    counted: i64,
    touched: bool,
}

/// The rows that a batch writes, each as a JSON array.
#[derive(Default)]
struct Rows {
    messages: Vec<Value>,
    keys: Vec<Value>,
    mentions: Vec<Value>,
    marks: HashMap<(i64, i64), (i64, i64)>,
    roots: Vec<Value>,
}

pub(super) async fn append_all(
    transaction: &mut Transaction,
    commands: Vec<AppendMessage>,
) -> Result<Vec<Result<Appended>>> {
    let mut rooms = HashMap::new();
    let facts = read_facts(transaction, &commands, &mut rooms).await?;
    let mentioned = read_mentions(transaction, &commands, &facts).await?;
    let mut batch = Batch {
        now: clock::now(),
        rooms,
        earlier: HashMap::new(),
        rows: Rows::default(),
        told: Vec::new(),
        thread_updates: Vec::new(),
    };
    let mut results = Vec::with_capacity(commands.len());
    for ((command, facts), mentioned) in commands.into_iter().zip(facts).zip(mentioned) {
        results.push(match facts {
            Ok(facts) => batch.append(transaction, command, facts, mentioned).await?,
            Err(error) => Err(error),
        });
    }
    batch.write(transaction).await?;
    Ok(results)
}

async fn read_facts(
    transaction: &mut Transaction,
    commands: &[AppendMessage],
    rooms: &mut HashMap<i64, Counters>,
) -> Result<Vec<Result<Facts>>> {
    let wanted: Vec<Value> = commands
        .iter()
        .map(|command| {
            let within = |id: &Option<MessageId>| id.filter(|id| id.room == command.room).map(|id| id.seq);
            json!([
                command.room,
                command.author,
                command.client_message_id,
                within(&command.reply_to),
                within(&command.thread_root)
            ])
        })
        .collect();
    let query = "SELECT r.id AS room_key, r.last_seq, r.rev, r.counted, u.id AS author_key,
            u.pid AS user_pid, u.username, u.display_name, u.avatar, u.bot, u.deactivated_at AS user_gone,
            EXISTS (SELECT 1 FROM messages t WHERE t.room_id = r.id AND t.seq = j.value->>3) AS reply_known,
            EXISTS (SELECT 1 FROM messages t WHERE t.room_id = r.id AND t.seq = j.value->>4
                    AND t.thread_root IS NULL AND t.kind = 'text' AND t.deleted_at IS NULL) AS thread_known,
            k.seq AS stored_seq, k.rev AS stored_rev, k.created_at AS stored_at, kr.pid AS stored_room
        FROM json_each(?) j
        LEFT JOIN users u ON u.pid = j.value->>1 AND u.deactivated_at IS NULL
        LEFT JOIN rooms r ON r.pid = j.value->>0 AND r.deleted_at IS NULL
            AND EXISTS (SELECT 1 FROM members m WHERE m.room_id = r.id AND m.user_id = u.id)
        LEFT JOIN idempotency k ON k.user_id = u.id AND k.client_message_id = j.value->>2
        LEFT JOIN rooms kr ON kr.id = k.room_id
        ORDER BY j.key";
    let found =
        sqlx::query(query).bind(Value::Array(wanted).to_string()).fetch_all(&mut transaction.connection).await?;
    let mut facts = Vec::with_capacity(found.len());
    for (row, command) in found.iter().zip(commands) {
        let Some(room_key) = row.try_get::<Option<i64>, _>("room_key")? else {
            facts.push(Err(Error::NotFound("the room")));
            continue;
        };
        rooms.entry(room_key).or_insert(Counters {
            pid: command.room,
            last_seq: row.try_get("last_seq")?,
            rev: row.try_get("rev")?,
            counted: row.try_get("counted")?,
            touched: false,
        });
        facts.push(Ok(facts_of(row, room_key)?));
    }
    Ok(facts)
}

fn facts_of(row: &sqlx::sqlite::SqliteRow, room_key: i64) -> Result<Facts> {
    let stored = match row.try_get::<Option<i64>, _>("stored_seq")? {
        None => None,
        Some(seq) => {
            let room: Option<String> = row.try_get("stored_room")?;
            let room: RoomId = rows::id(room.unwrap_or_default().as_str())?;
            let created_at = Timestamp::from_millis(row.try_get("stored_at")?);
            Some((room, Appended { seq, rev: row.try_get("stored_rev")?, created_at, duplicate: true }))
        }
    };
    Ok(Facts {
        room_key,
        author_key: row.try_get("author_key")?,
        author: rows::user_from_row(row)?,
        reply_known: row.try_get("reply_known")?,
        thread_known: row.try_get("thread_known")?,
        stored,
    })
}

/// The members who are meant by each message's `@names`: `(users.id, users.pid)`.
async fn read_mentions(
    transaction: &mut Transaction,
    commands: &[AppendMessage],
    facts: &[Result<Facts>],
) -> Result<Vec<Vec<(i64, UserId)>>> {
    let mut mentioned = vec![Vec::new(); commands.len()];
    for ((command, facts), found) in commands.iter().zip(facts).zip(&mut mentioned) {
        if let (false, Ok(facts)) = (command.mentions.is_empty(), facts) {
            *found = mentions::resolve(&mut transaction.connection, facts.room_key, &command.mentions).await?;
        }
    }
    Ok(mentioned)
}

struct Batch {
    now: Timestamp,
    rooms: HashMap<i64, Counters>,
    /// What this batch itself stored under a sender's key.
    earlier: HashMap<(i64, String), (RoomId, Appended)>,
    rows: Rows,
    told: Vec<Notice>,
    /// Where in `told` the new state of a thread's root belongs: index, room, root and the root's new rev.
    thread_updates: Vec<(usize, i64, i64, i64)>,
}

impl Batch {
    async fn append(
        &mut self,
        transaction: &mut Transaction,
        command: AppendMessage,
        facts: Facts,
        mentioned: Vec<(i64, UserId)>,
    ) -> Result<Result<Appended>> {
        if let Some(answer) = self.stored_before(&command, &facts) {
            return Ok(answer);
        }
        if let Err(error) = judge(&command, &facts) {
            return Ok(Err(error));
        }
        let message_id = transaction.allot_message_id().await?;
        let Some(room) = self.rooms.get_mut(&facts.room_key) else {
            return Ok(Err(Error::NotFound("the room")));
        };
        let counts = command.thread_root.is_none();
        room.touched = true;
        room.last_seq += 1;
        room.rev += 1;
        room.counted += i64::from(counts);
        let appended = Appended { seq: room.last_seq, rev: room.rev, created_at: self.now, duplicate: false };
        let ordinal = room.counted;
        if counts {
            self.rows.marks.insert((facts.room_key, facts.author_key), (appended.seq, ordinal));
        }
        self.rows.messages.push(json!([
            message_id,
            facts.room_key,
            appended.seq,
            appended.rev,
            ordinal,
            i64::from(counts),
            facts.author_key,
            command.content,
            command.client_message_id,
            command.reply_to.map(|id| id.seq),
            command.thread_root.map(|id| id.seq),
            i64::from(!mentioned.is_empty()),
            self.now.as_millis()
        ]));
        for (user_key, _) in &mentioned {
            self.rows.mentions.push(json!([user_key, facts.room_key, appended.seq]));
        }
        if let Some(key) = &command.client_message_id {
            self.rows.keys.push(json!([
                facts.author_key,
                key,
                facts.room_key,
                appended.seq,
                appended.rev,
                self.now.as_millis()
            ]));
            self.earlier.insert((facts.author_key, key.clone()), (command.room, appended));
        }
        let thread_root = command.thread_root;
        self.told.push(announce(command, facts.author, mentioned, appended));
        if let Some(root) = thread_root {
            self.advance_root(facts.room_key, root.seq, appended.seq);
        }
        Ok(Ok(appended))
    }

    /// The answer to a send that was stored before: the id alone decides, whatever the content.
    fn stored_before(&self, command: &AppendMessage, facts: &Facts) -> Option<Result<Appended>> {
        let key = command.client_message_id.as_ref()?;
        let in_batch = self.earlier.get(&(facts.author_key, key.clone()));
        let (room, appended) = in_batch.or(facts.stored.as_ref())?;
        if *room != command.room {
            let message = "this clientMessageId was used in another room".to_owned();
            return Some(Err(Error::Conflict(message)));
        }
        Some(Ok(Appended { duplicate: true, ..*appended }))
    }

    /// A reply changes its root: the root takes a rev of its own.
    fn advance_root(&mut self, room_key: i64, root: i64, reply: i64) {
        if let Some(room) = self.rooms.get_mut(&room_key) {
            room.rev += 1;
            self.rows.roots.push(json!([room_key, root, reply, room.rev]));
            self.thread_updates.push((self.told.len(), room_key, root, room.rev));
        }
    }

    async fn write(self, transaction: &mut Transaction) -> Result<()> {
        let Self { rooms, rows, told, thread_updates, now, .. } = self;
        let touched = rooms.iter().filter(|(_, room)| room.touched);
        let counters: Vec<Value> =
            touched.map(|(key, room)| json!([key, room.last_seq, room.rev, room.counted, now.as_millis()])).collect();
        let marks: Vec<Value> =
            rows.marks.iter().map(|((room, user), (seq, counted))| json!([room, user, seq, counted])).collect();
        for (statement, rows) in [
            (INSERT_MESSAGES, rows.messages),
            (INSERT_KEYS, rows.keys),
            (INSERT_MENTIONS, rows.mentions),
            (UPDATE_ROOTS, rows.roots),
            (UPDATE_MARKS, marks),
            (UPDATE_ROOMS, counters),
        ] {
            if !rows.is_empty() {
                let rows = Value::Array(rows).to_string();
                sqlx::query(statement).bind(rows).execute(&mut transaction.connection).await?;
            }
        }
        let mut updates = thread_updates.into_iter().peekable();
        for (index, notice) in told.into_iter().enumerate() {
            transaction.tell(notice);
            while let Some((_, room_key, root, rev)) = updates.next_if(|(at, ..)| *at == index + 1) {
                let Some(room) = rooms.get(&room_key) else { continue };
                let mut message = messages::load(&mut transaction.connection, room_key, room.pid, root).await?;
                message.rev = rev;
                transaction.tell(Notice::to_room(room.pid, MessageUpdated { message }));
            }
        }
        Ok(())
    }
}

fn judge(command: &AppendMessage, facts: &Facts) -> Result<()> {
    if command.reply_to.is_some() && !facts.reply_known {
        return Err(Error::NotFound("the message replied to"));
    }
    if command.thread_root.is_some() && !facts.thread_known {
        return Err(Error::NotFound("the thread's first message"));
    }
    match &command.objection {
        Some(Error::TooLarge(message)) => Err(Error::TooLarge(message.clone())),
        Some(Error::Invalid { field, message }) => {
            Err(Error::Invalid { field: field.clone(), message: message.clone() })
        }
        Some(other) => Err(Error::invalid("content", other.to_string())),
        None => Ok(()),
    }
}

fn announce(command: AppendMessage, author: UserRef, mentioned: Vec<(i64, UserId)>, appended: Appended) -> Notice {
    let message = Message {
        id: MessageId { room: command.room, seq: appended.seq },
        room_id: command.room,
        seq: appended.seq,
        rev: appended.rev,
        kind: MessageKind::Text,
        user: author,
        content: command.content,
        system: None,
        client_message_id: command.client_message_id,
        reply_to: command.reply_to,
        thread_root: command.thread_root,
        thread: None,
        mentions: mentioned.into_iter().map(|(_, pid)| pid).collect(),
        reactions: Vec::new(),
        pinned: false,
        created_at: appended.created_at,
        edited_at: None,
        deleted: false,
    };
    Notice::to_room(command.room, MessageNew { message })
}

const INSERT_MESSAGES: &str = "INSERT INTO messages
    (id, room_id, seq, rev, ordinal, counts, kind, user_id, content, client_message_id, reply_to, thread_root,
     mentioning, created_at)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, 'text', value->>6, value->>7,
           value->>8, value->>9, value->>10, value->>11, value->>12 FROM json_each(?)";

const INSERT_KEYS: &str = "INSERT INTO idempotency (user_id, client_message_id, room_id, seq, rev, created_at)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 FROM json_each(?)";

const INSERT_MENTIONS: &str = "INSERT OR IGNORE INTO mentions (user_id, room_id, seq)
    SELECT value->>0, value->>1, value->>2 FROM json_each(?)";

/// In the order of the batch, so that the last reply wins.
const UPDATE_ROOTS: &str = "UPDATE messages SET
        thread_replies = thread_replies + j.replies, thread_last_seq = j.last_reply, rev = j.rev
    FROM (SELECT value->>0 AS room, value->>1 AS root, count(*) AS replies, max(value->>2) AS last_reply,
                 max(value->>3) AS rev FROM json_each(?) GROUP BY room, root) j
    WHERE messages.room_id = j.room AND messages.seq = j.root";

const UPDATE_MARKS: &str = "UPDATE members SET read_seq = j.seq, read_counted = j.counted
    FROM (SELECT value->>0 AS room, value->>1 AS user, value->>2 AS seq, value->>3 AS counted FROM json_each(?)) j
    WHERE members.room_id = j.room AND members.user_id = j.user";

const UPDATE_ROOMS: &str = "UPDATE rooms SET
        last_seq = j.last_seq, rev = j.rev, counted = j.counted, last_activity_at = j.at
    FROM (SELECT value->>0 AS id, value->>1 AS last_seq, value->>2 AS rev, value->>3 AS counted, value->>4 AS at
          FROM json_each(?)) j
    WHERE rooms.id = j.id";
