//! What was sent, acknowledged and heard, and whether the one follows from the other.
//!
//! Each client keeps the last `seq` it heard of each room: the next one must be exactly one more. Each room keeps a sum
//! over what was acknowledged, each client one over what it heard; a message goes into it with its `seq`, so that the
//! sums agree only when every client heard every acknowledged message under the `seq` that its sender was told.

use super::recording::Recording;
use crate::failure::{Failure, Result};
use crate::wire::packet::{self, Stamp};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

/// Broken promises that are told in full; the rest is only counted.
const TOLD: usize = 5;

/// The number of the next message, of whatever crowd: several may talk to the same server, one after the other, and a
/// message whose key was used before is not told again.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A send without acknowledgement.
struct Pending {
    room: u32,
    sent_at: u64,
    waiter: Option<oneshot::Sender<()>>,
}

/// What one side knows of a room's messages.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Account {
    count: u64,
    sum: u64,
}

impl Account {
    fn add(&mut self, message: u64, seq: u64) {
        self.count += 1;
        // Any mixing in which no two different sets of pairs are likely to meet (SplitMix64's finish).
        let mut mixed = message.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seq.rotate_left(32);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.sum = self.sum.wrapping_add(mixed ^ (mixed >> 31));
    }
}

#[derive(Default)]
struct Heard {
    last_seq: Option<u64>,
    account: Account,
}

struct Room {
    id: String,
    listeners: u64,
    acked: Account,
}

struct Inner {
    rooms: Vec<Room>,
    room_by_id: HashMap<String, u32>,
    /// For each connection, by room.
    heard: Vec<HashMap<u32, Heard>>,
    pending: HashMap<u64, Pending>,
    expected: u64,
    delivered: u64,
    breaches: Vec<String>,
    more_breaches: u64,
    recording: Recording,
}

/// Shared by all clients of a crowd, within one thread.
pub struct Ledger {
    began: Instant,
    inner: RefCell<Inner>,
    changed: Notify,
}

impl Ledger {
    /// For rooms with these ids.
    pub fn new(rooms: &[String]) -> Self {
        let room_by_id = rooms.iter().zip(0..).map(|(id, index)| (id.clone(), index)).collect();
        let rooms = rooms.iter().map(|id| Room { id: id.clone(), listeners: 0, acked: Account::default() }).collect();
        let inner = Inner {
            rooms,
            room_by_id,
            heard: Vec::new(),
            pending: HashMap::new(),
            expected: 0,
            delivered: 0,
            breaches: Vec::new(),
            more_breaches: 0,
            recording: Recording::new(),
        };
        Self { began: Instant::now(), inner: RefCell::new(inner), changed: Notify::new() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// A new connection that hears these rooms; its number. To be called while nothing is under way.
    pub fn add_connection(&self, rooms: impl Iterator<Item = u32>) -> usize {
        let inner = &mut *self.inner.borrow_mut();
        let mut heard = HashMap::new();
        for room in rooms {
            // Whoever comes later has not heard what was before.
            let account = inner.rooms[room as usize].acked;
            inner.rooms[room as usize].listeners += 1;
            heard.insert(room, Heard { last_seq: None, account });
        }
        inner.heard.push(heard);
        inner.heard.len() - 1
    }

    /// Notes a send; what is returned goes into the message. The waiter hears when it was acknowledged.
    pub fn sending(&self, room: u32, waiter: Option<oneshot::Sender<()>>) -> Stamp {
        let sent_at = self.now();
        let inner = &mut *self.inner.borrow_mut();
        let message = NEXT.fetch_add(1, Ordering::Relaxed);
        inner.pending.insert(message, Pending { room, sent_at, waiter });
        Stamp { message, sent_at, room }
    }

    /// Notes an acknowledgement.
    pub fn acked(&self, message: u64, answer: &[u8]) {
        let now = self.now();
        let inner = &mut *self.inner.borrow_mut();
        let Some(pending) = inner.pending.remove(&message) else {
            return inner.breach(format!("message {message} was acknowledged twice, or never sent"));
        };
        match packet::number_after(answer, b"\"seq\":") {
            Some(seq) if packet::is_success(answer) => {
                let room = &mut inner.rooms[pending.room as usize];
                room.acked.add(message, seq);
                inner.expected += room.listeners;
                // Only a value beyond 2^64 could be refused.
                let _recorded = inner.recording.acked.record(now - pending.sent_at);
            }
            _ => inner.breach(format!("message {message} was refused: {}", String::from_utf8_lossy(answer))),
        }
        if let Some(waiter) = pending.waiter {
            // Who was given up on does not wait any more.
            let _gone = waiter.send(());
        }
        self.look(inner);
    }

    /// Notes a `message:new` that a connection heard.
    pub fn heard(&self, connection: usize, event: &[u8]) {
        let now = self.now();
        let inner = &mut *self.inner.borrow_mut();
        if let Err(breach) = inner.hear(connection, event, now) {
            inner.breach(breach);
        }
        self.look(inner);
    }

    /// Notes something that must not happen.
    pub fn breach(&self, what: String) {
        let inner = &mut *self.inner.borrow_mut();
        inner.breach(what);
        self.changed.notify_waiters();
    }

    fn look(&self, inner: &Inner) {
        if inner.is_quiet() {
            self.changed.notify_waiters();
        }
    }

    /// Begins a new recording and hands out the last one.
    pub fn take_recording(&self) -> Recording {
        std::mem::replace(&mut self.inner.borrow_mut().recording, Recording::new())
    }

    pub fn deliveries(&self) -> u64 {
        self.inner.borrow().delivered
    }

    /// Waits until everything that was sent is acknowledged and delivered to everybody, then checks all of it.
    ///
    /// # Errors
    /// `Broken` with what was lost, doubled, disordered or refused since the beginning.
    pub async fn settle(&self, bound: Duration) -> Result<()> {
        let quiet = async {
            loop {
                let changed = self.changed.notified();
                {
                    let inner = self.inner.borrow();
                    if inner.is_quiet() || !inner.breaches.is_empty() {
                        return;
                    }
                }
                changed.await;
            }
        };
        let in_time = timeout(bound, quiet).await.is_ok();
        let mut inner = self.inner.borrow_mut();
        if !in_time {
            let (unanswered, expected, delivered) = (inner.pending.len(), inner.expected, inner.delivered);
            inner.breach(format!(
                "{unanswered} sends were not answered within {} s, and {delivered} of {expected} deliveries came",
                bound.as_secs()
            ));
        }
        inner.verdict()
    }
}

impl Inner {
    fn is_quiet(&self) -> bool {
        self.pending.is_empty() && self.delivered >= self.expected
    }

    fn breach(&mut self, what: String) {
        if self.breaches.len() < TOLD {
            self.breaches.push(what);
        } else {
            self.more_breaches += 1;
        }
    }

    fn hear(&mut self, connection: usize, event: &[u8], now: u64) -> std::result::Result<(), String> {
        let broken = || format!("a message:new that is none: {}", String::from_utf8_lossy(event));
        let seq = packet::number_after(event, b"\"seq\":").ok_or_else(broken)?;
        let room_id = packet::text_after(event, b"\"roomId\":\"").ok_or_else(broken)?;
        let stamp = Stamp::find(event);
        let room = match stamp {
            Some(stamp) => stamp.room,
            None => *self.room_by_id.get(room_id).ok_or_else(|| format!("a message of the foreign room {room_id}"))?,
        };
        if self.rooms.get(room as usize).is_none_or(|known| known.id != room_id) {
            return Err(format!("a message to room number {room} was told in {room_id}"));
        }
        let Some(heard) = self.heard[connection].get_mut(&room) else {
            return Err(format!("connection {connection} heard of room number {room}, which it is not in"));
        };
        if let Some(last) = heard.last_seq.replace(seq)
            && seq != last + 1
        {
            return Err(format!("connection {connection} heard seq {seq} of room number {room} after {last}"));
        }
        if let Some(stamp) = stamp {
            heard.account.add(stamp.message, seq);
            self.delivered += 1;
            // Only a value beyond 2^64 could be refused.
            let _recorded = self.recording.delivered.record(now.saturating_sub(stamp.sent_at));
            self.recording.last_delivery = Instant::now();
        }
        Ok(())
    }

    fn verdict(&mut self) -> Result<()> {
        if self.breaches.is_empty() {
            for (connection, heard) in self.heard.iter().enumerate() {
                for (room, heard) in heard {
                    let acked = self.rooms[*room as usize].acked;
                    if heard.account != acked {
                        self.breaches.push(format!(
                            "connection {connection} heard {} messages of room number {room}, of which {} were \
                             acknowledged{}",
                            heard.account.count,
                            acked.count,
                            if heard.account.count == acked.count { ", but not the same" } else { "" }
                        ));
                        break;
                    }
                }
                if self.breaches.len() >= TOLD {
                    break;
                }
            }
        }
        if self.breaches.is_empty() {
            return Ok(());
        }
        let more =
            if self.more_breaches > 0 { format!("\n… and {} more", self.more_breaches) } else { String::new() };
        Err(Failure::Broken(format!("{}{more}", self.breaches.join("\n"))))
    }
}

#[cfg(test)]
mod tests;
