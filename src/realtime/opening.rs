//! Links that are being opened, so that nothing falls between their snapshot and their first live event: while one reads
//! its snapshot, what is told is kept, and told to it again behind that.

use super::had::Had;
use super::inbox::Inbox;
use super::link::{Encoded, Link};
use crate::contract::ServerEvent;
use crate::ids::RoomId;
use crate::notice::{Audience, Notice};
use socketioxide::socket::Sid;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// A link whose snapshot is read.
pub struct Opened {
    pub link: Arc<Link>,
    /// What the link asks is carried out from then on.
    pub inbox: Arc<Inbox>,
    /// The snapshot.
    pub first: Vec<Encoded>,
    /// What is in it.
    pub had: Had,
}

#[derive(Default)]
pub(super) struct Opening {
    /// Those that read their snapshot, and where in `recent` their live events begin.
    links: HashMap<Sid, (u64, Arc<Link>)>,
    /// What was told since the first of them began; empty when there is none.
    recent: VecDeque<Notice>,
    /// The number of the first of `recent` since the start.
    recent_from: u64,
    /// Those whose snapshot has what others committed and was not told here yet.
    ahead: Vec<Opened>,
}

impl Opening {
    /// Everything from here on will be told to a link.
    pub(super) fn begin(&mut self, link: Arc<Link>) {
        self.links.insert(link.id(), (self.recent_from + self.recent.len() as u64, link));
    }

    /// Keeps what is told.
    pub(super) fn note(&mut self, notice: &Notice) {
        if !self.links.is_empty()
            && let Some(copy) = notice.repeatable()
        {
            self.recent.push_back(copy);
        }
    }

    pub(super) fn links(&self) -> impl Iterator<Item = &Arc<Link>> {
        self.links.values().map(|(_, link)| link)
    }

    /// A link went away.
    pub(super) fn forget(&mut self, id: Sid) {
        self.links.remove(&id);
        self.ahead.retain(|opened| opened.link.id() != id);
        self.forget_recent();
    }

    /// Puts a link aside until what its snapshot has was told here.
    pub(super) fn wait(&mut self, opened: Opened) {
        self.ahead.push(opened);
    }

    /// Those that waited for what was told up to a commit.
    pub(super) fn caught_up(&mut self, position: i64) -> Vec<Opened> {
        self.ahead.extract_if(.., |opened| opened.had.logged <= position).collect()
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Tells a link its snapshot, then what was told since it was begun. What the snapshot has already is not told twice.
    /// Answers with the rooms that the link hears from here on; none when it has ended.
    pub(super) fn finish(&mut self, opened: &mut Opened) -> Option<HashSet<RoomId>> {
        let Opened { link, first, had, .. } = opened;
        let (begun, _) = self.links.remove(&link.id())?;
        for event in first {
            link.tell_encoded(event);
        }
        let mut heard: HashSet<RoomId> = had.rooms.keys().copied().collect();
        let missed = usize::try_from(begun - self.recent_from).unwrap_or(usize::MAX);
        for notice in self.recent.iter().skip(missed) {
            repeat(notice, link, had, &mut heard);
        }
        self.forget_recent();
        (!link.ended.is_cancelled()).then_some(heard)
    }

    fn forget_recent(&mut self) {
        let oldest = self.links.values().map(|(begun, _)| *begun).min();
        let keep_from = oldest.unwrap_or(self.recent_from + self.recent.len() as u64);
        let spent = usize::try_from(keep_from - self.recent_from).unwrap_or(usize::MAX);
        self.recent.drain(..spent.min(self.recent.len()));
        self.recent_from = keep_from;
    }
}

fn repeat(notice: &Notice, link: &Link, had: &mut Had, heard: &mut HashSet<RoomId>) {
    let user = link.actor.user;
    match notice {
        Notice::Tell(audience, event) if concerns(audience, event, link, heard) && !had.knows(event) => {
            link.tell(event);
            had.forget(event.room_given());
        }
        Notice::Enter { user: entering, room } if *entering == user => {
            heard.insert(*room);
        }
        Notice::Leave { user: leaving, room } if *leaving == user => {
            heard.remove(room);
            had.left(*room);
        }
        Notice::Close { room } => {
            heard.remove(room);
        }
        Notice::SeeReceipts { user: seeing, sees } if *seeing == user => link.see_receipts(*sees),
        Notice::EndSession { session, reason } if link.actor.session == Some(*session) => link.end_session(reason),
        Notice::EndUser { user: ending, reason } if *ending == user => link.end_session(reason),
        _ => {}
    }
}

fn concerns(audience: &Audience, event: &ServerEvent, link: &Link, heard: &HashSet<RoomId>) -> bool {
    let user = link.actor.user;
    match audience {
        Audience::Room(room) => heard.contains(room),
        Audience::RoomExcept(room, except) => heard.contains(room) && *except != user && link.wants(event),
        Audience::User(told) => *told == user,
        Audience::Users(told) => told.contains(&user),
        Audience::Everybody => true,
        Audience::EverybodyBut(others) => !others.contains(&user),
    }
}
