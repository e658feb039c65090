//! A message that grows while it is written: a room hears every chunk, once and in order, whoever comes when.

use crate::bench::{Bench, Found};
use crate::failure::{Failure, Result};
use crate::load::device::{Auth, Device, payload};
use crate::peers::{Peer, Server, Start};
use crate::population::Layout;
use crate::wire::packet;
use futures_util::future::try_join_all;
use hdrhistogram::Histogram;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

const MEMBERS: usize = 100;
const CHUNKS: usize = 2_000;
/// Who comes in the middle.
const LATE: usize = 5;
/// As fast as a stream may go unless configured.
const PER_SECOND: u32 = 200;
/// Chunks that wait for their acknowledgement where nothing else holds them back.
const UNDER_WAY: usize = 64;
const READY_WITHIN: Duration = Duration::from_secs(30);
const SETTLE_WITHIN: Duration = Duration::from_secs(30);
/// How long the finished text may take to be found.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

pub async fn run(bench: &mut Bench) -> Result<()> {
    for (case, per_second) in [("200 chunks/s", Some(PER_SECOND)), ("as fast as they are acknowledged", None)] {
        for run in 1..=bench.runs {
            if bench.quick && per_second.is_some() {
                // Ten seconds; the other case verifies the same.
                continue;
            }
            bench.announce(&format!("streams, {case}, run {run}"));
            let values = measure(bench, per_second).await;
            let values = values.map_err(|failure| failure.during(format!("streams, {case}")))?;
            let found = Found::new("streams", case, f64::from(per_second.unwrap_or(0))).of(Peer::Maru, run);
            bench.keep(found, &values);
        }
    }
    Ok(())
}

async fn measure(bench: &Bench, per_second: Option<u32>) -> Result<[(&'static str, f64); 5]> {
    let start = Start { layout: Layout::apart(1, MEMBERS), slow_disk: None };
    let server = Server::start(&bench.programs, Peer::Maru, start).await?;
    let room = &server.population.rooms[0];
    let shared = Rc::new(Shared::new()?);
    let opening = (0..MEMBERS).map(|person| Listener::connect(&server, person, &shared));
    let listeners = try_join_all(opening).await?;
    let sender = &listeners[0].device;
    let begun = sender.do_ask("message:send:stream", &format!(r#"{{"roomId":"{room}"}}"#)).await?;
    let id = packet::text_after(&begun, b"\"messageId\":\"").ok_or_else(|| broken("no messageId", &begun))?;

    let (cpu, began) = (server.process.cpu()?, Instant::now());
    let (sent, late) = tokio::join!(send(sender, id, &shared, per_second), come_late(&server, &shared));
    let (sending, mut late) = (sent?, late?);
    sender.do_ask("message:stream:end", &format!(r#"{{"messageId":"{id}"}}"#)).await?;
    for listener in listeners.iter().chain(late.iter().map(|(listener, _)| listener)) {
        listener.hear_the_end().await?;
    }
    let cpu = server.process.cpu()? - cpu;
    let took = began.elapsed();

    check(&listeners, &late)?;
    find(sender, room).await?;
    let ms = |quantile| shared.delivered.borrow().value_at_quantile(quantile) as f64 / 1e6;
    let deliveries = (CHUNKS * MEMBERS) as f64;
    let values = [
        ("cpu_per_delivery_us", cpu.as_secs_f64() * 1e6 / deliveries),
        ("delivered_p50_ms", ms(0.5)),
        ("delivered_p99_ms", ms(0.99)),
        ("deliveries_per_s", deliveries / took.as_secs_f64()),
        ("chunks_per_s", CHUNKS as f64 / sending.as_secs_f64()),
    ];
    let late = late.drain(..).map(|(listener, _)| listener);
    try_join_all(listeners.into_iter().chain(late).map(|listener| listener.device.leave())).await?;
    server.stop()?;
    Ok(values)
}

/// The text of a chunk; all of them together are as long as a message may be.
fn text(index: usize) -> String {
    format!("{index:04} 글 ")
}

/// Sends every chunk; how long that took until the last was acknowledged.
async fn send(sender: &Device, id: &str, shared: &Shared, per_second: Option<u32>) -> Result<Duration> {
    let began = Instant::now();
    let mut under_way = VecDeque::new();
    for index in 0..CHUNKS {
        if let Some(per_second) = per_second {
            sleep_until(began + Duration::from_secs_f64(index as f64 / f64::from(per_second))).await;
        }
        if under_way.len() == UNDER_WAY {
            acknowledged(&mut under_way).await?;
        }
        if index == CHUNKS / 2 {
            shared.half.notify_one();
        }
        shared.sent.borrow_mut().push(Instant::now());
        let chunk = format!(r#"{{"messageId":"{id}","index":{index},"chunk":"{}"}}"#, text(index));
        under_way.push_back(sender.begin("message:stream:chunk", &chunk));
    }
    while !under_way.is_empty() {
        acknowledged(&mut under_way).await?;
    }
    Ok(began.elapsed())
}

async fn acknowledged(under_way: &mut VecDeque<tokio::sync::oneshot::Receiver<Vec<u8>>>) -> Result<()> {
    let Some(next) = under_way.pop_front() else { return Ok(()) };
    match timeout(SETTLE_WITHIN, next).await {
        Ok(Ok(answer)) if packet::is_success(&answer) => Ok(()),
        Ok(Ok(answer)) => Err(broken("a chunk was refused", &answer)),
        _ => Err(Failure::Broken("a chunk was not acknowledged".to_owned())),
    }
}

/// Some come when half of it is sent, and ask what there is.
async fn come_late(server: &Server, shared: &Rc<Shared>) -> Result<Vec<(Listener, Message)>> {
    shared.half.notified().await;
    let mut late = Vec::new();
    for person in 0..LATE {
        let listener = Listener::connect(server, person, shared).await?;
        let asked = format!(r#"{{"roomId":"{}","limit":1}}"#, server.population.rooms[0]);
        let page = listener.device.do_ask("messages:history", &asked).await?;
        let (page,): (Page,) = serde_json::from_slice(&page)?;
        let message = page.messages.into_iter().next_back();
        late.push((listener, message.ok_or_else(|| Failure::Broken("an empty history".to_owned()))?));
    }
    Ok(late)
}

/// Everybody has the whole text: from the chunks that they heard, from the end, and from the history.
fn check(listeners: &[Listener], late: &[(Listener, Message)]) -> Result<()> {
    let whole: String = (0..CHUNKS).map(text).collect();
    let wrong = |who: usize, what: &str| Err(Failure::Broken(format!("listener {who} {what}")));
    for (who, listener) in listeners.iter().enumerate() {
        let heard = listener.heard.borrow();
        if heard.first != Some(0) || heard.text != whole {
            return wrong(who, "did not hear every chunk");
        }
        if heard.end.as_ref() != Some(&whole) {
            return wrong(who, "heard another text at the end");
        }
    }
    for (who, (listener, message)) in late.iter().enumerate() {
        let heard = listener.heard.borrow();
        let next = message.stream.next_index;
        let first = heard.first.unwrap_or(CHUNKS);
        let beginning: String = (0..next).map(text).collect();
        let rest: String = (first..CHUNKS).map(text).collect();
        if first > next || message.content != beginning || heard.text != rest || heard.end.as_ref() != Some(&whole) {
            let what = format!("who came late was given {next} chunks, and heard from {first} on: not the whole text");
            return wrong(who, &what);
        }
    }
    Ok(())
}

async fn find(device: &Device, room: &str) -> Result<()> {
    let query = format!(r#"{{"roomId":"{room}","query":"\"{}{}\""}}"#, text(41), text(42).trim_end());
    let until = Instant::now() + FOUND_WITHIN;
    loop {
        let answer = device.do_ask("messages:search", &query).await?;
        if packet::number_after(&answer, b"\"total\":") == Some(1) {
            return Ok(());
        }
        if Instant::now() > until {
            return Err(broken("the finished text is not found", &answer));
        }
    }
}

#[derive(Deserialize)]
struct Page {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    content: String,
    stream: Progress,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    next_index: usize,
}

#[derive(Deserialize)]
struct Ended {
    message: Message,
}

/// What all listeners share.
struct Shared {
    /// When each chunk was sent.
    sent: RefCell<Vec<Instant>>,
    half: Notify,
    /// From sent to heard, in nanoseconds.
    delivered: RefCell<Histogram<u64>>,
}

impl Shared {
    fn new() -> Result<Self> {
        let delivered = Histogram::new(3).map_err(|error| Failure::Other(error.to_string()))?;
        Ok(Self { sent: RefCell::default(), half: Notify::new(), delivered: RefCell::new(delivered) })
    }
}

/// What somebody heard of the stream.
#[derive(Default)]
struct Heard {
    /// The first chunk that came.
    first: Option<usize>,
    next: usize,
    text: String,
    end: Option<String>,
    fault: Option<String>,
}

struct Listener {
    device: Device,
    heard: Rc<RefCell<Heard>>,
    ended: Rc<Notify>,
}

impl Listener {
    async fn connect(server: &Server, person: usize, shared: &Rc<Shared>) -> Result<Self> {
        let (heard, ended) = (Rc::<RefCell<Heard>>::default(), Rc::new(Notify::new()));
        let auth = Auth { token: &server.population.tokens[person], ..Auth::default() };
        let (of, end, shared) = (heard.clone(), ended.clone(), shared.clone());
        let hear = move |event: &[u8]| {
            let mut heard = of.borrow_mut();
            if let Err(fault) = heard.take(event, &shared) {
                heard.fault.get_or_insert(fault.to_string());
            }
            if heard.end.is_some() || heard.fault.is_some() {
                end.notify_one();
            }
        };
        let device = Device::connect(server.address, "", &auth, READY_WITHIN, hear).await?;
        Ok(Self { device, heard, ended })
    }

    async fn hear_the_end(&self) -> Result<()> {
        let in_time = timeout(SETTLE_WITHIN, self.ended.notified()).await;
        let fault = self.heard.borrow().fault.clone().or_else(|| self.device.end());
        match (fault, in_time) {
            (Some(fault), _) => Err(Failure::Broken(fault)),
            (None, Err(_)) => Err(Failure::Broken("somebody did not hear the end".to_owned())),
            (None, Ok(())) => Ok(()),
        }
    }
}

impl Heard {
    fn take(&mut self, event: &[u8], shared: &Shared) -> Result<()> {
        if event.starts_with(b"[\"message:stream:chunk\",") {
            let index = packet::number_after(event, b"\"index\":").and_then(|index| usize::try_from(index).ok());
            let index = index.ok_or_else(|| broken("a chunk without its index", event))?;
            let chunk = packet::text_after(event, b"\"chunk\":\"").ok_or_else(|| broken("no chunk", event))?;
            let expected = *self.first.get_or_insert(index) + self.next;
            if index != expected || chunk != text(index) {
                return Err(broken(&format!("chunk {expected} was expected"), event));
            }
            self.next += 1;
            self.text.push_str(chunk);
            if let Some(sent) = shared.sent.borrow().get(index) {
                let took = u64::try_from(sent.elapsed().as_nanos()).unwrap_or(u64::MAX);
                // Only a value beyond 2^64 could be refused.
                let _recorded = shared.delivered.borrow_mut().record(took);
            }
        } else if event.starts_with(b"[\"message:stream:end\",") {
            let Ended { message } = payload(event)?;
            if message.stream.next_index != CHUNKS {
                return Err(broken("it ended early", event));
            }
            self.end = Some(message.content);
        }
        Ok(())
    }
}

fn broken(what: &str, shown: &[u8]) -> Failure {
    Failure::Broken(format!("{what}: {}", String::from_utf8_lossy(&shown[..shown.len().min(300)])))
}
