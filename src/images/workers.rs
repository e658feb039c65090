//! Where images are worked on: a few at a time, with so much memory together, whatever is uploaded.

use super::{Crop, Format, Look, Prepared, Shown, Unfit, avatar, decoded_bytes, emoji, prepare, show};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Images that are worked on at the same time.
const AT_ONCE: usize = 2;
/// Memory of the decoded images that are worked on, in MiB: one of the largest, or two of half its size.
const MEMORY: u32 = 320;
/// The largest file that is read as an image, in bytes; others are files like any other.
pub const LARGEST_FILE: u64 = 48 * 1024 * 1024;

pub struct Workers {
    turns: Arc<Semaphore>,
    memory: Arc<Semaphore>,
}

impl Default for Workers {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), memory: Arc::new(Semaphore::new(MEMORY as usize)) }
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

    /// Makes of a picture what is shown of it, in its turn.
    ///
    /// # Errors
    /// Why it cannot be shown.
    pub async fn show(&self, bytes: Vec<u8>, look: Look) -> Result<Shown, Unfit> {
        self.work(async { Ok(bytes) }, look.format, move |bytes| show(bytes, look)).await
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

    /// Makes an emoji of the image that `whole` reads, in its turn.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn emoji(
        &self,
        whole: impl Future<Output = io::Result<Vec<u8>>>,
        format: Format,
    ) -> Result<Vec<u8>, Unfit> {
        self.work(whole, format, move |bytes| emoji(bytes, format)).await
    }

    /// The permits go with the work: a caller who gives up does not let more of it run at once.
    async fn work<T: Send + 'static>(
        &self,
        whole: impl Future<Output = io::Result<Vec<u8>>>,
        format: Format,
        work: impl FnOnce(&[u8]) -> Result<T, Unfit> + Send + 'static,
    ) -> Result<T, Unfit> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Unfit::Panicked)?;
        let bytes = whole.await?;
        let measure = move || decoded_bytes(&bytes, format).map(|decoded| (turn, bytes, decoded));
        // A decoder that panics takes nothing with it.
        let (turn, bytes, decoded) = tokio::task::spawn_blocking(measure).await.map_err(|_| Unfit::Panicked)??;
        let needed = u32::try_from((decoded + decoded / 2) >> 20).unwrap_or(MEMORY).clamp(1, MEMORY);
        let memory = self.memory.clone().acquire_many_owned(needed).await.map_err(|_| Unfit::Panicked)?;
        let work = move || {
            let _permits = (turn, memory);
            work(&bytes)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Unfit::Panicked)?
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::picture;
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[tokio::test]
    async fn a_caller_who_gives_up_leaves_the_turn_with_the_work() {
        let workers = Workers::default();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (go_on, held) = mpsc::channel::<()>();
        let work = move |_: &[u8]| {
            let _watched = begun.send(());
            let _let_go = held.recv();
            Ok(())
        };
        let bytes = picture(Format::Png);
        {
            let working = workers.work(async { Ok(bytes) }, Format::Png, work);
            tokio::select! {
                _ = working => panic!("it is held"),
                begun = begins => begun.expect("it begins"),
            }
        }
        assert_eq!(workers.turns.available_permits(), AT_ONCE - 1, "the work goes on");
        drop(go_on);
        for (permits, all) in [(&workers.turns, AT_ONCE as u32), (&workers.memory, MEMORY)] {
            let back = tokio::time::timeout(Duration::from_secs(10), permits.acquire_many(all)).await;
            assert!(back.is_ok_and(|back| back.is_ok()), "they come back");
        }
    }
}
