//! `maru health`.

use super::Output;
use super::operator::runtime;
use super::problem::Problem;
use maru::config::Config;
use maru::control::{self, Asked, Done, Request};

pub fn run(config: &Config) -> Result<Output, Problem> {
    match runtime()?.block_on(control::ask(&config.data_dir, &Request::Health))? {
        Asked::Answered(Done::Healthy { address: Some(address) }) => {
            Ok(Output::result(format!("serving on {address}")))
        }
        Asked::Answered(_) => Err(Problem::unexpected()),
        Asked::NoServer => Err(Problem(format!("no server runs on {}", config.data_dir.display()))),
    }
}
