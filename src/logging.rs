//! Log lines on standard error: text for people, JSON for machines. Never a secret, never a message.

use crate::config::{Config, LogFormat, LogLevel};
use crate::{metrics, storage};
use std::io::IsTerminal;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Says from now on which lines are written.
pub type SetLevel = Box<dyn Fn(LogLevel) + Send>;

/// Starts logging for the rest of the process; a second call changes nothing.
pub fn start(config: &Config) -> SetLevel {
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr);
    let filter_now = filter(config.log_level);
    let (started, set_level): (_, SetLevel) = match config.log_format {
        LogFormat::Text => {
            let lines = lines.with_ansi(std::io::stderr().is_terminal());
            let lines = lines.with_env_filter(filter_now).with_filter_reloading();
            let handle = lines.reload_handle();
            let set_level = Box::new(move |level| changed(handle.reload(filter(level))));
            (lines.finish().with(Counted).try_init(), set_level)
        }
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_env_filter(filter_now).with_filter_reloading();
            let handle = lines.reload_handle();
            let set_level = Box::new(move |level| changed(handle.reload(filter(level))));
            (lines.finish().with(Counted).try_init(), set_level)
        }
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging had been started");
        return set_level;
    }
    std::panic::set_hook(Box::new(|panic| {
        // What is formatted may quote what somebody wrote.
        let said = panic.payload().downcast_ref::<&str>().copied().unwrap_or_default();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, said, "panicked");
    }));
    set_level
}

/// What Maru depends on speaks up only when something is wrong.
fn filter(level: LogLevel) -> EnvFilter {
    EnvFilter::new(format!("warn,maru={}", level.as_str()))
}

fn changed(result: Result<(), tracing_subscriber::reload::Error>) {
    if let Err(error) = result {
        tracing::warn!(%error, "the level of the log could not be changed");
    }
}

/// Counts the lines that are written.
struct Counted;

impl<S: Subscriber> Layer<S> for Counted {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let place = match *event.metadata().level() {
            Level::ERROR => 0,
            Level::WARN => 1,
            Level::INFO => 2,
            Level::DEBUG => 3,
            Level::TRACE => 4,
        };
        metrics::LOG_LINES[place].1.add(1);
        if event.metadata().target() == storage::SLOW_QUERIES {
            metrics::SLOW_QUERIES.add(1);
        }
    }
}
