//! `maru health`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use maru::config::Config;
use maru::control::{self, Done, Request};

/// Every server of the folder has to serve. In a container it is the one that runs there: those of others have no number here.
pub fn run(config: &Config) -> Result<Output, Problem> {
    let mut told = runtime()?.block_on(control::ask_all(&config.data_dir, &Request::Health))?;
    if told.iter().any(|server| server.process.is_some()) {
        told.retain(|server| server.process.is_some());
    }
    if told.is_empty() {
        return Err(Problem(format!("no server runs on {}", config.data_dir.display())));
    }
    let (mut serving, mut failing) = (Vec::new(), Vec::new());
    for server in told {
        let who = server.process.map_or_else(|| "the server".to_owned(), |process| format!("process {process}"));
        match server.answer {
            Ok(Done::Healthy { address: Some(address) }) => serving.push(address.to_string()),
            Ok(_) => return Err(Problem::unexpected()),
            Err(why) => failing.push(format!("{who}: {why}")),
        }
    }
    if failing.is_empty() {
        serving.sort_unstable();
        Ok(Output::result(format!("serving on {}", serving.join(", "))))
    } else {
        Err(Problem(failing.join("; ")))
    }
}
