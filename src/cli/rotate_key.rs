//! `maru rotate-key`.

use super::Output;
use super::operator::{Folder, perform};
use super::problem::Problem;
use maru::config::Config;
use maru::control::{Done, Request};

pub fn run(config: Config) -> Result<Output, Problem> {
    match perform(config, Request::RotateKey, Folder::MustExist, "maru rotate-key")? {
        Done::KeyRotated => Ok(Output::result("a new key signs tokens; those that older keys signed are still good")),
        _ => Err(Problem::unexpected()),
    }
}
