//! What one server asks another to do, because that one has a message that grows, or does what one does for all.
//!
//! Asked and answered by Redis, which may lose either: then nobody knows whether it was done, and who asked is told to try
//! again. So everything that can be asked for may be asked for twice.

use super::Cluster;
use super::packet::What;
use crate::actor::Actor;
use crate::contract::{EndStream, FailStream, FeedStream, Jobs};
use crate::error::{Error, Result};
use crate::ids::{FileId, NodeId};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long an answer is waited for.
const WITHIN: Duration = Duration::from_secs(3);
/// What others asked may wait for its turn; more is refused.
const WAITING: usize = 1024;

/// Something to be done in the name of somebody, whose right to it is asked about where it is done.
#[derive(Debug, Serialize, Deserialize)]
pub enum Errand {
    Feed(Actor, FeedStream),
    End(Actor, EndStream),
    Fail(Actor, FailStream),
    ListJobs(Actor),
    RunJob(Actor, String),
    /// To let go of an upload, which its client goes on with elsewhere.
    Release(FileId),
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Done {
    /// It is done, and there is nothing to be told of it.
    Simply,
    /// A message has this `rev` now.
    Changed(i64),
    Jobs(Jobs),
}

/// Why it was not done, as far as that can be told from one server to another.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Refused {
    Invalid {
        field: Option<String>,
        message: String,
    },
    Conflict(String),
    Gap {
        expected: i64,
    },
    RateLimited {
        retry_after: Duration,
    },
    TooLarge(String),
    Unavailable(String),
    /// Logged where it happened.
    Internal,
}

pub(super) type Outcome = std::result::Result<Done, Refused>;

/// Something that another server asked this one to do.
pub struct ToDo {
    pub errand: Errand,
    pub asker: Asker,
}

/// Who is to be told what came of it.
#[derive(Clone, Copy)]
pub struct Asker {
    node: NodeId,
    id: u64,
}

pub(super) struct Errands {
    /// Who waits for an answer.
    asked: Mutex<HashMap<u64, oneshot::Sender<Outcome>>>,
    last: AtomicU64,
    to_do: mpsc::Sender<ToDo>,
    taken: Mutex<Option<mpsc::Receiver<ToDo>>>,
}

impl Default for Errands {
    fn default() -> Self {
        let (to_do, taken) = mpsc::channel(WAITING);
        Self { asked: Mutex::default(), last: AtomicU64::new(0), to_do, taken: Mutex::new(Some(taken)) }
    }
}

/// Waits for an answer, until it is dropped.
struct Asking<'a> {
    errands: &'a Errands,
    id: u64,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.errands.asked().remove(&self.id);
    }
}

impl Errands {
    fn asked(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Outcome>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self) -> (Asking<'_>, oneshot::Receiver<Outcome>) {
        let id = self.last.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.asked().insert(id, answer);
        (Asking { errands: self, id }, answered)
    }

    pub(super) fn answered(&self, id: u64, outcome: Outcome) {
        // Who asked may have given up.
        if let Some(answer) = self.asked().remove(&id) {
            let _gave_up = answer.send(outcome);
        }
    }
}

impl Cluster {
    /// Has another server do something.
    ///
    /// # Errors
    /// What that one answers; `Unavailable` when it cannot be asked, or does not answer: whether it was done is not known
    /// then.
    pub async fn ask(&self, node: NodeId, errand: Errand) -> Result<Done> {
        let mut connection = self.connection();
        if !*connection.borrow_and_update() {
            return Err(unavailable("other servers cannot be asked at the moment"));
        }
        if !self.peers.living().contains(&node) {
            return Err(unavailable("the server that would do this is gone"));
        }
        let (asking, answered) = self.errands.ask();
        let what = What::Ask { to: node, id: asking.id, errand: Box::new(errand) };
        if self.outgoing.try_send(what).is_err() {
            return Err(unavailable("other servers cannot be asked at the moment"));
        }
        tokio::select! {
            biased;
            Ok(outcome) = answered => outcome.map_err(Error::from),
            _ = connection.changed() => Err(unavailable("the connection to the other servers was lost")),
            () = tokio::time::sleep(WITHIN) => Err(unavailable("the server that would do this does not answer")),
        }
    }

    /// Asks every other server for the same, as far as they can be asked.
    pub async fn ask_all(&self, errand: impl Fn() -> Errand) {
        let answers = self.peers.living().into_iter().map(|node| self.ask(node, errand()));
        for answer in join_all(answers).await {
            if let Err(error) = answer {
                tracing::debug!(%error, "a server did not do what all were asked for");
            }
        }
    }

    /// What others ask this server to do. For one who does it.
    pub fn to_do(&self) -> Option<mpsc::Receiver<ToDo>> {
        self.errands.taken.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Tells who asked for something what came of it.
    pub fn answer(&self, asker: Asker, done: Result<Done>) {
        let what = What::Answer { to: asker.node, id: asker.id, outcome: Box::new(done.map_err(Refused::from)) };
        if self.outgoing.try_send(what).is_err() {
            tracing::warn!("a server that asked for something could not be answered");
        }
    }

    pub(super) fn asked_for(&self, node: NodeId, id: u64, errand: Errand) {
        let asker = Asker { node, id };
        if self.errands.to_do.try_send(ToDo { errand, asker }).is_err() {
            self.answer(asker, Err(unavailable("the server that would do this is busy")));
        }
    }

    pub(super) fn answered(&self, id: u64, outcome: Outcome) {
        self.errands.answered(id, outcome);
    }
}

fn unavailable(why: &str) -> Error {
    Error::Unavailable(format!("{why}; try again"))
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid { field, message } => Self::Invalid { field, message },
            Error::Conflict(why) => Self::Conflict(why),
            Error::Gap { expected } => Self::Gap { expected },
            Error::RateLimited { retry_after } => Self::RateLimited { retry_after },
            Error::TooLarge(why) => Self::TooLarge(why),
            Error::Unavailable(why) => Self::Unavailable(why),
            Error::Internal(error) => {
                tracing::error!(%error, "what another server asked for failed");
                Self::Internal
            }
            // Who asks has looked at that before: it was otherwise a moment ago.
            Error::Unauthenticated(_)
            | Error::Forbidden(_)
            | Error::NotFound(_)
            | Error::Password { .. }
            | Error::Query { .. }
            | Error::NoRoom { .. } => Self::Unavailable("this has just changed; try again".to_owned()),
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Invalid { field, message } => Self::Invalid { field, message },
            Refused::Conflict(why) => Self::Conflict(why),
            Refused::Gap { expected } => Self::Gap { expected },
            Refused::RateLimited { retry_after } => Self::RateLimited { retry_after },
            Refused::TooLarge(why) => Self::TooLarge(why),
            Refused::Unavailable(why) => Self::Unavailable(why),
            Refused::Internal => Self::internal("another server of the cluster failed at it"),
        }
    }
}
