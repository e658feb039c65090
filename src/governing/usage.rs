//! What the server keeps, and where.

use crate::actor::Actor;
use crate::app::App;
use crate::contract::StorageUsage;
use crate::error::Result;
use crate::{backup, blobs, policy};

/// What is kept at this moment: every file is looked at for it.
///
/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn read(app: &App, actor: &Actor) -> Result<StorageUsage> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    let measures = app.storage.measures().await?;
    let usage = app.storage.usage().await?;
    let folder = app.data_dir().clone();
    // A disk that hangs answers nothing.
    let free_bytes = tokio::task::spawn_blocking(move || blobs::free_bytes(&folder).ok()).await;
    Ok(StorageUsage {
        database_bytes: measures.database,
        wal_bytes: measures.wal,
        index_bytes: usage.index_bytes,
        files: usage.files,
        other: usage.other,
        rooms: usage.rooms,
        direct: usage.direct,
        backup_bytes: backup::disk_bytes(app.config.backup.dir.clone()).await,
        free_bytes: free_bytes.ok().flatten(),
    })
}
