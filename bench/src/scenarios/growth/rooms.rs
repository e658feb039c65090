//! The same clients talk in 100, 1,000 and 10,000 rooms.

use super::times_first;
use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::load::{self, Crowd};
use crate::peers::{Peer, Server};
use crate::population::Layout;
use crate::prepared::Prepared;
use crate::report::charts::whole;
use crate::seed::History;
use futures_util::future::try_join_all;
use std::cell::Cell;
use std::time::Duration;
use tokio::time::Instant;

/// People stand in ten rows; each room takes one of each row.
const ROWS: usize = 10;
const SENDERS: usize = 64;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (columns, sizes): (usize, &[usize]) = if bench.quick { (10, &[10, 100]) } else { (100, &[100, 1_000, 10_000]) };
    let (warm_up, span) = (bench.span(1.0, 0.2), bench.span(5.0, 0.6));
    for rooms in sizes.iter().copied() {
        let case = format!("{} rooms", whole(rooms as f64));
        bench.announce(&format!("growth, making {case}"));
        let prepared = Prepared::in_maru(layout(columns, rooms), History::NONE).await?;
        for run in 1..=bench.runs {
            let what = format!("growth, {case}, run {run}");
            bench.announce(&what);
            let server = Server::start_on(&bench.programs, Peer::Maru, prepared.copy()?, None)?;
            let crowd = Crowd::connect(&server).await?;
            let tour = |span| tour(&crowd, &server.population.layout, span);
            load::warm_up(&crowd, tour(warm_up)).await.map_err(|failure| failure.during(&what))?;
            let window = load::measure(&server, &crowd, tour(span)).await.map_err(|failure| failure.during(&what))?;
            crowd.leave().await?;
            server.stop()?;
            let per_second = window.deliveries_per_second();
            let values = [
                ("deliveries_per_s", per_second),
                ("deliveries_times_first", times_first(bench, "growth-rooms", "deliveries_per_s", per_second)),
                ("cpu_per_delivery_us", window.cpu_per_delivery()),
                ("acked_p50_ms", window.acked_ms(0.5)),
                ("acked_p99_ms", window.acked_ms(0.99)),
            ];
            bench.keep(Found::new("growth-rooms", case.clone(), rooms as f64).of(Peer::Maru, run), &values);
        }
    }
    Ok(())
}

/// `columns` rooms are a layer in which everybody is once; from layer to layer the rows are shifted against each other,
/// so that people meet others.
fn layout(columns: usize, rooms: usize) -> Layout {
    let member = |room: usize, row: usize| row * columns + (room % columns + room / columns * row) % columns;
    let rooms = (0..rooms).map(|room| (0..ROWS).map(|row| member(room, row)).collect()).collect();
    Layout { people: ROWS * columns, rooms }
}

/// Senders that wait for their acknowledgement, each message into the next room. How many were sent.
async fn tour(crowd: &Crowd, layout: &Layout, span: Duration) -> Result<u64> {
    let until = Instant::now() + span;
    let next = Cell::new(0_usize);
    let next = &next;
    let work = (0..SENDERS).map(|_| async move {
        let mut sent = 0_u64;
        while Instant::now() < until {
            let turn = next.replace(next.get() + 1);
            let room = turn % layout.rooms.len();
            let sender = layout.rooms[room][turn / layout.rooms.len() % ROWS];
            crowd.send(sender, room as u32).await?;
            sent += 1;
        }
        Ok::<_, Failure>(sent)
    });
    Ok(try_join_all(work).await?.into_iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_once_in_each_layer_and_no_room_has_anybody_twice() {
        let layout = layout(100, 1_000);
        assert!(layout.rooms_of_people().iter().all(|rooms| rooms.len() == 10));
        for members in &layout.rooms {
            let different: std::collections::HashSet<_> = members.iter().collect();
            assert_eq!(different.len(), ROWS);
        }
    }
}
