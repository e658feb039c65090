//! The figures as Prometheus reads them.

use super::Seen;
use crate::app::App;
use crate::clock::Timestamp;
use crate::cluster::Cluster;
use crate::contract::{BackupState, CertificateState, Command, SendMessage};
use crate::metrics::{self, JOBS, Text};

const SENDING: &str = SendMessage::NAME;

pub(super) fn written(app: &App, seen: &Seen) -> String {
    let mut text = Text::default();
    let labels = [("version", env!("CARGO_PKG_VERSION")), ("commit", metrics::COMMIT)];
    text.head("maru_build_info", "gauge", "The running program; always 1.");
    text.sample("maru_build_info", &labels, 1);
    process(&mut text, app, seen);
    connections(&mut text, seen);
    commands(&mut text);
    requests(&mut text);
    writing(&mut text, seen);
    queues(&mut text, seen);
    kept(&mut text, seen);
    let keep = app.config.files.keep_free.bytes();
    text.gauge("maru_disk_kept_free_bytes", "Space that uploads leave free there (files.keep_free).", keep);
    background(&mut text, seen);
    certificate(&mut text, app);
    if let Some(cluster) = &app.cluster {
        cluster_of(&mut text, cluster);
    }
    text.finish()
}

fn process(text: &mut Text, app: &App, seen: &Seen) {
    let process = seen.process;
    let started_at = seconds(app.started_at);
    text.gauge("process_start_time_seconds", "When the process was started, since 1970.", started_at);
    text.head("process_cpu_seconds_total", "counter", "Time of all processors that was taken.");
    text.sample("process_cpu_seconds_total", &[], process.cpu_seconds);
    text.gauge("process_resident_memory_bytes", "Memory in RAM.", process.resident);
    text.gauge("process_threads", "Threads of the process.", process.threads);
    text.gauge("process_open_fds", "Files and sockets that are open.", process.open_files);
    if let Some(most) = process.most_files {
        text.gauge("process_max_fds", "Files and sockets that may be open.", most);
    }
    text.head("maru_log_lines_total", "counter", "Log lines, by level.");
    for (level, lines) in &metrics::LOG_LINES {
        text.sample("maru_log_lines_total", &[("level", level)], lines.value());
    }
}

fn connections(text: &mut Text, seen: &Seen) {
    text.head("maru_connections", "gauge", "Connected sockets, by what carries them.");
    for (transport, count) in [("websocket", seen.online.websockets), ("polling", seen.online.polling)] {
        text.sample("maru_connections", &[("transport", transport)], count);
    }
    text.gauge("maru_accounts_online", "Accounts with at least one connected socket.", seen.online.accounts);
    text.counter("maru_admissions_total", "Connections that were let in.", &metrics::ADMISSIONS);
    let help = "Connections cut because they read too slowly.";
    text.counter("maru_slow_consumers_total", help, &metrics::SLOW_CONSUMERS);
    let name = "maru_recoveries_total";
    text.head(
        name,
        "counter",
        "Rooms that were caught up for clients that had been away, by how and with what outcome.",
    );
    for recovery in &metrics::RECOVERIES {
        for (outcome, count) in [("complete", &recovery.complete), ("afresh", &recovery.afresh)] {
            text.sample(name, &[("way", recovery.way), ("outcome", outcome)], count.value());
        }
    }
}

/// Commands that were never sent are left out, since most servers see a part of them; but for sending, which every server
/// is there for, and for faults of the program: the first of a kind would not be seen to grow from nothing.
fn commands(text: &mut Text) {
    text.head(
        "maru_commands_total",
        "counter",
        "Commands of sockets, by event and outcome: ok, or the code of the error.",
    );
    for (event, counted) in metrics::all_commands() {
        let is_shown =
            |(code, count): &(&str, u64)| *count > 0 || *code == "internal" || (event == SENDING && *code == "ok");
        for (code, count) in counted.outcomes().filter(is_shown) {
            text.sample("maru_commands_total", &[("event", event), ("code", code)], count);
        }
    }
    let name = "maru_command_duration_seconds";
    text.head(
        name,
        "histogram",
        "From when a command's turn came until its answer was handed to the socket, by event.",
    );
    for (event, counted) in metrics::all_commands() {
        let reading = counted.time.read();
        if event == SENDING || reading.counts.iter().any(|count| *count > 0) {
            text.histogram(name, &[("event", event)], &reading, 1e6);
        }
    }
    let help = "Commands of sockets that were answered with an error.";
    text.counter("maru_refused_commands_total", help, &metrics::REFUSED_COMMANDS);
    text.counter("maru_searches_total", "Searches carried out.", &metrics::SEARCHES);
}

fn requests(text: &mut Text) {
    text.head(
        "maru_http_requests_total",
        "counter",
        "Requests to the HTTP API, by the kind of their status, or abandoned before there was one.",
    );
    let kinds = ["abandoned", "1xx", "2xx", "3xx", "4xx", "5xx"];
    for (kind, count) in kinds.into_iter().zip(&metrics::HTTP_REQUESTS) {
        text.sample("maru_http_requests_total", &[("status", kind)], count.value());
    }
    let help = "From a request to the HTTP API until its answer began, without uploads.";
    text.times("maru_http_request_duration_seconds", help, &metrics::HTTP_TIME.read());
}

fn writing(text: &mut Text, seen: &Seen) {
    text.counter("maru_messages_total", "New messages, those of the system too.", &metrics::MESSAGES);
    text.counter("maru_commits_total", "Transactions committed.", &metrics::COMMITS);
    let help = "Whether what is sent can be kept: 0 since a commit failed, until one succeeds.";
    text.gauge("maru_writable", help, u8::from(seen.is_writable));
    text.counter("maru_failed_commits_total", "Transactions that failed.", &metrics::FAILED_COMMITS);
    text.counter("maru_commands_written_total", "Commands in committed transactions.", &metrics::COMMANDS_WRITTEN);
    let help = "From the first command of a batch until all of it was on the disk.";
    text.times("maru_commit_duration_seconds", help, &metrics::COMMIT_TIME.read());
    text.head("maru_commit_commands", "histogram", "Commands that were written in one transaction.");
    text.histogram("maru_commit_commands", &[], &metrics::COMMIT_SIZE.read(), 1.0);
    text.counter("maru_deliveries_total", "Events queued to sockets.", &metrics::DELIVERIES);
    let help = "From a commit until it was handed to a connection that hears of it.";
    text.times("maru_delivery_duration_seconds", help, &metrics::DELIVERY_TIME.read());
    let help = "Statements of the database that took longer than log_slow_queries.";
    text.counter("maru_slow_queries_total", help, &metrics::SLOW_QUERIES);
}

fn queues(text: &mut Text, seen: &Seen) {
    let help = "What waits: commands for the writer, commits and what is not stored for the broadcaster.";
    text.head("maru_queue_length", "gauge", help);
    text.sample("maru_queue_length", &[("queue", "writer")], seen.queues.unwritten);
    text.sample("maru_queue_length", &[("queue", "commits")], seen.queues.untold);
    text.sample("maru_queue_length", &[("queue", "passing")], seen.passing);
    text.gauge("maru_outbound_bytes", "What waits for websockets that do not read as fast, together.", seen.outbound);
}

fn kept(text: &mut Text, seen: &Seen) {
    if let Some(measures) = seen.measures {
        text.gauge("maru_database_bytes", "Size of the database.", measures.database);
        text.gauge("maru_wal_bytes", "Size of the database's write-ahead log.", measures.wal);
        text.gauge("maru_files", "Contents of files, each counted once.", measures.files);
        text.gauge("maru_file_bytes", "Size of all contents of files.", measures.file_bytes);
        text.gauge("maru_uploads", "Uploads that are not finished.", measures.uploads);
    }
    if let Some(free) = seen.free_bytes {
        text.gauge("maru_disk_free_bytes", "Space that is free on the disk of the data folder.", free);
    }
    if let Some(search) = &seen.search {
        text.gauge("maru_index_lag_messages", "Messages that are not in the search index yet.", search.behind);
        let faulty = u8::from(search.fault.is_some());
        text.gauge("maru_index_faulty", "Whether the search index cannot be kept up: 1 if so.", faulty);
    }
    let help = "New messages put into the search index.";
    text.counter("maru_messages_indexed_total", help, &metrics::MESSAGES_INDEXED);
}

fn background(text: &mut Text, seen: &Seen) {
    let jobs = JOBS.all();
    text.head("maru_job_runs_total", "counter", "Runs of work that comes round by itself, by task.");
    for job in jobs {
        text.sample("maru_job_runs_total", &[("task", job.name)], job.runs.value());
    }
    text.head("maru_job_failures_total", "counter", "Runs that failed, by task.");
    for job in jobs {
        text.sample("maru_job_failures_total", &[("task", job.name)], job.failures.value());
    }
    let lasts: Vec<_> = jobs.into_iter().filter_map(|job| Some((job.name, job.last()?))).collect();
    if !lasts.is_empty() {
        text.head("maru_job_last_run_timestamp_seconds", "gauge", "When the last run ended, by task.");
        for (job, (ended_at, _)) in &lasts {
            text.sample("maru_job_last_run_timestamp_seconds", &[("task", job)], seconds(*ended_at));
        }
        text.head("maru_job_last_duration_seconds", "gauge", "How long the last run took, by task.");
        for (job, (_, took)) in &lasts {
            text.sample("maru_job_last_duration_seconds", &[("task", job)], took.as_secs_f64());
        }
    }
    let previews = &metrics::PREVIEWS;
    text.head("maru_previews_total", "counter", "Links that were looked up, by what came of it.");
    for (outcome, count) in [
        ("found", &previews.found),
        ("known", &previews.known),
        ("nothing", &previews.nothing),
        ("failed", &previews.failed),
    ] {
        text.sample("maru_previews_total", &[("outcome", outcome)], count.value());
    }
    if let Some(moment) = seen.last_backup {
        let help = "When the last backup was begun that was proven by restoring it.";
        text.gauge("maru_last_good_backup_timestamp_seconds", help, seconds(moment));
    }
    let states = [
        (BackupState::Off, "off"),
        (BackupState::None, "none"),
        (BackupState::Good, "good"),
        (BackupState::Incomplete, "incomplete"),
        (BackupState::Failing, "failing"),
        (BackupState::Late, "late"),
    ];
    let help = "How it stands with backups: 1 for the state that it is in.";
    state(text, "maru_backup_state", help, states, &seen.backup);
}

/// Nothing where somebody else encrypts.
fn certificate(text: &mut Text, app: &App) {
    let Some(status) = app.certificates.as_ref().map(|certificates| certificates.status()) else { return };
    if let Some(moment) = status.not_after {
        let help = "When the certificate ends that HTTPS is served with, since 1970.";
        text.gauge("maru_certificate_expiry_timestamp_seconds", help, seconds(moment));
    }
    let states = [
        (CertificateState::Good, "good"),
        (CertificateState::Ending, "ending"),
        (CertificateState::Missing, "missing"),
        (CertificateState::Expired, "expired"),
    ];
    let help = "How it stands with the certificate: 1 for the state that it is in.";
    state(text, "maru_certificate_state", help, states, &status.state);
}

/// How it stands between the servers of a cluster.
fn cluster_of(text: &mut Text, cluster: &Cluster) {
    let help = "How long this server waited for its turn to write, when others wrote.";
    text.times("maru_write_turn_duration_seconds", help, &metrics::WRITE_TURNS.read());
    text.gauge("maru_cluster_servers", "Servers that are heard of, this one too.", cluster.nodes().len());
    let help = "Whether Redis is there: 1 or 0.";
    text.gauge("maru_cluster_connected", help, u8::from(cluster.is_connected()));
    let help = "Commits of other servers that were told here.";
    text.counter("maru_cluster_followed_commits_total", help, &metrics::FOLLOWED);
    let help =
        "Typing, presence and chunks of streams that were not passed on, since Redis was away or too much waited.";
    text.counter("maru_cluster_not_passed_on_total", help, &metrics::NOT_PASSED_ON);
    let help = "Of these, what others passed on and was not told here, since too much waited or it made no sense.";
    text.counter("maru_cluster_not_told_total", help, &metrics::NOT_TOLD);
}

/// One sample for each state that there is.
fn state<S: PartialEq, const N: usize>(
    text: &mut Text,
    metric: &str,
    help: &str,
    states: [(S, &'static str); N],
    present: &S,
) {
    text.head(metric, "gauge", help);
    for (state, name) in states {
        text.sample(metric, &[("state", name)], u8::from(state == *present));
    }
}

/// Since 1970, as Prometheus has its times.
fn seconds(moment: Timestamp) -> f64 {
    moment.as_millis() as f64 / 1000.0
}
