//! Sending while nothing, a million and five million messages are stored.

use super::times_first;
use crate::bench::{Bench, Found};
use crate::failure::Result;
use crate::load::{self, Crowd, waiting_senders};
use crate::peers::{Peer, Server};
use crate::report::charts::whole;

/// The first rooms of the team: those in which most was said.
const ROOMS: usize = 100;
const MEMBERS: usize = 10;
const SENDERS: usize = 8;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let sizes: &[u64] = if bench.quick { &[0, 20_000] } else { &[0, 1_000_000, 5_000_000] };
    let (warm_up, span) = (bench.span(1.0, 0.2), bench.span(5.0, 0.6));
    // Each run goes through all sizes, so that what else happens on the machine meets all of them.
    for run in 1..=bench.runs {
        for messages in sizes.iter().copied() {
            let case = format!("{} stored", whole(messages as f64));
            let what = format!("growth, {case}, run {run}");
            let team = bench.team_with(messages).await?;
            bench.announce(&what);
            let copy = team.copy()?;
            bench.give_back(messages, team);
            let server = Server::start_on(&bench.programs, Peer::Maru, copy, None)?;
            let crowd = Crowd::connect_with(&server, 0..ROOMS * MEMBERS, "").await?;
            // Senders in rooms that are far apart, each the first of its room.
            let senders: Vec<_> = (0..SENDERS).map(|sender| sender * ROOMS / SENDERS).collect();
            let senders: Vec<_> = senders.into_iter().map(|room| (room * MEMBERS, room as u32)).collect();
            let send = |span| waiting_senders(&crowd, &senders, span);
            load::warm_up(&crowd, send(warm_up)).await.map_err(|failure| failure.during(&what))?;
            let window = load::measure(&server, &crowd, send(span)).await.map_err(|failure| failure.during(&what))?;
            crowd.leave().await?;
            server.stop()?;
            let (cpu, p50) = (window.cpu_per_message(), window.acked_ms(0.5));
            let values = [
                ("cpu_per_message_us", cpu),
                ("cpu_times_first", times_first(bench, "growth-stored", "cpu_per_message_us", cpu)),
                ("acked_p50_ms", p50),
                ("acked_p50_times_first", times_first(bench, "growth-stored", "acked_p50_ms", p50)),
                ("acked_p99_ms", window.acked_ms(0.99)),
                ("messages_per_s", window.messages_per_second()),
            ];
            bench.keep(Found::new("growth-stored", case, messages as f64).of(Peer::Maru, run), &values);
        }
    }
    Ok(())
}
