//! nginx as docs/clustering.md has it.

use super::{answers, found, free_address};
use crate::failure::{Failure, Result};
use crate::process::Process;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Makes a whole configuration of the documented example.
const CONFIGURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/lib/cluster-nginx");
const READY_WITHIN: Duration = Duration::from_secs(20);

pub struct Proxy {
    pub address: SocketAddr,
    pub process: Process,
}

impl Proxy {
    /// Starts it in front of these servers, one to three.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(folder: &Path, servers: &[SocketAddr]) -> Result<Self> {
        let address = free_address()?;
        let mut configure = Command::new(CONFIGURE);
        configure.arg(address.to_string()).arg(folder).args(servers.iter().map(ToString::to_string));
        let configured = configure.output()?;
        if !configured.status.success() {
            return Err(Failure::Other(String::from_utf8_lossy(&configured.stderr).into_owned()));
        }
        let file = folder.join("nginx.conf");
        std::fs::write(&file, configured.stdout)?;
        let mut command = Command::new(found("nginx")?);
        command.arg("-c").arg(file).arg("-p").arg(folder).args(["-e", "stderr"]);
        let process = Process::start("nginx", &mut command)?;
        answers("nginx", address, READY_WITHIN).await?;
        Ok(Self { address, process })
    }
}
