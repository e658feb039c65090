//! A Redis that can be killed, comes back empty, and says nothing for a while.

use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{Process, free_port, without_settings};

const BOUND: Duration = Duration::from_secs(20);

pub struct Redis {
    port: u16,
    folder: TempDir,
    process: Process,
}

impl Redis {
    pub async fn start() -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().expect("a folder"));
        let process = Self::serve(port, &folder).await;
        Self { port, folder, process }
    }

    async fn serve(port: u16, folder: &TempDir) -> Process {
        let mut command: Command = without_settings("redis-server");
        let port = port.to_string();
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]);
        command.arg(folder.path());
        let process = Process::start(&mut command);
        process.logged("Ready to accept connections", BOUND).await;
        process
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// How often it was asked for the members of a set.
    pub async fn sets_asked_for(&self) -> u64 {
        let mut redis = TcpStream::connect(("127.0.0.1", self.port)).await.expect("it serves");
        redis.write_all(b"INFO commandstats\r\nQUIT\r\n").await.expect("it listens");
        let mut said = String::new();
        redis.read_to_string(&mut said).await.expect("it answers");
        let calls = said.split_once("cmdstat_smembers:calls=").and_then(|(_, calls)| calls.split_once(','));
        calls.map_or(0, |(calls, _)| calls.parse().expect("a number"))
    }

    /// Ends it, with everything that it knew.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    pub async fn restart(&mut self) {
        self.process = Self::serve(self.port, &self.folder).await;
    }

    /// It takes connections and answers nothing until `go_on`.
    pub fn stand_still(&self) {
        self.process.send_signal("STOP");
    }

    pub fn go_on(&self) {
        self.process.send_signal("CONT");
    }
}
