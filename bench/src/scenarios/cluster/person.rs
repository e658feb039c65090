//! Somebody with one device, who writes, and whose client behaves as the real one: it sends one message after the other,
//! again under the same key where it was not answered, waits before it comes back, and names what it has.

use super::holdings::{Holdings, content};
use super::world::World;
use crate::failure::{Failure, Result};
use crate::load::device::{Auth, Device};
use crate::random::Random;
use crate::wire::packet;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// The client's: how long it waits for an acknowledgement, and between two attempts to connect.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const LEAST_WAIT: f64 = 1.0;
const MOST_SPREAD: f64 = 4.0;
const READY_WITHIN: Duration = Duration::from_secs(10);
/// After so long the run is over for somebody who cannot come back.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(40);
/// After a refusal that says that it will be better soon.
const REFUSED_WAIT: Duration = Duration::from_millis(500);
/// Own messages that may be edited.
const OWN: usize = 5;
const EDITS_PERCENT: usize = 10;

/// Something to be said, in a room or in the place of an own message.
struct Outgoing {
    room: String,
    number: u64,
    replaces: Option<u64>,
    tried: bool,
}

pub struct Person {
    token: String,
    address: SocketAddr,
    rooms: Vec<String>,
    world: Rc<RefCell<World>>,
    pub holdings: Rc<RefCell<Holdings>>,
    pub device: Option<Device>,
    identity: Rc<RefCell<Option<(String, String)>>>,
    /// When `server:draining` let it come back.
    invited: Rc<Cell<Option<Instant>>>,
    outbox: VecDeque<Outgoing>,
    own: VecDeque<(String, u64)>,
    random: Random,
}

/// How everybody lives.
#[derive(Clone)]
pub struct Pace {
    /// Between two messages of one person, on average.
    pub every: Duration,
    /// True when nobody is to write any more.
    pub over: watch::Receiver<bool>,
}

impl Person {
    pub fn new(address: SocketAddr, token: &str, rooms: Vec<String>, world: Rc<RefCell<World>>, seed: u64) -> Self {
        Self {
            token: token.to_owned(),
            address,
            rooms,
            world,
            holdings: Rc::default(),
            device: None,
            identity: Rc::default(),
            invited: Rc::default(),
            outbox: VecDeque::new(),
            own: VecDeque::new(),
            random: Random(seed),
        }
    }

    /// Connects with everything that it has.
    ///
    /// # Errors
    /// When it is refused, or nobody is there.
    pub async fn connect(&mut self) -> Result<()> {
        let known = self.identity.borrow().clone();
        let auth = Auth {
            token: &self.token,
            client_id: known.as_ref().map(|(client_id, _)| client_id.as_str()),
            epoch: known.as_ref().map(|(_, epoch)| epoch.as_str()),
            rooms: self.holdings.borrow().revs(),
        };
        let (holdings, world) = (self.holdings.clone(), self.world.clone());
        let (identity, invited) = (self.identity.clone(), self.invited.clone());
        let hear = move |event: &[u8]| {
            let heard = holdings.borrow_mut().hear(event);
            let world = &mut *world.borrow_mut();
            match heard {
                Ok(heard) => {
                    heard.live.into_iter().for_each(|number| world.heard(number));
                    world.part().caught_up += heard.caught_up;
                    if let Some(ready) = heard.ready {
                        *identity.borrow_mut() = Some(ready);
                    }
                    if let Some(millis) = heard.draining {
                        invited.set(Some(Instant::now() + Duration::from_millis(millis)));
                    }
                }
                Err(why) => world.breach(why),
            }
        };
        self.device = Some(Device::connect(self.address, "", &auth, READY_WITHIN, hear).await?);
        Ok(())
    }

    /// Writes until it is over, and is connected then, with everything acknowledged.
    ///
    /// # Errors
    /// `Broken` when it cannot come back, or what it says is refused.
    pub async fn live(mut self, mut pace: Pace) -> Result<Self> {
        let mut due = Instant::now() + pace.every.mul_f64(self.random.share());
        loop {
            let over = *pace.over.borrow();
            while !over && due <= Instant::now() {
                self.write();
                due += pace.every.mul_f64(0.1 + 1.8 * self.random.share());
            }
            if self.device.is_none() {
                self.come_back().await?;
            } else if let Some(next) = self.outbox.pop_front() {
                self.send(next).await?;
            } else if over {
                return Ok(self);
            } else if let Some(device) = &mut self.device {
                tokio::select! {
                    () = device.ended() => self.lose(),
                    () = sleep_until(due) => {}
                    // Whoever says so has ended; the run does, too.
                    _ = pace.over.changed() => {}
                }
            }
        }
    }

    fn write(&mut self) {
        let number = self.world.borrow_mut().number();
        let edits = self.random.below(100) < EDITS_PERCENT;
        let own = edits.then(|| self.own.pop_front()).flatten();
        let (room, replaces) = match own {
            Some((room, seq)) => (room, Some(seq)),
            None => (self.rooms[self.random.below(self.rooms.len())].clone(), None),
        };
        self.outbox.push_back(Outgoing { room, number, replaces, tried: false });
    }

    async fn send(&mut self, mut next: Outgoing) -> Result<()> {
        let Some(device) = &mut self.device else { return Ok(()) };
        let Outgoing { room, number, replaces, tried } = &next;
        let text = content(*number);
        let (command, payload) = match replaces {
            Some(seq) => ("message:edit", format!(r#"{{"messageId":"{room}-{seq}","content":"{text}"}}"#)),
            None => {
                let key = format!(r#""clientMessageId":"cluster-{number}""#);
                ("message:send", format!(r#"{{"roomId":"{room}","content":"{text}",{key}}}"#))
            }
        };
        if *tried {
            self.world.borrow_mut().part().resent += 1;
        } else {
            self.world.borrow_mut().sending(*number);
        }
        next.tried = true;
        match timeout(ANSWER_WITHIN, device.begin(command, &payload)).await {
            Ok(Ok(answer)) if packet::is_success(&answer) => self.acked(&next, &answer),
            Ok(Ok(answer)) => self.refused(next, &answer).await,
            Ok(Err(_)) => {
                self.outbox.push_front(next);
                self.lose();
                Ok(())
            }
            Err(_) => {
                self.outbox.push_front(next);
                Ok(())
            }
        }
    }

    fn acked(&mut self, sent: &Outgoing, answer: &[u8]) -> Result<()> {
        let seq = sent.replaces.or_else(|| packet::number_after(answer, b"\"seq\":"));
        let seq = seq.ok_or_else(|| Failure::Broken(format!("without seq: {}", String::from_utf8_lossy(answer))))?;
        let world = &mut *self.world.borrow_mut();
        world.acked(&sent.room, seq, sent.number, sent.replaces.is_none());
        world.part().duplicates += u64::from(memchr::memmem::find(answer, b"\"duplicate\":true").is_some());
        if self.own.len() == OWN {
            self.own.pop_front();
        }
        self.own.push_back((sent.room.clone(), seq));
        Ok(())
    }

    async fn refused(&mut self, next: Outgoing, answer: &[u8]) -> Result<()> {
        if memchr::memmem::find(answer, b"\"unavailable\"").is_none() {
            let why = format!("what somebody said was refused: {}", String::from_utf8_lossy(answer));
            return Err(Failure::Broken(why));
        }
        self.outbox.push_front(next);
        sleep(REFUSED_WAIT).await;
        Ok(())
    }

    /// The connection has ended.
    fn lose(&mut self) {
        let end = self.device.as_ref().and_then(Device::end).unwrap_or_default();
        if ["command:failed", "no packet", "a frame of kind"].iter().any(|wrong| end.starts_with(wrong)) {
            self.world.borrow_mut().breach(format!("a connection ended with {end}"));
        }
        self.device = None;
    }

    async fn come_back(&mut self) -> Result<()> {
        let (lost_at, part) = (Instant::now(), self.world.borrow_mut().lost());
        let mut wait = match self.invited.take() {
            Some(at) => at.saturating_duration_since(lost_at),
            None => self.backoff(0),
        };
        let mut attempts = Vec::new();
        loop {
            sleep(wait).await;
            let began = lost_at.elapsed().as_secs_f64();
            match self.connect().await {
                Ok(()) => break,
                Err(failure) => attempts.push(format!("after {began:.1} s: {failure}")),
            }
            if lost_at.elapsed() > GIVEN_UP_AFTER {
                return Err(Failure::Broken(format!("a client could not come back: {}", attempts.join("; "))));
            }
            wait = self.backoff(attempts.len());
        }
        self.world.borrow_mut().back(part, lost_at.elapsed(), &attempts);
        Ok(())
    }

    fn backoff(&mut self, attempts: usize) -> Duration {
        let spread = MOST_SPREAD.min((1_u64 << attempts.min(8)) as f64);
        Duration::from_secs_f64(LEAST_WAIT + self.random.share() * spread)
    }
}
