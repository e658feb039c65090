//! A day of a busy team in minutes: people come, talk, change what they said, are cut off and come back.

mod life;
mod truth;
mod world;

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::load::device::{Auth, Device, Ready, payload};
use crate::peers::{Peer, Server, Start};
use crate::population::Layout;
use crate::report::table::figure;
use futures_util::future::try_join_all;
use life::{Pace, Slot};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep};
use truth::Message;
use world::World;

/// Without the witness, who is in every room, never goes and never speaks.
const PEOPLE: usize = 60;
const DEVICES_EACH: usize = 2;
const ROOMS: usize = 30;
const MEMBERS: usize = 10;
/// About how many commands a second there are in all.
const COMMANDS_PER_SECOND: f64 = 300.0;
const QUIET_WITHIN: Duration = Duration::from_secs(30);
const READY_WITHIN: Duration = Duration::from_secs(30);
/// More than this between the second and the last tenth is not flat.
const FLAT_PERCENT: f64 = 20.0;

pub async fn run(bench: &mut Bench) -> Result<()> {
    let server = Server::start(&bench.programs, Peer::Maru, Start { layout: layout(), slow_disk: None }).await?;
    let world = Rc::<RefCell<World>>::default();
    let mut slots = slots(&server, &world);
    let mut witness = slots.remove(0);
    witness.connect(true).await?;

    let devices = slots.len() as f64;
    let (stays, away) = if bench.quick { (4.0, 0.5) } else { (40.0, 3.0) };
    let began = Instant::now();
    let pace = Pace {
        thinks: Duration::from_secs_f64(devices / COMMANDS_PER_SECOND),
        stays: Duration::from_secs_f64(stays),
        away: Duration::from_secs_f64(away),
        until: began + bench.soak,
    };
    let lives = try_join_all(slots.into_iter().map(|slot| slot.live(pace)));
    let mut samples = Vec::new();
    let cpu = server.process.cpu()?;
    let slots = {
        let (mut lives, mut second) = (std::pin::pin!(lives), interval(Duration::from_secs(1)));
        loop {
            tokio::select! {
                ended = &mut lives => break ended,
                _ = second.tick() => {
                    let mib = server.process.resident()? as f64 / f64::from(1 << 20);
                    samples.push((began.elapsed().as_secs_f64(), mib));
                    world.borrow_mut().check_syncs(&witness.known.borrow());
                    progress(bench, &world, &samples);
                }
            }
        }
    };
    // What was broken says more than that somebody met the consequences.
    world.borrow().verdict()?;
    let slots = slots?;
    let cpu = server.process.cpu()? - cpu;
    quiet(&witness, &slots, &world).await?;
    check(&server, &witness, &world).await?;
    keep(bench, &world, samples, cpu);
    drop((witness, slots));
    server.stop()
}

fn layout() -> Layout {
    // Everybody is in five rooms.
    let member = |room: usize, place: usize| 1 + (room * 7 + place * (PEOPLE / MEMBERS)) % PEOPLE;
    let rooms =
        (0..ROOMS).map(|room| std::iter::once(0).chain((0..MEMBERS).map(|place| member(room, place))).collect());
    Layout { people: PEOPLE + 1, rooms: rooms.collect() }
}

/// The witness, then the devices of everybody else.
fn slots(server: &Server, world: &Rc<RefCell<World>>) -> Vec<Slot> {
    let population = &server.population;
    let devices = (0..DEVICES_EACH).flat_map(|_| 1..=PEOPLE);
    let rooms_of = population.layout.rooms_of_people();
    let slot = |(index, person): (u64, usize)| {
        let rooms = rooms_of[person].iter().map(|room| population.rooms[*room as usize].clone()).collect();
        Slot::new(server.address, &population.tokens[person], rooms, world.clone(), index)
    };
    (0..).zip(std::iter::once(0).chain(devices)).map(slot).collect()
}

fn progress(bench: &Bench, world: &Rc<RefCell<World>>, samples: &[(f64, f64)]) {
    let (seconds, mib) = samples.last().copied().unwrap_or_default();
    let counts = &world.borrow().counts;
    bench.announce(&format!(
        "soak, {seconds:.0} of {} s: {} commands, {} connects, {} MiB",
        bench.soak.as_secs(),
        figure(counts.commands as f64),
        figure(counts.connects as f64),
        figure(mib)
    ));
}

/// Waits until every device has heard what the witness has, and that is everything that was acknowledged.
async fn quiet(witness: &Slot, slots: &[Slot], world: &Rc<RefCell<World>>) -> Result<()> {
    let until = Instant::now() + QUIET_WITHIN;
    loop {
        let behind = {
            let (world, truth) = (world.borrow(), witness.known.borrow());
            let behind = |slot: &&Slot| slot.known.borrow().iter().any(|(room, known)| truth.get(room) != Some(known));
            let untold = world.rooms.iter().any(|(id, room)| truth.get(id).is_none_or(|(rev, _)| *rev != room.rev()));
            slots.iter().filter(behind).count() + usize::from(untold)
        };
        if behind == 0 {
            break;
        }
        if Instant::now() > until {
            let why = format!("{behind} devices had not heard everything {} s after the end", QUIET_WITHIN.as_secs());
            world.borrow_mut().breach(why);
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    let mut world = world.borrow_mut();
    world.check_syncs(&witness.known.borrow());
    let ends = slots.iter().filter_map(|slot| slot.device.as_ref()?.end()).collect::<Vec<_>>();
    ends.into_iter().for_each(|end| world.breach(format!("a connection ended by itself: {end}")));
    let mut said = HashSet::new();
    let World { rooms, .. } = &*world;
    let mut found = Vec::new();
    for (id, room) in rooms {
        found.extend(room.check().err().map(|why| format!("room {id}: {why}")));
        found.extend(room.said().filter(|content| !said.insert(*content)).map(|text| format!("said twice: {text}")));
    }
    found.into_iter().for_each(|why| world.breach(why));
    world.verdict()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    messages: Vec<Message>,
    has_more: bool,
}

/// Reads everything back: the whole history of every room, and everybody's unread counts.
async fn check(server: &Server, witness: &Slot, world: &Rc<RefCell<World>>) -> Result<()> {
    let device = witness.device.as_ref().ok_or_else(|| Failure::Other("the witness is gone".to_owned()))?;
    let rooms: Vec<String> = world.borrow().rooms.keys().cloned().collect();
    for id in rooms {
        let (mut after, states) = {
            let world = world.borrow();
            let room = &world.rooms[&id];
            (room.base_seq, room.states(u64::MAX))
        };
        let mut read = 0;
        loop {
            let asked = format!(r#"{{"roomId":"{id}","after":{after},"limit":200}}"#);
            let answer = device.do_ask("messages:history", &asked).await?;
            let [page]: [Page; 1] = serde_json::from_slice(&answer)?;
            for message in &page.messages {
                truth::compare(message, &states).map_err(|why| Failure::Broken(format!("room {id}: {why}")))?;
                after = message.seq;
                read += 1;
            }
            if !page.has_more {
                break;
            }
        }
        if read != states.len() {
            return Err(Failure::Broken(format!("room {id} has {read} messages instead of {}", states.len())));
        }
    }
    for token in &server.population.tokens[1..] {
        check_unread(server, token, world).await?;
    }
    Ok(())
}

async fn check_unread(server: &Server, token: &str, world: &Rc<RefCell<World>>) -> Result<()> {
    let heard = Rc::<RefCell<Option<Ready>>>::default();
    let ready = heard.clone();
    let auth = Auth { token, ..Auth::default() };
    let device = Device::connect(server.address, "", &auth, READY_WITHIN, move |event| {
        if event.starts_with(b"[\"ready\",") {
            *ready.borrow_mut() = payload(event).ok();
        }
    });
    device.await?.leave().await?;
    let ready = heard.take().ok_or_else(|| Failure::Broken("there was no ready".to_owned()))?;
    let world = world.borrow();
    for room in &ready.rooms {
        let states = world.rooms[&room.id].states(u64::MAX);
        let unread = states.iter().filter(|(seq, state)| **seq > room.read_seq && !state.deleted).count();
        if room.unread != unread as u64 {
            let why = format!("{} unread in room {} instead of {unread}", room.unread, room.id);
            return Err(Failure::Broken(why));
        }
    }
    Ok(())
}

fn keep(bench: &mut Bench, world: &Rc<RefCell<World>>, samples: Vec<(f64, f64)>, cpu: Duration) {
    let tenth = |from: usize| {
        let (from, to) = (samples.len() * from / 10, samples.len() * (from + 1) / 10);
        let mut values: Vec<f64> = samples[from..to].iter().map(|sample| sample.1).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    let (second, last) = (tenth(1), tenth(9));
    let growth = (last / second - 1.0) * 100.0;
    if growth > FLAT_PERCENT {
        bench.tell(&format!(
            "soak: RESIDENT MEMORY GREW BY {growth:.0} %, from {} to {} MiB: it is not flat",
            figure(second),
            figure(last)
        ));
    }
    let counts = &world.borrow().counts;
    let values = [
        ("commands", counts.commands as f64),
        ("sends", counts.sends as f64),
        ("retried", counts.retried as f64),
        ("duplicates", counts.duplicates as f64),
        ("connects", counts.connects as f64),
        ("restored", counts.restored as f64),
        ("syncs", counts.syncs as f64),
        ("heard", counts.heard as f64),
        ("cpu_s", cpu.as_secs_f64()),
        ("resident_second_tenth_mib", second),
        ("resident_last_tenth_mib", last),
        ("resident_growth_percent", growth),
        ("resident_slope_kib_per_min", slope(&samples) * 60.0 * 1024.0),
    ];
    let case = format!("{} minutes", figure(bench.soak.as_secs_f64() / 60.0));
    let found = Found::new("soak", case, bench.soak.as_secs_f64());
    bench.keep(Found { distributions: BTreeMap::from([("resident_mib".to_owned(), samples)]), ..found }, &values);
}

/// MiB a second by least squares, after the first minute, or the first half of a short run.
fn slope(samples: &[(f64, f64)]) -> f64 {
    let from = samples.last().map_or(0.0, |last| (last.0 / 2.0).min(60.0));
    let late: Vec<_> = samples.iter().filter(|sample| sample.0 >= from).collect();
    let count = late.len() as f64;
    let (x, y) = late.iter().fold((0.0, 0.0), |sum, at| (sum.0 + at.0 / count, sum.1 + at.1 / count));
    let covariance: f64 = late.iter().map(|at| (at.0 - x) * (at.1 - y)).sum();
    let variance: f64 = late.iter().map(|at| (at.0 - x).powi(2)).sum();
    if variance > 0.0 { covariance / variance } else { 0.0 }
}
