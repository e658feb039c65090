//! How long a page of history takes, over HTTP and over the socket, from rooms with a million messages.

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::load::device::{Auth, Device};
use crate::peers::{Peer, Server};
use crate::population::Population;
use crate::random::Random;
use crate::seed::{History, Spread};
use crate::wire::http::Http;
use crate::wire::packet;
use futures_util::future::try_join_all;
use hdrhistogram::Histogram;
use memchr::memmem;
use std::cell::RefCell;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

const PAGE: u64 = 50;
const PER_SECOND: u32 = 200;
/// Connections over which the HTTP requests go, as from a few programs.
const HTTP_CONNECTIONS: usize = 16;
const READY_WITHIN: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Http,
    Socket,
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Newest,
    /// Anywhere in the room.
    Before,
}

/// A page to be asked for, and what must come.
struct Page {
    room: usize,
    before: Option<u64>,
    last: u64,
    count: u64,
}

pub async fn run(bench: &mut Bench) -> Result<()> {
    let messages = if bench.quick { 20_000 } else { 1_000_000 };
    let span = bench.span(10.0, 1.0);
    let team = bench.team_with(messages).await?;
    let server = Server::start_on(&bench.programs, Peer::Maru, team, None)?;
    let rooms = lengths(&server, messages).await?;
    for (way, of) in [(Way::Http, "HTTP"), (Way::Socket, "socket")] {
        for (which, place) in [(Which::Newest, "newest"), (Which::Before, "anywhere in the room")] {
            let case = format!("{of}, {place}");
            for run in 1..=bench.runs {
                bench.announce(&format!("history, {case}, run {run}"));
                let mut random = Random(u64::from(run));
                let count = (span.as_secs_f64() * f64::from(PER_SECOND)) as usize;
                // The first half second warms up.
                let pages = (0..count + PER_SECOND as usize / 2).map(|_| page(&rooms, which, &mut random)).collect();
                let (times, cpu) = ask_all(&server, way, pages).await.map_err(|failure| failure.during(&case))?;
                let ms = |quantile| times.value_at_quantile(quantile) as f64 / 1e6;
                let cpu = cpu.as_secs_f64() * 1e6 / times.len().max(1) as f64;
                let found = Found::new("history", case.clone(), messages as f64).of(Peer::Maru, run);
                let values = [("page_p50_ms", ms(0.5)), ("page_p99_ms", ms(0.99)), ("cpu_per_page_us", cpu)];
                bench.keep(found, &values);
            }
        }
    }
    bench.give_back(messages, server.stop_keeping()?);
    Ok(())
}

/// How far each room's `seq` goes.
async fn lengths(server: &Server, messages: u64) -> Result<Vec<u64>> {
    let population = &server.population;
    let said = History { messages, spread: Spread::Zipf }.shares(population.rooms.len());
    let mut http = Http::open(server.address).await?;
    let path = format!("/api/v1/rooms/{}", population.rooms[0]);
    let answer = http.get(&path, Some(reader(population, 0))).await?;
    let last = packet::number_after(answer.body, b"\"lastSeq\":").ok_or_else(|| broken("no lastSeq", answer.body))?;
    // What was there before the history was written, in every room alike.
    let before = last - said[0];
    Ok(said.into_iter().map(|said| before + said).collect())
}

fn broken(what: &str, answer: &[u8]) -> Failure {
    Failure::Broken(format!("{what}: {}", String::from_utf8_lossy(&answer[..answer.len().min(300)])))
}

/// Busy rooms are read more often, as they are written more often.
fn page(rooms: &[u64], which: Which, random: &mut Random) -> Page {
    let mut point = random.next() % rooms.iter().sum::<u64>();
    let mut room = 0;
    while point >= rooms[room] {
        point -= rooms[room];
        room += 1;
    }
    match which {
        Which::Newest => Page { room, before: None, last: rooms[room], count: rooms[room].min(PAGE) },
        Which::Before => Page { room, before: Some(point + 1), last: point, count: point.min(PAGE) },
    }
}

fn reader(population: &Population, room: usize) -> &str {
    &population.tokens[population.layout.rooms[room][0]]
}

/// Asks for each page at its own moment, whatever became of those before. How long they took, in nanoseconds from that
/// moment, and the server's processor time for them.
async fn ask_all(server: &Server, way: Way, pages: Vec<Page>) -> Result<(Histogram<u64>, Duration)> {
    let asking = match way {
        Way::Http => Asking::Http(http_connections(server).await?),
        Way::Socket => Asking::Sockets(sockets(server, &pages).await?),
    };
    let warm_up = PER_SECOND as usize / 2;
    let times = RefCell::new(Histogram::new(3).map_err(|error| Failure::Other(error.to_string()))?);
    let cpu_before = RefCell::new(Duration::ZERO);
    let began = Instant::now();
    let (times_of, cpu_of, asking_of) = (&times, &cpu_before, &asking);
    let all = pages.iter().enumerate().map(|(index, page)| async move {
        let at = began + Duration::from_secs_f64(index as f64 / f64::from(PER_SECOND));
        sleep_until(at).await;
        if index == warm_up {
            *cpu_of.borrow_mut() = server.process.cpu()?;
        }
        let answer = asking_of.ask(server, index, page).await?;
        let took = u64::try_from(at.elapsed().as_nanos()).unwrap_or(u64::MAX);
        check(page, &answer)?;
        if index >= warm_up {
            // Only a value beyond 2^64 could be refused.
            let _recorded = times_of.borrow_mut().record(took);
        }
        Ok::<_, Failure>(())
    });
    try_join_all(all).await?;
    let cpu = server.process.cpu()? - *cpu_before.borrow();
    if let Asking::Sockets(devices) = asking {
        try_join_all(devices.into_iter().flatten().map(Device::leave)).await?;
    }
    Ok((times.into_inner(), cpu))
}

enum Asking {
    Http(Vec<Mutex<Http>>),
    /// By room; only of rooms that are asked for.
    Sockets(Vec<Option<Device>>),
}

impl Asking {
    async fn ask(&self, server: &Server, index: usize, page: &Page) -> Result<Vec<u8>> {
        let room = &server.population.rooms[page.room];
        match self {
            Self::Http(connections) => {
                let mut http = connections[index % connections.len()].lock().await;
                let before = page.before.map(|seq| format!("&before={seq}")).unwrap_or_default();
                let path = format!("/api/v1/rooms/{room}/messages?limit={PAGE}{before}");
                let answer = http.get(&path, Some(reader(&server.population, page.room))).await?;
                Ok(answer.body.to_vec())
            }
            Self::Sockets(devices) => {
                let device = devices[page.room].as_ref();
                let device = device.ok_or_else(|| Failure::Other("nobody reads this room".to_owned()))?;
                let before = page.before.map(|seq| format!(r#","before":{seq}"#)).unwrap_or_default();
                let payload = format!(r#"{{"roomId":"{room}","limit":{PAGE}{before}}}"#);
                device.ask("messages:history", &payload).await
            }
        }
    }
}

async fn http_connections(server: &Server) -> Result<Vec<Mutex<Http>>> {
    let opening =
        (0..HTTP_CONNECTIONS).map(|_| async { Ok::<_, Failure>(Mutex::new(Http::open(server.address).await?)) });
    try_join_all(opening).await
}

async fn sockets(server: &Server, pages: &[Page]) -> Result<Vec<Option<Device>>> {
    let mut devices: Vec<Option<Device>> = server.population.rooms.iter().map(|_| None).collect();
    for page in pages {
        if devices[page.room].is_none() {
            let auth = Auth { token: reader(&server.population, page.room), ..Auth::default() };
            devices[page.room] = Some(Device::connect(server.address, "", &auth, READY_WITHIN, |_| {}).await?);
        }
    }
    Ok(devices)
}

/// The page has exactly the messages that were asked for, ascending, with neither a hole nor a stranger.
fn check(page: &Page, answer: &[u8]) -> Result<()> {
    if !packet::is_success(answer) {
        return Err(broken("a page was refused", answer));
    }
    let found = memmem::find_iter(answer, b"\"seq\":").map(|at| packet::number_after(&answer[at..], b"\"seq\":"));
    let first = page.last + 1 - page.count;
    if !found.eq((first..=page.last).map(Some)) {
        return Err(broken(&format!("not the messages {first} to {}", page.last), answer));
    }
    let more = memmem::find(answer, b"\"hasMore\":true").is_some();
    if more != (first > 1) {
        return Err(broken(&format!("hasMore is {more} at the message {first}"), answer));
    }
    Ok(())
}
