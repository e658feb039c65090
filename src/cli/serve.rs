//! `maru serve`.

use super::Output;
use super::problem::Problem;
use maru::config::{Config, LogFormat};
use std::io::IsTerminal;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

pub fn run(config: Config) -> Result<Output, Problem> {
    start_logging(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads()).enable_all().build()?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        heed_signals(stop.clone())?;
        maru::serve(config, stop).await?;
        Ok(Output::default())
    })
}

/// Threads for everything but the database and passwords, which have threads of their own. Fewer threads wake each other
/// less: a delivery costs about a tenth less on one than on two (docs/performance.md).
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
}

/// To standard error. What libraries tell is of interest from `warn` on.
fn start_logging(config: &Config) {
    let filter = EnvFilter::new(format!("warn,maru={}", config.log_level.as_str()));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).finish().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init(),
    };
    // It fails only where logging was started before.
    debug_assert!(started.is_ok(), "logging is started once");
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
