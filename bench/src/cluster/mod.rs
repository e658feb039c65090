//! Servers of Maru on one folder, with a real Redis between them and a real nginx before them.

mod forwarder;
mod member;
mod proxy;
mod redis;

pub use member::{Company, Member};
pub use proxy::Proxy;
pub use redis::Redis;

use crate::failure::{Failure, Result};
use crate::peers::Programs;
use crate::population::{Layout, Population};
use crate::process::Process;
use forwarder::Forwarder;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// What stands beside the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub servers: usize,
    pub redis: bool,
    /// Each server reaches Redis by a way of its own that can be cut.
    pub cuttable: bool,
    pub proxy: bool,
}

/// All of it. Dropped, everything ends, and the folder goes.
pub struct Cluster {
    // The order matters: the processes end before their folder goes.
    pub proxy: Option<Proxy>,
    pub members: Vec<Member>,
    pub redis: Option<Redis>,
    pub population: Population,
    _folder: TempDir,
}

/// Which of the programs that it takes beside Maru are missing here.
pub fn missing() -> Vec<&'static str> {
    ["redis-server", "nginx"].into_iter().filter(|program| find(program).is_none()).collect()
}

impl Cluster {
    /// Makes the population, and starts everything.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn start(programs: &Programs, layout: Layout, shape: Shape) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("maru-bench-").tempdir()?;
        let data = folder.path().join("data");
        let population = Population::in_maru(layout, &data).await?;
        let redis = if shape.redis { Some(Redis::start(folder.path()).await?) } else { None };
        let mut members = Vec::new();
        for number in 1..=shape.servers {
            let way = match &redis {
                Some(redis) if shape.cuttable => Some(Forwarder::start(redis.address).await?),
                _ => None,
            };
            let to = way.as_ref().map(Forwarder::address).or(redis.as_ref().map(|redis| redis.address));
            let mut member = Member::new(number, programs, &data, to, way)?;
            member.start().await?;
            members.push(member);
        }
        let addresses: Vec<SocketAddr> = members.iter().map(|member| member.address).collect();
        let proxy = if shape.proxy { Some(Proxy::start(folder.path(), &addresses).await?) } else { None };
        Ok(Self { proxy, members, redis, population, _folder: folder })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        match &self.proxy {
            Some(proxy) => proxy.address,
            None => self.members[0].address,
        }
    }

    /// The servers that run.
    pub fn processes(&self) -> Vec<&Process> {
        self.members.iter().filter_map(|member| member.process()).collect()
    }

    /// Ends the servers in order, then the rest.
    ///
    /// # Errors
    /// When a server does not end by itself.
    pub async fn stop(mut self) -> Result<()> {
        for member in &mut self.members {
            member.stop().await?;
        }
        Ok(())
    }
}

/// A port that was free a moment ago: a server that comes back has to be where the proxy knows it.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// A program of the system, those of administrators too.
fn find(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut paths = std::env::split_paths(&folders).chain(["/usr/sbin".into()]).map(|folder| folder.join(program));
    paths.find(|path| path.is_file())
}

fn found(program: &str) -> Result<PathBuf> {
    find(program).ok_or_else(|| Failure::Other(format!("{program} is not installed")))
}

/// Does what has to wait for a process while the clients go on.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::Other(error.to_string()))?
}

/// Waits until somebody takes connections there.
async fn answers(what: &str, address: SocketAddr, bound: Duration) -> Result<()> {
    let connected = async {
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let in_time = tokio::time::timeout(bound, connected).await;
    in_time.map_err(|_| Failure::Other(format!("{what} was not ready in time")))
}
