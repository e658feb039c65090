//! `maru serve`.

use super::problem::Problem;
use super::{Output, Settings};
use maru::config::Config;
use maru::logging::{self, SetLevel};
use maru::systemd::{Given, GivenSockets, Notifier};
use std::io::IsTerminal;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

pub fn run(settings: &Settings) -> Result<Output, Problem> {
    let config = settings.load()?.config;
    let set_level = logging::start(&config);
    let given = given()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads()).enable_all().build()?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        heed_signals(stop.clone())?;
        let hangup = signal(SignalKind::hangup())?;
        if std::io::stdin().is_terminal() {
            tokio::spawn(end_with_terminal(hangup, stop.clone()));
        } else {
            let reload = Reload { settings: settings.clone(), running: config.clone(), set_level };
            tokio::spawn(reload.heed(hangup, given.notifier.clone(), stop.clone()));
        }
        maru::serve(config, given, stop).await?;
        Ok(Output::default())
    })
}

/// Taken before there are other threads, who might read the environment.
fn given() -> Result<Given, Problem> {
    let sockets = GivenSockets::from_environment()
        .map_err(|error| Problem(format!("what LISTEN_FDS names cannot be listened on: {error}")))?;
    let notifier = Notifier::from_environment()
        .map_err(|error| Problem(format!("what NOTIFY_SOCKET names cannot be reached: {error}")))?;
    Ok(Given { notifier: Arc::new(notifier), sockets })
}

/// Threads for everything but the database and passwords, which have threads of their own. Fewer threads wake each other
/// less: a delivery costs about a tenth less on one than on two (docs/performance.md).
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
}

/// The first SIGTERM or SIGINT drains, another ends the process at once.
fn heed_signals(stop: CancellationToken) -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        loop {
            let code = tokio::select! {
                _ = terminate.recv() => 143,
                _ = interrupt.recv() => 130,
            };
            if stop.is_cancelled() {
                std::process::exit(code);
            }
            stop.cancel();
        }
    });
    Ok(())
}

/// Whoever started it by hand and closes the window does not expect it to go on.
async fn end_with_terminal(mut hangup: Signal, stop: CancellationToken) {
    hangup.recv().await;
    stop.cancel();
}

/// Reads the configuration again at SIGHUP, and takes over what can change while the server runs: the level of the log.
struct Reload {
    settings: Settings,
    running: Config,
    set_level: SetLevel,
}

impl Reload {
    /// From when it serves until it is told to stop; what comes earlier waits, what comes later has no answer.
    async fn heed(mut self, mut hangup: Signal, notifier: Arc<Notifier>, stop: CancellationToken) {
        notifier.until_ready().await;
        while stop.run_until_cancelled(hangup.recv()).await.flatten().is_some() {
            notifier.reloading();
            let outcome = self.carry_out();
            tracing::info!("{outcome}");
            notifier.ready(&outcome);
        }
    }

    /// What came of it, on a line. A configuration that is not valid changes nothing.
    fn carry_out(&mut self) -> String {
        let config = match self.settings.load() {
            Ok(effective) => effective.config,
            Err(error) => {
                tracing::error!("{error}");
                return "the configuration is not valid, and the former one stays in force".to_owned();
            }
        };
        self.running.log_level = config.log_level;
        (self.set_level)(config.log_level);
        match self.running.differing(&config).as_slice() {
            [] => "the configuration was read again".to_owned(),
            waiting => format!("the configuration was read again; these wait for a restart: {}", waiting.join(", ")),
        }
    }
}
