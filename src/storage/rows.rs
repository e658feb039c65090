//! Rows as they come from the database, and what they mean on the wire.

use crate::clock::Timestamp;
use crate::contract::{
    Attachment, Availability, FileKind, Me, MentionGroup, Message, MessageKind, MessageStream, Preview, PreviewImage,
    Reaction, RoomKind, RoomRef, RoomRole, ServerRole, SystemEvent, Thread, UserRef, UserStatus, Voice,
};
use crate::error::{Error, Result};
use crate::ids::{FileId, MessageId, RoomId, UserId};
use serde::{Deserialize, de::DeserializeOwned};
use sqlx::{Row, sqlite::SqliteRow};

/// A word of the schema as the type of the contract that has the same word.
pub(super) fn word<T: DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(Error::internal)
}

pub(super) fn id<T: std::str::FromStr<Err = crate::ids::NotAnId>>(text: &str) -> Result<T> {
    text.parse().map_err(Error::internal)
}

/// What somebody is, as one number, of a table or alias `u`: see `user_ref`. What is read of every message is one column
/// with it.
macro_rules! user_marks {
    () => {
        $crate::storage::rows::user_marks!("u.")
    };
    ($table:literal) => {
        concat!(
            $table,
            "bot + 2 * (",
            $table,
            "role = 'guest') + 4 * (",
            $table,
            "deactivated_at IS NOT NULL) + 8 * (",
            $table,
            "erased_at IS NOT NULL)"
        )
    };
}
pub(super) use user_marks;

/// The columns of `user_from_row`, of a table or alias `u`.
macro_rules! user_columns {
    () => {
        concat!(
            "u.pid AS user_pid, u.username, u.display_name, u.avatar, ",
            $crate::storage::rows::user_marks!(),
            " AS user_marks"
        )
    };
}
pub(super) use user_columns;
pub(super) const USER_COLUMNS: &str = user_columns!();

pub(super) fn user_from_row(row: &SqliteRow) -> Result<UserRef> {
    let pid: String = row.try_get("user_pid")?;
    Ok(user_ref(
        id(&pid)?,
        row.try_get("username")?,
        row.try_get("display_name")?,
        row.try_get("avatar")?,
        row.try_get("user_marks")?,
    ))
}

/// Somebody as others see them: of who is gone only the name is left. `marks` is 1 for a bot, 2 for a guest, 4 for who
/// is deactivated and 8 for who is erased, or the sum of several.
pub(super) fn user_ref(
    id: UserId,
    username: String,
    display_name: String,
    avatar: Option<String>,
    marks: i64,
) -> UserRef {
    let gone = marks & 4 != 0;
    UserRef {
        id,
        username: (!gone).then_some(username),
        display_name,
        avatar: avatar.filter(|_| !gone),
        bot: marks & 1 != 0,
        guest: marks & 2 != 0,
        deactivated: gone,
        erased: marks & 8 != 0,
    }
}

/// The columns of `status_from_row`, of a table or alias `u`.
pub(super) const STATUS_COLUMNS: &str = "u.status, u.status_text, u.status_emoji, u.status_until";

/// A status whose time is over reads as `active`.
pub(super) fn status_from_row(row: &SqliteRow, now: Timestamp) -> Result<UserStatus> {
    let until: Option<i64> = row.try_get("status_until")?;
    if until.is_some_and(|until| until <= now.as_millis()) {
        return Ok(UserStatus { status: Availability::Active, text: None, emoji: None, until: None });
    }
    let status: String = row.try_get("status")?;
    Ok(UserStatus {
        status: word(&status)?,
        text: row.try_get("status_text")?,
        emoji: row.try_get("status_emoji")?,
        until: until.map(Timestamp::from_millis),
    })
}

pub(super) fn server_role(row: &SqliteRow, column: &str) -> Result<ServerRole> {
    word(row.try_get::<String, _>(column)?.as_str())
}

/// The columns of `me_from_row`, of a table or alias `u`.
pub(super) const ME_COLUMNS: &str =
    concat!(user_columns!(), ", u.status, u.status_text, u.status_emoji, u.status_until, u.role");

pub(super) fn me_from_row(row: &SqliteRow, now: Timestamp) -> Result<Me> {
    Ok(Me { user: user_from_row(row)?, role: server_role(row, "role")?, status: status_from_row(row, now)? })
}

pub(super) fn room_role(row: &SqliteRow, column: &str) -> Result<RoomRole> {
    word(row.try_get::<String, _>(column)?.as_str())
}

macro_rules! attachment_json {
    () => {
        "json_array(f.pid, f.name, c.size, c.type, c.kind, c.width, c.height, c.color, c.animated, f.voice_ms,
            f.voice_peaks)"
    };
}

/// One JSON array for each message `m` by a user `u`, in the order of `MessageRow`'s fields. `?1` is the reader's
/// `users.id`, or 0 for nobody's. A reaction and a thread name their first ten people; those of a thread are found
/// by its index alone. One JSON text a page costs half of what rows through sqlx do.
pub(super) const MESSAGE_JSON: &str = concat!(
    "json_array(
    m.seq, m.rev, m.kind, m.content, json(m.system), m.client_message_id, m.reply_to, m.thread_root,
    m.thread_replies, m.thread_last_seq, m.pinned_at IS NOT NULL, m.created_at, m.edited_at, m.deleted_at IS NOT NULL,
    u.pid, u.username, u.display_name, u.avatar, ", user_marks!(), ",
    CASE WHEN m.thread_replies > 0 THEN json((
        SELECT json_group_array(pid) FROM (
            SELECT p.pid FROM (
                SELECT t.user_id, min(t.seq) AS first FROM messages t
                WHERE t.room_id = m.room_id AND t.thread_root = m.seq AND t.deleted_at IS NULL
                GROUP BY t.user_id ORDER BY first LIMIT 10) t
            JOIN users p ON p.id = t.user_id ORDER BY t.first))) END,
    CASE WHEN m.reacted THEN json((
        SELECT json_group_array(json_array(emoji, n, json(people), mine)) FROM (
            SELECT emoji, count(*) AS n, json_group_array(pid ORDER BY place) FILTER (WHERE place <= 10) AS people,
                max(x.user_id = ?1) AS mine, min(x.created_at) AS first
            FROM (SELECT emoji, user_id, created_at, row_number() OVER (PARTITION BY emoji ORDER BY created_at) AS place
                  FROM reactions WHERE message_id = m.id) x
            LEFT JOIN users p ON p.id = x.user_id AND place <= 10
            GROUP BY emoji ORDER BY first))) END,
    CASE WHEN m.mentioning THEN json((
        SELECT json_group_array(p.pid) FROM mentions x JOIN users p ON p.id = x.user_id
        WHERE x.room_id = m.room_id AND x.seq = m.seq AND x.named >= 1)) END,
    m.mentioning, m.counts,
    CASE WHEN m.saved THEN EXISTS (
        SELECT 1 FROM saved_messages x WHERE x.user_id = ?1 AND x.room_id = m.room_id AND x.seq = m.seq) END,
    json(m.stream),
    CASE WHEN m.thread_replies > 0 THEN (
        SELECT t.created_at FROM messages t WHERE t.room_id = m.room_id AND t.seq = m.thread_last_seq) END,
    CASE WHEN m.files THEN json((
        SELECT json_group_array(json(file)) FROM (
            SELECT ",
    attachment_json!(),
    " AS file
            FROM message_files x JOIN files f ON f.id = x.file_id JOIN contents c ON c.id = f.content_id
            WHERE x.message_id = m.id ORDER BY x.position))) END,
    CASE WHEN m.previews THEN json((
        SELECT json_group_array(json(preview)) FROM (
            SELECT json_array(x.url, p.title, p.description, p.site_name, p.image, c.width, c.height, c.color) AS preview
            FROM message_links x JOIN link_pages p ON p.id = x.page_id LEFT JOIN contents c ON c.id = p.content_id
            WHERE x.message_id = m.id AND x.state = 'shown' ORDER BY x.position))) END,
    m.hidden_at IS NOT NULL)"
);

/// One JSON array of a file `f` with the content `c`, for `AttachmentRow`.
pub(super) const ATTACHMENT_JSON: &str = attachment_json!();

/// A JSON array of a file: id, name, size, type, kind, width, height, colour, whether animated; of a voice message its
/// length and loudness.
#[derive(Deserialize)]
pub(super) struct AttachmentRow(
    FileId,
    String,
    i64,
    String,
    FileKind,
    Option<i64>,
    Option<i64>,
    Option<String>,
    u8,
    Option<i64>,
    Option<String>,
);

impl From<AttachmentRow> for Attachment {
    fn from(row: AttachmentRow) -> Self {
        let AttachmentRow(id, name, size, media_type, kind, width, height, color, animated, voice_ms, peaks) = row;
        let voice = voice_ms.zip(peaks).map(|(duration_ms, peaks)| Voice { duration_ms, peaks });
        Self { id, name, size, media_type, kind, width, height, color, animated: animated != 0, voice }
    }
}

/// A JSON array of a preview: address, title, description, site, and of its image the id, width, height and colour.
#[derive(Deserialize)]
pub(super) struct PreviewRow(
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<FileId>,
    Option<i64>,
    Option<i64>,
    Option<String>,
);

impl From<PreviewRow> for Preview {
    fn from(row: PreviewRow) -> Self {
        let PreviewRow(url, title, description, site_name, image, width, height, color) = row;
        let image = match (image, width, height, color) {
            (Some(id), Some(width), Some(height), Some(color)) => Some(PreviewImage { id, width, height, color }),
            _ => None,
        };
        Self { url, title, description, site_name, image }
    }
}

/// `messages.mentioning` of a message that mentions a group.
pub(super) const MENTIONS_HERE: i64 = 2;
pub(super) const MENTIONS_ROOM: i64 = 3;

/// Emoji, how many, the people in order, and whether the reader is among them.
type ReactionRow = (String, i64, Vec<UserId>, u8);

/// One of `MESSAGE_JSON`.
#[derive(Deserialize)]
pub(super) struct MessageRow(
    i64,
    i64,
    String,
    String,
    Option<SystemEvent>,
    Option<String>,
    Option<i64>,
    Option<i64>,
    i64,
    Option<i64>,
    u8,
    i64,
    Option<i64>,
    u8,
    UserId,
    String,
    String,
    Option<String>,
    i64,
    Option<Vec<UserId>>,
    Option<Vec<ReactionRow>>,
    Option<Vec<UserId>>,
    i64,
    u8,
    Option<u8>,
    Option<MessageStream>,
    Option<i64>,
    Option<Vec<AttachmentRow>>,
    Option<Vec<PreviewRow>>,
    u8,
);

impl MessageRow {
    pub(super) fn into_message(self, room: RoomId) -> Message {
        let kind = match &self.25 {
            Some(_) => MessageKind::Stream,
            None if self.2 == "system" => MessageKind::System,
            None => MessageKind::Text,
        };
        let reactions = self.20.unwrap_or_default().into_iter();
        let reactions = reactions.map(|(emoji, count, users, mine)| Reaction { emoji, count, users, mine: mine != 0 });
        Message {
            id: MessageId { room, seq: self.0 },
            room_id: room,
            seq: self.0,
            rev: self.1,
            kind,
            user: user_ref(self.14, self.15, self.16, self.17, self.18),
            content: self.3,
            system: self.4,
            stream: self.25,
            client_message_id: self.5,
            reply_to: self.6.map(|seq| MessageId { room, seq }),
            thread_root: self.7.map(|seq| MessageId { room, seq }),
            thread: self.19.map(|participants| Thread {
                replies: self.8,
                last_seq: self.9.unwrap_or_default(),
                last_at: Timestamp::from_millis(self.26.unwrap_or_default()),
                participants,
            }),
            also_in_room: self.7.is_some() && self.23 != 0,
            mentions: self.21.unwrap_or_default(),
            mentions_group: match self.22 {
                MENTIONS_HERE => Some(MentionGroup::Here),
                MENTIONS_ROOM => Some(MentionGroup::Room),
                _ => None,
            },
            files: self.27.unwrap_or_default().into_iter().map(Attachment::from).collect(),
            previews: self.28.unwrap_or_default().into_iter().map(Preview::from).collect(),
            reactions: reactions.collect(),
            pinned: self.10 != 0,
            created_at: Timestamp::from_millis(self.11),
            edited_at: self.12.map(Timestamp::from_millis),
            deleted: self.13 != 0,
            hidden: self.29 != 0,
            saved: self.24.is_some_and(|saved| saved != 0),
        }
    }
}

/// Reads a JSON array of `MESSAGE_JSON`s, such as `pick` makes.
pub(super) fn messages_from_json(room: RoomId, json: &str) -> Result<Vec<Message>> {
    let rows: Vec<MessageRow> = serde_json::from_str(json).map_err(Error::internal)?;
    Ok(rows.into_iter().map(|row| row.into_message(room)).collect())
}

/// One JSON array of a room `r` by what it is called, for `RoomRefRow`.
pub(super) const ROOM_REF_JSON: &str = concat!(
    "'[' || json_array(r.pid, r.kind, r.name) || ',' ||
    CASE WHEN r.kind = 'direct' THEN (
        SELECT json_group_array(json_array(pid, username, display_name, avatar, ",
    user_marks!(""),
    "))
        FROM (SELECT p.* FROM members o JOIN users p ON p.id = o.user_id WHERE o.room_id = r.id ORDER BY p.pid))
    ELSE 'null' END || ']'"
);

/// A room (id, kind, name) and the people of a direct one.
#[derive(Deserialize)]
pub(super) struct RoomRefRow((RoomId, RoomKind, Option<String>), Option<Vec<UserRow>>);

impl RoomRefRow {
    pub(super) fn into_room(self) -> RoomRef {
        let Self((id, kind, name), members) = self;
        let members = members.map(|members| members.into_iter().map(UserRow::into_user).collect());
        RoomRef { id, kind, name, members }
    }
}

/// One JSON array of a user `u`, for `UserRow`.
pub(super) const USER_JSON: &str =
    concat!("json_array(u.pid, u.username, u.display_name, u.avatar, ", user_marks!(), ")");

/// A JSON array of somebody: id, username, name, avatar, and what they are.
#[derive(Deserialize)]
pub(super) struct UserRow(UserId, String, String, Option<String>, i64);

impl UserRow {
    pub(super) fn into_user(self) -> UserRef {
        user_ref(self.0, self.1, self.2, self.3, self.4)
    }
}
