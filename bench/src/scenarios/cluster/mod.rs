//! Several servers as one: what that costs, and what becomes of messages while servers and Redis die.

mod figures;
mod holdings;
mod person;
mod trouble;
mod world;

use crate::bench::Bench;
use crate::cluster;
use crate::failure::Result;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let missing = cluster::missing();
    if !missing.is_empty() {
        bench.tell(&format!("cluster: left out, there is no {}", missing.join(" and no ")));
        return Ok(());
    }
    figures::run(bench).await?;
    trouble::run(bench).await
}
