//! Work that comes round by itself: how it fares, and asking it to come round now.

use crate::actor::{Actor, By};
use crate::app::App;
use crate::cluster::{Cluster, Done, Errand};
use crate::contract::{AuditAct, JobFailure, JobFigures, JobRhythm, Jobs};
use crate::error::{Error, Result};
use crate::ids::NodeId;
use crate::metrics::{JOBS, Job};
use crate::policy;
use crate::storage::Note;
use serde_json::json;

/// Every kind of work, as it fared since the start of the server that does it for all.
///
/// # Errors
/// `Forbidden` for who is no administrator; `Unavailable` when that is another server, which cannot be asked.
pub async fn list(app: &App, actor: &Actor) -> Result<Jobs> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    let Some((cluster, leader)) = led_elsewhere(app).await? else { return list_here(app, actor).await };
    match cluster.ask(leader, Errand::ListJobs(*actor)).await? {
        Done::Jobs(jobs) => Ok(jobs),
        Done::Simply | Done::Changed(_) => Err(Error::internal("another answer than was asked for")),
    }
}

/// As `list`, where the work is done.
///
/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn list_here(app: &App, actor: &Actor) -> Result<Jobs> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    Ok(Jobs { jobs: JOBS.all().into_iter().map(|job| figures(app, job)).collect() })
}

/// Asks work to come round now, with everything that comes round with it. It is under way, or about to be, when this
/// answers.
///
/// # Errors
/// `Forbidden` for who is no administrator; `NotFound` for work that there is not; `Conflict` for work that is switched
/// off; `Unavailable` when another server does it, which cannot be asked.
pub async fn run(app: &App, actor: &Actor, name: &str) -> Result<()> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    if !JOBS.all().into_iter().any(|job| job.name == name) {
        return Err(Error::NotFound("the job"));
    }
    match led_elsewhere(app).await? {
        Some((cluster, leader)) => cluster.ask(leader, Errand::RunJob(*actor, name.to_owned())).await.map(|_done| ()),
        None => run_here(app, actor, name).await,
    }
}

/// As `run`, where the work is done.
///
/// # Errors
/// As `run`; `Unavailable` where it is not done.
pub async fn run_here(app: &App, actor: &Actor, name: &str) -> Result<()> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    let job = JOBS.all().into_iter().find(|job| job.name == name).ok_or(Error::NotFound("the job"))?;
    if !is_runnable(app, job) {
        return Err(Error::Conflict("the configuration has this switched off".to_owned()));
    }
    if !app.leads() {
        return Err(Error::Unavailable("another server is about to take this work over; try again".to_owned()));
    }
    let detail = json!({ "job": job.name });
    app.storage.note_administering(Note { by: By::from(actor), act: AuditAct::JobRun, about: None, detail }).await?;
    job.round.ask();
    Ok(())
}

/// The other server that does what one does for all, if this one does not.
async fn led_elsewhere(app: &App) -> Result<Option<(&Cluster, NodeId)>> {
    let Some(cluster) = app.cluster.as_ref().filter(|cluster| !cluster.leads()) else { return Ok(None) };
    let leader = app.storage.leader().await?;
    let leader = leader.filter(|leader| *leader != cluster.node.id);
    leader.map(|leader| Some((&**cluster, leader))).ok_or_else(|| {
        Error::Unavailable(
            "the server that did this work is gone, and another is about to take it over; try again".to_owned(),
        )
    })
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
