//! The life of the server: opened, serving, drained.

mod agreement;
mod company;
mod errands;
mod ports;

use crate::app::App;
use crate::certificates::Certificates;
use crate::config::{Config, reachable};
use crate::error::{Error, Result};
use crate::links::Fetcher;
use crate::messages::streams;
use crate::realtime::{self, Broadcaster, Signal, Signals, Sockets};
use crate::systemd::{Given, Notifier};
use crate::{archive, auth, backup, control, http, jobs, presence, previews, reminders, typing};
use company::Found;
use ports::Ports;
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

/// Serves until `stop`, then drains: accepts nothing more, tells clients, finishes commits, closes. Who started the
/// process may have `given` it ports, and is told how it goes.
///
/// # Errors
/// In words for the operator: what could not be opened or bound.
pub async fn serve(config: Config, given: Given, stop: CancellationToken) -> Result<()> {
    let Given { notifier, sockets } = given;
    let open_files = raise_open_files();
    notifier.status("opening the database");
    let Some(held) = stop.run_until_cancelled(company::enter(&config)).await else {
        notifier.stopping();
        return Ok(());
    };
    let held = held?;
    // Whatever is wrong with the configuration shows before the database is brought up to date.
    let certificates = Certificates::open(&config)?;
    let fetcher = previews::fetcher(&config)?;
    let ports = Ports::open(&config, sockets).await?;
    // Whatever is cut off here, a long change of the database as well, is as if it had not begun.
    let opening = async {
        let Found { held, directory, joined, losses } = held.join(&config).await?;
        Ok::<_, Error>((held, losses, App::open_among(config, directory, joined).await?))
    };
    let Some(opened) = stop.run_until_cancelled(opening).await else {
        notifier.stopping();
        tracing::info!("stopped before it served");
        return Ok(());
    };
    let (held, losses, (mut app, outlets)) = opened?;
    app.certificates = certificates;
    let app = Arc::new(app);
    // An archive that was being made is asked for again, and any other may be.
    if app.is_first() {
        archive::asked::clear(&app.config)?;
    }
    let company = held.open(&app, losses).await?;
    // The configuration may give another key than it did before.
    auth::two_factor::seal_again(&app, app.keys.ring()).await?;
    let broadcaster = Broadcaster::new(outlets);
    let signals = broadcaster.signals();
    let (layer, clients) = realtime::server(app.clone(), &broadcaster);
    let router = http::router(app.clone(), layer)?;
    let told = tokio::spawn(broadcaster.run());
    let background = start_background(&app, &notifier, fetcher);

    let (closing, admission) = (CancellationToken::new(), http::Admission::new(&app.config, open_files));
    let stays_open = ports.stays_open;
    let listening = ports.serve_others(&app, &admission, &closing)?;
    // Another process that finds the folder held is told where this one serves; without that it still runs.
    company.serves_on(&app, listening.address);
    let _only_address = app.serving_on.set(listening.address);
    let control = control::listen(app.clone())?;
    let address = listening.address;
    announce(address, app.config.serves_https());
    // Each offer makes the one before it void: of several servers the first one makes it.
    if app.is_first() {
        auth::setup::offer(&app).await?;
    }
    // Where the port stays open, or there are other servers, who comes while this one lets its clients go is served by
    // another. Else they are told why they are not.
    let others = stays_open || app.cluster.is_some();
    let leave = if others { app.draining.clone() } else { closing.clone() };
    let serving = tokio::spawn(listening.serve(router, admission, leave, closing.clone()));
    notifier.ready(&format!("listening on {address}"));

    stop.cancelled().await;
    tracing::info!("stopping");
    notifier.stopping();
    drain(&app, &signals, &closing, clients).await;
    finish(serving).await;
    finish(control).await;
    background.iter().for_each(JoinHandle::abort);
    company.give_back(&app).await;
    app.storage.close().await;
    finish(told).await;
    company.leave().await;
    tracing::info!("stopped");
    Ok(())
}

/// What goes on beside requests and events, until it is aborted.
fn start_background(app: &Arc<App>, notifier: &Arc<Notifier>, fetcher: Option<Arc<Fetcher>>) -> Vec<JoinHandle<()>> {
    let mut started = vec![
        tokio::spawn(presence::watch(app.clone())),
        tokio::spawn(typing::watch(app.clone())),
        tokio::spawn(streams::watch(app.clone())),
        tokio::spawn(errands::run(app.clone())),
        tokio::spawn(company::tell_clients(app.clone())),
        tokio::spawn(reminders::watch(app.clone())),
        tokio::spawn(jobs::sweep(app.clone())),
        tokio::spawn(jobs::forget_limits(app.clone())),
        tokio::spawn(jobs::expire_messages(app.clone())),
        tokio::spawn(jobs::erase(app.clone())),
        tokio::spawn(jobs::tidy_at_night(app.clone())),
        tokio::spawn(jobs::watch_files(app.clone())),
        tokio::spawn(backup::keep_up(app.clone())),
        tokio::spawn(auth::sessions::end_expired(app.clone())),
        tokio::spawn(jobs::keep_alive(app.clone(), notifier.clone())),
    ];
    started.extend(fetcher.map(|fetcher| tokio::spawn(previews::watch(app.clone(), fetcher))));
    started.extend(app.certificates.clone().map(|certificates| tokio::spawn(certificates.keep_up())));
    started
}

/// Every client takes an open file; the system's soft limit is often as low as 1,024. What it is then, if that is known.
fn raise_open_files() -> Option<u64> {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::info!(limit, "open files: about as many clients can be connected"),
        Err(error) => tracing::warn!(%error, "the limit of open files could not be raised"),
    }
    rlimit::Resource::NOFILE.get_soft().ok()
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
