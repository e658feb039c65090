//! How long a message takes to be acknowledged and to be delivered while a team of 1,000 talks.

use crate::bench::{Bench, Case};
use crate::failure::Result;
use crate::load::{self, trickle};
use crate::peers::Peer;
use crate::population::Layout;

const ROOMS: usize = 100;
const MEMBERS: usize = 10;
const MESSAGES_PER_SECOND: u32 = 100;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (warm_up, span) = (bench.span(2.0, 0.3), bench.span(12.0, 1.5));
    let case = Case {
        scenario: "latency",
        name: format!("{} clients, {MESSAGES_PER_SECOND} messages/s", ROOMS * MEMBERS),
        x: (ROOMS * MEMBERS) as f64,
        peers: Peer::ALL.to_vec(),
        layout: Layout::apart(ROOMS, MEMBERS),
        slow_disk: None,
    };
    let senders: Vec<_> =
        (0..MEMBERS).flat_map(|member| (0..ROOMS).map(move |room| (room * MEMBERS + member, room as u32))).collect();
    bench
        .measure(&case, async |server, crowd| {
            load::warm_up(crowd, async { Ok(trickle(crowd, &senders, MESSAGES_PER_SECOND, warm_up).await) }).await?;
            load::measure(server, crowd, async { Ok(trickle(crowd, &senders, MESSAGES_PER_SECOND, span).await) }).await
        })
        .await
}
