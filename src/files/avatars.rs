//! Avatars: a square of an image that somebody uploaded, shown to everybody who has an account.

use super::{broken, finishing, uploading};
use crate::actor::Actor;
use crate::app::App;
use crate::blobs::Variant;
use crate::contract::{AvatarCrop, FileKind, MeAnswer, SetAvatar};
use crate::error::{Error, Result};
use crate::ids::FileId;
use crate::images::{Crop, Format, Unfit};
use futures_util::TryStreamExt;
use std::io;
use std::sync::Arc;

/// Cuts the caller's avatar out of an image that they may see, and tells who shares a room with them.
///
/// # Errors
/// `NotFound` for the file; `Invalid` when it is no image, or smaller than what is to be cut out.
pub async fn set(app: &Arc<App>, actor: &Actor, command: SetAvatar) -> Result<MeAnswer> {
    let source = app.storage.readable_file(actor.user, command.file_id).await?;
    let format = Format::of_media_type(&source.file.media_type).filter(|_| source.file.kind == FileKind::Image);
    let format = format.ok_or_else(|| Error::invalid("fileId", "an avatar is made of an image"))?;
    let whole = async {
        let (_, bytes) = app.blobs.read(&source.hash, Variant::Original, None).await.map_err(io::Error::other)?;
        bytes
            .try_fold(Vec::new(), async |mut whole, part| {
                whole.extend_from_slice(&part);
                Ok(whole)
            })
            .await
    };
    let avatar = app.images.avatar(whole, format, command.crop.map(crop)).await.map_err(refusal)?;
    let size = avatar.len() as u64;
    let file = uploading::begin(app, actor, "avatar", size).await?;
    let app_too = app.clone();
    // A task of its own, which goes on when the caller goes away.
    tokio::spawn(async move { keep(&app_too, file, avatar).await }).await.map_err(broken)??;
    Ok(MeAnswer { user: app.storage.set_avatar(actor.user, Some(file)).await? })
}

/// Takes the caller's avatar away, and tells who shares a room with them.
pub async fn remove(app: &App, actor: &Actor) -> Result<MeAnswer> {
    Ok(MeAnswer { user: app.storage.set_avatar(actor.user, None).await? })
}

async fn keep(app: &App, file: FileId, avatar: Vec<u8>) -> Result<()> {
    let draft = finishing::write_draft(app, file, avatar).await?;
    finishing::finish(app, file, &draft).await?;
    Ok(())
}

fn crop(AvatarCrop { x, y, size }: AvatarCrop) -> Crop {
    Crop { x, y, size }
}

fn refusal(why: Unfit) -> Error {
    match why {
        Unfit::Outside => Error::invalid("crop", "a square inside of the image is needed"),
        // It could be read when it was uploaded.
        why => Error::internal(why),
    }
}
