//! What other servers of the cluster committed, told here in the one order of commits.
//!
//! Every server tells every commit in the order of the log. Its own come from the writer; whatever others committed before
//! one of them is read from the database first, however Redis fares.

use super::broadcast::Broadcaster;
use crate::app::Others;
use crate::cluster::{Cluster, Heard};
use crate::contract::Growth;
use crate::error::Error;
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
            Due::Follow => self.follow(None).await,
            Due::Tell(heard) => {
                if self.others().is_some_and(|others| others.position < heard.behind) {
                    self.follow(None).await;
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

    /// Tells what others committed: all of it before one of our own commits, or as far as there is none of ours. Where a
    /// fault keeps it from being read, our own waits: nobody is told what comes later first.
    pub(super) async fn follow(&mut self, before: Option<i64>) {
        loop {
            let Some(others) = self.others() else { return };
            others.looked_at = Instant::now();
            if before.is_some_and(|number| others.position + 1 >= number) {
                return;
            }
            let rung = *others.ears.bell.borrow();
            match others.log.behind(others.position).await {
                Ok(Some(commits)) => {
                    let is_last = commits.is_empty();
                    if is_last {
                        others.cluster.found_newest(rung, others.position);
                    }
                    if !self.tell_commits(commits, before).await || is_last {
                        return;
                    }
                }
                Ok(None) => self.start_afresh().await,
                Err(error) => {
                    tracing::warn!(%error, "what other servers committed could not be read; it is tried again");
                    if before.is_none() {
                        return;
                    }
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    /// False at one of our own, which the writer hands over.
    async fn tell_commits(&mut self, commits: Vec<Logged>, before: Option<i64>) -> bool {
        for Logged { number, notices } in commits {
            let Some(notices) = notices.filter(|_| before.is_none_or(|before| number < before)) else { return false };
            match notice::decode(&notices) {
                Ok(mut notices) => {
                    metrics::FOLLOWED.add(1);
                    self.grow(&mut notices);
                    self.forget_ended(&notices);
                    let awaited = notices.iter().any(Notice::ends_access);
                    self.carry_out_all(notices, None).await;
                    self.reached(number, awaited).await;
                }
                Err(error) => {
                    tracing::error!(%error, number, "what another server told is not understood");
                    self.cut_everybody("another server told something that is not understood here");
                    self.reached(number, true).await;
                }
            }
        }
        true
    }

    /// What others committed behind one of our own commits, as far as it is known of.
    pub(super) async fn follow_known(&mut self) {
        if self.others().is_some_and(|others| *others.ears.bell.borrow() > others.position) {
            self.follow(None).await;
        }
    }

    /// Notes that everything up to a commit was told.
    pub(super) async fn reached(&mut self, number: i64, awaited: bool) {
        if let Some(others) = self.others() {
            others.position = number;
            others.cluster.reached(number, awaited);
            self.tell_early().await;
        }
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

    /// Takes what a commit ends out of what is kept of messages that grow, elsewhere or here.
    pub(super) fn forget_ended(&mut self, notices: &[Notice]) {
        let Some(others) = self.others() else { return };
        for notice in notices {
            match notice {
                Notice::Close { room } => others.log.close(*room),
                Notice::Tell(_, event) => {
                    if let Some(ended @ Growth::Ends(_)) = event.growth() {
                        others.log.grow(&ended);
                    }
                }
                _ => {}
            }
        }
    }

    /// The log is not kept for as long as this server was behind: its clients come anew and say what they have.
    async fn start_afresh(&mut self) {
        let Some(others) = self.others() else { return };
        let newest = async {
            let newest = others.log.newest().await?;
            others.log.follow_anew().await?;
            Ok::<_, Error>(newest)
        };
        match newest.await {
            Ok(newest) => {
                tracing::error!(from = others.position, to = newest, "this server fell behind the others");
                self.cut_everybody("this server fell behind");
                self.reached(newest, true).await;
            }
            Err(error) => {
                tracing::warn!(%error, "what other servers committed could not be read; it is tried again");
                tokio::time::sleep(RETRY_AFTER).await;
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
