//! Starting one peer with its population in a folder of its own.

use super::Peer;
use crate::failure::{Failure, Result};
use crate::population::{Layout, Population};
use crate::prepared::Prepared;
use crate::process::Process;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// Maru's limits are for people; here one client stands for many. The greatest value that its configuration allows.
const LIMITS: [&str; 9] = [
    "EVENTS_PER_SECOND",
    "EVENTS_BURST",
    "SENDS_PER_SECOND",
    "SENDS_BURST",
    "SEARCHES_PER_SECOND",
    "SEARCHES_BURST",
    "CONNECTIONS_PER_ADDRESS",
    "TCP_CONNECTIONS_PER_ADDRESS",
    "STREAM_CHUNKS_PER_SECOND",
];
const NO_LIMIT: &str = "1000000";

/// Where the programs of the peers are.
#[derive(Clone, Debug)]
pub struct Programs {
    pub maru: PathBuf,
    /// The folder of `server.mjs`, its packages installed. Without it, Node is not measured.
    pub node: Option<PathBuf>,
    /// The library that makes the disk slow. Without it, that is not measured.
    pub slow_disk: Option<PathBuf>,
}

/// What a run wants of a server.
#[derive(Clone, Debug, Default)]
pub struct Start {
    pub layout: Layout,
    /// What each fsync takes longer.
    pub slow_disk: Option<Duration>,
}

/// A running server. Its folder goes with it.
pub struct Server {
    // The order matters: the process ends before its folder goes.
    pub process: Process,
    pub peer: Peer,
    pub address: SocketAddr,
    pub population: Population,
    /// From the start of the process until it listened.
    pub listening_after: Duration,
    folder: TempDir,
}

impl Server {
    /// Makes the population, starts the peer on a free port, and waits until it listens.
    ///
    /// # Errors
    /// When the population cannot be made or the program does not start.
    pub async fn start(programs: &Programs, peer: Peer, start: Start) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("maru-bench-").tempdir()?;
        let population = match peer {
            Peer::Maru => Population::in_maru(start.layout, &folder.path().join("data")).await?,
            Peer::Node => Population::in_file(start.layout, folder.path())?,
            Peer::Tungstenite | Peer::Raw => Population::in_file(start.layout, folder.path())?.without_tokens(),
        };
        Self::start_on(programs, peer, Prepared { population, folder }, start.slow_disk)
    }

    /// Starts the peer on a folder in which its population was made before.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn start_on(programs: &Programs, peer: Peer, prepared: Prepared, slow_disk: Option<Duration>) -> Result<Self> {
        let mut command = command(programs, peer, &prepared.folder)?;
        if peer == Peer::Maru {
            lift_limits(&mut command);
        }
        if let Some(delay) = slow_disk {
            let library = programs.slow_disk.as_ref();
            let library = library.ok_or_else(|| Failure::Other("the slow disk needs --slow-disk".to_owned()))?;
            command.env("LD_PRELOAD", library).env("SLOW_FSYNC_US", delay.as_micros().to_string());
        }
        Self::spawn(peer, prepared, &mut command)
    }

    /// Makes the population, and starts Maru with the limits that it has by itself.
    ///
    /// # Errors
    /// As `start`.
    pub async fn start_limited(programs: &Programs, layout: Layout) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("maru-bench-").tempdir()?;
        let population = Population::in_maru(layout, &folder.path().join("data")).await?;
        let mut command = command(programs, Peer::Maru, &folder)?;
        Self::spawn(Peer::Maru, Prepared { population, folder }, &mut command)
    }

    fn spawn(peer: Peer, prepared: Prepared, command: &mut Command) -> Result<Self> {
        let Prepared { population, folder } = prepared;
        let began = Instant::now();
        let process = Process::start(peer.name(), command)?;
        let address = process.printed(READY_WITHIN, |line| {
            let (_, rest) = line.split_once("listening on http://")?;
            rest.split_whitespace().next()?.parse().ok()
        })?;
        Ok(Self { process, peer, address, population, listening_after: began.elapsed(), folder })
    }

    /// Maru's data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Stops the server and removes its folder.
    ///
    /// # Errors
    /// When it does not end by itself.
    pub fn stop(self) -> Result<()> {
        Ok(self.stop_keeping()?.folder.close()?)
    }

    /// Stops the server; its folder can be started on again.
    ///
    /// # Errors
    /// When it does not end by itself.
    pub fn stop_keeping(self) -> Result<Prepared> {
        // A floor has nothing to finish.
        if self.peer.is_durable() {
            self.process.stop(STOP_WITHIN)?
        } else {
            self.process.kill()?
        }
        Ok(Prepared { population: self.population, folder: self.folder })
    }
}

/// How Maru is started without limits on a data folder.
pub fn maru(programs: &Programs, data: &Path, listen: SocketAddr) -> Command {
    let mut command = limited(programs, data, listen);
    lift_limits(&mut command);
    command
}

fn lift_limits(command: &mut Command) {
    command.envs(LIMITS.map(|limit| (format!("MARU_LIMITS_{limit}"), NO_LIMIT)));
}

fn limited(programs: &Programs, data: &Path, listen: SocketAddr) -> Command {
    let mut command = Command::new(&programs.maru);
    // What the caller's own environment would tell Maru is not part of the measurement.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MARU_") {
            command.env_remove(name);
        }
    }
    command.args(["serve", "--listen"]).arg(listen.to_string()).arg("--data-dir").arg(data);
    command
}

fn command(programs: &Programs, peer: Peer, folder: &TempDir) -> Result<Command> {
    let command = match peer {
        Peer::Maru => limited(programs, &folder.path().join("data"), (Ipv4Addr::LOCALHOST, 0).into()),
        Peer::Node => {
            let node = programs.node.as_ref();
            let node = node.ok_or_else(|| Failure::Other("Node.js needs --node".to_owned()))?;
            let mut command = Command::new("node");
            command.arg(node.join("server.mjs")).arg(folder.path()).env("NODE_ENV", "production");
            command
        }
        Peer::Tungstenite | Peer::Raw => {
            let mut command = Command::new(std::env::current_exe()?);
            let kind = if peer == Peer::Raw { "raw" } else { "tungstenite" };
            command.args(["floor", kind]).arg(folder.path().join("population.json"));
            command
        }
    };
    Ok(command)
}
