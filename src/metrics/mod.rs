//! What is counted while the server runs, for whoever watches it.
//!
//! Everything is static, with labels that are known beforehand: no library is asked for one, since those that there are
//! lock or look up a label where something is counted, and this is done for each delivery.

mod instruments;
mod process;
mod text;

pub use instruments::{Counter, Histogram, Job, Reading, Round, TIMES};
pub use process::Process;
pub use text::Text;

use crate::contract::{self, JobRhythm};
use crate::error::Code;
use instruments::NUMBERS;

/// Of the source that the program was built from.
pub const COMMIT: &str = match option_env!("MARU_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// Transactions that were committed.
pub static COMMITS: Counter = Counter::new();
/// How long this server waited for others to write, where there are several and it had to wait.
pub static WRITE_TURNS: Histogram = Histogram::new(instruments::TIMES);
/// Commits of other servers that were told here.
pub static FOLLOWED: Counter = Counter::new();
/// What was to be passed on to other servers and was not, because Redis was away or too much waited: typing, presence,
/// chunks of streams. Nothing that is stored is among it, here and below.
pub static NOT_PASSED_ON: Counter = Counter::new();
/// What other servers passed on and was not told here, because too much waited or it made no sense.
pub static NOT_TOLD: Counter = Counter::new();
/// Commands in committed transactions.
pub static COMMANDS_WRITTEN: Counter = Counter::new();
pub static FAILED_COMMITS: Counter = Counter::new();
/// From the first command of a batch to its end on the disk.
pub static COMMIT_TIME: Histogram = Histogram::new(instruments::TIMES);
/// Commands that were written together.
pub static COMMIT_SIZE: Histogram = Histogram::new(NUMBERS);
/// New messages, those of the system too.
pub static MESSAGES: Counter = Counter::new();
/// Events queued to sockets.
pub static DELIVERIES: Counter = Counter::new();
/// From the commit until it was handed to a connection, which may have to wait for a reader that is slow.
pub static DELIVERY_TIME: Histogram = Histogram::new(instruments::TIMES);
/// Connections that were let in.
pub static ADMISSIONS: Counter = Counter::new();
/// Connections cut because they read too slowly.
pub static SLOW_CONSUMERS: Counter = Counter::new();
/// Commands answered with an error.
pub static REFUSED_COMMANDS: Counter = Counter::new();
/// Searches carried out.
pub static SEARCHES: Counter = Counter::new();
/// New messages put into the search index.
pub static MESSAGES_INDEXED: Counter = Counter::new();
/// Statements that took longer than log_slow_queries.
pub static SLOW_QUERIES: Counter = Counter::new();

/// Log lines, by level.
pub static LOG_LINES: [(&str, Counter); 5] = [
    ("error", Counter::new()),
    ("warn", Counter::new()),
    ("info", Counter::new()),
    ("debug", Counter::new()),
    ("trace", Counter::new()),
];

/// Rooms that were caught up for a client that had been away.
pub static RECOVERIES: [Recovery; 2] = [Recovery::new("connect"), Recovery::new("rejoin")];

/// How a client asked for what it missed, and whether it got all of it.
pub struct Recovery {
    pub way: &'static str,
    pub complete: Counter,
    /// Too much was missed: the client begins anew.
    pub afresh: Counter,
}

impl Recovery {
    const fn new(way: &'static str) -> Self {
        Self { way, complete: Counter::new(), afresh: Counter::new() }
    }

    fn note(&self, complete: bool) {
        if complete { self.complete.add(1) } else { self.afresh.add(1) }
    }
}

pub fn recovered_on_connect(complete: bool) {
    RECOVERIES[0].note(complete);
}

pub fn recovered_by_rejoining(complete: bool) {
    RECOVERIES[1].note(complete);
}

/// What became of links that were to be looked up.
pub struct Previews {
    pub found: Counter,
    /// It was known from another message.
    pub known: Counter,
    /// There was nothing to show, or nobody answered.
    pub nothing: Counter,
    /// What was found could not be kept; it is tried again.
    pub failed: Counter,
}

pub static PREVIEWS: Previews =
    Previews { found: Counter::new(), known: Counter::new(), nothing: Counter::new(), failed: Counter::new() };

/// Work that comes round by itself.
pub struct Jobs {
    pub expired: Job,
    pub notifications: Job,
    pub quiet_hours: Job,
    pub previews: Job,
    pub files: Job,
    pub former_indexes: Job,
    pub inboxes: Job,
    pub search: Job,
    pub backup: Job,
    pub audit: Job,
    pub retention: Job,
    pub erasures: Job,
}

/// What is looked after every minute.
pub static EVERY_MINUTE: Round = Round::new(JobRhythm::Minute);
/// What is tidied at night.
pub static AT_NIGHT: Round = Round::new(JobRhythm::Night);
/// Messages past their time.
pub static RETENTION: Round = Round::new(JobRhythm::Minute);
/// What is left of people who are erased.
pub static ERASURES: Round = Round::new(JobRhythm::Minute);
/// Backups.
pub static BACKUPS: Round = Round::new(JobRhythm::Configured);

pub static JOBS: Jobs = Jobs {
    expired: Job::new("expired", &EVERY_MINUTE),
    notifications: Job::new("notifications", &EVERY_MINUTE),
    quiet_hours: Job::new("quiet_hours", &EVERY_MINUTE),
    previews: Job::new("previews", &EVERY_MINUTE),
    files: Job::new("files", &EVERY_MINUTE),
    former_indexes: Job::new("former_indexes", &EVERY_MINUTE),
    inboxes: Job::new("inboxes", &AT_NIGHT),
    search: Job::new("search", &AT_NIGHT),
    backup: Job::new("backup", &BACKUPS),
    audit: Job::new("audit", &AT_NIGHT),
    retention: Job::new("retention", &RETENTION),
    erasures: Job::new("erasures", &ERASURES),
};

impl Jobs {
    pub fn all(&self) -> [&Job; 12] {
        [
            &self.expired,
            &self.notifications,
            &self.quiet_hours,
            &self.previews,
            &self.files,
            &self.former_indexes,
            &self.inboxes,
            &self.search,
            &self.backup,
            &self.audit,
            &self.retention,
            &self.erasures,
        ]
    }
}

/// The outcomes of a command: well, and every code.
const OUTCOMES: usize = Code::ALL.len() + 1;

/// What became of one kind of command.
pub struct Commands {
    outcomes: [Counter; OUTCOMES],
    /// From when a command's turn came to its answer.
    pub time: Histogram,
}

impl Commands {
    const fn new() -> Self {
        Self { outcomes: [const { Counter::new() }; OUTCOMES], time: Histogram::new(instruments::TIMES) }
    }

    pub fn note(&self, failure: Option<Code>) {
        let outcome = failure.map_or(0, |code| 1 + code as usize);
        self.outcomes[outcome].add(1);
        if failure.is_some() {
            REFUSED_COMMANDS.add(1);
        }
    }

    /// How often which outcome was met; `ok` is the first.
    pub fn outcomes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = std::iter::once("ok").chain(Code::ALL.into_iter().map(Code::as_str));
        names.zip(self.outcomes.iter().map(Counter::value))
    }
}

/// Of every command of the contract, in its order; the last is for names that it does not have.
static COMMANDS: [Commands; contract::COMMANDS.len() + 1] = [const { Commands::new() }; contract::COMMANDS.len() + 1];

/// Where commands of a name are counted.
pub fn commands(name: &str) -> &'static Commands {
    let known = contract::COMMANDS.iter().position(|known| *known == name);
    &COMMANDS[known.unwrap_or(contract::COMMANDS.len())]
}

/// All of them, with their names; those that the contract does not have are called `unknown`.
pub fn all_commands() -> impl Iterator<Item = (&'static str, &'static Commands)> {
    contract::COMMANDS.iter().copied().chain(["unknown"]).zip(&COMMANDS)
}

/// Requests to the HTTP API, by the first digit of their status; the first are those that nobody waited for.
pub static HTTP_REQUESTS: [Counter; 6] = [const { Counter::new() }; 6];
/// From a request to the head of its answer; uploads are left out.
pub static HTTP_TIME: Histogram = Histogram::new(instruments::TIMES);

/// Counts a request with the status of its answer, or none when whoever asked went away before.
pub fn asked(status: Option<u16>, took: Option<std::time::Duration>) {
    let kind = usize::from(status.unwrap_or(0) / 100);
    HTTP_REQUESTS[kind.min(HTTP_REQUESTS.len() - 1)].add(1);
    if let Some(took) = took {
        HTTP_TIME.took(took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_place_of_its_own() {
        let of_a_kind = Commands::new();
        for (index, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, index);
            (0..=index).for_each(|_| of_a_kind.note(Some(code)));
        }
        of_a_kind.note(None);
        let seen: Vec<_> = of_a_kind.outcomes().collect();
        assert_eq!((seen[0], seen[1], seen[9]), (("ok", 1), ("unauthenticated", 1), ("internal", 9)));
    }

    #[test]
    fn a_name_that_is_no_command_is_counted_among_the_unknown() {
        assert!(std::ptr::eq(commands("nonsense\n"), commands("")));
        assert!(!std::ptr::eq(commands("nonsense"), commands("heartbeat")));
        assert_eq!(all_commands().last().map(|(name, _)| name), Some("unknown"));
    }
}
