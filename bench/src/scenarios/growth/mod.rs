//! What the same work costs when there is more of everything around it.

mod person;
mod rooms;
mod stored;

use crate::bench::Bench;
use crate::failure::Result;
use crate::peers::Peer;

pub async fn run(bench: &mut Bench) -> Result<()> {
    rooms::run(bench).await?;
    person::run(bench).await?;
    stored::run(bench).await
}

/// A figure of Maru's divided by its median in the first case of the scenario; 1 in that case itself.
fn times_first(bench: &Bench, scenario: &str, metric: &str, value: f64) -> f64 {
    let cases = bench.results.cases(scenario);
    let first = cases.first().and_then(|(case, _)| bench.results.median(scenario, case, Peer::Maru, metric));
    first.map_or(1.0, |first| value / first)
}
