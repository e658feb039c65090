//! Files that the server makes of an image that somebody uploaded: avatars, the team's emoji, and its logo.

use super::{Announced, broken, finishing, uploading};
use crate::actor::Actor;
use crate::app::App;
use crate::blobs::Variant;
use crate::contract::FileKind;
use crate::error::{Error, Result};
use crate::ids::FileId;
use crate::images::{Crop, Format, Unfit};
use crate::storage::Readable;
use crate::turns::OwnTurn;
use futures_util::TryStreamExt;
use std::io;
use std::sync::Arc;

/// What a moving emoji may have at the most: it is kept as it is.
const MOST_MOVING_BYTES: i64 = 256 * 1024;
const MOST_MOVING_PIXELS: i64 = 512;
/// Images of one person that may be worked on or wait for it when they ask for another.
const MOST_WAITING: usize = 32;

/// An image that the caller may see.
pub(super) struct Source {
    readable: Readable,
    pub format: Format,
}

impl Source {
    /// # Errors
    /// `NotFound` for the file; `Invalid` with `objection` when it is no image; `RateLimited`.
    pub async fn find(app: &App, actor: &Actor, file: FileId, objection: &'static str) -> Result<Self> {
        // Counted as what is uploaded, before any of it is read: reading an image costs more than receiving it.
        app.limits.send(actor)?;
        let readable = app.storage.readable_file(actor.user, file).await?;
        let format = Format::of_media_type(&readable.file.media_type).filter(|_| readable.file.kind == FileKind::Image);
        let format = format.ok_or_else(|| Error::invalid("fileId", objection))?;
        Ok(Self { readable, format })
    }

    /// Whether a part lies within the image.
    ///
    /// # Errors
    /// `Invalid` with the field `crop`.
    pub fn check(&self, crop: Crop) -> Result<()> {
        let fits =
            |from: u32, most: Option<i64>| most.is_none_or(|most| i64::from(from) + i64::from(crop.size) <= most);
        let image = &self.readable.file;
        let is_within = crop.size > 0 && fits(crop.x, image.width) && fits(crop.y, image.height);
        if is_within { Ok(()) } else { Err(outside()) }
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
        app.images.emoji(turn(app, actor).await?, source.read(app), source.format).await.map_err(refusal)?
    };
    keep(app, actor, "emoji", bytes).await
}

/// Makes a file of the caller's own out of an image that they may see: small, and without what moves.
///
/// # Errors
/// `NotFound` for the image; `Invalid` when it is none.
pub async fn make_logo(app: &Arc<App>, actor: &Actor, file: FileId) -> Result<FileId> {
    let source = Source::find(app, actor, file, "a logo is made of an image").await?;
    let made = app.images.emoji(turn(app, actor).await?, source.read(app), source.format).await;
    keep(app, actor, "logo", made.map_err(refusal)?).await
}

/// The turn to make something of an image.
///
/// # Errors
/// `RateLimited` for who has many images waiting.
pub(super) async fn turn(app: &App, actor: &Actor) -> Result<OwnTurn> {
    app.images.turn(actor.user, MOST_WAITING).await
}

/// Keeps what was made as a file of the caller's.
pub(super) async fn keep(app: &Arc<App>, actor: &Actor, name: &str, made: Vec<u8>) -> Result<FileId> {
    let announced = Announced { name, size: made.len() as u64, ..Announced::default() };
    let file = uploading::announce(app, actor, announced).await?;
    let (app, user) = (app.clone(), actor.user);
    let finish = async move {
        let draft = finishing::write_draft(&app, file, made).await?;
        finishing::finish(&app, user, file, &draft).await
    };
    // A task of its own, which goes on when the caller goes away.
    tokio::spawn(finish).await.map_err(broken)??;
    Ok(file)
}

pub(super) fn refusal(why: Unfit) -> Error {
    match why {
        Unfit::Outside => outside(),
        // It could be read when it was uploaded.
        why => Error::internal(why),
    }
}

fn outside() -> Error {
    Error::invalid("crop", "a square inside of the image is needed")
}
