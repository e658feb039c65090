//! Work that comes round by itself: how it fares, and asking it to come round now.

use crate::actor::{Actor, By};
use crate::app::App;
use crate::contract::{AuditAct, JobFailure, JobFigures, JobRhythm, Jobs};
use crate::error::{Error, Result};
use crate::metrics::{JOBS, Job};
use crate::policy;
use crate::storage::Note;
use serde_json::json;

/// Every kind of work, as it fared since the server's start.
///
/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn list(app: &App, actor: &Actor) -> Result<Jobs> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    Ok(Jobs { jobs: JOBS.all().into_iter().map(|job| figures(app, job)).collect() })
}

/// Asks work to come round now, with everything that comes round with it. It is under way, or about to be, when this
/// answers.
///
/// # Errors
/// `Forbidden` for who is no administrator; `NotFound` for work that there is not; `Conflict` for work that is switched
/// off, or that another server of the cluster does.
pub async fn run(app: &App, actor: &Actor, name: &str) -> Result<()> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    let job = JOBS.all().into_iter().find(|job| job.name == name).ok_or(Error::NotFound("the job"))?;
    if !is_runnable(app, job) {
        return Err(Error::Conflict("the configuration has this switched off".to_owned()));
    }
    if !app.leads() {
        return Err(Error::Conflict("another server of the cluster does this work; ask there".to_owned()));
    }
    let detail = json!({ "job": job.name });
    app.storage.note_administering(Note { by: By::from(actor), act: AuditAct::JobRun, about: None, detail }).await?;
    job.round.ask();
    Ok(())
}

fn is_runnable(app: &App, job: &Job) -> bool {
    job.round.rhythm != JobRhythm::Configured || app.config.backup.dir.is_some()
}

fn figures(app: &App, job: &Job) -> JobFigures {
    let last = job.last();
    JobFigures {
        name: job.name.to_owned(),
        rhythm: job.round.rhythm,
        runnable: is_runnable(app, job),
        runs: job.runs.value(),
        failures: job.failures.value(),
        running_since: job.running_since(),
        ended_at: last.map(|(ended_at, _)| ended_at),
        took_us: last.map(|(_, took)| u64::try_from(took.as_micros()).unwrap_or(u64::MAX)),
        last_failure: job.last_failure().map(|(at, problem)| JobFailure { at, problem }),
    }
}
