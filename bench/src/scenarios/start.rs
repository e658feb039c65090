//! How long a server takes until it is ready, on folders of every size.

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::peers::{Peer, Server};
use crate::population::Layout;
use crate::prepared::Prepared;
use crate::report::charts::whole;
use crate::seed::History;
use crate::wire::http::Http;
use std::time::Instant;

/// Starts of each folder for each run: they are short, and the first of them finds cold files.
const STARTS: u32 = 3;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let empty = Prepared::in_maru(Layout::default(), History::NONE).await?;
    let empty = measure(bench, "an empty folder", 0.0, empty, Folder::Emptied).await?;
    measure(bench, "a restart", 0.0, empty, Folder::Kept).await?;
    let sizes: &[u64] = if bench.quick { &[20_000] } else { &[1_000_000, 5_000_000] };
    for messages in sizes.iter().copied() {
        let team = bench.team_with(messages).await?;
        let case = format!("{} messages", whole(messages as f64));
        let team = measure(bench, &case, messages as f64, team, Folder::Kept).await?;
        bench.give_back(messages, team);
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Folder {
    Kept,
    /// Without anything in it, before each start.
    Emptied,
}

async fn measure(bench: &mut Bench, case: &str, x: f64, prepared: Prepared, folder: Folder) -> Result<Prepared> {
    let mut prepared = prepared;
    for run in 1..=bench.runs * STARTS {
        bench.announce(&format!("start, {case}, run {run}"));
        if folder == Folder::Emptied {
            std::fs::remove_dir_all(prepared.folder.path().join("data"))?;
        }
        let (server, ready_ms) = start(bench, prepared).await?;
        let cpu = server.process.cpu()?;
        let found = Found::new("start", case, x).of(Peer::Maru, run);
        bench.keep(found, &[("ready_ms", ready_ms), ("cpu_ms", cpu.as_secs_f64() * 1e3)]);
        prepared = server.stop_keeping()?;
    }
    Ok(prepared)
}

/// Starts Maru; with how many milliseconds it took until `/readyz` answered 200.
async fn start(bench: &Bench, prepared: Prepared) -> Result<(Server, f64)> {
    let server = Server::start_on(&bench.programs, Peer::Maru, prepared, None)?;
    let listening = Instant::now();
    let mut http = Http::open(server.address).await?;
    let answer = http.get("/readyz", None).await?;
    if answer.status != 200 {
        let why = String::from_utf8_lossy(answer.body).into_owned();
        return Err(Failure::Broken(format!("/readyz answered {} once it listened: {why}", answer.status)));
    }
    let ready = server.listening_after + listening.elapsed();
    Ok((server, ready.as_secs_f64() * 1e3))
}
