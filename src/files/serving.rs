//! Gives a file to who may see it, asked at every request.

use crate::actor::Actor;
use crate::app::App;
use crate::blobs::{Hash, Variant};
use crate::contract::{Attachment, FileKind};
use crate::error::{Error, Result};
use crate::ids::FileId;
use crate::storage::Readable;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::io;
use std::ops::Range;

/// A file that its reader may have, and how.
pub struct Served {
    pub file: Attachment,
    /// What a browser is told that it is.
    pub media_type: String,
    /// Whether a browser may show it; all others are saved.
    pub inline: bool,
    /// Another for each content and size of it.
    pub tag: String,
    variant: Variant,
    hash: Hash,
}

/// What a browser is told of all that it must not show.
const OPAQUE: &str = "application/octet-stream";
/// So much of a hash tells contents apart.
const TAG_DIGITS: usize = 32;

/// What there is to know of a file.
///
/// # Errors
/// `NotFound` when there is none that the caller may see.
pub async fn find(app: &App, actor: &Actor, file: FileId) -> Result<Attachment> {
    Ok(app.storage.readable_file(actor.user, file).await?.file)
}

/// A file in a size that it may not have: then it is meant as it is.
///
/// # Errors
/// `NotFound` when there is none that the caller may see.
pub async fn open(app: &App, actor: &Actor, file: FileId, variant: Variant) -> Result<Served> {
    Ok(served(app.storage.readable_file(actor.user, file).await?, variant))
}

/// The team's logo, for whoever comes.
///
/// # Errors
/// `NotFound` for what is not its logo at this moment.
pub async fn open_logo(app: &App, file: FileId) -> Result<Served> {
    Ok(served(app.storage.logo(file).await?, Variant::Original))
}

/// The bytes of the team's logo. They are read once, however many ask for them, until there is another: it stands in all
/// of them which content they are of.
///
/// # Errors
/// `NotFound` when it went meanwhile; `Unavailable` when the bucket cannot be reached.
pub async fn read_logo(app: &App, logo: &Served) -> Result<Bytes> {
    let mut read_last = app.logo.lock().await;
    if let Some((hash, bytes)) = &*read_last
        && *hash == logo.hash
    {
        return Ok(bytes.clone());
    }
    let (_, mut parts) = app.blobs.read(&logo.hash, Variant::Original, None).await?;
    let mut bytes = BytesMut::new();
    while let Some(part) = parts.next().await {
        bytes.extend_from_slice(&part.map_err(Error::internal)?);
    }
    let bytes = bytes.freeze();
    *read_last = Some((logo.hash, bytes.clone()));
    Ok(bytes)
}

fn served(found: Readable, variant: Variant) -> Served {
    let thumbnail = found.thumbnails.filter(|_| variant != Variant::Original);
    let variant = if thumbnail.is_some() { variant } else { Variant::Original };
    let inline = found.file.kind != FileKind::Other;
    let media_type = thumbnail.unwrap_or_else(|| found.file.media_type.clone());
    let tag = format!("\"{}{}\"", &found.hash.to_string()[..TAG_DIGITS], suffix(variant));
    Served {
        media_type: if inline { media_type } else { OPAQUE.to_owned() },
        file: found.file,
        inline,
        tag,
        variant,
        hash: found.hash,
    }
}

fn suffix(variant: Variant) -> &'static str {
    match variant {
        Variant::Original => "",
        Variant::Small => "-s",
        Variant::Large => "-l",
    }
}

impl Served {
    /// The size of the whole, in bytes, as far as it is known before it is read: thumbnails are only given whole.
    pub fn size(&self) -> Option<u64> {
        (self.variant == Variant::Original).then(|| self.file.size.unsigned_abs())
    }
}

/// The size of the whole, and the bytes of a range of it, read from the disk as they are sent.
///
/// # Errors
/// `NotFound` when it went meanwhile.
pub async fn read(
    app: &App,
    served: &Served,
    range: Option<Range<u64>>,
) -> Result<(u64, BoxStream<'static, io::Result<Bytes>>)> {
    app.blobs.read(&served.hash, served.variant, range).await
}
