//! Files: announced, received, finished; what is kept of each content is kept once.

mod avatars;
mod enclosed;
mod listing;
mod reading;
mod sweeping;
#[cfg(test)]
mod tests;

pub use reading::{Readable, Upload};

pub(super) use enclosed::{ENCLOSE, Enclosed, MARK_SENT, enclosed, withdraw};
pub(super) use sweeping::note_unused;

use reading::announced;

use super::Storage;
use super::members::active_user;
use super::rows::{self, AttachmentRow};
use super::team;
use super::transaction::Transaction;
use crate::blobs::Hash;
use crate::clock;
use crate::contract::{Attachment, FileKind, Voice};
use crate::error::{Error, FileLimit, Result};
use crate::ids::{FileId, UserId};
use sqlx::{AssertSqlSafe, SqliteConnection};

/// How much room files may take, in bytes; `None` is without end.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub per_person: Option<i64>,
    pub total: Option<i64>,
    /// Unfinished uploads of one person.
    pub unfinished: i64,
    /// What the disk has left for what is announced, all of it together.
    pub disk: i64,
}

/// A file that is about to come.
pub struct NewFile {
    pub name: String,
    /// In bytes.
    pub size: i64,
    pub voice: Option<Voice>,
}

/// What is to be known of a content once it is kept.
pub struct NewContent {
    pub hash: Hash,
    /// Of what is kept, in bytes.
    pub size: i64,
    pub media_type: String,
    pub kind: FileKind,
    pub picture: Option<Picture>,
}

/// What is to be known of an image beside.
pub struct Picture {
    pub width: i64,
    pub height: i64,
    pub color: String,
    pub animated: bool,
    /// The type of its thumbnails, if it has any.
    pub thumbnails: Option<&'static str>,
}

impl Storage {
    /// Notes that a file is about to come; it counts from now on.
    ///
    /// # Errors
    /// `TooLarge` when there is no room for it, `Conflict` when too many are unfinished.
    pub async fn begin_file(&self, user: UserId, file: NewFile, quota: Quota) -> Result<FileId> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let (user_key, _) = active_user(connection, user).await?;
                    let NewFile { name, size, voice } = file;
                    check_quota(connection, user_key, size, quota).await?;
                    let id = FileId::generate();
                    let query = "INSERT INTO files (pid, user_id, name, size, touched_at, voice_ms, voice_peaks)
                        VALUES (?, ?, ?, ?, ?, ?, ?)";
                    sqlx::query(query)
                        .bind(id.to_string())
                        .bind(user_key)
                        .bind(name)
                        .bind(size)
                        .bind(clock::now().as_millis())
                        .bind(voice.as_ref().map(|voice| voice.duration_ms))
                        .bind(voice.map(|voice| voice.peaks))
                        .execute(connection)
                        .await?;
                    Ok(id)
                })
            })
            .await
    }

    /// Notes how much of a file is on the disk.
    pub async fn advance_file(&self, file: FileId, received: i64) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    sqlx::query(
                        "UPDATE files SET received = ?2, touched_at = ?3 WHERE pid = ?1 AND content_id IS NULL",
                    )
                    .bind(file.to_string())
                    .bind(received)
                    .bind(clock::now().as_millis())
                    .execute(&mut transaction.connection)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Notes a content whose bytes are about to be kept; answers with its key. Until a file has it, it is unused, and
    /// removed when nothing comes of it.
    pub async fn begin_content(&self, content: NewContent) -> Result<i64> {
        self.writer.run(move |transaction| Box::pin(begin_content(transaction, content))).await
    }

    /// Whether `size` bytes more may be kept on this server.
    ///
    /// # Errors
    /// `NoRoom`.
    pub async fn check_room(&self, size: i64, quota: Quota) -> Result<()> {
        let mut connection = self.readers.acquire().await?;
        check_room(&mut connection, size, quota).await
    }

    /// Gives a file its content, which is kept from now on.
    ///
    /// # Errors
    /// `NotFound` when the upload was given up meanwhile; `Invalid` when it was announced as a voice message and is none.
    pub async fn finish_file(&self, file: FileId, content: i64) -> Result<Attachment> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let query = "UPDATE files SET content_id = ?2, touched_at = ?3 WHERE pid = ?1
                        RETURNING id, voice_ms IS NULL OR (SELECT kind FROM contents WHERE id = ?2) = 'audio'";
                    let found: Option<(i64, bool)> = sqlx::query_as(query)
                        .bind(file.to_string())
                        .bind(content)
                        .bind(clock::now().as_millis())
                        .fetch_optional(&mut *connection)
                        .await?;
                    let (key, is_as_announced) = found.ok_or(Error::NotFound("the file"))?;
                    if !is_as_announced {
                        return Err(Error::invalid("durationMs", "a voice message is sound alone, and this is not"));
                    }
                    sqlx::query("DELETE FROM unused_contents WHERE content_id = ?")
                        .bind(content)
                        .execute(&mut *connection)
                        .await?;
                    attachment(connection, key).await
                })
            })
            .await
    }

    /// Takes away a file that is in no message yet, finished or not.
    ///
    /// # Errors
    /// `Conflict` when it is, or is somebody's avatar.
    pub async fn drop_file(&self, user: UserId, file: FileId) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let query =
                        "SELECT f.id, f.sent_at IS NOT NULL OR EXISTS (SELECT 1 FROM users x WHERE x.avatar = f.pid)
                        FROM files f JOIN users u ON u.id = f.user_id WHERE f.pid = ? AND u.pid = ?";
                    let found: Option<(i64, bool)> = sqlx::query_as(query)
                        .bind(file.to_string())
                        .bind(user.to_string())
                        .fetch_optional(&mut *connection)
                        .await?;
                    let (key, in_use) = found.ok_or(Error::NotFound("the file"))?;
                    if in_use {
                        return Err(Error::Conflict(
                            "this file is in use; delete the message that it is in".to_owned(),
                        ));
                    }
                    sweeping::delete(connection, key).await
                })
            })
            .await
    }
}

async fn check_quota(connection: &mut SqliteConnection, user_key: i64, size: i64, quota: Quota) -> Result<()> {
    let query = "SELECT count(*) FROM files WHERE user_id = ? AND content_id IS NULL";
    let unfinished: i64 = sqlx::query_scalar(query).bind(user_key).fetch_one(&mut *connection).await?;
    if unfinished >= quota.unfinished {
        let message = format!("{unfinished} uploads are not finished; finish or cancel some of them");
        let most = quota.unfinished.try_into().ok();
        return Err(Error::NoRoom { message, limit: FileLimit::UnfinishedPerPerson, most });
    }
    let query = "SELECT coalesce(sum(size - received), 0) FROM files WHERE user_id = ? AND content_id IS NULL";
    let held: i64 = sqlx::query_scalar(query).bind(user_key).fetch_one(&mut *connection).await?;
    // To announce costs nothing: the disk's room is not for who announces most. One file may always come.
    if held > 0 && held.saturating_add(size) > quota.disk / 2 {
        let message = "your uploads that are not finished hold half of what the disk has left".to_owned();
        return Err(Error::NoRoom { message, limit: FileLimit::UnfinishedPerPerson, most: None });
    }
    let wanted = team::settings(connection).await?.file_bytes_per_person;
    let wanted = wanted.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    // What nobody limits is without end; where both do, the lesser counts.
    if let Some(most) = quota.per_person.into_iter().chain(wanted).min() {
        let query = "SELECT coalesce(sum(size), 0) FROM files WHERE user_id = ?";
        let taken: i64 = sqlx::query_scalar(query).bind(user_key).fetch_one(&mut *connection).await?;
        if taken.saturating_add(size) > most {
            let message = format!("your files take {taken} bytes, and {most} are allowed");
            return Err(Error::NoRoom { message, limit: FileLimit::PerPerson, most: most.try_into().ok() });
        }
    }
    check_room(connection, size, quota).await
}

/// Asked again where announcements take turns, so that what comes at once does not take the same room twice.
async fn check_room(connection: &mut SqliteConnection, size: i64, quota: Quota) -> Result<()> {
    if announced(connection).await?.saturating_add(size) > quota.disk {
        return Err(no_room_on_disk());
    }
    let Some(most) = quota.total else { return Ok(()) };
    let query = "SELECT (SELECT coalesce(sum(size), 0) FROM contents)
        + (SELECT coalesce(sum(size), 0) FROM files WHERE content_id IS NULL)";
    let taken: i64 = sqlx::query_scalar(query).fetch_one(connection).await?;
    if taken.saturating_add(size) > most {
        let message = "there is no room left for files on this server".to_owned();
        return Err(Error::NoRoom { message, limit: FileLimit::Total, most: None });
    }
    Ok(())
}

/// The disk is nearly full, as far as files may fill it.
pub fn no_room_on_disk() -> Error {
    let message = "the server's disk has no room for this file".to_owned();
    Error::NoRoom { message, limit: FileLimit::KeepFree, most: None }
}

async fn begin_content(transaction: &mut Transaction, content: NewContent) -> Result<i64> {
    let connection = &mut transaction.connection;
    let NewContent { hash, size, media_type, kind, picture } = content;
    let picture = picture.as_ref();
    // What an attempt that came to nothing left is described anew.
    let query = "INSERT INTO contents (hash, size, type, kind, width, height, color, animated, thumbnails)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET size = excluded.size, type = excluded.type,
            kind = excluded.kind, width = excluded.width, height = excluded.height, color = excluded.color,
            animated = excluded.animated, thumbnails = excluded.thumbnails
        RETURNING id";
    let key: i64 = sqlx::query_scalar(query)
        .bind(hash.as_bytes().as_slice())
        .bind(size)
        .bind(media_type)
        .bind(kind_word(kind))
        .bind(picture.map(|picture| picture.width))
        .bind(picture.map(|picture| picture.height))
        .bind(picture.map(|picture| picture.color.clone()))
        .bind(picture.is_some_and(|picture| picture.animated))
        .bind(picture.and_then(|picture| picture.thumbnails))
        .fetch_one(&mut *connection)
        .await?;
    sweeping::note_unused(connection, &[key]).await?;
    Ok(key)
}

async fn attachment(connection: &mut SqliteConnection, key: i64) -> Result<Attachment> {
    let sql =
        format!("SELECT {} FROM files f JOIN contents c ON c.id = f.content_id WHERE f.id = ?", rows::ATTACHMENT_JSON);
    let json: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(key).fetch_optional(connection).await?;
    let json = json.ok_or(Error::NotFound("the file"))?;
    Ok(serde_json::from_str::<AttachmentRow>(&json).map_err(Error::internal)?.into())
}

pub(super) fn kind_word(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Image => "image",
        FileKind::Video => "video",
        FileKind::Audio => "audio",
        FileKind::Other => "other",
    }
}
