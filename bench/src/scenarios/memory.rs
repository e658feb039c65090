//! What memory a server takes: idle, with clients, after them, and after many logins at once.

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::load::Crowd;
use crate::peers::{Peer, Server, Start};
use crate::population::{Layout, PASSWORD, username};
use crate::prepared::Prepared;
use crate::process::Process;
use crate::report::charts::whole;
use crate::seed::History;
use crate::wire::http::Http;
use futures_util::future::try_join_all;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// 500 people with 10 devices each make the 5,000 clients.
const TEAMS: usize = 10;
const TEAM: usize = 50;
const ROOMS_EACH: usize = 20;
const LOGINS: usize = 20;

/// What Chrome sends with the request that becomes a websocket.
pub const BROWSER: &str = "Pragma: no-cache\r\nCache-Control: no-cache\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7\r\n\
    Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/// An allocator gives memory back some seconds after it was freed.
const SETTLES_WITHIN: Duration = Duration::from_secs(25);
const STEADY_FOR: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(250);

pub async fn run(bench: &mut Bench) -> Result<()> {
    let bytes = std::fs::metadata(&bench.programs.maru)?.len();
    bench.keep(Found::new("program", "as it was given", 0.0), &[("binary_mib", mib(bytes))]);
    idle(bench).await?;
    logins(bench).await?;
    for peer in [Peer::Maru, Peer::Node] {
        if bench.has(peer) {
            clients(bench, peer).await.map_err(|failure| failure.during(format!("memory, {peer}")))?;
        }
    }
    Ok(())
}

async fn idle(bench: &mut Bench) -> Result<()> {
    let empty = Prepared::in_maru(Layout::default(), History::NONE).await?;
    keep_idle(bench, "an empty folder", 0.0, empty).await?;
    let messages = if bench.quick { 20_000 } else { 1_000_000 };
    let team = bench.team_with(messages).await?;
    let case = format!("{} messages", whole(messages as f64));
    let team = keep_idle(bench, &case, messages as f64, team).await?;
    bench.give_back(messages, team);
    Ok(())
}

async fn keep_idle(bench: &mut Bench, case: &str, x: f64, prepared: Prepared) -> Result<Prepared> {
    bench.announce(&format!("memory, idle, {case}"));
    let server = Server::start_on(&bench.programs, Peer::Maru, prepared, None)?;
    keep_resident(bench, &server, case, x).await?;
    server.stop_keeping()
}

async fn keep_resident(bench: &mut Bench, server: &Server, case: &str, x: f64) -> Result<()> {
    let values = [("resident_mib", mib(settled(bench, &server.process).await?)), ("peak_mib", peak(server)?)];
    bench.keep(Found::new("idle", case, x).of(server.peer, 1), &values);
    Ok(())
}

fn peak(server: &Server) -> Result<f64> {
    Ok(mib(server.process.peak_resident()?))
}

/// Many people log in at the same moment; each password takes 19 MiB to hash.
async fn logins(bench: &mut Bench) -> Result<()> {
    bench.announce("memory, logins");
    let server =
        Server::start(&bench.programs, Peer::Maru, Start { layout: Layout::apart(1, LOGINS), slow_disk: None });
    let server = server.await?;
    let logins = (0..LOGINS).map(|person| async move {
        let mut http = Http::open(server.address).await?;
        let body = format!(r#"{{"username":"{}","password":"{PASSWORD}"}}"#, username(person));
        let answer = http.post("/api/v1/auth/login", &body).await?;
        if answer.status == 200 {
            return Ok(());
        }
        Err(Failure::Broken(format!("a login was refused: {}", String::from_utf8_lossy(answer.body))))
    });
    try_join_all(logins).await?;
    keep_resident(bench, &server, &format!("after {LOGINS} logins at once"), 0.0).await?;
    server.stop()
}

async fn clients(bench: &mut Bench, peer: Peer) -> Result<()> {
    let sizes: &[usize] = if bench.quick { &[100, 200] } else { &[500, 1_000, 2_000, 5_000] };
    bench.announce(&format!("memory, {peer}"));
    let (teams, rooms_each) = if bench.quick { (2, 5) } else { (TEAMS, ROOMS_EACH) };
    let layout = Layout::teams(teams, TEAM, rooms_each);
    let people = layout.people;
    let server = Server::start(&bench.programs, peer, Start { layout, slow_disk: None }).await?;
    let idle = settled(bench, &server.process).await?;
    let headers = format!("Origin: http://{}\r\n{BROWSER}", server.address);
    let mut crowd = Crowd::empty(&server.population);
    for size in sizes.iter().copied() {
        let case = format!("{} clients", whole(size as f64));
        bench.announce(&format!("memory, {peer}, {case}"));
        // One device of everybody, then a second of everybody, and so on.
        let more = (crowd.clients.len()..size).map(|client| client % people);
        crowd.join(server.address, &server.population, more, &headers).await?;
        let resident = settled(bench, &server.process).await?;
        let each = |resident: u64| resident.saturating_sub(idle) as f64 / 1024.0 / size as f64;
        let mut values = vec![("resident_mib", mib(resident)), ("resident_per_client_kib", each(resident))];
        if Some(&size) == sizes.last() {
            talk(&crowd, &server.population.layout).await?;
            values.push(("after_talk_kib", each(settled(bench, &server.process).await?)));
        }
        bench.keep(Found::new("memory", case, size as f64).of(peer, 1), &values);
    }
    let size = crowd.clients.len();
    bench.announce(&format!("memory, {peer}, {size} clients go"));
    crowd.leave().await?;
    keep_resident(bench, &server, &format!("after {} clients have gone", whole(size as f64)), size as f64).await?;
    server.stop()
}

/// A message in every room, heard by every device of everybody in it.
async fn talk(crowd: &Crowd, layout: &Layout) -> Result<()> {
    for (members, room) in layout.rooms.iter().zip(0..) {
        crowd.send(members[0], room).await?;
    }
    crowd.ledger.settle(Duration::from_secs(30)).await
}

/// Resident memory once it has not fallen for some time.
async fn settled(bench: &Bench, process: &Process) -> Result<u64> {
    let (steady_for, until) = if bench.quick {
        (Duration::from_millis(500), Instant::now() + Duration::from_secs(2))
    } else {
        (STEADY_FOR, Instant::now() + SETTLES_WITHIN)
    };
    let mut lowest = process.resident()?;
    let mut since = Instant::now();
    while since.elapsed() < steady_for && Instant::now() < until {
        sleep(LOOK_EVERY).await;
        let now = process.resident()?;
        // Less than 0.5 % is noise.
        if now + lowest / 200 < lowest {
            since = Instant::now();
        }
        lowest = lowest.min(now);
    }
    process.resident()
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
