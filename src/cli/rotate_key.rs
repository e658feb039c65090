//! `maru rotate-key`.

use super::Output;
use super::operator::{Folder, perform};
use super::problem::Problem;
use clap::Args;
use maru::config::Config;
use maru::control::{Done, Request};

#[derive(Args)]
pub struct Arguments {
    /// Forgets the former keys at once, because others may have read them: everybody has to log in again.
    #[arg(long)]
    forget_former: bool,
}

pub fn run(config: Config, arguments: &Arguments) -> Result<Output, Problem> {
    let forget_former = arguments.forget_former;
    match perform(config, Request::RotateKey { forget_former }, Folder::MustExist, "maru rotate-key")? {
        Done::KeyRotated if forget_former => {
            Ok(Output::result("a new key signs tokens; everybody is logged out, and logs in again"))
        }
        Done::KeyRotated => Ok(Output::result("a new key signs tokens; those that older keys signed are still good")),
        _ => Err(Problem::unexpected()),
    }
}
