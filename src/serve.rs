//! The life of the server: opened, serving, drained.

use crate::app::App;
use crate::certificates::Certificates;
use crate::config::{Config, reachable};
use crate::error::{Error, Result};
use crate::messages::streams;
use crate::realtime::{self, Broadcaster, Signal, Signals, Sockets};
use crate::systemd::{Given, GivenSockets};
use crate::{auth, backup, control, data_dir, http, jobs, presence, previews, reminders, typing};
use std::io::{ErrorKind, Write};
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

/// Serves until `stop`, then drains: accepts nothing more, tells clients, finishes commits, closes. Who started the
/// process may have `given` it ports, and is told how it goes.
///
/// # Errors
/// In words for the operator: what could not be opened or bound.
pub async fn serve(config: Config, given: Given, stop: CancellationToken) -> Result<()> {
    let Given { notifier, mut sockets } = given;
    let ports: Vec<SocketAddr> = config.public_ports().into_iter().chain(config.metrics_listen).collect();
    sockets.check(&ports).map_err(|error| Error::Conflict(error.to_string()))?;
    raise_open_files();
    notifier.status("opening the database");
    let claim = data_dir::claim(&config.data_dir, "maru serve").map_err(|error| Error::Conflict(error.to_string()))?;
    let certificates = Certificates::open(&config)?;
    // Whatever is cut off here, a long change of the database as well, is as if it had not begun.
    let Some(opened) = stop.run_until_cancelled(App::open(config)).await else {
        notifier.stopping();
        tracing::info!("stopped before it served");
        return Ok(());
    };
    let (mut app, outlets) = opened?;
    app.certificates = certificates;
    let fetcher = previews::fetcher(&app.config)?;
    let app = Arc::new(app);
    let broadcaster = Broadcaster::new(outlets);
    let signals = broadcaster.signals();
    let (layer, clients) = realtime::server(app.clone(), &broadcaster);
    let told = tokio::spawn(broadcaster.run());
    let background = [
        tokio::spawn(presence::watch(app.clone())),
        tokio::spawn(typing::watch(app.clone())),
        tokio::spawn(streams::watch(app.clone())),
        tokio::spawn(reminders::watch(app.clone())),
        tokio::spawn(jobs::sweep(app.clone())),
        tokio::spawn(jobs::tidy_at_night(app.clone())),
        tokio::spawn(jobs::watch_files(app.clone())),
        tokio::spawn(backup::keep_up(app.clone())),
        tokio::spawn(auth::sessions::end_expired(app.clone())),
        tokio::spawn(jobs::keep_alive(app.clone(), notifier.clone())),
    ];
    let looking_up = fetcher.map(|fetcher| tokio::spawn(previews::watch(app.clone(), fetcher)));

    let (closing, guests) = (CancellationToken::new(), http::Guests::new(&app.config));
    if let Some(address) = app.config.metrics_listen {
        let (metrics, _) = bind("metrics_listen", address, &mut sockets).await?;
        tracing::info!(address = %metrics.address, "metrics are served");
        let router = http::metrics_router(app.clone());
        tokio::spawn(metrics.serve(router, guests.clone(), closing.clone(), closing.clone()));
    }
    let (listening, stays_open) = listen(&app, &mut sockets, &guests, &closing).await?;
    // Another process that finds the folder held is told where this one serves; without that it still runs.
    if let Err(error) = claim.sign(&format!("maru serve on {}", listening.address)) {
        tracing::warn!(%error, "the lock of the data folder could not be written");
    }
    let _only_address = app.serving_on.set(listening.address);
    let control = control::listen(app.clone())?;
    let address = listening.address;
    announce(address, app.config.serves_https());
    auth::setup::offer(&app).await?;
    let certified = app.certificates.clone().map(|certificates| tokio::spawn(certificates.keep_up()));
    // Where the port stays open, who comes while this server lets its clients go is served by the next one.
    let leave = if stays_open { app.draining.clone() } else { closing.clone() };
    let serving = tokio::spawn(listening.serve(http::router(app.clone(), layer), guests, leave, closing.clone()));
    notifier.ready(&format!("listening on {address}"));

    stop.cancelled().await;
    tracing::info!("stopping");
    notifier.stopping();
    drain(&app, &signals, &closing, clients).await;
    finish(serving).await;
    finish(control).await;
    background.iter().chain(&looking_up).chain(&certified).for_each(JoinHandle::abort);
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

/// Binds the address of HTTP or HTTPS, with true when it stays open without us, and beside HTTPS answers what comes by
/// HTTP.
async fn listen(
    app: &Arc<App>,
    given: &mut GivenSockets,
    guests: &Arc<http::Guests>,
    closing: &CancellationToken,
) -> Result<(http::Listening, bool)> {
    let (listening, stays_open) = bind("listen", app.config.listen, given).await?;
    let listening = listening.below(app.config.path());
    let Some(certificates) = &app.certificates else { return Ok((listening, stays_open)) };
    if let Some(address) = app.config.tls.redirect_listen {
        let (redirecting, _) = bind("tls.redirect_listen", address, given).await?;
        tracing::info!(address = %redirecting.address, "redirecting to HTTPS");
        let router = http::redirect_router(app.clone());
        tokio::spawn(redirecting.serve(router, guests.clone(), closing.clone(), closing.clone()));
    }
    Ok((listening.encrypted(certificates.encryption()?, app.config.tls.hsts), stays_open))
}

/// Opens a port, or takes it from whoever keeps it open; then with true.
async fn bind(setting: &str, address: SocketAddr, given: &mut GivenSockets) -> Result<(http::Listening, bool)> {
    let bound = match given.take(address) {
        Some(socket) => http::take_over(socket).map(|listening| (listening, true)),
        None => http::listen(address).await.map(|listening| (listening, false)),
    };
    bound.map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::PermissionDenied if address.port() == 80 => {
                "; ports below 1024 are for root unless the system allows them: `maru service install` sees to it, or \
                 `setcap cap_net_bind_service=+ep` on the program; without a redirect from HTTP, and without proofs by \
                 it, set tls.redirect_listen = \"off\""
            }
            ErrorKind::PermissionDenied if address.port() < 1024 => {
                "; ports below 1024 are for root unless the system allows them: `maru service install` sees to it, or \
                 `setcap cap_net_bind_service=+ep` on the program"
            }
            ErrorKind::AddrInUse if address.port() == 80 => {
                "; another web server runs here: stop it, or set tls.redirect_listen = \"off\""
            }
            ErrorKind::AddrInUse => {
                "; another program has it: stop that (maru doctor says which), or take another port"
            }
            ErrorKind::AddrNotAvailable => "; take an address that this machine has, or 0.0.0.0 for all of them",
            _ => "",
        };
        Error::Unavailable(format!("{setting}: {address} cannot be listened on: {error}{advice}"))
    })
}

/// For whoever started it by hand; logs go to standard error.
fn announce(address: SocketAddr, is_https: bool) {
    let mut out = std::io::stdout();
    // A closed standard output is no reason not to serve.
    let scheme = if is_https { "https" } else { "http" };
    let _closed = writeln!(out, "listening on {scheme}://{}", reachable(address)).and_then(|()| out.flush());
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
}

async fn drain(app: &App, signals: &Signals, closing: &CancellationToken, clients: Sockets) {
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
    if tokio::time::timeout(CLOSE_WITHIN, clients.close()).await.is_err() {
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
