//! Log lines on standard error: text for people, JSON for machines. Never a secret, never a message.

use crate::config::{Config, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging for the rest of the process; a second call changes nothing.
pub fn start(config: &Config) {
    // What Maru depends on speaks up only when something is wrong.
    let filter = EnvFilter::new(format!("warn,maru={}", config.log_level.as_str()));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if let Err(error) = started {
        return tracing::debug!(%error, "logging had been started");
    }
    std::panic::set_hook(Box::new(|panic| {
        // What is formatted may quote what somebody wrote.
        let said = panic.payload().downcast_ref::<&str>().copied().unwrap_or_default();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, said, "panicked");
    }));
}
