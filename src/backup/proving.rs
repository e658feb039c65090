//! Proves a snapshot: what it says is there, and its database, restored, opens, is sound, and holds what was counted.

use super::manifest::{Known, Manifest, contents};
use super::snapshots::Held;
use super::{DATA, restoring};
use crate::error::{Error, Result};
use crate::storage::{self, DATABASE, Inventory};
use std::fs;
use std::path::Path;

/// # Errors
/// `Conflict` with what is wrong.
pub(super) async fn prove(held: &Held, snapshot: &Path) -> Result<()> {
    let manifest = Manifest::read(snapshot)?;
    // Their bytes were hashed when they were copied or linked, and are hashed before they are restored.
    contents(snapshot)?.try_for_each(|part| part?.check_size(snapshot))?;
    let restored = held.unfinished("proof");
    let proven = prove_database(&manifest, snapshot, &restored).await;
    // Best effort; the next one removes what is left.
    let _left = fs::remove_dir_all(&restored);
    proven
}

async fn prove_database(manifest: &Manifest, snapshot: &Path, restored: &Path) -> Result<()> {
    manifest.parts.iter().try_for_each(|part| part.check(snapshot))?;
    super::snapshots::make_folder(restored)?;
    let database = restored.join(DATABASE);
    restoring::copy(&snapshot.join(DATA).join(DATABASE), &database)?;
    storage::begin_epoch(&database).await?;
    check_holds(manifest, &database).await
}

/// Looks through every byte of a snapshot.
///
/// # Errors
/// `Conflict` with the place, when something of it is not what was written.
pub(super) async fn look_through(manifest: &Manifest, snapshot: &Path, known: &mut Known) -> Result<()> {
    manifest.parts.iter().try_for_each(|part| part.check(snapshot))?;
    let mut number = 0;
    for part in contents(snapshot)? {
        part?.check_once(snapshot, known)?;
        number += 1;
    }
    if number != manifest.contents.number {
        let expected = manifest.contents.number;
        return Err(Error::Conflict(format!("the backup is damaged: it has {number} of {expected} contents")));
    }
    check_holds(manifest, &snapshot.join(DATA).join(DATABASE)).await
}

/// Whether a database opens, is sound, and holds what was counted.
pub(super) async fn check_holds(manifest: &Manifest, database: &Path) -> Result<()> {
    let found = storage::inspect(database).await?;
    if found == manifest.holds {
        return Ok(());
    }
    let Inventory { schema: was, .. } = manifest.holds;
    Err(Error::Conflict(format!(
        "the backup is damaged: it should hold {} (schema {was}), and holds {found} (schema {})",
        manifest.holds, found.schema
    )))
}
