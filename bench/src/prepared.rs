//! Data folders that were made before a server starts on them, and copies of them.

use crate::failure::Result;
use crate::population::{Layout, Population};
use crate::seed;
use std::fs::{self, File};
use std::path::Path;
use tempfile::TempDir;

/// A population with the folder that it lives in. The folder goes when this is dropped.
pub struct Prepared {
    pub population: Population,
    /// Maru's data folder is `data` within it.
    pub folder: TempDir,
}

impl Prepared {
    /// Makes a population in a new folder of Maru, with this many messages in its rooms.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn in_maru(layout: Layout, history: seed::History) -> Result<Self> {
        Self::saying(layout, history, &seed::texts::all()).await
    }

    /// The same with these texts as messages.
    ///
    /// # Errors
    /// As `in_maru`.
    pub async fn saying(layout: Layout, history: seed::History, texts: &[String]) -> Result<Self> {
        let folder = new_folder()?;
        let data = folder.path().join("data");
        let population = Population::in_maru(layout, &data).await?;
        if history.messages > 0 {
            seed::write(&data, &population.rooms, history, texts).await?;
        }
        Ok(Self { population, folder })
    }

    /// A copy, on disk as a whole: what is measured next does not wait for it to be written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn copy(&self) -> Result<Self> {
        let folder = new_folder()?;
        let (from, to) = (self.folder.path().join("data"), folder.path().join("data"));
        copy_folder(&from, &to)?;
        Ok(Self { population: self.population.clone(), folder })
    }
}

fn new_folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("maru-bench-").tempdir()?)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if entry.file_type()?.is_file() {
            fs::copy(entry.path(), &target)?;
            File::open(&target)?.sync_all()?;
        }
    }
    Ok(())
}
