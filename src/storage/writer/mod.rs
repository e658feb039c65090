//! The one connection that writes: it drains its queue into one transaction, commits, then answers and tells.

mod groups;
mod turns;
mod worker;

use super::Committed;
use super::append::{AppendMessage, Appended};
use super::departures::Passage;
use super::reading::{MarkedRead, ReadMark};
use super::search::Feed;
use super::transaction::Transaction;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
pub(super) use turns::Turns;
use worker::Worker;

/// Commands that may wait; beyond it, senders wait too.
const QUEUE: usize = 4096;

/// Answers a caller once the fate of the commit is known.
type Finish = Box<dyn FnOnce(Result<()>) + Send>;
type Work = Box<dyn for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Outcome> + Send>;

enum Job {
    Append(Box<AppendMessage>, oneshot::Sender<Result<Appended>>),
    MarkRead(ReadMark, oneshot::Sender<Result<MarkedRead>>),
    Pass(Passage, oneshot::Sender<Result<Option<Timestamp>>>),
    Other(Work),
    /// Other servers have written something.
    FollowOthers,
    Close(oneshot::Sender<()>),
}

struct Outcome {
    fate: Fate,
    finish: Finish,
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Keep,
    /// The command was refused: what it wrote is taken back, the batch goes on.
    Undo,
    /// The database failed: nothing of the batch can be trusted.
    Abort,
}

/// When a command whose commit succeeded is answered.
#[derive(Clone, Copy)]
enum Due {
    Committed,
    /// Once what it tells was told.
    Told,
    /// Once every server of the cluster has told it: somebody's access ended.
    ToldEverywhere,
}

/// The way to the writer.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    /// The broadcaster ends when there is no other.
    notices: mpsc::WeakSender<Committed>,
    fault: Arc<Mutex<Option<String>>>,
}

impl Writer {
    /// Starts the writer on its own connection; the notices of each commit go to `notices`, and `index` is fed between
    /// the commits while `keeps_index`. Where others write too, `turns` are taken.
    pub(super) fn start(
        transaction: Transaction,
        notices: mpsc::Sender<Committed>,
        index: Feed,
        keeps_index: Arc<AtomicBool>,
        turns: Option<Turns>,
    ) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let fault = Arc::new(Mutex::new(None));
        let untold = notices.downgrade();
        let worker = Worker { transaction, index, keeps_index, turns, notices, fault: fault.clone() };
        tokio::spawn(worker.run(jobs));
        Self { queue, notices: untold, fault }
    }

    pub(super) async fn append(&self, command: AppendMessage) -> Result<Appended> {
        self.submit(|answer| Job::Append(Box::new(command), answer)).await
    }

    pub(super) async fn mark_read(&self, mark: ReadMark) -> Result<MarkedRead> {
        self.submit(|answer| Job::MarkRead(mark, answer)).await
    }

    /// Answers with when the device had gone before.
    pub(super) async fn pass(&self, passage: Passage) -> Result<Option<Timestamp>> {
        self.submit(|answer| Job::Pass(passage, answer)).await
    }

    /// Carries out `work` in a transaction. When it told something, the answer comes after that was told.
    pub(super) async fn run<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.submit(|answer| Job::Other(Box::new(move |transaction| Box::pin(carry_out(transaction, work, answer)))))
            .await
    }

    async fn submit<T>(&self, job: impl FnOnce(oneshot::Sender<Result<T>>) -> Job) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let sent = self.queue.send(job(answer)).await;
        sent.map_err(|_| Error::Unavailable("the server is shutting down".to_owned()))?;
        // A job that is dropped unanswered was behind one at which the database failed.
        answered.await.map_err(|_| Error::Unavailable("it could not be written; try again".to_owned()))?
    }

    pub(super) async fn follow_others(&self) {
        // A writer that is gone indexes nothing.
        let _gone = self.queue.send(Job::FollowOthers).await;
    }

    pub(super) fn is_there(&self) -> bool {
        !self.queue.is_closed()
    }

    /// What went wrong at the last commit, if it failed, or that there will be no other.
    pub(super) fn health(&self) -> Result<()> {
        if !self.is_there() {
            return Err(Error::Unavailable("nothing is written any more; restart the server".to_owned()));
        }
        match &*self.fault.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(fault) => Err(Error::Unavailable(fault.clone())),
            None => Ok(()),
        }
    }

    /// Commands that wait for the writer, and commits that wait to be told.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let untold = self.notices.upgrade().map_or(0, |notices| notices.max_capacity() - notices.capacity());
        (self.queue.max_capacity() - self.queue.capacity(), untold)
    }

    pub(super) async fn close(&self) {
        let (closed, closing) = oneshot::channel();
        if self.queue.send(Job::Close(closed)).await.is_ok() {
            // An error means that the writer is gone, which is what was asked for.
            let _gone = closing.await;
        }
    }
}

async fn carry_out<T, W>(transaction: &mut Transaction, work: W, answer: oneshot::Sender<Result<T>>) -> Outcome
where
    T: Send + 'static,
    W: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
{
    let result = AssertUnwindSafe(work(transaction)).catch_unwind().await;
    let result = result.unwrap_or_else(|_panic| Err(Error::internal("it panicked")));
    let fate = match &result {
        Ok(_) => Fate::Keep,
        Err(Error::Unavailable(_)) => Fate::Abort,
        Err(_) => Fate::Undo,
    };
    let finish: Finish = Box::new(move |committed| reply(answer, result, committed));
    Outcome { fate, finish }
}

/// Nobody may be waiting any more (a request that was given up); then there is nobody to tell.
fn reply<T>(answer: oneshot::Sender<Result<T>>, result: Result<T>, committed: Result<()>) {
    let _nobody_waits = answer.send(result.and_then(|value| committed.map(|()| value)));
}

#[cfg(test)]
mod tests {
    use crate::error::Error;
    use crate::storage::plans::opened;

    #[tokio::test]
    async fn a_writer_that_is_gone_is_a_fault() {
        let (_folder, storage, _) = opened().await;
        storage.check().await.expect("it can be written to");
        storage.writer.close().await;
        assert!(matches!(storage.check().await, Err(Error::Unavailable(_))));
    }
}
