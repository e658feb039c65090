//! The same talk by one server alone, by one with Redis, and by three behind nginx.

use crate::bench::{Bench, Found};
use crate::cluster::{Cluster, Shape};
use crate::failure::Result;
use crate::load::{self, Crowd, Window, trickle, waiting_senders};
use crate::peers::Peer;
use crate::population::Layout;
use crate::process::Process;
use std::time::Duration;

const MEMBERS: usize = 20;
const MESSAGES_PER_SECOND: u32 = 100;
const WAITING_SENDERS: usize = 64;

const SHAPES: [(&str, Shape); 4] = [
    ("one server alone", shape(1, false, false)),
    ("one server with Redis", shape(1, true, false)),
    ("one server with Redis, behind nginx", shape(1, true, true)),
    ("three servers with Redis, behind nginx", shape(3, true, true)),
];

const fn shape(servers: usize, redis: bool, proxy: bool) -> Shape {
    Shape { servers, redis, cuttable: false, proxy }
}

pub async fn run(bench: &mut Bench) -> Result<()> {
    let rooms = if bench.quick { 3 } else { 30 };
    for run in 1..=bench.runs {
        for (x, (case, shape)) in SHAPES.into_iter().enumerate() {
            let what = format!("cluster, {case}, run {run} of {}", bench.runs);
            bench.announce(&what);
            let measured = measure(bench, rooms, shape).await;
            let values = measured.map_err(|failure| failure.during(&what))?;
            bench.keep(Found::new("cluster", case, x as f64).of(Peer::Maru, run), &values);
        }
    }
    Ok(())
}

async fn measure(bench: &Bench, rooms: usize, shape: Shape) -> Result<Vec<(&'static str, f64)>> {
    let cluster = Cluster::start(&bench.programs, Layout::apart(rooms, MEMBERS), shape).await?;
    let population = &cluster.population;
    let mut crowd = Crowd::empty(population);
    crowd.join(cluster.address(), population, 0..population.tokens.len(), "").await?;
    let servers = cluster.processes();

    let talkers: Vec<(usize, u32)> = (0..rooms * MEMBERS).map(|client| (client, (client / MEMBERS) as u32)).collect();
    let span = bench.span(1.0, 0.2);
    load::warm_up(&crowd, async { Ok(trickle(&crowd, &talkers, MESSAGES_PER_SECOND, span).await) }).await?;
    let beside = Beside::of(&cluster)?;
    let span = bench.span(8.0, 1.0);
    let talk = async { Ok(trickle(&crowd, &talkers, MESSAGES_PER_SECOND, span).await) };
    let talk = load::measure_all(&servers, &crowd, talk).await?;
    let beside = Beside::of(&cluster)?.since(&beside);

    // Each in a room of their own as long as there are enough of them.
    let waiting = WAITING_SENDERS.min(talkers.len());
    let senders: Vec<(usize, u32)> = (0..waiting).map(|sender| talkers[sender * talkers.len() / waiting]).collect();
    let span = bench.span(1.0, 0.2);
    load::warm_up(&crowd, waiting_senders(&crowd, &senders, span)).await?;
    let pressed = load::measure_all(&servers, &crowd, waiting_senders(&crowd, &senders, bench.span(8.0, 1.0))).await?;
    let resident = servers.iter().map(|server| server.resident()).sum::<Result<u64>>()?;
    let values = values(&talk, &beside, &pressed, resident);
    crowd.leave().await?;
    cluster.stop().await?;
    Ok(values)
}

fn values(talk: &Window, beside: &Beside, pressed: &Window, resident: u64) -> Vec<(&'static str, f64)> {
    let per_delivery = |time: Duration| time.as_secs_f64() * 1e6 / talk.deliveries.max(1) as f64;
    vec![
        ("delivered_p50_ms", talk.delivered_ms(0.5)),
        ("delivered_p99_ms", talk.delivered_ms(0.99)),
        ("acked_p50_ms", talk.acked_ms(0.5)),
        ("acked_p99_ms", talk.acked_ms(0.99)),
        ("cpu_per_delivery_us", talk.cpu_per_delivery()),
        ("proxy_per_delivery_us", per_delivery(beside.proxy)),
        ("redis_per_delivery_us", per_delivery(beside.redis)),
        ("generator_per_delivery_us", talk.own_cpu_per_delivery()),
        ("messages_per_s", pressed.messages_per_second()),
        ("pressed_deliveries_per_s", pressed.deliveries_per_second()),
        ("pressed_cpu_per_delivery_us", pressed.cpu_per_delivery()),
        ("pressed_acked_p50_ms", pressed.acked_ms(0.5)),
        ("pressed_acked_p99_ms", pressed.acked_ms(0.99)),
        ("resident_mib", resident as f64 / f64::from(1 << 20)),
    ]
}

/// Processor time of what stands beside the servers.
struct Beside {
    proxy: Duration,
    redis: Duration,
}

impl Beside {
    fn of(cluster: &Cluster) -> Result<Self> {
        let time = |process: Option<&Process>| process.map_or(Ok(Duration::ZERO), Process::cpu);
        let redis = cluster.redis.as_ref().and_then(|redis| redis.process());
        Ok(Self { proxy: time(cluster.proxy.as_ref().map(|proxy| &proxy.process))?, redis: time(redis)? })
    }

    fn since(&self, before: &Self) -> Self {
        Self { proxy: self.proxy - before.proxy, redis: self.redis - before.redis }
    }
}
