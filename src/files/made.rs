//! Files that the server makes of an image that somebody uploaded: avatars, the team's emoji, and its logo.

use super::{Announced, broken, finishing, uploading};
use crate::actor::Actor;
use crate::app::App;
use crate::blobs::Variant;
use crate::contract::FileKind;
use crate::error::{Error, Result};
use crate::ids::FileId;
use crate::images::{Format, Unfit};
use crate::storage::Readable;
use futures_util::TryStreamExt;
use std::io;
use std::sync::Arc;

/// What a moving emoji may have at the most: it is kept as it is.
const MOST_MOVING_BYTES: i64 = 256 * 1024;
const MOST_MOVING_PIXELS: i64 = 512;

/// An image that the caller may see.
pub(super) struct Source {
    readable: Readable,
    pub format: Format,
}

impl Source {
    /// # Errors
    /// `NotFound` for the file; `Invalid` with `objection` when it is no image.
    pub async fn find(app: &App, actor: &Actor, file: FileId, objection: &'static str) -> Result<Self> {
        let readable = app.storage.readable_file(actor.user, file).await?;
        let format = Format::of_media_type(&readable.file.media_type).filter(|_| readable.file.kind == FileKind::Image);
        let format = format.ok_or_else(|| Error::invalid("fileId", objection))?;
        Ok(Self { readable, format })
    }

    pub async fn read(&self, app: &App) -> io::Result<Vec<u8>> {
        let read = app.blobs.read(&self.readable.hash, Variant::Original, None);
        let (_, bytes) = read.await.map_err(io::Error::other)?;
        bytes
            .try_fold(Vec::new(), async |mut whole, part| {
                whole.extend_from_slice(&part);
                Ok(whole)
            })
            .await
    }
}

/// Makes a file of the caller's own out of an image that they may see: small, or as it is when it moves.
///
/// # Errors
/// `NotFound` for the image; `Invalid` when it is none, or moves and is too large.
pub async fn make_emoji(app: &Arc<App>, actor: &Actor, file: FileId) -> Result<FileId> {
    let source = Source::find(app, actor, file, "an emoji is made of an image").await?;
    let image = &source.readable.file;
    let bytes = if image.animated {
        let longer = image.width.max(image.height).unwrap_or(i64::MAX);
        if image.size > MOST_MOVING_BYTES || longer > MOST_MOVING_PIXELS {
            let (kibibytes, pixels) = (MOST_MOVING_BYTES / 1024, MOST_MOVING_PIXELS);
            let message = format!("an emoji that moves has at most {kibibytes} KiB and {pixels} × {pixels} pixels");
            return Err(Error::invalid("fileId", message));
        }
        source.read(app).await.map_err(Error::internal)?
    } else {
        app.images.emoji(source.read(app), source.format).await.map_err(refusal)?
    };
    keep(app, actor, "emoji", bytes).await
}

/// Makes a file of the caller's own out of an image that they may see: small, and without what moves.
///
/// # Errors
/// `NotFound` for the image; `Invalid` when it is none.
pub async fn make_logo(app: &Arc<App>, actor: &Actor, file: FileId) -> Result<FileId> {
    let source = Source::find(app, actor, file, "a logo is made of an image").await?;
    let made = app.images.emoji(source.read(app), source.format).await;
    keep(app, actor, "logo", made.map_err(refusal)?).await
}

/// Keeps what was made as a file of the caller's.
pub(super) async fn keep(app: &Arc<App>, actor: &Actor, name: &str, made: Vec<u8>) -> Result<FileId> {
    let file =
        uploading::begin(app, actor, Announced { name, size: made.len() as u64, ..Announced::default() }).await?;
    let app = app.clone();
    let finish = async move {
        let draft = finishing::write_draft(&app, file, made).await?;
        finishing::finish(&app, file, &draft).await
    };
    // A task of its own, which goes on when the caller goes away.
    tokio::spawn(finish).await.map_err(broken)??;
    Ok(file)
}

pub(super) fn refusal(why: Unfit) -> Error {
    match why {
        Unfit::Outside => Error::invalid("crop", "a square inside of the image is needed"),
        // It could be read when it was uploaded.
        why => Error::internal(why),
    }
}
