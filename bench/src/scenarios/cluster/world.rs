//! What all clients share: what was written and acknowledged, what is broken, what happened in which part of the run.

use crate::failure::{Failure, Result};
use hdrhistogram::Histogram;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::time::Instant;

/// Broken promises that are told in full.
const TOLD: usize = 5;
/// Whoever lost the connection has to be back by then.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// A part of the run.
pub struct Part {
    pub name: &'static str,
    pub began: Instant,
    pub acked: u64,
    pub delivered: u64,
    /// Messages that came by a `sync`.
    pub caught_up: u64,
    pub resent: u64,
    pub duplicates: u64,
    /// Connections that ended, and of these how many clients are back.
    pub lost: u64,
    pub back: u64,
    pub longest_away: Duration,
    /// Nanoseconds from the first sending of a message until a client hears it.
    pub times: Histogram<u64>,
}

pub struct World {
    /// By number, when it was first sent.
    sent: Vec<Instant>,
    /// By room and seq, the number of the text that was acknowledged last.
    pub acknowledged: HashMap<String, BTreeMap<u64, u64>>,
    pub parts: Vec<Part>,
    breaches: Vec<String>,
}

impl World {
    pub fn new(first: &'static str) -> Self {
        let (sent, acknowledged) = (Vec::new(), HashMap::new());
        Self { sent, acknowledged, parts: vec![Part::new(first)], breaches: Vec::new() }
    }

    /// What follows belongs to another part.
    pub fn begin(&mut self, name: &'static str) {
        self.parts.push(Part::new(name));
    }

    pub fn part(&mut self) -> &mut Part {
        let last = self.parts.len() - 1;
        &mut self.parts[last]
    }

    /// A number that nothing else has in this run.
    pub fn number(&mut self) -> u64 {
        self.sent.push(Instant::now());
        self.sent.len() as u64 - 1
    }

    /// It is sent for the first time now.
    pub fn sending(&mut self, number: u64) {
        if let Some(sent) = self.sent.get_mut(number as usize) {
            *sent = Instant::now();
        }
    }

    pub fn heard(&mut self, number: u64) {
        let took = self.sent.get(number as usize).map(Instant::elapsed).unwrap_or_default();
        let part = self.part();
        part.delivered += 1;
        // Only a value beyond 2^64 could be refused.
        let _recorded = part.times.record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Notes an acknowledgement of a message, or of its new text.
    pub fn acked(&mut self, room: &str, seq: u64, number: u64, is_new: bool) {
        self.part().acked += 1;
        let before = self.acknowledged.entry(room.to_owned()).or_default().insert(seq, number);
        if let Some(before) = before.filter(|before| is_new && *before != number) {
            self.breach(format!("seq {seq} of room {room} was acknowledged for text {before} and for {number}"));
        }
    }

    pub fn lost(&mut self) -> usize {
        self.part().lost += 1;
        self.parts.len() - 1
    }

    /// Somebody who lost the connection in this part is back; what became of the attempts before is told.
    pub fn back(&mut self, part: usize, away: Duration, attempts: &[String]) {
        let part = &mut self.parts[part];
        part.back += 1;
        part.longest_away = part.longest_away.max(away);
        let name = part.name;
        if away > BACK_WITHIN {
            let (away, attempts) = (away.as_secs_f64(), attempts.join("; "));
            self.breach(format!("{name}: a client was away for {away:.1} s; in vain {attempts}"));
        }
    }

    pub fn breach(&mut self, what: String) {
        if self.breaches.len() < TOLD {
            self.breaches.push(what);
        }
    }

    /// # Errors
    /// `Broken` with what was broken.
    pub fn verdict(&self) -> Result<()> {
        if self.breaches.is_empty() { Ok(()) } else { Err(Failure::Broken(self.breaches.join("\n"))) }
    }
}

impl Part {
    fn new(name: &'static str) -> Self {
        let mut times =
            Histogram::new_with_max(60_000_000_000, 3).unwrap_or_else(|_| unreachable!("3 digits are fine"));
        times.auto(true);
        Self {
            name,
            began: Instant::now(),
            acked: 0,
            delivered: 0,
            caught_up: 0,
            resent: 0,
            duplicates: 0,
            lost: 0,
            back: 0,
            longest_away: Duration::ZERO,
            times,
        }
    }

    /// How long a delivery took at a quantile, in milliseconds.
    pub fn delivered_ms(&self, quantile: f64) -> f64 {
        self.times.value_at_quantile(quantile) as f64 / 1e6
    }
}
