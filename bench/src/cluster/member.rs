//! One server of a cluster: it can be killed, stopped in order, and started again where it was.

use super::{Forwarder, aside, free_address};
use crate::failure::{Failure, Result};
use crate::peers::{self, Programs};
use crate::process::Process;
use crate::wire::http::Http;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(20);

pub struct Member {
    name: String,
    pub address: SocketAddr,
    programs: Programs,
    data: PathBuf,
    redis: Option<SocketAddr>,
    /// Its way to Redis, where that can be cut.
    pub way: Option<Forwarder>,
    process: Option<Process>,
}

/// What a server says of the cluster.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Company {
    Connected { servers: usize },
    Alone,
}

#[derive(Deserialize)]
struct Readiness {
    cluster: Option<Company>,
}

impl Member {
    /// One that does not run yet.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn new(
        number: usize,
        programs: &Programs,
        data: &Path,
        redis: Option<SocketAddr>,
        way: Option<Forwarder>,
    ) -> Result<Self> {
        let (name, address) = (format!("server {number}"), free_address()?);
        Ok(Self { name, address, programs: programs.clone(), data: data.to_owned(), redis, way, process: None })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// Starts it, and returns when it listens.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&mut self) -> Result<()> {
        let mut command = peers::maru(&self.programs, &self.data, self.address);
        command.env("MARU_TRUSTED_PROXIES", "127.0.0.1");
        if let Some(redis) = self.redis {
            command.env("MARU_REDIS", format!("redis://{redis}"));
        }
        let name = self.name.clone();
        let started = aside(move || {
            let process = Process::start(&name, &mut command)?;
            process.printed(READY_WITHIN, |line| line.contains("listening on http://").then_some(()))?;
            Ok(process)
        });
        self.process = Some(started.await?);
        Ok(())
    }

    /// Ends it with SIGKILL.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self) -> Result<()> {
        self.process.take().map_or(Ok(()), Process::kill)
    }

    /// Ends it with SIGTERM, as an operator does.
    ///
    /// # Errors
    /// When it does not end by itself, or ends badly.
    pub async fn stop(&mut self) -> Result<()> {
        match self.process.take() {
            Some(process) => aside(move || process.stop(STOP_WITHIN)).await,
            None => Ok(()),
        }
    }

    /// What it says of the others; none when it knows of no cluster.
    ///
    /// # Errors
    /// `Broken` when it is not ready to serve.
    pub async fn company(&self) -> Result<Option<Company>> {
        let mut http = Http::open(self.address).await?;
        let answer = http.get("/readyz", None).await?;
        if answer.status != 200 {
            let said = String::from_utf8_lossy(answer.body).into_owned();
            return Err(Failure::Broken(format!("{} is not ready: {said}", self.name)));
        }
        let readiness: Readiness = serde_json::from_slice(answer.body)?;
        Ok(readiness.cluster)
    }
}
