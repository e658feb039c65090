//! Where images are worked on: a few at a time, with so much memory together, whatever is uploaded.

use super::{Crop, Format, Prepared, Unfit, avatar, decoded_bytes, prepare};
use std::io;
use std::path::Path;
use tokio::sync::Semaphore;

/// Images that are worked on at the same time.
const AT_ONCE: usize = 2;
/// Memory of the decoded images that are worked on, in MiB: one of the largest, or two of half its size.
const MEMORY: u32 = 320;
/// The largest file that is read as an image, in bytes; others are files like any other.
pub const LARGEST_FILE: u64 = 48 * 1024 * 1024;

pub struct Workers {
    turns: Semaphore,
    memory: Semaphore,
}

impl Default for Workers {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE), memory: Semaphore::new(MEMORY as usize) }
    }
}

impl Workers {
    /// Takes the image in a file apart, in its turn.
    ///
    /// # Errors
    /// Why it is no image to be shown.
    pub async fn prepare(&self, file: &Path, format: Format) -> Result<Prepared, Unfit> {
        self.work(tokio::fs::read(file), format, move |bytes| prepare(bytes, format)).await
    }

    /// Makes an avatar of the image that `whole` reads, in its turn.
    ///
    /// # Errors
    /// `Outside` when the image is smaller than what is to be cut out.
    pub async fn avatar(
        &self,
        whole: impl Future<Output = io::Result<Vec<u8>>>,
        format: Format,
        crop: Option<Crop>,
    ) -> Result<Vec<u8>, Unfit> {
        self.work(whole, format, move |bytes| avatar(bytes, format, crop)).await
    }

    async fn work<T: Send + 'static>(
        &self,
        whole: impl Future<Output = io::Result<Vec<u8>>>,
        format: Format,
        work: impl FnOnce(&[u8]) -> Result<T, Unfit> + Send + 'static,
    ) -> Result<T, Unfit> {
        let _turn = self.turns.acquire().await.map_err(|_| Unfit::Panicked)?;
        let bytes = whole.await?;
        let measure = move || decoded_bytes(&bytes, format).map(|decoded| (bytes, decoded));
        // A decoder that panics takes nothing with it.
        let (bytes, decoded) = tokio::task::spawn_blocking(measure).await.map_err(|_| Unfit::Panicked)??;
        let needed = u32::try_from((decoded + decoded / 2) >> 20).unwrap_or(MEMORY).clamp(1, MEMORY);
        let _memory = self.memory.acquire_many(needed).await.map_err(|_| Unfit::Panicked)?;
        tokio::task::spawn_blocking(move || work(&bytes)).await.map_err(|_| Unfit::Panicked)?
    }
}
