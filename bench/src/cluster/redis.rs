//! A Redis that keeps nothing, can be killed, and comes back empty.

use super::{answers, found, free_address};
use crate::failure::Result;
use crate::process::Process;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(20);

pub struct Redis {
    pub address: SocketAddr,
    folder: PathBuf,
    process: Option<Process>,
}

impl Redis {
    /// # Errors
    /// When it does not start.
    pub async fn start(folder: &Path) -> Result<Self> {
        let mut redis = Self { address: free_address()?, folder: folder.to_owned(), process: None };
        redis.start_again().await?;
        Ok(redis)
    }

    /// Starts it anew, empty, where it was.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_again(&mut self) -> Result<()> {
        let mut command = Command::new(found("redis-server")?);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.arg("--port").arg(self.address.port().to_string()).arg("--dir").arg(&self.folder);
        self.process = Some(Process::start("Redis", &mut command)?);
        answers("Redis", self.address, READY_WITHIN).await
    }

    /// Ends it with SIGKILL, and everything that it knew.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self) -> Result<()> {
        self.process.take().map_or(Ok(()), Process::kill)
    }

    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }
}
