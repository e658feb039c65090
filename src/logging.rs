//! Log lines on standard error: text for people, JSON for machines. Never a secret, never a message.

use crate::config::{Config, LogFormat, LogLevel};
use crate::{metrics, storage};
use std::io::IsTerminal;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry, reload};

/// Says from now on which lines are written.
pub type SetLevel = Box<dyn Fn(LogLevel) + Send>;

/// Starts logging for the rest of the process; a second call changes nothing.
pub fn start(config: &Config) -> SetLevel {
    let (level, handle) = reload::Layer::new(filter(config.log_level));
    let set_level = Box::new(move |level| changed(handle.reload(filter(level))));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let started = registry().with(level).with(lines).with(Counted).try_init();
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
fn filter(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    Targets::new().with_default(LevelFilter::WARN).with_target("maru", level)
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
