//! Somebody who is in 10, 100 and 1,000 rooms connects.

use super::times_first;
use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::index;
use crate::load::device::{self, Auth, Device, Ready};
use crate::peers::{Peer, Server};
use crate::population::Layout;
use crate::prepared::Prepared;
use crate::report::charts::whole;
use crate::seed::{History, Spread};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::Instant;

/// Messages in each room, so that a summary has one to show.
const MESSAGES_EACH: u64 = 20;
/// Others, of whom each room has four.
const OTHERS: usize = 40;
/// As many as a client names when it comes back.
const MOST_NAMED: usize = 500;
const READY_WITHIN: Duration = Duration::from_secs(30);

/// What connecting took.
struct Took {
    p50: Duration,
    cpu: Duration,
}

/// What the last connection was told first.
#[derive(Default)]
struct First {
    ready: Option<Ready>,
    bytes: usize,
}

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (connects, sizes): (usize, &[usize]) = if bench.quick { (3, &[10, 300]) } else { (40, &[10, 100, 1_000]) };
    bench.announce("growth, making people with many rooms");
    let layout = layout(sizes);
    let messages = MESSAGES_EACH * layout.rooms.len() as u64;
    let prepared = Prepared::in_maru(layout, History { messages, spread: Spread::Evenly }).await?;
    let server = Server::start_on(&bench.programs, Peer::Maru, prepared, None)?;
    index::wait_until_current(&server).await?;
    for run in 1..=bench.runs {
        for (person, rooms) in sizes.iter().copied().enumerate() {
            let case = format!("in {} rooms", whole(rooms as f64));
            bench.announce(&format!("growth, {case}, run {run}"));
            let (first, took) = connect(&server, person, None, connects).await?;
            let ready = first.ready.ok_or_else(|| Failure::Broken("there was no ready".to_owned()))?;
            let (_, back) = connect(&server, person, Some(&ready), connects).await?;
            let (p50, cpu) = (took.p50.as_secs_f64() * 1e3, took.cpu.as_secs_f64() * 1e3);
            let values = [
                ("ready_p50_ms", p50),
                ("ready_p50_times_first", times_first(bench, "growth-person", "ready_p50_ms", p50)),
                ("connect_cpu_ms", cpu),
                ("connect_cpu_times_first", times_first(bench, "growth-person", "connect_cpu_ms", cpu)),
                ("ready_kib", first.bytes as f64 / 1024.0),
                ("return_p50_ms", back.p50.as_secs_f64() * 1e3),
                ("return_cpu_ms", back.cpu.as_secs_f64() * 1e3),
            ];
            bench.keep(Found::new("growth-person", case, rooms as f64).of(Peer::Maru, run), &values);
        }
    }
    server.stop()
}

/// The first people are in as many rooms of their own as `sizes` says, each with four of the others.
fn layout(sizes: &[usize]) -> Layout {
    let people = sizes.len() + OTHERS;
    let owners = sizes.iter().enumerate().flat_map(|(person, rooms)| std::iter::repeat_n(person, *rooms));
    let rooms = owners.enumerate().map(|(room, owner)| {
        let others = (0..4).map(|place| sizes.len() + (room + place * OTHERS / 4) % OTHERS);
        std::iter::once(owner).chain(others).collect()
    });
    Layout { people, rooms: rooms.collect() }
}

/// Connects and leaves again, one after the other; with `known` as a client that comes back.
async fn connect(server: &Server, person: usize, known: Option<&Ready>, times: usize) -> Result<(First, Took)> {
    let rooms: Vec<_> = known.iter().flat_map(|ready| &ready.rooms).collect();
    let auth = Auth {
        token: &server.population.tokens[person],
        client_id: known.map(|ready| ready.client_id.as_str()),
        epoch: known.map(|ready| ready.epoch.as_str()),
        rooms: rooms.iter().take(MOST_NAMED).map(|room| (room.id.clone(), room.rev)).collect(),
    };
    let first = Rc::<RefCell<First>>::default();
    let mut took = Vec::with_capacity(times);
    let mut cpu = server.process.cpu()?;
    // The first one warms up.
    for time in 0..=times {
        let (told, syncs) = (first.clone(), Rc::<Cell<usize>>::default());
        let (synced, wanted) = (syncs.clone(), auth.rooms.len());
        let began = Instant::now();
        let device = Device::connect(server.address, "", &auth, READY_WITHIN, move |event| {
            if event.starts_with(b"[\"ready\",") {
                *told.borrow_mut() = First { ready: device::payload(event).ok(), bytes: event.len() };
            } else if event.starts_with(b"[\"sync\",") {
                synced.set(synced.get() + 1);
            }
        });
        let device = device.await?;
        let ready_after = began.elapsed();
        // An answer comes behind everything that a connection begins with.
        device.do_ask("heartbeat", "{}").await?;
        if syncs.get() != wanted {
            return Err(Failure::Broken(format!("{} of {wanted} rooms were synchronised", syncs.get())));
        }
        took.push(if known.is_some() { began.elapsed() } else { ready_after });
        device.leave().await?;
        if time == 0 {
            cpu = server.process.cpu()?;
            took.clear();
        }
    }
    let cpu = (server.process.cpu()? - cpu) / u32::try_from(times).unwrap_or(1);
    took.sort();
    let first = first.take();
    Ok((first, Took { p50: took[times / 2], cpu }))
}
