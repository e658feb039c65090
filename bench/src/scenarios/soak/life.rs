//! One device's life: it connects, talks, goes or is cut off, and comes back.

use super::truth::Acked;
use super::world::{Ear, Known, World};
use crate::failure::{Failure, Result};
use crate::load::device::{Auth, Device};
use crate::random::Random;
use crate::wire::packet;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until, timeout};

const READY_WITHIN: Duration = Duration::from_secs(30);
/// Own messages that may be edited or deleted later.
const OWN: usize = 20;
const EMOJI: [&str; 5] = ["👍", "🙏", "😂", "✅", "🎉"];
const CHAT: &str = "확인했습니다, 오늘 안에 다시 보고 말씀드릴게요. See the notes for details.";

/// How everybody lives.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Between two commands of one device, on average.
    pub thinks: Duration,
    /// The longest time that it stays connected.
    pub stays: Duration,
    /// The longest time that it stays away.
    pub away: Duration,
    pub until: Instant,
}

/// A send whose fate is not known.
struct Unfinished {
    room: String,
    number: u64,
}

/// A device and what it keeps while it is away.
pub struct Slot {
    pub token: String,
    pub rooms: Vec<String>,
    pub world: Rc<RefCell<World>>,
    pub known: Known,
    pub device: Option<Device>,
    address: SocketAddr,
    identity: Option<(String, String)>,
    unfinished: Option<Unfinished>,
    own: Vec<(String, u64)>,
    random: Random,
}

impl Slot {
    pub fn new(address: SocketAddr, token: &str, rooms: Vec<String>, world: Rc<RefCell<World>>, seed: u64) -> Self {
        Self {
            token: token.to_owned(),
            rooms,
            world,
            known: Known::default(),
            device: None,
            address,
            identity: None,
            unfinished: None,
            own: Vec::new(),
            random: Random(seed),
        }
    }

    /// Connects with everything that it knows.
    pub async fn connect(&mut self, is_witness: bool) -> Result<()> {
        let rooms = match &self.identity {
            Some(_) => self.known.borrow().iter().map(|(id, (rev, _))| (id.clone(), *rev)).collect(),
            None => Vec::new(),
        };
        let identity = self.identity.as_ref();
        let auth = Auth {
            token: &self.token,
            client_id: identity.map(|(client_id, _)| client_id.as_str()),
            epoch: identity.map(|(_, epoch)| epoch.as_str()),
            rooms,
        };
        let ready = Rc::default();
        let (world, known) = (self.world.clone(), self.known.clone());
        let mut ear = Ear { world, known, ready: Rc::clone(&ready), is_witness };
        let device = Device::connect(self.address, "", &auth, READY_WITHIN, move |event| ear.hear(event)).await?;
        let ready = ready.take().ok_or_else(|| Failure::Broken("there was no ready".to_owned()))?;
        self.identity = Some((ready.client_id, ready.epoch));
        self.device = Some(device);
        self.world.borrow_mut().counts.connects += 1;
        self.finish().await
    }

    /// Sends again what was cut off before it was acknowledged.
    async fn finish(&mut self) -> Result<()> {
        if let Some(Unfinished { room, number }) = self.unfinished.take() {
            self.world.borrow_mut().counts.retried += 1;
            self.send(&room, number).await?;
        }
        Ok(())
    }

    /// Lives until the end of the run, and is connected then.
    pub async fn live(mut self, pace: Pace) -> Result<Self> {
        sleep(pace.thinks.mul_f64(self.random.share())).await;
        while Instant::now() < pace.until && !self.world.borrow().is_broken() {
            if self.device.is_none() {
                self.connect(false).await?;
            }
            let goes = (Instant::now() + pace.stays.mul_f64(0.1 + 0.9 * self.random.share())).min(pace.until);
            while Instant::now() < goes {
                self.act().await?;
                sleep_until((Instant::now() + pace.thinks.mul_f64(2.0 * self.random.share())).min(goes)).await;
            }
            if Instant::now() < pace.until {
                self.go().await?;
                sleep(pace.away.mul_f64(self.random.share())).await;
            }
        }
        if self.device.is_none() {
            self.connect(false).await?;
        }
        Ok(self)
    }

    /// Goes with a goodbye, or is cut off while it sends.
    async fn go(&mut self) -> Result<()> {
        if self.random.below(2) == 0 {
            if let Some(device) = self.device.take() {
                self.fault(&device);
                device.leave().await?;
            }
            return Ok(());
        }
        let (room, number) = (self.a_room(), self.world.borrow_mut().number());
        let patience = Duration::from_micros(self.random.below(3_000) as u64);
        let cut = timeout(patience, self.send(&room, number)).await;
        match cut {
            Ok(sent) => sent?,
            Err(_) => self.unfinished = Some(Unfinished { room, number }),
        }
        // Dropped without a goodbye.
        if let Some(device) = self.device.take() {
            self.fault(&device);
        }
        Ok(())
    }

    fn fault(&self, device: &Device) {
        if let Some(end) = device.end() {
            self.world.borrow_mut().breach(format!("a connection ended by itself: {end}"));
        }
    }

    fn a_room(&mut self) -> String {
        self.rooms[self.random.below(self.rooms.len())].clone()
    }

    async fn act(&mut self) -> Result<()> {
        self.world.borrow_mut().counts.commands += 1;
        match self.random.below(100) {
            0..45 => {
                let (room, number) = (self.a_room(), self.world.borrow_mut().number());
                self.send(&room, number).await
            }
            45..53 => self.edit().await,
            53..57 => self.delete().await,
            57..72 => self.react().await,
            72..92 => self.read().await,
            _ => self.type_().await,
        }
    }

    async fn ask(&self, command: &str, payload: &str) -> Result<Vec<u8>> {
        let device = self.device.as_ref().ok_or_else(|| Failure::Other("not connected".to_owned()))?;
        device.do_ask(command, payload).await
    }

    async fn send(&mut self, room: &str, number: u64) -> Result<()> {
        let payload =
            format!(r#"{{"roomId":"{room}","content":"soak {number}: {CHAT}","clientMessageId":"soak-{number}"}}"#);
        let answer = self.ask("message:send", &payload).await?;
        let seq = self.acked(room, None, &answer)?;
        let world = &mut *self.world.borrow_mut();
        world.counts.sends += 1;
        world.counts.duplicates += u64::from(memchr::memmem::find(&answer, b"\"duplicate\":true").is_some());
        world.said(room, seq);
        if self.own.len() == OWN {
            self.own.remove(0);
        }
        self.own.push((room.to_owned(), seq));
        Ok(())
    }

    /// Notes what an acknowledgement says, of a message that it names itself or of this one.
    fn acked(&self, room: &str, seq: Option<u64>, answer: &[u8]) -> Result<u64> {
        let number = |name: &[u8]| packet::number_after(answer, name);
        let (rev, seq) = (number(b"\"rev\":"), seq.or_else(|| number(b"\"seq\":")));
        let (Some(rev), Some(seq)) = (rev, seq) else {
            return Err(Failure::Broken(format!("without rev or seq: {}", String::from_utf8_lossy(answer))));
        };
        if let Some(room) = self.world.borrow_mut().rooms.get_mut(room) {
            room.acked(Acked { rev, seq });
        }
        Ok(seq)
    }

    async fn edit(&mut self) -> Result<()> {
        let Some((room, seq)) = self.an_own() else { return Ok(()) };
        let number = self.world.borrow_mut().number();
        let payload = format!(r#"{{"messageId":"{room}-{seq}","content":"soak {number}, edited"}}"#);
        let answer = self.ask("message:edit", &payload).await?;
        self.acked(&room, Some(seq), &answer).map(drop)
    }

    async fn delete(&mut self) -> Result<()> {
        let Some((room, seq)) = self.an_own() else { return Ok(()) };
        self.own.retain(|own| *own != (room.clone(), seq));
        let answer = self.ask("message:delete", &format!(r#"{{"messageId":"{room}-{seq}"}}"#)).await?;
        self.acked(&room, Some(seq), &answer).map(drop)
    }

    fn an_own(&mut self) -> Option<(String, u64)> {
        let own = self.own.len();
        (own > 0).then(|| self.own[self.random.below(own)].clone())
    }

    /// Reacts to what anybody said lately; it may be deleted by now.
    async fn react(&mut self) -> Result<()> {
        let chosen = {
            let world = self.world.borrow();
            let recent = world.recent.len();
            if recent == 0 {
                return Ok(());
            }
            world.recent[self.random.below(recent)].clone()
        };
        let (room, seq) = chosen;
        if !self.rooms.contains(&room) {
            return Ok(());
        }
        let (emoji, on) = (EMOJI[self.random.below(EMOJI.len())], self.random.below(4) > 0);
        let payload = format!(r#"{{"messageId":"{room}-{seq}","emoji":"{emoji}","on":{on}}}"#);
        let device = self.device.as_ref().ok_or_else(|| Failure::Other("not connected".to_owned()))?;
        let answer = device.ask("message:react", &payload).await?;
        if packet::is_success(&answer) {
            return self.acked(&room, Some(seq), &answer).map(drop);
        }
        if memchr::memmem::find(&answer, b"\"not_found\"").is_some() {
            return Ok(());
        }
        Err(Failure::Broken(format!("a reaction was refused: {}", String::from_utf8_lossy(&answer))))
    }

    async fn read(&mut self) -> Result<()> {
        let room = self.a_room();
        let (_, last) = self.known.borrow().get(&room).copied().unwrap_or_default();
        self.ask("message:read", &format!(r#"{{"roomId":"{room}","seq":{last}}}"#)).await.map(drop)
    }

    async fn type_(&mut self) -> Result<()> {
        let room = self.a_room();
        let command = if self.random.below(3) == 0 { "typing:stop" } else { "typing:start" };
        self.ask(command, &format!(r#"{{"roomId":"{room}"}}"#)).await.map(drop)
    }
}
