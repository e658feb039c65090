//! Has a request carried out: by the server that runs on the data folder, or else on the database itself.

use super::problem::Problem;
use maru::config::Config;
use maru::control::{self, Asked, Done, Request};
use maru::data_dir::{self, ClaimError};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::Instant;

/// How long to wait for a server that is starting or stopping, or for another command.
const PATIENCE: Duration = Duration::from_secs(10);
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// Whether a command may begin a new data folder.
#[derive(Clone, Copy, PartialEq)]
pub enum Folder {
    MayBeNew,
    /// A folder without Maru's data is a mistyped one.
    MustExist,
}

pub fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// `who` is what others are told who find the data folder held: the command.
pub fn perform(config: Config, request: Request, folder: Folder, who: &str) -> Result<Done, Problem> {
    runtime()?.block_on(try_until_done(config, request, folder, who))
}

async fn try_until_done(config: Config, request: Request, folder: Folder, who: &str) -> Result<Done, Problem> {
    let give_up_at = Instant::now() + PATIENCE;
    if folder == Folder::MustExist && !data_dir::is_in_use(&config.data_dir) {
        let dir = config.data_dir.display();
        return Err(Problem(format!("there is no data of Maru in {dir}; name its folder with --data-dir")));
    }
    loop {
        if let Asked::Answered(done) = control::ask(&config.data_dir, &request).await? {
            return Ok(done);
        }
        match data_dir::claim(&config.data_dir, who) {
            Ok(claim) => {
                let done = control::without_server(config, request).await?;
                drop(claim);
                return Ok(done);
            }
            Err(ClaimError::Held { .. }) if Instant::now() < give_up_at => tokio::time::sleep(BETWEEN_TRIES).await,
            Err(error) => return Err(error.into()),
        }
    }
}
