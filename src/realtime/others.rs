//! What other servers of the cluster committed, told here in the one order of commits.
//!
//! Every server tells every commit in the order of the log. Its own come from the writer; whatever others committed before
//! one of them is read from the database first, however Redis fares.

use super::broadcast::Broadcaster;
use crate::app::Others;
use crate::cluster::{Cluster, Heard};
use crate::contract::Growth;
use crate::metrics;
use crate::notice::{self, Notice};
use crate::storage::Logged;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often the log is looked at without being told of anything, while Redis is there, and while it is not.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOK_EVERY_ALONE: Duration = Duration::from_millis(200);
/// The pause after the log could not be read.
const RETRY_AFTER: Duration = Duration::from_millis(50);
/// What others passed on may wait for its turn; more is not told.
const MOST_EARLY: usize = 4_096;

/// Something that the broadcaster is to do for the sake of other servers.
pub(super) enum Due {
    /// To look what they committed.
    Follow,
    Tell(Heard),
}

/// Waits until there is something to do; for ever where there are no others.
pub(super) async fn due(others: &mut Option<Others>) -> Due {
    let Some(others) = others else { return std::future::pending().await };
    if others.is_due {
        return Due::Follow;
    }
    let pause = if others.cluster.is_connected() { LOOK_EVERY } else { LOOK_EVERY_ALONE };
    tokio::select! {
        // The bus ends after the broadcaster.
        Ok(()) = others.ears.bell.changed() => Due::Follow,
        Some(heard) = others.ears.heard.recv() => Due::Tell(heard),
        () = tokio::time::sleep_until(others.looked_at + pause) => Due::Follow,
    }
}

impl Broadcaster {
    pub(super) async fn attend(&mut self, due: Due) {
        match due {
            Due::Follow => self.follow().await,
            Due::Tell(heard) => {
                if !self.was_told(heard.behind) {
                    self.follow().await;
                }
                self.keep(heard).await;
                self.tell_early().await;
            }
        }
    }

    /// Keeps what waits for its turn, unless that would never come: it names a commit that there is not, or too much waits.
    async fn keep(&mut self, heard: Heard) {
        let Some(others) = self.others() else { return };
        let comes =
            heard.behind <= others.position || others.log.newest().await.is_ok_and(|newest| heard.behind <= newest);
        if comes && others.early.len() < MOST_EARLY {
            others.early.push_back(heard);
        } else {
            metrics::NOT_TOLD.add(1);
        }
    }

    /// Tells a portion of what others committed, as far as there is none of our own commits, which the writer hands over.
    /// Whatever else there is to do has its turn before the next one.
    pub(super) async fn follow(&mut self) {
        let Some(others) = self.others() else { return };
        (others.is_due, others.looked_at) = (false, Instant::now());
        let rung = *others.ears.bell.borrow();
        match others.log.behind(others.position).await {
            Ok(Some(portion)) => {
                let was_told = self.tell_portion(portion.commits, None).await;
                match self.others() {
                    Some(others) if was_told && portion.is_last => others.cluster.found_newest(rung, others.position),
                    Some(others) if was_told => others.is_due = true,
                    _ => {}
                }
            }
            Ok(None) => self.start_afresh().await,
            Err(error) => tracing::warn!(%error, "what other servers committed could not be read; it is tried again"),
        }
    }

    /// Tells what others committed before one of our own commits. Where a fault keeps it from being read, our own waits:
    /// nobody is told what comes later first.
    pub(super) async fn follow_up_to(&mut self, own: i64) {
        while let Some(others) = self.others()
            && others.position + 1 < own
        {
            others.looked_at = Instant::now();
            match others.log.behind(others.position).await {
                Ok(Some(portion)) => {
                    self.tell_portion(portion.commits, Some(own)).await;
                }
                Ok(None) => self.start_afresh().await,
                Err(error) => {
                    tracing::warn!(%error, "what other servers committed could not be read; it is tried again");
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    /// False at one of our own, which the writer hands over; `before` is the one that it has.
    async fn tell_portion(&mut self, commits: Vec<Logged>, before: Option<i64>) -> bool {
        for Logged { number, notices } in commits {
            if before.is_some_and(|before| number >= before) {
                return false;
            }
            match notices.as_deref().map(notice::decode) {
                Some(Ok(mut notices)) => {
                    metrics::FOLLOWED.add(1);
                    self.grow(&mut notices);
                    self.forget_ended(&notices);
                    let awaited = notices.iter().any(Notice::ends_access);
                    self.carry_out_all(notices, None).await;
                    self.reached(number, awaited).await;
                }
                Some(Err(error)) => {
                    tracing::error!(%error, number, "what another server told is not understood");
                    self.cut_everybody("another server told something that is not understood here");
                    self.reached(number, true).await;
                }
                None if before.is_none() => return false,
                // They come in order: this one does not come any more.
                None => {
                    tracing::error!(number, "a commit of this server was not handed over to be told");
                    self.cut_everybody("what was committed here could not be told");
                    self.reached(number, true).await;
                }
            }
        }
        true
    }

    /// Has what others committed behind one of our own commits told next, as far as it is known of.
    pub(super) fn follow_known(&mut self) {
        if self.others().is_some_and(|others| *others.ears.bell.borrow() > others.position) {
            self.look_at_once();
        }
    }

    pub(super) fn look_at_once(&mut self) {
        if let Some(others) = self.others() {
            others.is_due = true;
        }
    }

    /// Whether everything up to a commit was told.
    pub(super) fn was_told(&mut self, number: i64) -> bool {
        self.others().is_none_or(|others| others.position >= number)
    }

    /// Notes that everything up to a commit was told: what waited for that has its turn.
    pub(super) async fn reached(&mut self, number: i64, awaited: bool) {
        let Some(others) = self.others() else { return };
        // One of our own is told late where what others told was passed over.
        others.position = others.position.max(number);
        others.cluster.reached(others.position, awaited);
        let position = others.position;
        for opened in self.opening.caught_up(position) {
            self.open(opened);
        }
        if self.opening.has_waiting() {
            self.look_at_once();
        }
        self.tell_early().await;
    }

    /// Tells what is not stored and waited for its turn.
    async fn tell_early(&mut self) {
        while let Some(others) = self.others()
            && let Some(heard) = others.early.pop_front_if(|heard| heard.behind <= others.position)
        {
            match notice::decode_passed(&heard.notices) {
                Ok(mut notices) => {
                    self.grow(&mut notices);
                    self.carry_out_all(notices, None).await;
                }
                Err(error) => {
                    metrics::NOT_TOLD.add(1);
                    tracing::warn!(%error, "what another server passed on is not understood");
                }
            }
        }
    }

    /// Keeps up the text of messages that grow elsewhere; what comes of them too late is not told.
    fn grow(&mut self, notices: &mut Vec<Notice>) {
        let Some(others) = self.others() else { return };
        notices.retain(|notice| match notice {
            Notice::Tell(_, event) => event.growth().is_none_or(|growth| others.log.grow(&growth)),
            _ => true,
        });
    }

    /// Takes what a commit ends out of what is kept of messages that grow elsewhere.
    pub(super) fn forget_ended(&mut self, notices: &[Notice]) {
        let Some(others) = self.others() else { return };
        for notice in notices {
            match notice {
                Notice::Close { room } => others.log.close(*room),
                Notice::Tell(_, event) => {
                    if let Some(Growth::Ends(message)) = event.growth() {
                        others.log.forget(message);
                    }
                }
                _ => {}
            }
        }
    }

    /// The log is not kept for as long as this server was behind: its clients come anew and say what they have.
    async fn start_afresh(&mut self) {
        let Some(others) = self.others() else { return };
        match others.log.follow_anew().await {
            Ok(newest) => {
                tracing::error!(from = others.position, to = newest, "this server fell behind the others");
                self.cut_everybody("this server fell behind");
                self.reached(newest, true).await;
            }
            Err(error) => {
                tracing::warn!(%error, "what other servers committed could not be read; it is tried again");
                tokio::time::sleep(RETRY_AFTER).await;
                self.look_at_once();
            }
        }
    }

    /// Passes on what is not stored.
    pub(super) fn pass_on(&mut self, told: &Notice) {
        let Some(others) = self.others() else { return };
        match notice::encode(std::slice::from_ref(told)) {
            Ok(Some(text)) => others.cluster.pass(text),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "a notice could not be passed on"),
        }
    }

    /// Has others follow one of our commits, and those wait for them who are to.
    pub(super) fn share(&mut self, number: i64, notices: &mut Vec<Notice>) {
        let Some(others) = self.others() else { return };
        others.cluster.ring(number);
        let later: Vec<Notice> = notices.extract_if(.., |notice| matches!(notice, Notice::ThenEverywhere(_))).collect();
        if later.is_empty() {
            return;
        }
        let cluster = others.cluster.clone();
        notices.push(Notice::Then(Box::new(move || drop(tokio::spawn(answer_later(cluster, number, later))))));
    }

    fn others(&mut self) -> Option<&mut Others> {
        self.outlets.others.as_mut()
    }
}

async fn answer_later(cluster: Arc<Cluster>, number: i64, answers: Vec<Notice>) {
    cluster.everywhere(number).await;
    for answer in answers {
        if let Notice::ThenEverywhere(finish) = answer {
            finish();
        }
    }
}
