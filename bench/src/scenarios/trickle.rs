//! What a delivery costs when each message is alone: nothing can be shared with another.

use crate::bench::{Bench, Case};
use crate::failure::Result;
use crate::load::{self, trickle};
use crate::peers::Peer;
use crate::population::Layout;

/// Rooms, members of each, and messages a second in all: so many that each measurement has thousands of deliveries, so
/// few that each message is done before the next one comes.
const SIZES: [(usize, usize, u32); 3] = [(10, 10, 200), (1, 100, 50), (1, 1000, 50)];

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (warm_up, span) = (bench.span(1.5, 0.3), bench.span(6.0, 1.0));
    for (rooms, members, per_second) in SIZES {
        let case = Case {
            scenario: "trickle",
            name: format!("rooms of {members}"),
            x: members as f64,
            peers: Peer::ALL.to_vec(),
            layout: Layout::apart(rooms, members),
            slow_disk: None,
        };
        // Rooms in turn, and within a room the members in turn.
        let senders: Vec<_> = (0..members)
            .flat_map(|member| (0..rooms).map(move |room| (room * members + member, room as u32)))
            .collect();
        bench
            .measure(&case, async |server, crowd| {
                load::warm_up(crowd, async { Ok(trickle(crowd, &senders, per_second, warm_up).await) }).await?;
                load::measure(server, crowd, async { Ok(trickle(crowd, &senders, per_second, span).await) }).await
            })
            .await?;
    }
    Ok(())
}
