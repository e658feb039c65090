//! What other servers of the cluster ask this one to do.

use crate::app::App;
use crate::cluster::{Done, Errand, ToDo};
use crate::error::Result;
use crate::governing;
use crate::messages::streams;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Errands that are done at the same time.
const AT_ONCE: usize = 64;

/// Does what others ask for. Runs until the server stops.
pub(super) async fn run(app: Arc<App>) {
    let Some(mut to_do) = app.cluster.as_ref().and_then(|cluster| cluster.to_do()) else { return };
    let places = Arc::new(Semaphore::new(AT_ONCE));
    while let Ok(place) = places.clone().acquire_owned().await
        && let Some(ToDo { errand, asker }) = to_do.recv().await
    {
        let app = app.clone();
        tokio::spawn(async move {
            let done = carry_out(&app, errand).await;
            if let Some(cluster) = &app.cluster {
                cluster.answer(asker, done);
            }
            drop(place);
        });
    }
}

async fn carry_out(app: &App, errand: Errand) -> Result<Done> {
    Ok(match errand {
        Errand::Feed(actor, command) => {
            streams::feed_here(app, &actor, command).await?;
            Done::Simply
        }
        Errand::End(actor, command) => Done::Changed(streams::end_here(app, &actor, command).await?.rev),
        Errand::Fail(actor, command) => Done::Changed(streams::fail_here(app, &actor, command).await?.rev),
        Errand::ListJobs(actor) => Done::Jobs(governing::jobs::list_here(app, &actor).await?),
        Errand::RunJob(actor, name) => {
            governing::jobs::run_here(app, &actor, &name).await?;
            Done::Simply
        }
        Errand::Release(file) => {
            app.blobs.drafts.release(file);
            Done::Simply
        }
    })
}
