//! What is measured, one file each.

mod bigroom;
mod burst;
mod cluster;
mod growth;
mod history;
mod latency;
mod limits;
mod memory;
mod search;
mod senders;
mod soak;
mod start;
mod storm;
mod streams;
mod trickle;
mod upload;

use crate::bench::Bench;
use crate::failure::Result;
use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Messages one by one into rooms of 10, 100 and 1,000: what a delivery costs.
    Trickle,
    /// 16 senders that do not wait, a room of 100.
    Burst,
    /// 1 to 256 senders that wait for their acknowledgement, 100 rooms of 10.
    Senders,
    /// The same on a disk whose fsync takes 4 ms.
    SlowDisk,
    /// 1,000 clients, 1,000 deliveries a second: how long a message takes.
    Latency,
    /// Resident memory: idle, with up to 5,000 clients, after them; the size of the program.
    Memory,
    /// Until a server is ready, on folders of every size.
    Start,
    /// 10,000 clients connect: some at a time, all at once, and as the server told them to.
    Storm,
    /// Pages of history from a million messages, over HTTP and the socket.
    History,
    /// More rooms, more rooms of one person, more stored messages.
    Growth,
    /// Small rooms beside a busy one of 5,000 people.
    Bigroom,
    /// A million messages of real Korean and English: what is found, how fast, and what the index costs.
    Search,
    /// A message of 2,000 chunks that a room of 100 hears grow.
    Streams,
    /// A file of 2 GiB over a connection that breaks, and 50 files at once.
    Upload,
    /// Floods of strangers and members, each alone and all at once, while a team talks.
    Limits,
    /// One server, one with Redis, three behind nginx; and three while each dies in its turn, and Redis, too.
    Cluster,
    /// Comings, goings, sends, edits, deletes, reactions for minutes, everything checked.
    Soak,
}

impl Scenario {
    /// # Errors
    /// `Broken` with the promise that was broken.
    pub async fn run(self, bench: &mut Bench) -> Result<()> {
        match self {
            Self::Trickle => trickle::run(bench).await,
            Self::Burst => burst::run(bench).await,
            Self::Senders => senders::run(bench).await,
            Self::SlowDisk => senders::run_on_slow_disk(bench).await,
            Self::Latency => latency::run(bench).await,
            Self::Memory => memory::run(bench).await,
            Self::Start => start::run(bench).await,
            Self::Storm => storm::run(bench).await,
            Self::History => history::run(bench).await,
            Self::Growth => growth::run(bench).await,
            Self::Bigroom => bigroom::run(bench).await,
            Self::Search => search::run(bench).await,
            Self::Streams => streams::run(bench).await,
            Self::Upload => upload::run(bench).await,
            Self::Limits => limits::run(bench).await,
            Self::Cluster => cluster::run(bench).await,
            Self::Soak => soak::run(bench).await,
        }
    }
}
