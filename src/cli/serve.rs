//! `maru serve`.

use super::Output;
use super::problem::Problem;
use maru::config::Config;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

pub fn run(config: Config) -> Result<Output, Problem> {
    maru::logging::start(&config);
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
