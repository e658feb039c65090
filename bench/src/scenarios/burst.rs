//! What happens when many messages come at once: writes that are next to each other can be shared.

use crate::bench::{Bench, Case};
use crate::failure::Result;
use crate::load::{self, burst};
use crate::peers::Peer;
use crate::population::Layout;

const SENDERS: usize = 16;
const MEMBERS: usize = 100;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let each = if bench.quick { 50 } else { 400 };
    let case = Case {
        scenario: "burst",
        name: format!("{SENDERS} senders, {each} messages each"),
        x: SENDERS as f64,
        peers: Peer::ALL.to_vec(),
        layout: Layout::apart(1, MEMBERS),
        slow_disk: None,
    };
    let senders: Vec<_> = (0..SENDERS).map(|sender| (sender * MEMBERS / SENDERS, 0)).collect();
    bench
        .measure(&case, async |server, crowd| {
            load::warm_up(crowd, async { Ok(burst(crowd, &senders, each / 4).await) }).await?;
            load::measure(server, crowd, async { Ok(burst(crowd, &senders, each).await) }).await
        })
        .await
}
