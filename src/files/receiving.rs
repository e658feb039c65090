//! Receives a part of a file: written as it comes, on the disk before it is acknowledged, never whole in memory.

use super::{broken, elsewhere, finishing, uploading};
use crate::actor::Actor;
use crate::app::App;
use crate::blobs::{Draft, Turn, io_failure};
use crate::contract::Attachment;
use crate::error::{Error, Result};
use crate::ids::FileId;
use crate::storage::Upload;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What is gathered before it is written.
const WRITE_BYTES: usize = 256 * 1024;
/// What is lost of a part at the most when the server dies.
const SYNC_BYTES: u64 = 16 * 1024 * 1024;
/// Who sends nothing for so long is not waited for.
const IDLE: Duration = Duration::from_secs(30);

/// A part of a file, as its request names it.
pub struct Part {
    pub file: FileId,
    /// Where in the file it begins.
    pub offset: u64,
    /// In bytes, if the request says so.
    pub length: Option<u64>,
    /// The SHA-256 that it has to have.
    pub checksum: Option<[u8; 32]>,
}

/// What became of a part.
pub enum Received {
    /// It is on the disk, which has this many bytes of the file; with the last of them, the file.
    Stored(u64, Option<Attachment>),
    /// Its checksum is another; nothing of it is kept.
    Damaged,
}

/// Takes a part. When its request ends early, what has come is kept, and the upload can go on behind it.
///
/// # Errors
/// `NotFound`, for uploads of others too; `Conflict` when it does not begin where the last one ended, or another request
/// goes on with it; `TooLarge` when the file would have more bytes than announced.
pub async fn append<E>(
    app: Arc<App>,
    actor: Actor,
    part: Part,
    body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
) -> Result<Received>
where
    E: Send + 'static,
{
    // A task of its own: when the client goes away, what came is still brought to the disk.
    tokio::spawn(async move { receive(&app, &actor, part, body).await }).await.map_err(broken)?
}

/// The turn to work on one's own upload, and how far it is.
pub(super) async fn turn_of(app: &App, actor: &Actor, file: FileId) -> Result<(Turn, Upload)> {
    // Asked twice: others may not interrupt it, and what was interrupted moves it on.
    let Upload { finished, .. } = app.storage.upload(actor.user, file).await?;
    let turn = if finished { app.blobs.drafts.turn(file).await } else { elsewhere::turn(app, file).await? };
    let upload = app.storage.upload(actor.user, file).await;
    let is_over = match &upload {
        Ok(upload) => upload.finished,
        Err(error) => matches!(error, Error::NotFound(_)),
    };
    if is_over && turn.lock.is_some() {
        // It was finished or cancelled meanwhile: what was locked may be a file that was not there any more.
        app.blobs.discard(file).await?;
    }
    Ok((turn, upload?))
}

/// The draft as the last request left it, or as it lies on the disk.
pub(super) async fn take_draft(app: &App, turn: &mut Turn, file: FileId, received: u64) -> Result<Draft> {
    match turn.draft.take() {
        Some(draft) if draft.length() == received => Ok(draft),
        _ => {
            let opened = app.blobs.drafts.open(app.blobs.draft_path(file), received).await;
            opened.map_err(io_failure)
        }
    }
}

async fn receive<E>(
    app: &App,
    actor: &Actor,
    part: Part,
    body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<Received> {
    let (mut turn, upload) = turn_of(app, actor, part.file).await?;
    check(&part, upload)?;
    let draft = take_draft(app, &mut turn, part.file, upload.received).await?;
    let mut receiver = Receiver {
        app,
        file: part.file,
        draft: Some(draft),
        size: upload.size,
        synced: upload.received,
        looked_at: upload.received,
        checksum: part.checksum.map(|expected| (expected, Sha256::new())),
        buffer: BytesMut::with_capacity(WRITE_BYTES),
    };
    let ended = receiver.take(body, &turn.wanted).await;
    let stored = receiver.settle(ended.is_ok()).await;
    let received = receiver.synced;
    *turn.draft = receiver.draft;
    ended?;
    if !stored? {
        return Ok(Received::Damaged);
    }
    match &*turn.draft {
        Some(draft) if received == upload.size => {
            Ok(Received::Stored(received, Some(finishing::finish(app, actor.user, part.file, draft).await?)))
        }
        _ => Ok(Received::Stored(received, None)),
    }
}

fn check(part: &Part, upload: Upload) -> Result<()> {
    if upload.finished {
        return Err(Error::Conflict("this file has been uploaded to its end".to_owned()));
    }
    if part.offset != upload.received {
        return Err(Error::Conflict(format!("byte {} is expected", upload.received)));
    }
    let end = part.offset.saturating_add(part.length.unwrap_or(0));
    if end > upload.size { Err(too_large(upload.size)) } else { Ok(()) }
}

fn too_large(size: u64) -> Error {
    Error::TooLarge(format!("the file was announced with {size} bytes"))
}

struct Receiver<'a> {
    app: &'a App,
    file: FileId,
    /// None only while a thread that may wait for the disk has it.
    draft: Option<Draft>,
    size: u64,
    /// Bytes that are on the disk and noted.
    synced: u64,
    /// How many there were when it was last seen whether the disk has room.
    looked_at: u64,
    checksum: Option<([u8; 32], Sha256)>,
    buffer: BytesMut,
}

impl Receiver<'_> {
    async fn take<E>(
        &mut self,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
        wanted: &CancellationToken,
    ) -> Result<()> {
        loop {
            let next = tokio::select! {
                biased;
                () = wanted.cancelled() => return Err(Error::Conflict("another request goes on with this upload".to_owned())),
                () = self.app.draining.cancelled() => {
                    return Err(Error::Unavailable("the server is about to restart".to_owned()));
                }
                next = tokio::time::timeout(IDLE, body.next()) => next,
            };
            let bytes = match next {
                Ok(None) => return Ok(()),
                Ok(Some(Ok(bytes))) => bytes,
                Ok(Some(Err(_))) => return Err(Error::invalid("body", "the body ended early")),
                Err(_) => return Err(Error::invalid("body", "the body did not arrive in time")),
            };
            if self.length() + (self.buffer.len() + bytes.len()) as u64 > self.size {
                return Err(too_large(self.size));
            }
            self.buffer.extend_from_slice(&bytes);
            if self.buffer.len() >= WRITE_BYTES {
                self.write().await?;
            }
            if self.length() - self.looked_at >= SYNC_BYTES {
                // A part that is to be checked is kept whole or not at all.
                if self.checksum.is_none() {
                    self.sync().await?;
                }
                self.looked_at = self.length();
                uploading::check_disk(self.app, self.looked_at - self.synced).await?;
            }
        }
    }

    /// Brings what came to the disk, or back to where it was. False when the checksum is another.
    async fn settle(&mut self, is_whole: bool) -> Result<bool> {
        self.write().await?;
        if let Some((expected, hasher)) = self.checksum.take()
            && (!is_whole || <[u8; 32]>::from(hasher.finalize()) != expected)
        {
            self.with_draft(Draft::rewind).await?;
            return Ok(false);
        }
        self.sync().await?;
        Ok(true)
    }

    fn length(&self) -> u64 {
        self.draft.as_ref().map_or(self.synced, Draft::length)
    }

    async fn write(&mut self) -> Result<()> {
        let bytes = self.buffer.split().freeze();
        if bytes.is_empty() {
            return Ok(());
        }
        let mut hasher = self.checksum.take();
        let hasher = self
            .with_draft(move |draft| {
                draft.write(&bytes)?;
                if let Some((_, hasher)) = &mut hasher {
                    hasher.update(&bytes);
                }
                Ok(hasher)
            })
            .await?;
        self.checksum = hasher;
        Ok(())
    }

    async fn sync(&mut self) -> Result<()> {
        if self.length() == self.synced {
            return Ok(());
        }
        self.with_draft(Draft::sync).await?;
        let length = self.length();
        self.app.storage.advance_file(self.file, i64::try_from(length).map_err(Error::internal)?).await?;
        self.synced = length;
        Ok(())
    }

    /// A draft that could not be written is not gone on with: it is opened anew, as far as it is noted.
    async fn with_draft<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Draft) -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        let mut draft = self.draft.take().ok_or_else(|| Error::internal("a draft that could not be written"))?;
        let worked = tokio::task::spawn_blocking(move || {
            let worked = work(&mut draft);
            worked.map(|result| (draft, result))
        });
        let (draft, result) = worked.await.map_err(broken)?.map_err(io_failure)?;
        self.draft = Some(draft);
        Ok(result)
    }
}
