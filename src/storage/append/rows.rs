//! The rows of a batch of sends, written with one statement a table and one call for all of them.

use super::facts::{Counters, Facts};
use super::{AppendMessage, Appended, Mentioned};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::storage::files::{ENCLOSE, Enclosed, MARK_SENT};
use crate::storage::transaction::Transaction;
use crate::storage::{mentions, previews, threads};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::collections::{HashMap, HashSet};

/// The rows that a batch writes, each as a JSON array.
#[derive(Default)]
pub(super) struct Rows {
    messages: Vec<Value>,
    keys: Vec<Value>,
    mentions: Vec<Value>,
    groups: Vec<Value>,
    marks: HashMap<(i64, i64), (i64, i64)>,
    roots: Vec<Value>,
    streams: Vec<Value>,
    replies: Vec<Value>,
    followers: Vec<Value>,
    files: Vec<Value>,
    words: Vec<Value>,
    sent: Vec<Value>,
    links: Vec<Value>,
    slowed: Vec<Value>,
}

impl Rows {
    /// Adds a message, its key, its mentions, and its author's read mark.
    pub(super) fn add(
        &mut self,
        message_id: i64,
        command: &AppendMessage,
        facts: &Facts,
        mentioned: &Mentioned,
        appended: Appended,
        ordinal: i64,
    ) {
        let (room, author, seq, at) = (facts.room_key, facts.author_key, appended.seq, appended.created_at.as_millis());
        let counts = command.counts();
        if counts {
            self.marks.insert((room, author), (seq, ordinal));
        }
        self.messages.push(json!([
            message_id,
            room,
            seq,
            appended.rev,
            ordinal,
            i64::from(counts),
            author,
            command.content,
            command.client_message_id,
            command.reply_to.map(|id| id.seq),
            command.thread_root.map(|id| id.seq),
            mentioned.word(),
            at
        ]));
        if command.streamed {
            self.streams.push(json!(message_id));
        }
        let by_name = mentioned.people.iter();
        self.mentions.extend(by_name.map(|(user, _)| json!([user, room, seq, i64::from(counts && *user != author)])));
        self.groups.extend(mentioned.group.as_ref().map(|group| group.row(room, seq, author, counts)));
        if let Some(key) = &command.client_message_id {
            self.keys.push(json!([author, key, room, seq, appended.rev, at]));
        }
        if let Some(root) = &command.thread_root {
            let mentioned = mentioned.people.iter().filter(|(user, _)| *user != author);
            self.followers.push(json!([author, room, root.seq, seq]));
            self.followers.extend(mentioned.map(|(user, _)| json!([user, room, root.seq, seq - 1])));
            self.replies.push(json!([room, root.seq, seq, author, message_id]));
        }
    }

    /// Puts files into a message.
    pub(super) fn enclose(&mut self, message_id: i64, room: i64, enclosed: &[Enclosed], now: Timestamp) {
        if enclosed.is_empty() {
            return;
        }
        self.words.push(json!([message_id, Enclosed::word(enclosed)]));
        for (position, Enclosed { key, file }) in enclosed.iter().enumerate() {
            self.files.push(json!([message_id, position, key, room, file.kind]));
            self.sent.push(json!([key, now.as_millis()]));
        }
    }

    /// Notes the links of a message.
    pub(super) fn link(&mut self, message_id: i64, links: &[String], now: Timestamp) {
        let rows = links.iter().enumerate().map(|(position, url)| json!([message_id, url, position, now.as_millis()]));
        self.links.extend(rows);
    }

    /// Notes who has written in rooms with slow mode: rooms and `users.id`.
    pub(super) fn note_slowed(&mut self, slowed: &HashSet<(i64, i64)>, now: Timestamp) {
        self.slowed.extend(slowed.iter().map(|(room, user)| json!([room, user, now.as_millis()])));
    }

    /// A thread's first message has one more reply, and a rev of its own for that.
    pub(super) fn add_reply(&mut self, room: i64, root: i64, reply: i64, rev: i64) {
        self.roots.push(json!([room, root, reply, rev]));
    }

    /// How far the authors have read their rooms by what they wrote: rooms, `users.id` and `seq`.
    pub(super) fn marks(&self) -> Vec<(i64, i64, i64)> {
        self.marks.iter().map(|((room, user), (seq, _))| (*room, *user, *seq)).collect()
    }

    /// Writes the rows and the rooms' counters, and with `commit` ends the transaction.
    pub(super) async fn write(
        self,
        transaction: &mut Transaction,
        rooms: &HashMap<i64, Counters>,
        now: Timestamp,
        commit: bool,
    ) -> Result<()> {
        let touched = rooms.iter().filter(|(_, room)| room.touched);
        let counters: Vec<Value> =
            touched.map(|(key, room)| json!([key, room.last_seq, room.rev, room.counted, now.as_millis()])).collect();
        let marks: Vec<Value> =
            self.marks.iter().map(|((room, user), (seq, counted))| json!([room, user, seq, counted])).collect();
        let node = transaction.node;
        let noted: Vec<Value> = self.streams.iter().map(|message| json!([message, node])).collect();
        let tables = [
            (INSERT_MESSAGES, self.messages),
            (MARK_STREAMS, self.streams),
            (NOTE_STREAMS, noted),
            (MARK_FILES, self.words),
            (ENCLOSE, self.files),
            (MARK_SENT, self.sent),
            (previews::NOTE, self.links),
            (INSERT_KEYS, self.keys),
            (INSERT_MENTIONS, self.mentions),
            (mentions::INSERT_GROUPS, self.groups),
            (NOTE_NEW_THREADS, self.roots.clone()),
            (threads::FOLLOW_OWN, self.roots.clone()),
            (UPDATE_ROOTS, self.roots),
            (threads::FOLLOW, self.followers),
            (threads::COUNT, self.replies),
            (UPDATE_MARKS, marks),
            (NOTE_SLOWED, self.slowed),
            (UPDATE_ROOMS, counters),
        ];
        let written = tables.into_iter().filter(|(_, rows)| !rows.is_empty());
        let (mut statements, rows): (Vec<&str>, Vec<Vec<Value>>) = written.unzip();
        if statements.contains(&NOTE_NEW_THREADS) {
            transaction.reindex();
        }
        if commit {
            statements.push("COMMIT");
            transaction.open = false;
        }
        // One call for all: each call to the database's thread and back costs more than most statements. Which tables
        // are concerned varies little, so that the prepared statements are found again.
        let mut query = sqlx::query(AssertSqlSafe(statements.join(";")));
        for rows in rows {
            query = query.bind(Value::Array(rows).to_string());
        }
        query.execute(&mut transaction.connection).await?;
        Ok(())
    }
}

const INSERT_MESSAGES: &str = "INSERT INTO messages
    (id, room_id, seq, rev, ordinal, counts, kind, user_id, content, client_message_id, reply_to, thread_root,
     mentioning, created_at)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, 'text', value->>6, value->>7,
           value->>8, value->>9, value->>10, value->>11, value->>12 FROM json_each(?)";

const MARK_STREAMS: &str = r#"UPDATE messages SET stream = '{"state":"open","nextIndex":0}'
    WHERE id IN (SELECT value FROM json_each(?))"#;

const NOTE_STREAMS: &str = "INSERT INTO open_streams (message_id, node) SELECT value->>0, value->>1 FROM json_each(?)";

const MARK_FILES: &str = "UPDATE messages SET files = j.word
    FROM (SELECT value->>0 AS id, value->>1 AS word FROM json_each(?)) j WHERE messages.id = j.id";

const INSERT_KEYS: &str = "INSERT INTO idempotency (user_id, client_message_id, room_id, seq, rev, created_at)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 FROM json_each(?)";

const INSERT_MENTIONS: &str = "INSERT OR IGNORE INTO mentions (user_id, room_id, seq, counts)
    SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?)";

/// What becomes the root of a thread is found by that from now on.
const NOTE_NEW_THREADS: &str = "INSERT OR IGNORE INTO search_changes (message_id)
    SELECT m.id FROM json_each(?) j JOIN messages m ON m.room_id = j.value->>0 AND m.seq = j.value->>1
    WHERE m.thread_replies = 0";

/// Grouped by place: `root` would be the column of that name that json_each has.
const UPDATE_ROOTS: &str = "UPDATE messages SET
        thread_replies = thread_replies + j.replies, thread_last_seq = j.last_reply, rev = j.rev
    FROM (SELECT value->>0 AS room, value->>1 AS root, count(*) AS replies, max(value->>2) AS last_reply,
                 max(value->>3) AS rev FROM json_each(?) GROUP BY 1, 2) j
    WHERE messages.room_id = j.room AND messages.seq = j.root";

const UPDATE_MARKS: &str = "UPDATE members SET
        read_seq = j.seq, read_counted = j.counted, furthest_seq = max(furthest_seq, j.seq)
    FROM (SELECT value->>0 AS room, value->>1 AS user, value->>2 AS seq, value->>3 AS counted FROM json_each(?)) j
    WHERE members.room_id = j.room AND members.user_id = j.user";

const NOTE_SLOWED: &str = "UPDATE members SET sent_at = j.at
    FROM (SELECT value->>0 AS room, value->>1 AS user, value->>2 AS at FROM json_each(?)) j
    WHERE members.room_id = j.room AND members.user_id = j.user";

const UPDATE_ROOMS: &str = "UPDATE rooms SET
        last_seq = j.last_seq, rev = j.rev, counted = j.counted, last_activity_at = j.at
    FROM (SELECT value->>0 AS id, value->>1 AS last_seq, value->>2 AS rev, value->>3 AS counted, value->>4 AS at
          FROM json_each(?)) j
    WHERE rooms.id = j.id";
