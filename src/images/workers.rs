//! Where images are worked on: a few at a time, each of somebody else, with so much memory together, whatever is uploaded.

use super::{Crop, Format, Look, Prepared, Shown, Unfit, avatar, decoded_bytes, emoji, prepare, show};
use crate::error::Result;
use crate::ids::UserId;
use crate::turns::{OwnTurn, OwnTurns};
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
    own_turns: OwnTurns,
    turns: Arc<Semaphore>,
    memory: Arc<Semaphore>,
}

impl Default for Workers {
    fn default() -> Self {
        let own_turns = OwnTurns::default();
        Self { own_turns, turns: Arc::new(Semaphore::new(AT_ONCE)), memory: Arc::new(Semaphore::new(MEMORY as usize)) }
    }
}

impl Workers {
    /// The turn of somebody whose image is to be worked on; others' come between two of theirs. At most `most` of theirs
    /// go on and wait together.
    ///
    /// # Errors
    /// `RateLimited` when as many do.
    pub async fn turn(&self, user: UserId, most: usize) -> Result<OwnTurn> {
        self.own_turns.wait(user, most).await
    }

    /// Takes the image in a file apart.
    ///
    /// # Errors
    /// Why it is no image to be shown.
    pub async fn prepare(&self, turn: OwnTurn, file: &Path, format: Format) -> Result<Prepared, Unfit> {
        self.work(Some(turn), tokio::fs::read(file), format, move |bytes| prepare(bytes, format)).await
    }

    /// Makes of a picture of nobody's what is shown of it, in its turn.
    ///
    /// # Errors
    /// Why it cannot be shown.
    pub async fn show(&self, bytes: Vec<u8>, look: Look) -> Result<Shown, Unfit> {
        self.work(None, async { Ok(bytes) }, look.format, move |bytes| show(bytes, look)).await
    }

    /// Makes an avatar of the image that `whole` reads.
    ///
    /// # Errors
    /// `Outside` when the image is smaller than what is to be cut out.
    pub async fn avatar(
        &self,
        turn: OwnTurn,
        whole: impl Future<Output = io::Result<Vec<u8>>>,
        format: Format,
        crop: Option<Crop>,
    ) -> Result<Vec<u8>, Unfit> {
        self.work(Some(turn), whole, format, move |bytes| avatar(bytes, format, crop)).await
    }

    /// Makes an emoji of the image that `whole` reads.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn emoji(
        &self,
        turn: OwnTurn,
        whole: impl Future<Output = io::Result<Vec<u8>>>,
        format: Format,
    ) -> Result<Vec<u8>, Unfit> {
        self.work(Some(turn), whole, format, move |bytes| emoji(bytes, format)).await
    }

    /// The permits go with the work: a caller who gives up does not let more of it run at once.
    async fn work<T: Send + 'static>(
        &self,
        own: Option<OwnTurn>,
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
            let _permits = (own, turn, memory);
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
            let working = workers.work(None, async { Ok(bytes) }, Format::Png, work);
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

    #[tokio::test]
    async fn somebody_with_many_images_leaves_a_worker_to_others() {
        let workers = Arc::new(Workers::default());
        let (greedy, other) = (UserId::generate(), UserId::generate());
        let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE * 4 {
            let (go_on, let_go) = mpsc::channel::<()>();
            let (workers, begun) = (workers.clone(), begun.clone());
            held.push(go_on);
            tokio::spawn(async move {
                let turn = workers.turn(greedy, usize::MAX).await;
                let turn = turn.unwrap_or_else(|error| panic!("{error}"));
                let work = move |_: &[u8]| {
                    let _watched = begun.send(());
                    let _let_go = let_go.recv();
                    Ok(())
                };
                workers.work(Some(turn), async { Ok(picture(Format::Png)) }, Format::Png, work).await
            });
        }
        begins.recv().await.expect("one begins");
        let turn = workers.turn(other, 1).await.unwrap_or_else(|error| panic!("{error}"));
        let bytes = picture(Format::Png);
        let made = workers.avatar(turn, async { Ok(bytes) }, Format::Png, None);
        let made = tokio::time::timeout(Duration::from_secs(30), made).await.expect("nobody holds it up");
        assert!(made.is_ok_and(|made| !made.is_empty()));
        assert!(begins.try_recv().is_err(), "none of the rest has begun meanwhile");
    }
}
