//! What is removed by itself: files that came to nothing, files whose messages are gone, and what is kept of those.

use crate::app::App;
use crate::clock;
use crate::error::Result;

/// Removes a portion. True when more may be left. What a crash interrupts goes on by itself.
pub async fn sweep(app: &App) -> Result<bool> {
    let gone = app.storage.sweep_files(clock::now() - app.config.files.unsent_for).await?;
    for file in &gone {
        app.blobs.drafts.forget(*file);
        app.blobs.discard(*file).await?;
    }
    // Nobody begins to use a content meanwhile.
    let _unused = app.blobs.in_use.write().await;
    let contents = app.storage.unused_contents().await?;
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
