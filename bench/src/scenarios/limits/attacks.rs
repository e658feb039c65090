//! What is done to stop a team from talking. Each attack has addresses of its own, of 127.0.0.0/8, and goes on until it is
//! told to stop.

use crate::failure::{Failure, Result};
use crate::population::username;
use futures_util::future::join_all;
use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};
use std::ops::AddAssign;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Connections that are held half open, from ten addresses.
const HALF_OPEN: u32 = 10_000;
const LOGINS_PER_SECOND: u32 = 500;
const HANDSHAKES_PER_SECOND: u32 = 1_000;
const JOINS_PER_SECOND: u32 = 100;
const CRAWLING: u32 = 300;
/// A quick run does a twentieth.
const QUICK: u32 = 20;
/// How long one try may take before it is given up.
const WITHIN: Duration = Duration::from_secs(5);
/// Tries that may be under way.
const AT_ONCE: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attack {
    HalfOpen,
    Logins,
    Handshakes,
    Uploads,
    Joins,
}

/// What is attacked, and with what.
#[derive(Clone)]
pub struct Target {
    address: SocketAddr,
    /// Of people who are members of nothing that the team talks in.
    tokens: Arc<[String]>,
    /// A public room of theirs.
    open_room: Arc<str>,
}

/// What became of the tries.
#[derive(Clone, Copy, Debug, Default)]
pub struct Met {
    pub tried: u64,
    pub let_in: u64,
    pub refused: u64,
    /// Closed without an answer, or given up.
    pub cut: u64,
}

impl AddAssign for Met {
    fn add_assign(&mut self, other: Self) {
        self.tried += other.tried;
        self.let_in += other.let_in;
        self.refused += other.refused;
        self.cut += other.cut;
    }
}

impl Target {
    /// Makes the room that is joined.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn prepare(address: SocketAddr, tokens: Vec<String>) -> Result<Self> {
        let [owner, ..] = tokens.as_slice() else { return Err(Failure::Other("nobody attacks".to_owned())) };
        let wanted = r#"{"kind":"public","name":"Open to everybody"}"#;
        let made = exchange(TcpStream::connect(address).await?, &post("/api/v1/rooms", Some(owner), wanted)).await;
        let (_, answer) = made.ok_or_else(|| Failure::Other("no room was made".to_owned()))?;
        let id = answer.split_once(r#""id":""#).and_then(|(_, rest)| rest.split('"').next());
        let room = id.ok_or_else(|| Failure::Other(format!("no room was made: {answer}")))?;
        Ok(Self { address, open_room: room.into(), tokens: tokens.into() })
    }
}

impl Attack {
    pub const ALL: [Self; 5] = [Self::HalfOpen, Self::Logins, Self::Handshakes, Self::Uploads, Self::Joins];

    pub fn name(self) -> &'static str {
        match self {
            Self::HalfOpen => "10,000 connections that never end their request",
            Self::Logins => "500 logins a second with wrong passwords",
            Self::Handshakes => "1,000 bad handshakes a second",
            Self::Uploads => "300 uploads of a byte a second",
            Self::Joins => "100 joins and leaves a second",
        }
    }

    async fn carry_out(self, attacker: Rc<Attacker>) {
        match self {
            Self::HalfOpen => half_open(attacker).await,
            Self::Logins => at_rate(attacker, LOGINS_PER_SECOND, log_in).await,
            Self::Handshakes => at_rate(attacker, HANDSHAKES_PER_SECOND, shake_hands).await,
            Self::Uploads => crawl(attacker).await,
            Self::Joins => at_rate(attacker, JOINS_PER_SECOND, come_and_go).await,
        }
    }
}

/// Carries out attacks until they are told to stop; what they met.
///
/// # Errors
/// The system's, before anything was tried.
pub fn carry_out(attacks: &[Attack], target: Target, stop: &Arc<AtomicBool>, quick: bool) -> Result<Met> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let attackers: Vec<Rc<Attacker>> = attacks
        .iter()
        .map(|_| Rc::new(Attacker { target: target.clone(), stop: stop.clone(), quick, met: Cell::default() }))
        .collect();
    let all = attacks.iter().zip(&attackers).map(|(attack, attacker)| attack.carry_out(attacker.clone()));
    runtime.block_on(LocalSet::new().run_until(join_all(all)));
    let mut met = Met::default();
    attackers.iter().for_each(|attacker| met += attacker.met.get());
    Ok(met)
}

struct Attacker {
    target: Target,
    stop: Arc<AtomicBool>,
    quick: bool,
    met: Cell<Met>,
}

impl Attacker {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn share_of(&self, full: u32) -> u32 {
        if self.quick { (full / QUICK).max(1) } else { full }
    }

    fn note(&self, change: impl FnOnce(&mut Met)) {
        let mut met = self.met.get();
        change(&mut met);
        self.met.set(met);
    }

    /// A connection from one of some addresses.
    async fn connect(&self, network: u8, number: u32, addresses: u32) -> Option<TcpStream> {
        let host = u8::try_from(number % addresses + 1).unwrap_or(1);
        let socket = TcpSocket::new_v4().ok()?;
        socket.bind(SocketAddr::new(IpAddr::from([127, 0, network, host]), 0)).ok()?;
        timeout(WITHIN, socket.connect(self.target.address)).await.ok()?.ok()
    }

    fn token(&self, number: u32) -> &str {
        &self.target.tokens[number as usize % self.target.tokens.len()]
    }

    fn answered(&self, answer: Option<(u16, String)>) {
        self.note(|met| match answer {
            Some((200..=299, _)) => met.let_in += 1,
            Some(_) => met.refused += 1,
            None => met.cut += 1,
        });
    }
}

/// Tries so often each second, whatever became of the tries before.
async fn at_rate<F: Future<Output = ()> + 'static>(
    attacker: Rc<Attacker>,
    per_second: u32,
    attempt: fn(Rc<Attacker>, u32) -> F,
) {
    let per_second = attacker.share_of(per_second);
    let (began, under_way) = (Instant::now(), Rc::new(Cell::new(0)));
    for number in 0.. {
        sleep_until(began + Duration::from_secs_f64(f64::from(number) / f64::from(per_second))).await;
        if !attacker.goes_on() {
            break;
        }
        if under_way.get() >= AT_ONCE {
            continue;
        }
        under_way.set(under_way.get() + 1);
        attacker.note(|met| met.tried += 1);
        let (attempt, under_way) = (attempt(attacker.clone(), number), under_way.clone());
        spawn_local(async move {
            // One that is given up here was neither let in nor refused: it waits.
            let _waits = timeout(WITHIN, attempt).await;
            under_way.set(under_way.get() - 1);
        });
    }
}

async fn log_in(attacker: Rc<Attacker>, number: u32) {
    let account = username(number as usize % 100);
    let account = format!(r#"{{"username":"{account}","password":"guess {number}"}}"#);
    let answer = match attacker.connect(2, number, 50).await {
        Some(stream) => exchange(stream, &post("/api/v1/auth/login", None, &account)).await,
        None => None,
    };
    attacker.answered(answer);
}

async fn shake_hands(attacker: Rc<Attacker>, number: u32) {
    let Some(mut stream) = attacker.connect(3, number, 10).await else { return attacker.answered(None) };
    if number.is_multiple_of(2) {
        let open = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        return attacker.answered(exchange(stream, open).await);
    }
    // A masked frame with `40{"token":"x"}`, the mask being zero.
    let upgrade = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bWFydSBiZW5jaCBjbGllbg==\r\n\r\n";
    let mut request = upgrade.as_bytes().to_vec();
    let packet = br#"40{"token":"x"}"#;
    request.extend([0x81, 0x80 | packet.len() as u8, 0, 0, 0, 0]);
    request.extend(packet);
    let mut answer = [0; 4_096];
    let refused = async {
        stream.write_all(&request).await.ok()?;
        let mut said = Vec::new();
        while !said.windows(15).any(|window| window == b"unauthenticated") {
            match stream.read(&mut answer).await.ok()? {
                0 => return None,
                read => said.extend_from_slice(&answer[..read]),
            }
            if said.starts_with(b"HTTP/1.1 4") {
                break;
            }
        }
        Some(())
    };
    let refused = refused.await;
    attacker.note(|met| if refused.is_some() { met.refused += 1 } else { met.cut += 1 });
}

async fn come_and_go(attacker: Rc<Attacker>, number: u32) {
    let (who, step) = (number / 2, if number.is_multiple_of(2) { "join" } else { "leave" });
    let path = format!("/api/v1/rooms/{}/{step}", attacker.target.open_room);
    let answer = match attacker.connect(5, number, 10).await {
        // The first made the room, and stays in it.
        Some(stream) => exchange(stream, &post(&path, Some(attacker.token(who % 50 + 1)), "")).await,
        None => None,
    };
    attacker.answered(answer);
}

/// Holds connections open that begin a request and do not end it, half of them a byte at a time; each that is closed is
/// opened anew.
async fn half_open(attacker: Rc<Attacker>) {
    let each = (0..attacker.share_of(HALF_OPEN)).map(|number| {
        let attacker = attacker.clone();
        spawn_local(async move {
            // Not all in the same moment.
            sleep(Duration::from_micros(u64::from(number) * 200)).await;
            while attacker.goes_on() {
                attacker.note(|met| met.tried += 1);
                if let Some(stream) = attacker.connect(1, number, 10).await {
                    hold(&attacker, stream, number.is_multiple_of(2)).await;
                }
                sleep(Duration::from_millis(250)).await;
            }
        })
    });
    let each: Vec<_> = each.collect();
    join_all(each).await;
}

async fn hold(attacker: &Attacker, mut stream: TcpStream, is_silent: bool) {
    let mut byte = [0];
    while attacker.goes_on() {
        if !is_silent && stream.write_all(b"G").await.is_err() {
            break;
        }
        match timeout(Duration::from_secs(1), stream.read(&mut byte)).await {
            Err(_) => {}
            Ok(_) => break,
        }
    }
    attacker.note(|met| met.cut += u64::from(attacker.goes_on()));
}

/// Uploads by members, each of a byte a second.
async fn crawl(attacker: Rc<Attacker>) {
    let each = (0..attacker.share_of(CRAWLING)).map(|number| {
        let attacker = attacker.clone();
        spawn_local(async move {
            attacker.note(|met| met.tried += 1);
            let Some(mut stream) = attacker.connect(4, number, 10).await else { return attacker.answered(None) };
            let head = format!(
                "POST /api/v1/files?name=slow HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 1000000\r\n\r\n",
                attacker.token(number)
            );
            let begun = stream.write_all(head.as_bytes()).await.is_ok();
            let mut byte = [0];
            while begun && attacker.goes_on() {
                if stream.write_all(b"x").await.is_err() {
                    break;
                }
                if timeout(Duration::from_secs(1), stream.read(&mut byte)).await.is_ok() {
                    break;
                }
            }
            let lived = attacker.goes_on();
            attacker.note(|met| if lived { met.cut += 1 } else { met.let_in += 1 });
        })
    });
    let each: Vec<_> = each.collect();
    join_all(each).await;
}

fn post(path: &str, token: Option<&str>, body: &str) -> String {
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{authorization}Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The status and the whole of an answer; none when there is none in time.
async fn exchange(mut stream: TcpStream, request: &str) -> Option<(u16, String)> {
    let answered = async {
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        Some((status, answer))
    };
    timeout(WITHIN, answered).await.ok()?
}
