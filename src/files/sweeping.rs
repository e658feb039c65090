//! What is removed by itself: files that came to nothing, files whose messages are gone, and what is kept of those.

use crate::app::App;
use crate::blobs::Hold;
use crate::clock;
use crate::error::Result;

/// Removes a portion. True when more may be left. What a crash interrupts goes on by itself.
pub async fn sweep(app: &App) -> Result<bool> {
    let gone = app.storage.sweep_files(clock::now() - app.config.files.unsent_for).await?;
    for file in &gone {
        app.blobs.drafts.forget(*file);
        app.blobs.discard(*file).await?;
    }
    let Some(_removal) = app.blobs.removal()? else { return Ok(!gone.is_empty()) };
    // Nobody begins to use a content that is held; what somebody holds is about to be used.
    let unused = app.storage.unused_contents().await?;
    let mut held: Vec<(i64, Hold)> = Vec::new();
    for (key, hash) in unused {
        held.extend(app.blobs.holds.take(hash)?.map(|hold| (key, hold)));
    }
    let mut contents = app.storage.unused_contents().await?;
    contents.retain(|(key, _)| held.iter().any(|(held, _)| held == key));
    for (_, hash) in &contents {
        app.blobs.remove(hash).await?;
    }
    let keys: Vec<i64> = contents.iter().map(|(key, _)| *key).collect();
    if !keys.is_empty() {
        app.storage.forget_contents(keys.clone()).await?;
    }
    Ok(!gone.is_empty() || !keys.is_empty())
}

/// Removes what a process that crashed left on the disk of uploads that nothing is known of any more.
pub async fn discard_leftovers(app: &App) -> Result<()> {
    let left = app.blobs.left().await?;
    let known = app.storage.unfinished_files(&left).await?;
    for file in left.into_iter().filter(|file| !known.contains(file)) {
        app.blobs.discard(file).await?;
    }
    Ok(())
}
