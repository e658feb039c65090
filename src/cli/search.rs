//! `maru search …`.

use super::Output;
use super::operator::{Folder, perform};
use super::problem::Problem;
use clap::Subcommand;
use maru::config::Config;
use maru::control::{Done, Request};
use maru::storage::SearchStatus;

#[derive(Clone, Copy, Subcommand)]
pub enum Command {
    /// Builds the search index anew, while the old one serves. A running server goes on with it in the background.
    Reindex,
    /// Tells how far the search index is.
    Status,
}

pub fn run(config: Config, command: Command) -> Result<Output, Problem> {
    let (request, who) = match command {
        Command::Reindex => (Request::Reindex, "maru search reindex"),
        Command::Status => (Request::SearchStatus, "maru search status"),
    };
    match (command, perform(config, request, Folder::MustExist, who)?) {
        (Command::Reindex, Done::Reindexing { begun }) => {
            let what = if begun {
                "the server builds a new search index"
            } else {
                "a new search index was being built already"
            };
            Ok(Output::result(what).with_remark("maru search status tells how far it is"))
        }
        (Command::Reindex, Done::Search(_)) => Ok(Output::result("a new search index was built")),
        (Command::Status, Done::Search(status)) => Ok(tell(status)),
        _ => Err(Problem::unexpected()),
    }
}

fn tell(SearchStatus { behind, tokeniser, rebuilt_percent, fault }: SearchStatus) -> Output {
    let mut lines = vec![match behind {
        0 => "every message is indexed".to_owned(),
        behind => format!("about {behind} messages are not indexed yet"),
    }];
    lines.push(format!("words are of version {tokeniser}"));
    lines.extend(rebuilt_percent.map(|percent| format!("a new index is being built: {percent} %")));
    lines.extend(fault.map(|fault| format!("the index could not be kept up: {fault}")));
    Output::result(lines.join("\n"))
}
