//! Everybody comes back at once after a restart, or as `server:draining` told them to, while others talk.

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::load::device::{self, Auth, Device, Ready};
use crate::load::{self, Crowd, Window, trickle};
use crate::peers::{Peer, Server};
use crate::population::{Layout, Population};
use crate::prepared::Prepared;
use crate::scenarios::memory::BROWSER;
use crate::seed::History;
use futures_util::future::join_all;
use futures_util::stream;
use futures_util::{StreamExt, TryStreamExt};
use hdrhistogram::Histogram;
use serde::Deserialize;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Teams whose people have several devices each.
const TEAM: usize = 50;
const DEVICES_EACH: usize = 10;
const ROOMS_EACH: usize = 20;
/// The others, in a room of their own, and their messages a second.
const OTHERS: usize = 10;
const MESSAGES_PER_SECOND: u32 = 50;
/// Open files that the server and the bench need beside the clients.
const OTHER_FILES: u64 = 200;
const READY_WITHIN: Duration = Duration::from_secs(60);
const AT_ONCE: usize = 64;

/// A client between its connections.
#[derive(Default)]
struct Away {
    person: usize,
    known: Option<Ready>,
    /// What `server:draining` said.
    reconnect_in: Rc<Cell<Option<u64>>>,
    device: Option<Device>,
}

/// When each of them connects.
#[derive(Clone, Copy, PartialEq)]
enum Arrival {
    AFewAtATime,
    AtOnce,
    AsTold,
}

pub async fn run(bench: &mut Bench) -> Result<()> {
    let (limit, _) = rlimit::Resource::NOFILE.get()?;
    let wanted = if bench.quick { 200 } else { 10_000 };
    let clients = usize::try_from(limit.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX).min(wanted);
    if clients < wanted {
        bench.tell(&format!("storm: {clients} clients instead of {wanted}: the system allows {limit} open files"));
    }
    let people = clients.div_ceil(DEVICES_EACH);
    let teams = people.div_ceil(TEAM);
    let mut layout = Layout::teams(teams, TEAM, ROOMS_EACH);
    let first_other = layout.people;
    layout.people += OTHERS;
    layout.rooms.push((first_other..layout.people).collect());
    let prepared = Prepared::in_maru(layout, History::NONE).await?;
    let mut away: Vec<Away> = (0..clients).map(|client| Away { person: client % people, ..Away::default() }).collect();

    let server = Server::start_on(&bench.programs, Peer::Maru, prepared, None)?;
    talk_alone(bench, &server, first_other).await?;
    let prepared = connect(bench, server, &mut away, first_other, Arrival::AFewAtATime).await?;
    let server = Server::start_on(&bench.programs, Peer::Maru, prepared, None)?;
    let prepared = connect(bench, server, &mut away, first_other, Arrival::AtOnce).await?;
    let server = Server::start_on(&bench.programs, Peer::Maru, prepared, None)?;
    connect(bench, server, &mut away, first_other, Arrival::AsTold).await?;
    Ok(())
}

/// The others, with nobody else there.
async fn talk_alone(bench: &mut Bench, server: &Server, first_other: usize) -> Result<()> {
    bench.announce("storm, the others alone");
    let crowd = Crowd::connect_with(server, first_other..first_other + OTHERS, "").await?;
    let senders = senders(server, first_other);
    let span = bench.span(5.0, 1.0);
    let talk = async { Ok(trickle(&crowd, &senders, MESSAGES_PER_SECOND, span).await) };
    let window = load::measure(server, &crowd, talk).await?;
    bench.keep(Found::new("storm", "nobody connects", 0.0), &latencies(&window));
    crowd.leave().await
}

fn senders(server: &Server, first_other: usize) -> Vec<(usize, u32)> {
    // Crowds number their clients from 0; the others' room is the last one.
    let room = server.population.rooms.len() as u32 - 1;
    (0..server.population.layout.people - first_other).map(|client| (client, room)).collect()
}

fn latencies(window: &Window) -> [(&'static str, f64); 4] {
    [
        ("acked_p50_ms", window.acked_ms(0.5)),
        ("acked_p99_ms", window.acked_ms(0.99)),
        ("delivered_p50_ms", window.delivered_ms(0.5)),
        ("delivered_p99_ms", window.delivered_ms(0.99)),
    ]
}

/// Connects everybody while the others talk; then stops the server, which tells everybody when to come back.
async fn connect(
    bench: &mut Bench,
    server: Server,
    away: &mut [Away],
    first_other: usize,
    arrival: Arrival,
) -> Result<Prepared> {
    let (case, x) = match arrival {
        Arrival::AFewAtATime => ("at most 64 connects at a time", 1.0),
        Arrival::AtOnce => ("all at once after a restart", 2.0),
        Arrival::AsTold => ("spread as server:draining said", 3.0),
    };
    bench.announce(&format!("storm, {} clients, {case}", away.len()));
    let crowd = Crowd::connect_with(&server, first_other..first_other + OTHERS, "").await?;
    let senders = senders(&server, first_other);
    let headers = format!("Origin: http://{}\r\n{BROWSER}", server.address);
    let times = RefCell::new(Histogram::new(3).map_err(|error| Failure::Other(error.to_string()))?);
    let (cpu, arrived) = (server.process.cpu()?, Cell::new(false));
    let began = Instant::now();
    let coming = async {
        let errors = RefCell::new(Vec::new());
        let connects = away.iter_mut().map(|one| arrive(one, &server, &headers, arrival, &times, &errors));
        match arrival {
            Arrival::AFewAtATime => stream::iter(connects).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await,
            Arrival::AtOnce | Arrival::AsTold => join_all(connects).await,
        };
        arrived.set(true);
        Ok::<_, Failure>((began.elapsed(), errors.into_inner()))
    };
    let talking = load::measure(&server, &crowd, async {
        let mut sent = 0;
        while !arrived.get() {
            sent += trickle(&crowd, &senders, MESSAGES_PER_SECOND, Duration::from_millis(200)).await;
        }
        Ok(sent)
    });
    let (came, window) = tokio::join!(coming, talking);
    let ((all_ready, errors), window) = (came?, window.map_err(|failure| failure.during("the others"))?);
    if let Some(first) = errors.first() {
        bench.tell(&format!("storm, {case}: {} of {} could not connect: {first}", errors.len(), away.len()));
    }
    let cpu = (server.process.cpu()? - cpu).as_secs_f64() * 1e3 / away.len() as f64;
    let times = times.into_inner();
    let mut values = vec![
        ("clients", away.len() as f64),
        ("all_ready_s", all_ready.as_secs_f64()),
        ("errors", errors.len() as f64),
        ("ready_p50_ms", times.value_at_quantile(0.5) as f64 / 1e6),
        ("ready_p99_ms", times.value_at_quantile(0.99) as f64 / 1e6),
        ("cpu_per_connect_ms", cpu),
        ("resident_mib", server.process.resident()? as f64 / f64::from(1 << 20)),
        ("messages", window.messages as f64),
    ];
    values.extend(latencies(&window));
    bench.keep(Found::new("storm", case, x), &values);
    crowd.leave().await?;
    let missing = away.iter_mut().filter(|one| one.device.is_none());
    let connects = missing.map(|one| come_back(one, &server.population, &server, &headers));
    // Everybody is there when the server stops, so that everybody is told.
    stream::iter(connects).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
    stop(bench, server, away).await
}

/// One client connects at its moment.
async fn arrive(
    one: &mut Away,
    server: &Server,
    headers: &str,
    arrival: Arrival,
    times: &RefCell<Histogram<u64>>,
    errors: &RefCell<Vec<String>>,
) {
    if arrival == Arrival::AsTold {
        sleep(Duration::from_millis(one.reconnect_in.get().unwrap_or_default())).await;
    }
    let began = Instant::now();
    match come_back(one, &server.population, server, headers).await {
        Ok(()) => {
            let took = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            // Only a value beyond 2^64 could be refused.
            let _recorded = times.borrow_mut().record(took);
        }
        Err(failure) => errors.borrow_mut().push(failure.to_string()),
    }
}

async fn come_back(one: &mut Away, population: &Population, server: &Server, headers: &str) -> Result<()> {
    let known = one.known.clone();
    let rooms = known.iter().flat_map(|ready| ready.rooms.iter().map(|room| (room.id.clone(), room.rev))).collect();
    let auth = Auth {
        token: &population.tokens[one.person],
        client_id: known.as_ref().map(|ready| ready.client_id.as_str()),
        epoch: known.as_ref().map(|ready| ready.epoch.as_str()),
        rooms,
    };
    let heard = Rc::<RefCell<Option<Result<Ready>>>>::default();
    let (ready, draining) = (heard.clone(), one.reconnect_in.clone());
    draining.set(None);
    let first = known.is_none();
    let device = Device::connect(server.address, headers, &auth, READY_WITHIN, move |event| {
        if event.starts_with(b"[\"ready\",") && first {
            *ready.borrow_mut() = Some(device::payload(event));
        } else if event.starts_with(b"[\"server:draining\",") {
            draining.set(device::payload::<Draining>(event).ok().map(|told| told.reconnect_in_ms));
        }
    });
    one.device = Some(device.await?);
    // Nothing is said in their rooms: what they know stays true.
    one.known = match heard.take() {
        Some(ready) => Some(ready?),
        None => known,
    };
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Draining {
    reconnect_in_ms: u64,
}

/// Stops the server; every client must have been told when to come back.
async fn stop(bench: &Bench, server: Server, away: &mut [Away]) -> Result<Prepared> {
    bench.announce("storm, the server stops");
    // The clients have to read meanwhile.
    let stopping = tokio::task::spawn_blocking(move || server.stop_keeping());
    let prepared = stopping.await.map_err(|error| Failure::Other(error.to_string()))??;
    let untold = away.iter().filter(|one| one.reconnect_in.get().is_none()).count();
    for one in away.iter_mut() {
        one.device = None;
    }
    if untold > 0 {
        let why = format!("{untold} of {} clients were not told that the server stops", away.len());
        return Err(Failure::Broken(why));
    }
    Ok(prepared)
}
