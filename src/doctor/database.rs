//! The database: whether it is whole, of this program's schema, and indexed; and whether the clock agrees with it.

use super::{Finding, Thoroughness};
use crate::clock::{self, Timestamp};
use crate::config::Config;
use crate::control::Status;
use crate::data_dir;
use crate::error::Error;
use crate::storage::{self, Examined};
use std::time::Duration;

/// What a quick look may take.
const WITHIN: Duration = Duration::from_secs(60);
/// Indexing may be so far behind without anything being wrong.
const BEHIND: i64 = 10_000;
/// Clocks may differ by this.
const SKEW: Duration = Duration::from_secs(60);
/// This program is younger than any time before.
const YOUNGEST: Timestamp = Timestamp::from_millis(1_767_225_600_000);

pub(super) async fn check(config: &Config, how: Thoroughness, running: Option<&Status>) -> Vec<Finding> {
    let mut findings = vec![sqlite().await];
    if !data_dir::is_in_use(&config.data_dir) {
        findings.extend(clock(None));
        return findings;
    }
    let work = storage::examine(&config.data_dir, how.full);
    let examined = if how.full { Ok(work.await) } else { tokio::time::timeout(WITHIN, work).await };
    match examined {
        Err(_) => {
            let seen = format!("looking through it takes longer than {} s", WITHIN.as_secs());
            let fix = "use `maru doctor --full`, which takes its time";
            findings.push(Finding::warning("database", seen, fix));
        }
        Ok(Ok(Some(examined))) => {
            findings.push(integrity(&examined, how));
            findings.push(schema(&examined));
            if examined.damage.is_none() && examined.schema == examined.known_schema {
                findings.push(index(&examined, running));
            }
            findings.extend(clock(examined.newest));
        }
        Ok(Ok(None)) => findings.extend(clock(None)),
        Ok(Err(error)) => findings.push(unreadable(&error)),
    }
    findings
}

const RESTORE: &str = "stop Maru, keep the folder aside, and bring back the last good backup with `maru restore`";

fn unreadable(error: &Error) -> Finding {
    let why = match error {
        Error::Internal(source) => source.to_string(),
        told => told.to_string(),
    };
    Finding::failure("database", format!("it cannot be read: {why}"), RESTORE)
}

async fn sqlite() -> Finding {
    match storage::sqlite_version().await {
        Ok(version) => Finding::ok("sqlite", format!("SQLite {version}, part of the program")),
        Err(error) => Finding::failure("sqlite", error.to_string(), "take the program from its release again"),
    }
}

fn integrity(examined: &Examined, how: Thoroughness) -> Finding {
    match &examined.damage {
        Some(damage) => {
            let damage = damage.lines().last().unwrap_or(damage);
            Finding::failure("database", format!("it is damaged: {damage}"), RESTORE)
        }
        None if how.full => Finding::ok("database", "every page and index is whole"),
        None => Finding::ok("database", "its pages are whole; --full compares the indexes, too"),
    }
}

fn schema(examined: &Examined) -> Finding {
    let Examined { schema, known_schema, .. } = examined;
    match schema.cmp(known_schema) {
        std::cmp::Ordering::Equal => Finding::ok("schema", format!("{schema}, that of this program")),
        std::cmp::Ordering::Less => {
            let seen = format!("{schema}; this program has {known_schema}");
            Finding::warning("schema", seen, "start this program: it changes the database, and keeps a copy before")
        }
        std::cmp::Ordering::Greater => {
            let seen = format!("{schema}, written by a newer Maru; this program knows {known_schema}");
            Finding::failure(
                "schema",
                seen,
                "use the newer program again, or go back: `maru downgrade` (docs/upgrading.md)",
            )
        }
    }
}

fn index(examined: &Examined, running: Option<&Status>) -> Finding {
    if let Some(fault) = running.and_then(|status| status.index_fault.as_ref()) {
        let fix = "its log says more; `maru search reindex` builds it anew";
        return Finding::failure("search", format!("the index cannot be kept up: {fault}"), fix);
    }
    match examined.unindexed {
        None => Finding::warning("search", "there is no index yet", "start the server: it builds one"),
        Some(0) => Finding::ok("search", "everything is in the index"),
        Some(behind) if behind < BEHIND => {
            Finding::ok("search", format!("about {behind} messages are about to be indexed"))
        }
        Some(behind) => {
            let seen = format!("about {behind} messages are not in the index");
            Finding::warning("search", seen, "let the server run; if it does not catch up, `maru search reindex`")
        }
    }
}

/// The newest message is a witness: it was written with the clock of this machine.
fn clock(newest: Option<Timestamp>) -> Option<Finding> {
    let now = clock::now();
    let fix = "set the clock, best by a time service: timedatectl set-ntp true";
    if now < YOUNGEST {
        return Some(Finding::failure("clock", format!("it shows {now}"), fix));
    }
    let ahead = newest.map_or(Duration::ZERO, |newest| newest.since(now));
    if ahead > SKEW {
        let seen = format!("it shows {now}, {} s before the newest message", ahead.as_secs());
        return Some(Finding::failure("clock", seen, fix));
    }
    Some(Finding::ok("clock", format!("it shows {now}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;

    #[test]
    fn a_clock_that_is_behind_the_newest_message_is_wrong() {
        let outcome = |newest| clock(newest).map(|finding| finding.outcome);
        let now = clock::now();
        assert_eq!(outcome(None), Some(Outcome::Ok));
        assert_eq!(outcome(Some(now - SKEW)), Some(Outcome::Ok));
        assert_eq!(outcome(Some(now + SKEW + SKEW)), Some(Outcome::Failure));
    }
}
