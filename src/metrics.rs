//! What is counted, for Prometheus.

use crate::clock::Timestamp;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
pub struct Counter {
    name: &'static str,
    help: &'static str,
    count: AtomicU64,
}

impl Counter {
    const fn new(name: &'static str, help: &'static str) -> Self {
        Self { name, help, count: AtomicU64::new(0) }
    }

    pub fn add(&self, number: usize) {
        self.count.fetch_add(number as u64, Ordering::Relaxed);
    }
}

pub static COMMITS: Counter = Counter::new("maru_commits_total", "Transactions committed.");
pub static COMMANDS_WRITTEN: Counter =
    Counter::new("maru_commands_written_total", "Commands in committed transactions.");
pub static FAILED_COMMITS: Counter = Counter::new("maru_failed_commits_total", "Transactions that failed.");
pub static DELIVERIES: Counter = Counter::new("maru_deliveries_total", "Events queued to sockets.");
pub static SLOW_CONSUMERS: Counter =
    Counter::new("maru_slow_consumers_total", "Connections cut because they read too slowly.");
pub static REFUSED_COMMANDS: Counter = Counter::new("maru_refused_commands_total", "Commands answered with an error.");
pub static SEARCHES: Counter = Counter::new("maru_searches_total", "Searches carried out.");
pub static MESSAGES_INDEXED: Counter =
    Counter::new("maru_messages_indexed_total", "New messages put into the search index.");

static COUNTERS: [&Counter; 8] = [
    &COMMITS,
    &COMMANDS_WRITTEN,
    &FAILED_COMMITS,
    &DELIVERIES,
    &SLOW_CONSUMERS,
    &REFUSED_COMMANDS,
    &SEARCHES,
    &MESSAGES_INDEXED,
];

/// Everything in Prometheus' text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
pub fn render(connections: usize, last_backup: Option<Timestamp>) -> String {
    let mut text = format!(
        "# HELP maru_connections Connected sockets.\n# TYPE maru_connections gauge\nmaru_connections {connections}\n"
    );
    if let Some(moment) = last_backup {
        let name = "maru_last_good_backup_timestamp_seconds";
        let help = "When the last backup was begun that was proven by restoring it.";
        let seconds = moment.as_millis() / 1000;
        let _infallible = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {seconds}\n");
    }
    for Counter { name, help, count } in COUNTERS {
        let count = count.load(Ordering::Relaxed);
        let _infallible = write!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}\n");
    }
    text
}
