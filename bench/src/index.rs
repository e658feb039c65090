//! The search index of a folder that was written to without it: Maru makes it up by itself, and no figure of another kind
//! is taken meanwhile.

use crate::failure::{Failure, Result};
use crate::peers::{Peer, Programs, Server};
use crate::prepared::Prepared;
use crate::wire::http::Http;
use serde::Deserialize;
use std::time::{Duration, Instant};

/// How long millions of messages may take on a machine that is busy with other things.
const INDEXED_WITHIN: Duration = Duration::from_secs(900);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Deserialize)]
struct Readiness {
    search: Search,
}

#[derive(Deserialize)]
struct Search {
    state: String,
    percent: Option<u32>,
}

/// Has Maru index what was written into a folder.
///
/// # Errors
/// When it does not start, or does not come to an end within 15 minutes.
pub async fn make(programs: &Programs, prepared: Prepared) -> Result<Prepared> {
    let server = Server::start_on(programs, Peer::Maru, prepared, None)?;
    wait_until_current(&server).await?;
    server.stop_keeping()
}

/// Waits until everything is indexed, and gives the different percentages that were told meanwhile.
///
/// # Errors
/// When the index is faulty, or not complete within 15 minutes.
pub async fn wait_until_current(server: &Server) -> Result<Vec<u32>> {
    let mut http = Http::open(server.address).await?;
    let until = Instant::now() + INDEXED_WITHIN;
    let mut told = Vec::new();
    while Instant::now() < until {
        let answer = http.get("/readyz", None).await?;
        let Readiness { search } = serde_json::from_slice(answer.body)?;
        match search.state.as_str() {
            "current" => return Ok(told),
            "faulty" => return Err(Failure::Broken("the index could not be fed".to_owned())),
            _ => told.extend(search.percent.filter(|percent| told.last() != Some(percent))),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Err(Failure::Broken(format!("not indexed within {} s", INDEXED_WITHIN.as_secs())))
}
