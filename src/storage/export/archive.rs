//! What an archive to be read by people is made of: a room's messages, or somebody's, page by page.

use super::{KINDS, Moment};
use crate::blobs::Hash;
use crate::clock::Timestamp;
use crate::contract::{FileKind, Message, RoomKind, UserRef};
use crate::error::{Error, Result};
use crate::ids::{FileId, RoomId, UserId};
use crate::policy;
use crate::storage::members::seat;
use crate::storage::rows::{self, MESSAGE_JSON, USER_COLUMNS};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

/// A room of an archive.
#[derive(Debug)]
pub struct RoomOf {
    key: i64,
    pub id: RoomId,
    pub kind: RoomKind,
    /// None of a direct room.
    pub name: Option<String>,
    /// As long as the archive's person is a member, as are the next.
    pub topic: Option<String>,
    pub created_at: Timestamp,
    /// In the order of their names.
    pub members: Vec<UserRef>,
}

/// Somebody whose archive is made.
#[derive(Debug)]
pub struct Person {
    key: i64,
    pub user: UserRef,
    /// Also of who is gone.
    pub username: String,
    pub created_at: Timestamp,
}

/// Whose messages of a room are meant.
#[derive(Clone, Copy, Debug)]
pub enum MessagesOf<'a> {
    /// Everybody's, replies in threads apart: they are asked for with what they reply to.
    All,
    /// Replies in threads among them.
    One(&'a Person),
}

/// In which rooms somebody's own things are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In all, for whoever owns the data folder.
    All,
    /// In those that they are in, for themselves.
    Present,
}

impl Reach {
    fn condition(self, room: &str, person: &str) -> String {
        match self {
            Self::All => "true".to_owned(),
            Self::Present => format!("{room} IN (SELECT p.room_id FROM members p WHERE p.user_id = {person})"),
        }
    }
}

/// The content of a file.
#[derive(Clone, Debug)]
pub struct Kept {
    pub hash: Hash,
    pub media_type: String,
    pub kind: FileKind,
    /// The type of its thumbnails, if it has any.
    pub thumbnails: Option<String>,
}

/// What is somebody's own, by kind: which column says so, and where it is looked for.
const OF_A_PERSON: &[(&str, &str)] = &[
    ("people", "t.id = {}"),
    ("files", "t.user_id = {}"),
    ("members", "t.user_id = {}"),
    ("messages", "t.user_id = {} AND {reach}"),
    ("thread-followers", "t.user_id = {}"),
    ("saved", "t.user_id = {} AND {reach}"),
    ("tasks", "(t.created_by = {} OR t.assignee_id = {}) AND {reach}"),
    ("reminders", "t.user_id = {}"),
    ("notifications", "t.user_id = {} AND (t.room_id IS NULL OR {reach})"),
    ("invites", "t.created_by = {}"),
];

/// Of what is gone after its time, the beginnings of threads stay whose replies are there: these stand with them.
const ALL: &str = "(m.thread_root IS NULL OR m.counts = 1) AND ?5 = 0 AND (m.thread_replies > 0
    OR m.seq >= (SELECT r.cleared_before FROM rooms r WHERE r.id = m.room_id))";

const ROOM: &str = "SELECT r.id, r.pid, r.kind, r.name, r.topic, r.created_at FROM rooms r";

impl Moment {
    /// The rooms that are called so, or the one with this id. Upper and lower case are alike.
    pub async fn rooms_called(&mut self, name: &str) -> Result<Vec<RoomOf>> {
        let query = format!(
            "{ROOM} WHERE r.deleted_at IS NULL AND (r.pid = ?1 OR r.name_key = ?2 OR r.name = ?1) ORDER BY r.id"
        );
        let query = sqlx::query(AssertSqlSafe(query)).bind(name.to_owned()).bind(name.to_lowercase());
        let found = query.fetch_all(&mut self.connection).await?;
        self.with_members(found, None).await
    }

    /// A room for one of its members.
    ///
    /// # Errors
    /// `NotFound` for who is not in it, `Forbidden` for who may not take it with them.
    pub async fn room_for(&mut self, reader: UserId, room: RoomId) -> Result<RoomOf> {
        let seat = seat(&mut self.connection, room, reader).await?;
        policy::may_archive_room(seat.standing)?;
        let query = sqlx::query(AssertSqlSafe(format!("{ROOM} WHERE r.id = ?"))).bind(seat.room_key);
        let found = query.fetch_all(&mut self.connection).await?;
        self.with_members(found, None).await?.pop().ok_or(Error::NotFound("the room"))
    }

    /// The rooms in which somebody wrote, and the direct ones that they are in.
    pub async fn rooms_of(&mut self, person: &Person, reach: Reach) -> Result<Vec<RoomOf>> {
        let reach = reach.condition("r.id", "?1");
        let query = format!(
            "{ROOM} WHERE r.deleted_at IS NULL AND (
                EXISTS (SELECT 1 FROM messages m WHERE m.room_id = r.id AND m.user_id = ?1
                        AND m.kind = 'text' AND m.deleted_at IS NULL)
                OR r.kind = 'direct' AND EXISTS (SELECT 1 FROM members s WHERE s.room_id = r.id AND s.user_id = ?1))
                AND {reach}
             ORDER BY r.kind = 'direct', r.name_key, r.id"
        );
        let found = sqlx::query(AssertSqlSafe(query)).bind(person.key).fetch_all(&mut self.connection).await?;
        self.with_members(found, Some(person)).await
    }

    /// The rooms that somebody is in, of which `own_lines` of `Reach::Present` may say something.
    pub async fn rooms_around(&mut self, person: &Person) -> Result<Vec<RoomId>> {
        let query = "SELECT r.pid FROM members p JOIN rooms r ON r.id = p.room_id AND r.deleted_at IS NULL
            WHERE p.user_id = ?1 AND (
                EXISTS (SELECT 1 FROM notifications n WHERE n.user_id = ?1 AND n.room_id = r.id)
                OR EXISTS (SELECT 1 FROM saved_messages s WHERE s.user_id = ?1 AND s.room_id = r.id)
                OR EXISTS (SELECT 1 FROM tasks t
                    WHERE t.room_id = r.id AND (t.created_by = ?1 OR t.assignee_id = ?1)))";
        let found: Vec<String> = sqlx::query_scalar(query).bind(person.key).fetch_all(&mut self.connection).await?;
        found.iter().map(|room| rows::id(room)).collect()
    }

    /// How a room is that `reader` is not in any more is nothing of theirs.
    async fn with_members(&mut self, found: Vec<SqliteRow>, reader: Option<&Person>) -> Result<Vec<RoomOf>> {
        let mut rooms = Vec::with_capacity(found.len());
        for row in found {
            let key: i64 = row.try_get("id")?;
            let query = format!(
                "SELECT {USER_COLUMNS} FROM members s JOIN users u ON u.id = s.user_id WHERE s.room_id = ?
                 ORDER BY u.display_name, u.id"
            );
            let members = sqlx::query(AssertSqlSafe(query)).bind(key).fetch_all(&mut self.connection).await?;
            let members = members.iter().map(rows::user_from_row).collect::<Result<Vec<_>>>()?;
            let may_know = reader.is_none_or(|reader| members.iter().any(|member| member.id == reader.user.id));
            rooms.push(RoomOf {
                key,
                id: rows::id(row.try_get("pid")?)?,
                kind: rows::word(row.try_get("kind")?)?,
                name: row.try_get("name")?,
                topic: row.try_get::<Option<String>, _>("topic")?.filter(|_| may_know),
                created_at: Timestamp::from_millis(row.try_get("created_at")?),
                members: if may_know { members } else { Vec::new() },
            });
        }
        Ok(rooms)
    }

    /// Somebody by the key of their username.
    pub async fn person(&mut self, username_key: &str) -> Result<Option<Person>> {
        self.person_where("u.username_key = ?", username_key.to_owned()).await
    }

    /// Somebody who is active.
    ///
    /// # Errors
    /// `NotFound` for who is not.
    pub async fn active_person(&mut self, user: UserId) -> Result<Person> {
        let found = self.person_where("u.deactivated_at IS NULL AND u.pid = ?", user.to_string()).await?;
        found.ok_or(Error::NotFound("the user"))
    }

    async fn person_where(&mut self, condition: &str, value: String) -> Result<Option<Person>> {
        let query = format!("SELECT {USER_COLUMNS}, u.id, u.created_at FROM users u WHERE {condition}");
        let query = sqlx::query(AssertSqlSafe(query)).bind(value);
        let Some(row) = query.fetch_optional(&mut self.connection).await? else { return Ok(None) };
        Ok(Some(Person {
            key: row.try_get("id")?,
            user: rows::user_from_row(&row)?,
            username: row.try_get("username")?,
            created_at: Timestamp::from_millis(row.try_get("created_at")?),
        }))
    }

    /// Everybody, by id.
    pub async fn people(&mut self) -> Result<std::collections::HashMap<UserId, UserRef>> {
        let query = format!("SELECT {USER_COLUMNS} FROM users u");
        let found = sqlx::query(AssertSqlSafe(query)).fetch_all(&mut self.connection).await?;
        found.iter().map(|row| rows::user_from_row(row).map(|user| (user.id, user))).collect()
    }

    /// The team's emoji: their names, and their files.
    pub async fn emoji(&mut self) -> Result<Vec<(String, FileId)>> {
        let query = "SELECT e.name, f.pid FROM emoji e JOIN files f ON f.id = e.file_id";
        let found: Vec<(String, String)> = sqlx::query_as(query).fetch_all(&mut self.connection).await?;
        found.into_iter().map(|(name, pid)| Ok((name, rows::id(&pid)?))).collect()
    }

    /// The next messages of a room behind the one with the number `after`, at most `limit`.
    pub async fn messages(
        &mut self,
        room: &RoomOf,
        of: MessagesOf<'_>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Message>> {
        let (condition, key) = match of {
            MessagesOf::All => (ALL, 0),
            MessagesOf::One(person) => ("m.user_id = ?5 AND m.kind = 'text' AND m.deleted_at IS NULL", person.key),
        };
        self.read(room, condition, after, key, limit).await
    }

    /// The next replies in a thread behind the one with the number `after`, at most `limit`.
    pub async fn replies(&mut self, room: &RoomOf, root: i64, after: i64, limit: u32) -> Result<Vec<Message>> {
        self.read(room, "m.thread_root = ?5 AND m.deleted_at IS NULL", after, root, limit).await
    }

    /// A message by its number.
    pub async fn message(&mut self, room: &RoomOf, seq: i64) -> Result<Option<Message>> {
        Ok(self.read(room, "m.seq = ?5", seq - 1, seq, 1).await?.pop())
    }

    async fn read(&mut self, room: &RoomOf, condition: &str, after: i64, key: i64, limit: u32) -> Result<Vec<Message>> {
        let query = format!(
            "SELECT json_group_array(json(message)) FROM (
                SELECT {MESSAGE_JSON} AS message FROM messages m JOIN users u ON u.id = m.user_id
                WHERE m.room_id = ?2 AND m.seq > ?3 AND {condition} ORDER BY m.seq LIMIT ?4) WHERE ?1 = 0"
        );
        let query = sqlx::query_scalar(AssertSqlSafe(query)).bind(0).bind(room.key).bind(after).bind(limit).bind(key);
        let json: String = query.fetch_one(&mut self.connection).await?;
        rows::messages_from_json(room.id, &json)
    }

    /// The content of a file, or of the picture of a page behind a link.
    pub async fn kept(&mut self, file: FileId) -> Result<Option<Kept>> {
        let query = "SELECT hash, type, kind, thumbnails FROM contents WHERE id = coalesce(
            (SELECT content_id FROM files WHERE pid = ?1), (SELECT content_id FROM link_pages WHERE image = ?1))";
        let query = sqlx::query(query).bind(file.to_string());
        let Some(row) = query.fetch_optional(&mut self.connection).await? else { return Ok(None) };
        let hash: Vec<u8> = row.try_get("hash")?;
        Ok(Some(Kept {
            hash: Hash::from_bytes(<[u8; 32]>::try_from(hash.as_slice()).map_err(Error::internal)?),
            media_type: row.try_get("type")?,
            kind: rows::word(row.try_get("kind")?)?,
            thumbnails: row.try_get("thumbnails")?,
        }))
    }

    /// Hands what is somebody's own to `each`: the kind's name and a line of it. Beside the kinds of an export there are
    /// `sessions`.
    ///
    /// # Errors
    /// Those of reading, and of `each`, which ends it.
    pub async fn own_lines(
        &mut self,
        person: &Person,
        reach: Reach,
        mut each: impl FnMut(&str, &str) -> Result<()>,
    ) -> Result<()> {
        let key = person.key.to_string();
        let reach = reach.condition("t.room_id", &key);
        for (name, condition) in OF_A_PERSON {
            let condition = condition.replace("{reach}", &reach).replace("{}", &key);
            for kind in KINDS.iter().filter(|kind| kind.name == *name) {
                self.lines_where(kind, &condition, |line| each(name, line)).await?;
            }
        }
        let query = "SELECT user_agent, address, created_at, last_used_at, ended_at FROM sessions
            WHERE user_id = ? ORDER BY id";
        for row in sqlx::query(query).bind(person.key).fetch_all(&mut self.connection).await? {
            let moment = |column| row.try_get(column).map(Timestamp::from_millis);
            let ended_at: Option<i64> = row.try_get("ended_at")?;
            let line = serde_json::json!({
                "userAgent": row.try_get::<String, _>("user_agent")?,
                "address": row.try_get::<String, _>("address")?,
                "createdAt": moment("created_at")?,
                "lastUsedAt": moment("last_used_at")?,
                "endedAt": ended_at.map(Timestamp::from_millis),
            });
            each("sessions", &line.to_string())?;
        }
        Ok(())
    }
}
