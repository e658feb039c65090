//! The only place that emits to others: one task that is fed in the order of commit.

use super::hub::Hub;
use super::link::{Encoded, Link};
use super::opening::{Opened, Opening};
use super::others::due;
use crate::app::{Outlets, Passing};
use crate::contract::{ServerDraining, ServerEvent};
use crate::metrics;
use crate::net::Overflow;
use crate::notice::{Audience, Notice};
use crate::storage::Committed;
use socketioxide::socket::Sid;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// Deliveries that are queued, which is cheap, before they are sent, which is not: those to one socket go together.
const TOGETHER: usize = 16_384;
/// Sockets that are sent to before other tasks of this thread get their turn: a room of thousands must not hold up the
/// acknowledgements of others.
const AT_A_TIME: usize = 256;

/// What happens to links, beside what is told to them.
pub enum Signal {
    /// A link is about to read its snapshot; answered when everything from here on will be told to it.
    Opening(Arc<Link>, oneshot::Sender<()>),
    /// The snapshot is read: it is told, then what was told meanwhile, then what comes.
    Opened(Box<Opened>),
    Gone(Sid),
    /// These are too many of their user's.
    Replaced(Vec<String>),
    /// The server is about to stop: everybody is told, spread over `within_ms`.
    Drain {
        within_ms: u64,
        done: oneshot::Sender<()>,
    },
}

/// The way to the broadcaster for what happens to links. Bounded by the number of connections.
pub type Signals = mpsc::UnboundedSender<Signal>;

/// Tells what was committed and what is passing.
pub struct Broadcaster {
    hub: Hub,
    pub(super) outlets: Outlets,
    /// For whom something is queued that has not been sent: what is told together is sent together.
    unsent: Vec<Arc<Link>>,
    /// How many events the layer was given since then, which sends them by itself.
    handed_on: usize,
    signals: mpsc::UnboundedReceiver<Signal>,
    sender: Signals,
    pub(super) opening: Opening,
}

impl Broadcaster {
    pub fn new(outlets: Outlets) -> Self {
        let (sender, signals) = mpsc::unbounded_channel();
        Self {
            hub: Hub::default(),
            outlets,
            unsent: Vec::new(),
            handed_on: 0,
            signals,
            sender,
            opening: Opening::default(),
        }
    }

    pub fn signals(&self) -> Signals {
        self.sender.clone()
    }

    /// Runs until the writer has ended.
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                committed = self.outlets.committed.recv() => match committed {
                    Some(committed) => self.tell_commit(committed).await,
                    None => return,
                },
                Some(passing) = self.outlets.passing.recv() => self.tell_passing(passing).await,
                Some(signal) = self.signals.recv() => self.heed(signal).await,
                due = due(&mut self.outlets.others) => self.attend(due).await,
            }
        }
    }

    async fn tell_commit(&mut self, Committed { mut notices, at, number }: Committed) {
        // What was passed on before a commit is told before it: the chunks of a stream before its end.
        for _ in 0..self.outlets.passing.len() {
            if let Ok(passing) = self.outlets.passing.try_recv() {
                self.tell_passing(passing).await;
            }
        }
        if let Some(number) = number {
            self.follow_up_to(number).await;
            self.forget_ended(&notices);
            self.share(number, &mut notices);
        }
        self.carry_out_all(notices, Some(at)).await;
        if let Some(number) = number {
            self.reached(number, false).await;
            self.follow_known();
        }
    }

    /// Tells what the writer has handed over by now.
    async fn tell_handed_over(&mut self) {
        for _ in 0..self.outlets.committed.len() {
            if let Ok(committed) = self.outlets.committed.try_recv() {
                self.tell_commit(committed).await;
            }
        }
    }

    async fn tell_passing(&mut self, Passing { notice, everywhere }: Passing) {
        if everywhere && self.outlets.others.is_some() && self.is_heard(&notice) {
            self.pass_on(&notice);
        }
        self.carry_out_all(vec![notice], None).await;
    }

    /// Carries out what was committed at a moment, or what was not stored.
    pub(super) async fn carry_out_all(&mut self, notices: Vec<Notice>, committed_at: Option<Instant>) {
        let mut delivered = 0;
        for notice in notices {
            self.opening.note(&notice);
            delivered += self.carry_out(notice);
            if delivered >= TOGETHER {
                delivered = 0;
                self.send(committed_at).await;
            }
        }
        self.send(committed_at).await;
    }

    /// Sends what is queued.
    async fn send(&mut self, committed_at: Option<Instant>) {
        let mut written = std::mem::take(&mut self.handed_on);
        for (index, link) in self.unsent.drain(..).enumerate() {
            if index % AT_A_TIME == AT_A_TIME - 1 {
                note_delivered(committed_at, std::mem::take(&mut written));
                tokio::task::yield_now().await;
            }
            link.flush();
            written += 1;
        }
        note_delivered(committed_at, written);
    }

    /// Answers with how many sockets were told.
    fn carry_out(&mut self, notice: Notice) -> usize {
        if !self.is_heard(&notice) {
            return 0;
        }
        match notice {
            Notice::Tell(audience, event) => return self.tell(&audience, &event),
            Notice::Enter { user, room } => self.hub.enter(user, room),
            Notice::Leave { user, room } => self.hub.leave(user, room),
            Notice::Close { room } => self.hub.close(room),
            Notice::SeeReceipts { user, sees } => self.hub.of_user(user).for_each(|link| link.see_receipts(sees)),
            Notice::EndSession { session, reason } => {
                for link in self.hub.of_session(session) {
                    link.end_session(&reason);
                }
            }
            Notice::EndUser { user, reason } => {
                for link in self.hub.of_user(user) {
                    link.end_session(&reason);
                }
            }
            Notice::Replace { sockets } => self.replace(&sockets),
            Notice::Then(finish) | Notice::ThenEverywhere(finish) => finish(),
        }
        0
    }

    /// Somebody who just left is not heard typing.
    fn is_heard(&self, notice: &Notice) -> bool {
        match notice {
            Notice::Tell(Audience::RoomExcept(room, user), ServerEvent::TypingStarted(_)) => {
                self.hub.hears(*user, *room)
            }
            _ => true,
        }
    }

    fn replace(&self, ids: &[String]) {
        let replaced = self.hub.all().chain(self.opening.links()).filter(|link| ids.contains(&link.id().to_string()));
        replaced.for_each(|link| link.replace());
    }

    /// Ends all connections: their clients come anew, and say what they have.
    pub(super) fn cut_everybody(&mut self, reason: &'static str) {
        self.hub.all().chain(self.opening.links()).for_each(|link| link.cut(reason));
    }

    fn tell(&mut self, audience: &Audience, event: &ServerEvent) -> usize {
        if let Audience::User(user) = audience
            && self.hub.of_user(*user).next().is_none()
        {
            // Most of a large room are not here; what is told to each is not encoded for nobody.
            return 0;
        }
        let Some(encoded) = Encoded::new(event) else { return 0 };
        let mut told = 0;
        let mut slow = Vec::new();
        let (unsent, handed_on) = (&mut self.unsent, &mut self.handed_on);
        let mut tell = |link: &Arc<Link>| {
            told += 1;
            match link.push(&encoded) {
                Ok(true) => unsent.push(link.clone()),
                Ok(false) => *handed_on += usize::from(link.direct.is_none()),
                Err(Overflow) => slow.push(link.clone()),
            }
        };
        match audience {
            Audience::Room(room) => self.hub.in_room(*room).for_each(&mut tell),
            Audience::RoomExcept(room, user) => {
                self.hub
                    .in_room(*room)
                    .filter(|link| link.actor.user != *user && link.wants(event))
                    .for_each(&mut tell);
            }
            Audience::User(user) => self.hub.of_user(*user).for_each(&mut tell),
            Audience::Users(users) => {
                users.iter().for_each(|user| self.hub.of_user(*user).for_each(&mut tell));
            }
            Audience::Everybody => self.hub.all().for_each(&mut tell),
            Audience::EverybodyBut(users) => {
                self.hub.all().filter(|link| !users.contains(&link.actor.user)).for_each(&mut tell);
            }
        }
        for link in slow {
            // Nothing is dropped in silence: whoever cannot take an event is cut off, and recovers by `rev`.
            self.hub.remove(link.id());
            link.cut("slow consumer");
        }
        metrics::DELIVERIES.add(told);
        told
    }

    async fn heed(&mut self, signal: Signal) {
        match signal {
            Signal::Opening(link, ready) => {
                self.opening.begin(link);
                // A link that went away meanwhile says so with `Gone`.
                let _gone = ready.send(());
            }
            Signal::Replaced(ids) => {
                self.replace(&ids);
                self.pass_on(&Notice::Replace { sockets: ids });
            }
            Signal::Opened(opened) => {
                // Of our own commits, the snapshot has none that is not handed over: the link's arrival was written after it
                // was read.
                self.tell_handed_over().await;
                if self.was_told(opened.had.logged) {
                    self.open(*opened);
                } else {
                    self.opening.wait(*opened);
                    self.look_at_once();
                }
            }
            Signal::Gone(id) => {
                self.opening.forget(id);
                self.hub.remove(id);
            }
            Signal::Drain { within_ms, done } => {
                if self.opening.has_waiting() {
                    self.follow().await;
                }
                let links: Vec<Arc<Link>> = self.hub.all().cloned().collect();
                for (index, link) in links.iter().enumerate() {
                    let reconnect_in_ms = within_ms * index as u64 / links.len() as u64;
                    link.tell(&ServerDraining { reconnect_in_ms }.into());
                }
                let _nobody_waits = done.send(());
            }
        }
    }

    /// Has a link hear what is told from here on, behind its snapshot and what was told since that was begun.
    pub(super) fn open(&mut self, mut opened: Opened) {
        if let Some(heard) = self.opening.finish(&mut opened) {
            self.hub.add(opened.link.clone(), heard);
            opened.inbox.open(&opened.link);
        }
    }
}

/// Counts how long sockets waited for what was committed: one look at the clock for many of them.
fn note_delivered(committed_at: Option<Instant>, written: usize) {
    if let Some(at) = committed_at
        && written > 0
    {
        metrics::DELIVERY_TIME.took_each(at.elapsed(), written);
    }
}
