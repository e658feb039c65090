//! The end of an upload: what it is, what is kept of it, and that it is kept.

use super::kinds::{Sniffed, sniff_file};
use super::{broken, uploading};
use crate::app::App;
use crate::blobs::{Draft, Variant, io_failure};
use crate::contract::{Attachment, FileKind};
use crate::error::{Error, Result};
use crate::ids::{FileId, UserId};
use crate::images::{LARGEST_FILE, Look, Prepared, Shown};
use crate::storage::{NewContent, Picture};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Keeps what somebody uploaded; when this returns, it is there, and survives a crash.
pub(super) async fn finish(app: &App, user: UserId, file: FileId, draft: &Draft) -> Result<Attachment> {
    let use_it = |content| app.storage.finish_file(file, content);
    let finished = keep(app, (user, file), draft, use_it).await?;
    app.blobs.drafts.forget(file);
    Ok(finished)
}

/// Keeps what is shown of a picture that came from elsewhere, and nothing else of it; None when it is none that can be
/// shown. `id` is one that nothing else has.
///
/// # Errors
/// `NoRoom` when the disk is nearly full, or as much is kept as may be; `Unavailable` when the bucket cannot be used.
pub async fn keep_picture<T, F: Future<Output = Result<T>>>(
    app: &App,
    id: FileId,
    bytes: Vec<u8>,
    look: Look,
    use_it: impl FnOnce(i64) -> F,
) -> Result<Option<T>> {
    uploading::check_store(app)?;
    let shown = match app.images.show(bytes, look).await {
        Ok(shown) => shown,
        Err(why) => {
            tracing::debug!(%why, "a picture cannot be shown");
            return Ok(None);
        }
    };
    let size = i64::try_from(shown.bytes.len()).map_err(Error::internal)?;
    app.storage.check_room(size, uploading::quota(app)?).await?;
    let Shown { bytes, media_type, width, height, color } = shown;
    let kept = async {
        let draft = write_draft(app, id, bytes).await?;
        let (width, height) = (width.into(), height.into());
        let content = NewContent {
            hash: draft.hash(),
            size,
            media_type: media_type.to_owned(),
            kind: FileKind::Image,
            picture: Some(Picture { width, height, color, animated: false, thumbnails: None }),
        };
        put(app, content, vec![(draft.path, Variant::Original)], use_it).await
    };
    let kept = kept.await;
    // Nobody comes back for it, as somebody does for an upload.
    app.blobs.discard(id).await?;
    kept.map(Some)
}

/// Writes a draft in one go.
pub(super) async fn write_draft(app: &App, file: FileId, bytes: Vec<u8>) -> Result<Draft> {
    let path = app.blobs.draft_path(file);
    let write = move || {
        let mut draft = Draft::open(&path, 0)?;
        draft.write(&bytes)?;
        draft.sync()?;
        Ok(draft)
    };
    tokio::task::spawn_blocking(write).await.map_err(broken)?.map_err(io_failure)
}

/// Keeps what a draft has as a content, which `use_it` puts to use by its key; what has come before is kept already. The
/// draft is gone afterwards.
async fn keep<T, F: Future<Output = Result<T>>>(
    app: &App,
    (user, file): (UserId, FileId),
    draft: &Draft,
    use_it: impl FnOnce(i64) -> F,
) -> Result<T> {
    let hash = draft.hash();
    let held = app.blobs.holds.wait(hash).await?;
    let used = match app.storage.kept_content(&hash).await? {
        Some(content) => use_it(content).await?,
        None => {
            drop(held);
            let sniffed = sniffed(draft.path.clone()).await?;
            let prepared = prepare(app, (user, file), draft, &sniffed).await?;
            let content = NewContent {
                hash,
                size: stored_size(draft, prepared.as_ref())?,
                media_type: sniffed.media_type.to_owned(),
                kind: if prepared.is_some() { FileKind::Image } else { sniffed.kind },
                picture: prepared.as_ref().map(picture),
            };
            let parts = write_parts(app, file, draft, prepared).await?;
            put(app, content, parts, use_it).await?
        }
    };
    app.blobs.discard(file).await?;
    Ok(used)
}

/// Keeps a content unless somebody has brought the same meanwhile, and puts it to use.
async fn put<T, F: Future<Output = Result<T>>>(
    app: &App,
    content: NewContent,
    parts: Vec<(PathBuf, Variant)>,
    use_it: impl FnOnce(i64) -> F,
) -> Result<T> {
    let hash = content.hash;
    // From here to its use nobody removes the content for want of one.
    let _held = app.blobs.holds.wait(hash).await?;
    let content = match app.storage.kept_content(&hash).await? {
        Some(kept) => kept,
        None => {
            let begun = app.storage.begin_content(content).await?;
            for (path, variant) in parts {
                app.blobs.keep(&path, &hash, variant).await?;
            }
            begun
        }
    };
    use_it(content).await
}

async fn sniffed(path: PathBuf) -> Result<Sniffed> {
    let read = move || sniff_file(&mut File::open(path)?);
    tokio::task::spawn_blocking(read).await.map_err(broken)?.map_err(io_failure)
}

/// None for what is no image, or none that can be read to its end: that is a file like any other.
async fn prepare(
    app: &App,
    (user, file): (UserId, FileId),
    draft: &Draft,
    sniffed: &Sniffed,
) -> Result<Option<Prepared>> {
    let Some(format) = sniffed.image.filter(|_| draft.length() <= LARGEST_FILE) else { return Ok(None) };
    // As many wait as may be uploaded at the same time: what has come is not refused.
    let turn = app.images.turn(user, usize::MAX).await?;
    let prepared = app.images.prepare(turn, &draft.path, format).await;
    Ok(prepared.inspect_err(|why| tracing::debug!(%file, %why, "a file is not shown as an image")).ok())
}

fn stored_size(draft: &Draft, prepared: Option<&Prepared>) -> Result<i64> {
    let size = prepared.map_or(draft.length(), |prepared| prepared.clean.len() as u64);
    i64::try_from(size).map_err(Error::internal)
}

fn picture(prepared: &Prepared) -> Picture {
    Picture {
        width: prepared.width.into(),
        height: prepared.height.into(),
        color: prepared.color.clone(),
        animated: prepared.animated,
        thumbnails: Some(prepared.thumbnails),
    }
}

/// The files that are to be kept, on the disk.
async fn write_parts(
    app: &App,
    file: FileId,
    draft: &Draft,
    prepared: Option<Prepared>,
) -> Result<Vec<(PathBuf, Variant)>> {
    let Some(prepared) = prepared else { return Ok(vec![(draft.path.clone(), Variant::Original)]) };
    let Prepared { clean, small, large, .. } = prepared;
    let parts = [(Variant::Original, clean), (Variant::Small, small), (Variant::Large, large)];
    let parts = parts.map(|(variant, bytes)| (app.blobs.side_path(file, variant), variant, bytes));
    let write = move || {
        let write_one = |(path, variant, bytes): (PathBuf, Variant, Vec<u8>)| {
            write_synced(&path, &bytes)?;
            Ok((path, variant))
        };
        parts.into_iter().map(write_one).collect::<io::Result<Vec<_>>>()
    };
    tokio::task::spawn_blocking(write).await.map_err(broken)?.map_err(io_failure)
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}
