//! `maru audit`.

use super::operator::{Folder, perform};
use super::problem::Problem;
use super::{Output, duration, user};
use clap::Args;
use maru::clock::{self, Timestamp};
use maru::config::Config;
use maru::control::{Done, Request};
use maru::governing::audit;
use maru::ids::UserId;
use maru::storage::AuditFilter;
use serde_json::Value;
use std::time::Duration;

#[derive(Args)]
pub struct Arguments {
    /// Only what this person did, or what is about them: a username, or an id as the log has it.
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// Only one act, such as room.deleted.
    #[arg(long)]
    act: Option<String>,
    /// Only what was done within so long, such as 12h or 30d.
    #[arg(long, value_parser = duration, value_name = "DURATION")]
    within: Option<Duration>,
    /// At most so many entries, the newest; 0 is all of them.
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    limit: usize,
    /// Prints each entry as a line of JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(config: &Config, arguments: Arguments) -> Result<Output, Problem> {
    let person = arguments.person.map(|name| person(config, &name)).transpose()?;
    let act = arguments.act.as_deref().map(audit::act).transpose()?;
    let from = arguments.within.map(|within| clock::now() - within);
    let filter = AuditFilter { person, act, from, until: None };
    let most = if arguments.limit == 0 { usize::MAX } else { arguments.limit };
    let (mut entries, mut before) = (Vec::new(), None);
    while entries.len() < most {
        let request = Request::ReadAudit { filter: filter.clone(), before };
        let Done::Audit(page) = perform(config.clone(), request, Folder::MustExist, "maru audit")? else {
            return Err(Problem::unexpected());
        };
        let Some(last) = page.last() else { break };
        before = last["id"].as_i64();
        entries.extend(page);
    }
    entries.truncate(most);
    let lines: Vec<String> =
        entries.iter().map(|entry| if arguments.json { entry.to_string() } else { line(entry) }).collect();
    Ok(Output::result(lines.join("\n")))
}

/// Who is meant. Somebody who was erased has an id alone.
fn person(config: &Config, name: &str) -> Result<UserId, Problem> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let accounts = user::all(config, "maru audit")?;
    let found = accounts.iter().find(|account| account.username.to_lowercase() == name.to_lowercase());
    found.map(|account| account.id).ok_or_else(|| Problem(format!("there is no user called {name}")))
}

/// One entry: when, who, what, about whom or what, and whatever else is to be known.
fn line(entry: &Value) -> String {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let at = text(&entry["at"]).and_then(|at| Timestamp::parse(&at)).map_or_else(String::new, |at| at.to_string());
    let who = text(&entry["user"]["username"]).or_else(|| text(&entry["user"]["displayName"]));
    let who = who.or_else(|| text(&entry["by"])).unwrap_or_default();
    let mut parts = vec![at, who, text(&entry["act"]).unwrap_or_default()];
    if let Some(kind) = text(&entry["about"]["kind"]) {
        let name = text(&entry["about"]["name"]).or_else(|| text(&entry["about"]["id"])).unwrap_or_default();
        parts.push(format!("{kind} {name}"));
    }
    if entry["detail"].as_object().is_some_and(|detail| !detail.is_empty()) {
        parts.push(entry["detail"].to_string());
    }
    parts.extend(text(&entry["address"]).map(|address| format!("from {address}")));
    parts.join("  ")
}
