//! How many durable messages a second there are when each sender waits for its acknowledgement.

use crate::bench::{Bench, Case};
use crate::failure::Result;
use crate::load::{self, waiting_senders};
use crate::peers::Peer;
use crate::population::Layout;
use std::time::Duration;

const SENDERS: [usize; 4] = [1, 8, 64, 256];
const ROOMS: usize = 100;
const MEMBERS: usize = 10;
const SLOW_FSYNC: Duration = Duration::from_millis(4);

pub async fn run(bench: &mut Bench) -> Result<()> {
    on_disk(bench, "senders", None).await
}

pub async fn run_on_slow_disk(bench: &mut Bench) -> Result<()> {
    on_disk(bench, "slow-disk", Some(SLOW_FSYNC)).await
}

async fn on_disk(bench: &mut Bench, scenario: &'static str, slow_disk: Option<Duration>) -> Result<()> {
    let (warm_up, span) = (bench.span(1.0, 0.2), bench.span(4.0, 0.6));
    for count in SENDERS {
        let case = Case {
            scenario,
            name: if count == 1 { "1 sender".to_owned() } else { format!("{count} senders") },
            x: count as f64,
            peers: vec![Peer::Maru, Peer::Node],
            layout: Layout::apart(ROOMS, MEMBERS),
            slow_disk,
        };
        // The first member of each room, then the second of each, and so on.
        let senders: Vec<_> = (0..count)
            .map(|sender| (sender % ROOMS, sender / ROOMS))
            .map(|(room, member)| (room * MEMBERS + member, room as u32))
            .collect();
        bench
            .measure(&case, async |server, crowd| {
                load::warm_up(crowd, waiting_senders(crowd, &senders, warm_up)).await?;
                load::measure(server, crowd, waiting_senders(crowd, &senders, span)).await
            })
            .await?;
    }
    Ok(())
}
