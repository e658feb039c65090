//! What whoever runs the server watches it by: the same figures for Prometheus and for administrators.

mod access;
mod prometheus;

pub use access::{Refused, may_scrape};

use crate::actor::Actor;
use crate::app::App;
use crate::backup::Record;
use crate::blobs;
use crate::clock::{self, Timestamp};
use crate::contract::*;
use crate::directory::Online;
use crate::error::Result;
use crate::metrics::{self, Histogram, Process};
use crate::storage::{Measures, Queues, SearchStatus};
use crate::{net, policy};

/// What is not counted but looked at.
struct Seen {
    at: Timestamp,
    online: Online,
    process: Process,
    /// None while the database does not answer.
    measures: Option<Measures>,
    search: Option<SearchStatus>,
    queues: Queues,
    outbound: usize,
    passing: usize,
    free_bytes: Option<u64>,
    is_writable: bool,
    last_backup: Option<Timestamp>,
    backup: BackupState,
}

async fn look(app: &App) -> Seen {
    let folder = app.data_dir().clone();
    // Thousands of open files take milliseconds to count, and a disk that hangs answers nothing.
    let looked =
        tokio::task::spawn_blocking(move || (Process::read(), Record::read(&folder), blobs::free_bytes(&folder).ok()));
    let (process, record, free_bytes) = looked.await.unwrap_or_default();
    let at = clock::now();
    Seen {
        at,
        online: app.directory.online(),
        process,
        measures: logged(app.storage.measures().await),
        search: logged(app.storage.search_status().await),
        queues: app.storage.queues(),
        outbound: net::waiting(),
        passing: app.passing(),
        free_bytes,
        is_writable: app.storage.check().await.is_ok(),
        backup: record.state(&app.config.backup, at),
        last_backup: record.last_good.map(|good| good.at),
    }
}

/// What cannot be looked at is left out, and is no reason to tell nothing else.
fn logged<T>(found: Result<T>) -> Option<T> {
    found.inspect_err(|error| tracing::warn!(%error, "a figure could not be read")).ok()
}

/// Everything in Prometheus' text format.
pub async fn text(app: &App) -> String {
    prometheus::written(app, &look(app).await)
}

/// # Errors
/// `Forbidden` for who is no administrator.
pub async fn figures(app: &App, actor: &Actor) -> Result<ServerFigures> {
    policy::may_administer(app.storage.me(actor.user).await?.role)?;
    let Seen { at, online, process, measures, search, queues, outbound, passing, free_bytes, .. } = look(app).await;
    Ok(ServerFigures {
        at,
        started_at: app.started_at,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: metrics::COMMIT.to_owned(),
        online: OnlineFigures { accounts: online.accounts, websockets: online.websockets, polling: online.polling },
        traffic: traffic(),
        delivery: times(&metrics::DELIVERY_TIME),
        commit_time: times(&metrics::COMMIT_TIME),
        queues: QueueFigures { unwritten: queues.unwritten, untold: queues.untold + passing, outbound_bytes: outbound },
        process: ProcessFigures {
            memory_bytes: process.resident,
            cpu_seconds: process.cpu_seconds,
            open_files: process.open_files,
            most_files: process.most_files,
        },
        kept: measures.zip(search).map(|(measures, search)| KeptFigures {
            database_bytes: measures.database,
            wal_bytes: measures.wal,
            files: measures.files,
            file_bytes: measures.file_bytes,
            uploads: measures.uploads,
            unindexed: search.behind,
            index_faulty: search.fault.is_some(),
        }),
        free_bytes,
        log: LogFigures {
            errors: metrics::LOG_LINES[0].1.value(),
            warnings: metrics::LOG_LINES[1].1.value(),
            slow_queries: metrics::SLOW_QUERIES.value(),
        },
        certificate: app.certificates.as_ref().map(|certificates| certificates.status()),
    })
}

fn traffic() -> TrafficFigures {
    let commands = metrics::all_commands().flat_map(|(_, counted)| counted.outcomes()).map(|(_, count)| count);
    let afresh = metrics::RECOVERIES.iter().map(|recovery| recovery.afresh.value()).sum();
    TrafficFigures {
        messages: metrics::MESSAGES.value(),
        commands: commands.sum(),
        refused: metrics::REFUSED_COMMANDS.value(),
        deliveries: metrics::DELIVERIES.value(),
        commits: metrics::COMMITS.value(),
        failed_commits: metrics::FAILED_COMMITS.value(),
        slow_consumers: metrics::SLOW_CONSUMERS.value(),
        recoveries: afresh + metrics::RECOVERIES.iter().map(|recovery| recovery.complete.value()).sum::<u64>(),
        recoveries_afresh: afresh,
        jobs: metrics::JOBS.all().iter().map(|job| job.runs.value()).sum(),
        failed_jobs: metrics::JOBS.all().iter().map(|job| job.failures.value()).sum(),
    }
}

fn times(of: &Histogram) -> TimesFigures {
    let reading = of.read();
    TimesFigures { up_to: reading.bounds.to_vec(), counts: reading.counts }
}
