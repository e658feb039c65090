//! Uploads that go on at another server of the cluster than the one that has worked on them.

use crate::app::App;
use crate::blobs::Turn;
use crate::cluster::Errand;
use crate::error::{Error, Result};
use crate::ids::FileId;
use std::time::{Duration, Instant};

/// How long another server may take to let an upload go: what has come it brings to the disk first.
const WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The turn to work on an upload that is not finished, on all servers: whoever has it is asked to give it up.
///
/// # Errors
/// `Conflict` when another server does not; the disk's.
pub(super) async fn turn(app: &App, file: FileId) -> Result<Turn> {
    let mut turn = app.blobs.drafts.turn(file).await;
    let Some(cluster) = &app.cluster else { return Ok(turn) };
    let (begun, mut asked) = (Instant::now(), false);
    loop {
        turn.lock = app.blobs.lock_draft(file)?;
        if turn.lock.is_some() {
            return Ok(turn);
        }
        if begun.elapsed() > WITHIN {
            return Err(Error::Conflict("another server goes on with this upload".to_owned()));
        }
        if !std::mem::replace(&mut asked, true) {
            cluster.ask_all(|| Errand::Release(file)).await;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
