//! An upload's beginning and end: announced with its size, so that what does not fit is refused before it is sent.

use super::elsewhere;
use super::finishing;
use super::names;
use super::receiving::turn_of;
use super::voice;
use crate::actor::Actor;
use crate::app::App;
use crate::blobs::StoreState;
use crate::config::ByteSize;
use crate::error::{Error, FileLimit, Result};
use crate::ids::FileId;
use crate::storage::{NewFile, Quota, Upload, no_room_on_disk};
use std::sync::Arc;

/// What is said of a file before it comes.
#[derive(Default)]
pub struct Announced<'a> {
    pub name: &'a str,
    /// In bytes.
    pub size: u64,
    /// Of a voice message how long it is, in milliseconds.
    pub duration_ms: Option<&'a str>,
    /// Of a voice message how loud it is in 64 parts, in base64.
    pub peaks: Option<&'a str>,
}

/// Announces a file.
///
/// # Errors
/// `NoRoom` with the limit that it would go beyond; `Unavailable` when the bucket cannot be used; `Invalid` for its name, for
/// an empty file, and for what is no length or loudness of a voice message.
pub async fn begin(app: &App, actor: &Actor, announced: Announced<'_>) -> Result<FileId> {
    app.limits.send(actor)?;
    announce(app, actor, announced).await
}

/// The same for what was counted already.
pub(super) async fn announce(app: &App, actor: &Actor, announced: Announced<'_>) -> Result<FileId> {
    let Announced { name, size, duration_ms, peaks } = announced;
    let name = names::clean(name)?;
    let voice = voice::check(duration_ms, peaks)?;
    if size == 0 {
        return Err(Error::invalid("size", "an empty file cannot be sent"));
    }
    let settings = &app.config.files;
    if size > settings.largest.bytes() {
        let message = format!("a file has at most {}", settings.largest);
        return Err(Error::NoRoom { message, limit: FileLimit::Largest, most: Some(settings.largest.bytes()) });
    }
    check_store(app)?;
    let size = i64::try_from(size).map_err(Error::internal)?;
    app.storage.begin_file(actor.user, NewFile { name, size, voice }, quota(app)?).await
}

pub(super) fn quota(app: &App) -> Result<Quota> {
    let settings = &app.config.files;
    let disk = app.blobs.free_bytes()?.saturating_sub(settings.keep_free.bytes());
    Ok(Quota {
        per_person: settings.per_person.map(signed),
        total: settings.total.map(signed),
        unfinished: i64::from(settings.unfinished_per_person.get()),
        disk: i64::try_from(disk).unwrap_or(i64::MAX),
    })
}

/// Whether the bucket can be used, as far as is known.
pub(super) fn check_store(app: &App) -> Result<()> {
    match app.blobs.state() {
        StoreState::Failing(_) => {
            Err(Error::Unavailable("files cannot be kept at the moment; try again later".to_owned()))
        }
        StoreState::Usable | StoreState::Unknown => Ok(()),
    }
}

/// Whether the disk takes what was announced, but for `come` bytes of it that have come and are not noted yet, and the
/// database still has room.
pub(super) async fn check_disk(app: &App, come: u64) -> Result<()> {
    let announced = app.storage.announced_bytes().await?.saturating_sub(come);
    let left = app.blobs.free_bytes()?.saturating_sub(app.config.files.keep_free.bytes());
    if left < announced { Err(no_room_on_disk()) } else { Ok(()) }
}

fn signed(size: ByteSize) -> i64 {
    i64::try_from(size.bytes()).unwrap_or(i64::MAX)
}

/// How far one's own upload is. A request that works on it is ended, so that its client can go on from here.
///
/// # Errors
/// `NotFound`, for those of others too.
pub async fn progress(app: &Arc<App>, actor: &Actor, file: FileId) -> Result<Upload> {
    let (mut turn, upload) = turn_of(app, actor, file).await?;
    if upload.finished || upload.received < upload.size {
        return Ok(upload);
    }
    // It was interrupted between its last byte and its end.
    check_store(app)?;
    let (app, user) = (app.clone(), actor.user);
    let finish = async move {
        let draft = super::receiving::take_draft(&app, &mut turn, file, upload.received).await?;
        // Whoever asks again need not wait until it has been read once more.
        let draft = turn.draft.insert(draft);
        finishing::finish(&app, user, file, draft).await
    };
    tokio::spawn(finish).await.map_err(super::broken)??;
    Ok(Upload { finished: true, ..upload })
}

/// Gives up an upload, or takes back a finished file that is in no message yet.
///
/// # Errors
/// `NotFound`, for those of others too; `Conflict` when it was sent.
pub async fn cancel(app: &App, actor: &Actor, file: FileId) -> Result<()> {
    // Others may not interrupt it; and what was sent has nothing to be interrupted.
    let found = match app.storage.upload(actor.user, file).await {
        Err(Error::NotFound(_)) => return app.storage.drop_file(actor.user, file).await,
        found => found?,
    };
    let turn = if found.finished { app.blobs.drafts.turn(file).await } else { elsewhere::turn(app, file).await? };
    app.storage.drop_file(actor.user, file).await?;
    app.blobs.drafts.forget(file);
    app.blobs.discard(file).await?;
    drop(turn);
    Ok(())
}
