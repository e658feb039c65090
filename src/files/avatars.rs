//! Avatars: a square of an image that somebody uploaded, shown to everybody who has an account.

use super::made::{self, Source};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::{AvatarCrop, MeAnswer, SetAvatar};
use crate::error::Result;
use crate::images::Crop;
use std::sync::Arc;

/// Cuts the caller's avatar out of an image that they may see, and tells who shares a room with them.
///
/// # Errors
/// `NotFound` for the file; `Invalid` when it is no image, or smaller than what is to be cut out.
pub async fn set(app: &Arc<App>, actor: &Actor, command: SetAvatar) -> Result<MeAnswer> {
    let source = Source::find(app, actor, command.file_id, "an avatar is made of an image").await?;
    let crop = command.crop.map(|AvatarCrop { x, y, size }| Crop { x, y, size });
    crop.map(|crop| source.check(crop)).transpose()?;
    let turn = made::turn(app, actor).await?;
    let made = app.images.avatar(turn, source.read(app), source.format, crop).await;
    let file = made::keep(app, actor, "avatar", made.map_err(made::refusal)?).await?;
    Ok(MeAnswer { user: app.storage.set_avatar(actor.user, Some(file)).await? })
}

/// Takes the caller's avatar away, and tells who shares a room with them.
pub async fn remove(app: &App, actor: &Actor) -> Result<MeAnswer> {
    Ok(MeAnswer { user: app.storage.set_avatar(actor.user, None).await? })
}
