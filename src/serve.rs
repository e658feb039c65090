//! The life of the server: opened, serving, drained.

use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::streams;
use crate::realtime::{self, Broadcaster, Signal, Signals, Sockets};
use crate::{auth, backup, control, data_dir, http, jobs, presence, previews, reminders, typing};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Clients that are told of the end spread their reconnects over this.
const RECONNECT_WITHIN_MS: u64 = 5_000;
/// How long clients that were let in may take to get their snapshot.
const ENTER_WITHIN: Duration = Duration::from_secs(3);
/// How long what is under way may take once clients were told.
const GRACE: Duration = Duration::from_millis(300);
/// How long closing the sockets may take; one that reads nothing would hold it up for ever.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

/// Serves until `stop`, then drains: accepts nothing more, tells clients, finishes commits, closes.
///
/// # Errors
/// In words for the operator: what could not be opened or bound.
pub async fn serve(config: Config, stop: CancellationToken) -> Result<()> {
    raise_open_files();
    let claim = data_dir::claim(&config.data_dir, "maru serve").map_err(|error| Error::Conflict(error.to_string()))?;
    let (app, outlets) = App::open(config).await?;
    let app = Arc::new(app);
    let broadcaster = Broadcaster::new(outlets);
    let signals = broadcaster.signals();
    let (layer, sockets) = realtime::server(app.clone(), &broadcaster);
    let told = tokio::spawn(broadcaster.run());
    let background = [
        tokio::spawn(presence::watch(app.clone())),
        tokio::spawn(typing::watch(app.clone())),
        tokio::spawn(streams::watch(app.clone())),
        tokio::spawn(reminders::watch(app.clone())),
        tokio::spawn(previews::watch(app.clone())),
        tokio::spawn(jobs::sweep(app.clone())),
        tokio::spawn(jobs::tidy_at_night(app.clone())),
        tokio::spawn(jobs::watch_files(app.clone())),
        tokio::spawn(backup::keep_up(app.clone())),
        tokio::spawn(auth::sessions::end_expired(app.clone())),
    ];

    let closing = CancellationToken::new();
    if let Some(address) = app.config.metrics_listen {
        let metrics = bind(address).await?;
        tokio::spawn(metrics.serve(http::metrics_router(app.clone()), closing.clone()));
    }
    let listening = bind(app.config.listen).await?;
    // Another process that finds the folder held is told where this one serves; without that it still runs.
    if let Err(error) = claim.sign(&format!("maru serve on {}", listening.address)) {
        tracing::warn!(%error, "the lock of the data folder could not be written");
    }
    let _only_address = app.serving_on.set(listening.address);
    let control = control::listen(app.clone())?;
    announce(listening.address);
    auth::setup::offer(&app).await?;
    let serving = tokio::spawn(listening.serve(http::router(app.clone(), layer), closing.clone()));

    stop.cancelled().await;
    tracing::info!("stopping");
    drain(&app, &signals, &closing, sockets).await;
    finish(serving).await;
    finish(control).await;
    background.iter().for_each(JoinHandle::abort);
    app.storage.close().await;
    finish(told).await;
    drop(claim);
    tracing::info!("stopped");
    Ok(())
}

/// Every client takes an open file; the system's soft limit is often as low as 1,024.
fn raise_open_files() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::info!(limit, "open files: about as many clients can be connected"),
        Err(error) => tracing::warn!(%error, "the limit of open files could not be raised"),
    }
}

async fn bind(address: SocketAddr) -> Result<http::Listening> {
    http::listen(address).await.map_err(|error| Error::Unavailable(format!("{address} cannot be listened on: {error}")))
}

/// For whoever started it by hand; logs go to standard error.
fn announce(address: SocketAddr) {
    let mut out = std::io::stdout();
    // A closed standard output is no reason not to serve.
    let shown =
        if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() };
    let _closed = writeln!(out, "listening on http://{shown}").and_then(|()| out.flush());
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
}

async fn drain(app: &App, signals: &Signals, closing: &CancellationToken, sockets: Sockets) {
    app.draining.cancel();
    // Nobody new is let in; who was let in a moment ago is told with the others.
    app.entering.close();
    if tokio::time::timeout(ENTER_WITHIN, app.entering.wait()).await.is_err() {
        tracing::info!("some clients were still connecting");
    }
    let (done, told) = oneshot::channel();
    if signals.send(Signal::Drain { within_ms: RECONNECT_WITHIN_MS, done }).is_ok() {
        // The broadcaster may end before it answers; then there is nobody to wait for.
        let _ended = told.await;
    }
    tokio::time::sleep(GRACE).await;
    closing.cancel();
    if tokio::time::timeout(CLOSE_WITHIN, sockets.close()).await.is_err() {
        tracing::info!("some sockets did not close in time");
    }
    // Each closed socket notes its departure in a task of its own; they are short.
    tokio::time::sleep(GRACE).await;
}

async fn finish(task: JoinHandle<()>) {
    if let Err(error) = task.await {
        tracing::error!(%error, "a part of the server ended badly");
    }
}
