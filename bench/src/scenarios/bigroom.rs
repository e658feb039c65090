//! Small rooms beside a large one that is busy: what a large room takes must not be waited for elsewhere.

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::load::{self, Crowd, Window, trickle};
use crate::peers::{Peer, Server, Start};
use crate::population::{Layout, Population};
use crate::report::charts::whole;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

const SMALL_ROOMS: usize = 10;
const SMALL: usize = 10;
/// Messages a second into all small rooms together.
const SMALL_PER_SECOND: u32 = 100;
/// Messages a second into the large room; halved until its deliveries keep up.
const LARGE_PER_SECOND: u32 = 10;
/// Above this, messages of the large room queue up.
const KEEPS_UP_MS: f64 = 500.0;
const SETTLE_WITHIN: Duration = Duration::from_secs(60);

pub async fn run(bench: &mut Bench) -> Result<()> {
    let members = if bench.quick { 300 } else { 5_000 };
    let mut per_second = LARGE_PER_SECOND;
    for run in 1..=bench.runs {
        for peer in [Peer::Maru, Peer::Node] {
            if bench.has(peer) {
                let what = format!("bigroom, {peer}, run {run}");
                bench.announce(&what);
                let measured = measure(bench, peer, run, members, &mut per_second).await;
                measured.map_err(|failure| failure.during(what))?;
            }
        }
    }
    Ok(())
}

async fn measure(bench: &mut Bench, peer: Peer, run: u32, members: usize, per_second: &mut u32) -> Result<()> {
    let mut layout = Layout::apart(SMALL_ROOMS, SMALL);
    let first = layout.people;
    layout.people += members;
    layout.rooms.push((first..layout.people).collect());
    let server = Server::start(&bench.programs, peer, Start { layout, slow_disk: None }).await?;
    let small = Crowd::connect_with(&server, 0..first, "").await?;
    let mut large = Large::connect(server.address, server.population.clone(), first).await?;
    let (warm_up, span) = (bench.span(2.0, 0.3), bench.span(10.0, 1.0));

    if peer == Peer::Maru && run == 1 {
        while *per_second > 1 && large.talk(*per_second, warm_up).await?.delivered_p99_ms > KEEPS_UP_MS {
            *per_second /= 2;
        }
    }
    let senders: Vec<_> = (0..first).map(|client| (client, (client / SMALL) as u32)).collect();
    let talk = |span| trickle(&small, &senders, SMALL_PER_SECOND, span);
    load::warm_up(&small, async { Ok(talk(warm_up).await) }).await?;
    let alone = load::measure(&server, &small, async { Ok(talk(span).await) }).await?;
    bench.keep(Found::new("bigroom", "the large room is quiet", 0.0).of(peer, run), &values(&alone));

    let (beside, large_window) =
        tokio::join!(load::measure(&server, &small, async { Ok(talk(span).await) }), large.talk(*per_second, span));
    let large_window = large_window.map_err(|failure| failure.during("the large room"))?;
    let mut values = values(&beside?).to_vec();
    values.extend([
        ("big_acked_p50_ms", large_window.acked_p50_ms),
        ("big_delivered_p50_ms", large_window.delivered_p50_ms),
        ("big_delivered_p99_ms", large_window.delivered_p99_ms),
        ("big_deliveries_per_s", large_window.deliveries_per_second),
    ]);
    let case = format!("{} members hear {per_second} messages/s", whole(members as f64));
    bench.keep(Found::new("bigroom", case, 1.0).of(peer, run), &values);
    small.leave().await?;
    large.leave().await?;
    server.stop()
}

fn values(window: &Window) -> [(&'static str, f64); 4] {
    [
        ("acked_p50_ms", window.acked_ms(0.5)),
        ("acked_p99_ms", window.acked_ms(0.99)),
        ("delivered_p50_ms", window.delivered_ms(0.5)),
        ("delivered_p99_ms", window.delivered_ms(0.99)),
    ]
}

/// What the large room's clients found.
struct Told {
    acked_p50_ms: f64,
    delivered_p50_ms: f64,
    delivered_p99_ms: f64,
    deliveries_per_second: f64,
}

type Order = (u32, Duration, oneshot::Sender<Result<Told>>);

/// The large room's clients, on a thread of their own: what they read must not delay what the small rooms' clients
/// read, whose times are measured.
struct Large {
    orders: mpsc::UnboundedSender<Order>,
    thread: JoinHandle<Result<()>>,
}

impl Large {
    async fn connect(address: SocketAddr, population: Population, first: usize) -> Result<Self> {
        let (orders, taken) = mpsc::unbounded_channel();
        let (connected, is_connected) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let life = live(address, population, first, connected, taken);
            runtime.block_on(tokio::task::LocalSet::new().run_until(life))
        });
        let large = Self { orders, thread };
        // When they cannot connect, the thread says why.
        if is_connected.await.is_ok() { Ok(large) } else { Err(large.leave().await.err().unwrap_or_else(gone)) }
    }

    async fn talk(&mut self, per_second: u32, span: Duration) -> Result<Told> {
        let (answer, told) = oneshot::channel();
        self.orders.send((per_second, span, answer)).map_err(|_| gone())?;
        told.await.map_err(|_| gone())?
    }

    async fn leave(self) -> Result<()> {
        drop(self.orders);
        let ended = tokio::task::spawn_blocking(move || self.thread.join()).await;
        ended.map_err(|error| Failure::Other(error.to_string()))?.map_err(|_| gone())?
    }
}

fn gone() -> Failure {
    Failure::Other("the large room's clients ended early".to_owned())
}

async fn live(
    address: SocketAddr,
    population: Population,
    first: usize,
    connected: oneshot::Sender<()>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) -> Result<()> {
    let mut crowd = Crowd::empty(&population);
    crowd.join(address, &population, first..population.layout.people, "").await?;
    let room = population.rooms.len() as u32 - 1;
    let members = crowd.clients.len();
    // Senders from all over the room.
    let senders: Vec<_> = (0..100).map(|sender| (sender * 37 % members, room)).collect();
    let _nobody_waits = connected.send(());
    while let Some((per_second, span, answer)) = orders.recv().await {
        let _nobody_waits = answer.send(talk(&crowd, &senders, per_second, span).await);
    }
    crowd.leave().await
}

async fn talk(crowd: &Crowd, senders: &[(usize, u32)], per_second: u32, span: Duration) -> Result<Told> {
    crowd.ledger.take_recording();
    let deliveries = crowd.ledger.deliveries();
    let began = std::time::Instant::now();
    trickle(crowd, senders, per_second, span).await;
    crowd.ledger.settle(SETTLE_WITHIN).await?;
    let recording = crowd.ledger.take_recording();
    let took = recording.last_delivery - began;
    let ms = |histogram: &hdrhistogram::Histogram<u64>, quantile| histogram.value_at_quantile(quantile) as f64 / 1e6;
    Ok(Told {
        acked_p50_ms: ms(&recording.acked, 0.5),
        delivered_p50_ms: ms(&recording.delivered, 0.5),
        delivered_p99_ms: ms(&recording.delivered, 0.99),
        deliveries_per_second: (crowd.ledger.deliveries() - deliveries) as f64 / took.as_secs_f64(),
    })
}
