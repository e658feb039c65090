//! The one connection that writes: it drains its queue into one transaction, commits, then answers and tells.

use super::append::{self, AppendMessage, Appended};
use super::reading::{self, MarkedRead, ReadMark};
use super::transaction::Transaction;
use crate::error::{Error, Result};
use crate::metrics;
use crate::notice::Notice;
use futures_util::future::BoxFuture;
use sqlx::{Connection, SqliteConnection};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// The most commands of one commit.
const BATCH: usize = 256;
/// From a commit this slow on it pays to wait for others, who were just answered and are about to send again: without
/// it they would fall into two halves, each waiting for the other's commit.
const SLOW: Duration = Duration::from_millis(2);
/// The part of the last commit's time that is waited at most.
const PATIENCE: u32 = 4;
/// Commands that may wait; beyond it, senders wait too.
const QUEUE: usize = 4096;

/// Answers a caller once the fate of the commit is known.
type Finish = Box<dyn FnOnce(Result<()>) + Send>;
type Work = Box<dyn for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Outcome> + Send>;

enum Job {
    Append(Box<AppendMessage>, oneshot::Sender<Result<Appended>>),
    MarkRead(ReadMark, oneshot::Sender<Result<MarkedRead>>),
    Other(Work),
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

/// The way to the writer.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    fault: Arc<Mutex<Option<String>>>,
}

impl Writer {
    /// Starts the writer on its own connection; the notices of each commit go to `notices`.
    pub(super) fn start(connection: SqliteConnection, notices: mpsc::Sender<Vec<Notice>>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let fault = Arc::new(Mutex::new(None));
        let worker = Worker { transaction: Transaction::new(connection), notices, fault: fault.clone() };
        tokio::spawn(worker.run(jobs));
        Self { queue, fault }
    }

    pub(super) async fn append(&self, command: AppendMessage) -> Result<Appended> {
        self.submit(|answer| Job::Append(Box::new(command), answer)).await
    }

    pub(super) async fn mark_read(&self, mark: ReadMark) -> Result<MarkedRead> {
        self.submit(|answer| Job::MarkRead(mark, answer)).await
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

    /// What went wrong at the last commit, if it failed.
    pub(super) fn health(&self) -> Result<()> {
        match &*self.fault.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(fault) => Err(Error::Unavailable(fault.clone())),
            None => Ok(()),
        }
    }

    pub(super) async fn close(&self) {
        let (closed, closing) = oneshot::channel();
        if self.queue.send(Job::Close(closed)).await.is_ok() {
            // An error means that the writer is gone, which is what was asked for.
            let _gone = closing.await;
        }
    }
}

/// Takes what waits, and is patient until as many have come as the last time. False when no more will come.
async fn gather(jobs: &mut mpsc::Receiver<Job>, batch: &mut Vec<Job>, expected: usize, patience: Duration) -> bool {
    if jobs.recv_many(batch, BATCH).await == 0 {
        return false;
    }
    let deadline = Instant::now() + patience;
    while !patience.is_zero() && batch.len() < expected {
        match tokio::time::timeout_at(deadline, jobs.recv_many(batch, BATCH - batch.len())).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => break,
        }
    }
    true
}

async fn carry_out<T, W>(transaction: &mut Transaction, work: W, answer: oneshot::Sender<Result<T>>) -> Outcome
where
    T: Send + 'static,
    W: for<'t> FnOnce(&'t mut Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
{
    let result = work(transaction).await;
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

struct Worker {
    transaction: Transaction,
    notices: mpsc::Sender<Vec<Notice>>,
    fault: Arc<Mutex<Option<String>>>,
}

impl Worker {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(BATCH);
        let (mut expected, mut patience) = (1, Duration::ZERO);
        while gather(&mut jobs, &mut batch, expected, patience).await {
            let begun = Instant::now();
            expected = batch.len();
            let mut close = None;
            let work = batch.drain(..).filter_map(|job| match job {
                Job::Close(closed) => {
                    close = Some(closed);
                    None
                }
                other => Some(other),
            });
            let work: Vec<Job> = work.collect();
            if !work.is_empty() {
                self.commit(work).await;
            }
            let took = begun.elapsed();
            patience = if took < SLOW { Duration::ZERO } else { took / PATIENCE };
            if let Some(closed) = close {
                jobs.close();
                while let Some(job) = jobs.recv().await {
                    self.commit(vec![job]).await;
                }
                self.shut(closed).await;
                return;
            }
        }
    }

    /// One transaction: every job in its order, the commit, the answers, the notices.
    async fn commit(&mut self, jobs: Vec<Job>) {
        let commands = jobs.len();
        let mut finishes = Vec::with_capacity(commands);
        let result = self.attempt(jobs, &mut finishes).await;
        if result.is_ok() {
            metrics::COMMITS.add(1);
            metrics::COMMANDS_WRITTEN.add(commands);
        }
        if let Err(error) = &result {
            metrics::FAILED_COMMITS.add(1);
            tracing::error!(error = %describe(error), "a commit failed; nothing of it was acknowledged");
            self.transaction.roll_back().await;
        }
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = result.as_ref().err().map(ToString::to_string);
        let mut notices = self.transaction.take_notices();
        for (finish, told) in finishes {
            match &result {
                Ok(()) if told => notices.push(Notice::Then(Box::new(move || finish(Ok(()))))),
                Ok(()) => finish(Ok(())),
                Err(error) => finish(Err(repeat(error))),
            }
        }
        if !notices.is_empty() && self.notices.send(notices).await.is_err() {
            tracing::debug!("nobody listens to notices");
        }
    }

    async fn attempt(&mut self, jobs: Vec<Job>, finishes: &mut Vec<(Finish, bool)>) -> Result<()> {
        let groups = Groups::of(jobs);
        let last = groups.len() - 1;
        // The only one needs no savepoint: what is taken back is all there is.
        let alone = last == 0;
        let mut failure = None;
        for (index, group) in groups.into_iter().enumerate() {
            if let Some(error) = &failure {
                group.refuse(error);
                continue;
            }
            failure = match group {
                Groups::Other(work) if alone => self.carry_out_alone(work, finishes).await.err(),
                group => self.carry_out(group, index == last, finishes).await.err(),
            };
        }
        match failure {
            Some(error) => Err(error),
            None => self.transaction.commit().await,
        }
    }

    async fn carry_out(&mut self, group: Groups, last: bool, finishes: &mut Vec<(Finish, bool)>) -> Result<()> {
        match group {
            Groups::Append(commands, answers) => {
                let results = append::append_all(&mut self.transaction, commands, last).await;
                settle(results, answers, finishes)
            }
            Groups::MarkRead(marks, answers) => {
                let results = reading::mark_all(&mut self.transaction, marks, last).await;
                settle(results, answers, finishes)
            }
            Groups::Other(work) => {
                self.transaction.begin().await?;
                self.carry_out_among_others(work, finishes).await
            }
        }
    }

    async fn carry_out_alone(&mut self, work: Work, finishes: &mut Vec<(Finish, bool)>) -> Result<()> {
        self.transaction.begin().await?;
        if !self.work(work, 0, finishes).await? {
            self.transaction.roll_back().await;
        }
        Ok(())
    }

    /// A savepoint around a command, so that its refusal leaves the batch as it was.
    async fn carry_out_among_others(&mut self, work: Work, finishes: &mut Vec<(Finish, bool)>) -> Result<()> {
        let mark = self.transaction.told();
        sqlx::query("SAVEPOINT command").execute(&mut self.transaction.connection).await?;
        if !self.work(work, mark, finishes).await? {
            self.transaction.forget_after(mark);
            sqlx::query("ROLLBACK TO command").execute(&mut self.transaction.connection).await?;
        }
        sqlx::query("RELEASE command").execute(&mut self.transaction.connection).await?;
        Ok(())
    }

    /// Whether to keep what a command wrote.
    async fn work(&mut self, work: Work, mark: usize, finishes: &mut Vec<(Finish, bool)>) -> Result<bool> {
        let Outcome { fate, finish } = work(&mut self.transaction).await;
        let told = self.transaction.told() > mark;
        finishes.push((finish, told && fate == Fate::Keep));
        match fate {
            Fate::Keep => Ok(true),
            Fate::Undo => Ok(false),
            Fate::Abort => Err(Error::Unavailable("the database failed".to_owned())),
        }
    }

    async fn shut(self, closed: oneshot::Sender<()>) {
        let mut connection = self.transaction.connection;
        for pragma in ["PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            if let Err(error) = sqlx::query(pragma).execute(&mut connection).await {
                tracing::warn!(%error, pragma, "closing the database");
            }
        }
        if let Err(error) = connection.close().await {
            tracing::warn!(%error, "closing the database");
        }
        let _nobody_waits = closed.send(());
    }
}

/// Neighbouring jobs of one kind, which are written together.
enum Groups {
    Append(Vec<AppendMessage>, Vec<oneshot::Sender<Result<Appended>>>),
    MarkRead(Vec<ReadMark>, Vec<oneshot::Sender<Result<MarkedRead>>>),
    Other(Work),
}

impl Groups {
    fn of(jobs: Vec<Job>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for job in jobs {
            match (job, groups.last_mut()) {
                (Job::Append(command, answer), Some(Self::Append(commands, answers))) => {
                    commands.push(*command);
                    answers.push(answer);
                }
                (Job::Append(command, answer), _) => groups.push(Self::Append(vec![*command], vec![answer])),
                (Job::MarkRead(mark, answer), Some(Self::MarkRead(marks, answers))) => {
                    marks.push(mark);
                    answers.push(answer);
                }
                (Job::MarkRead(mark, answer), _) => groups.push(Self::MarkRead(vec![mark], vec![answer])),
                (Job::Other(work), _) => groups.push(Self::Other(work)),
                (Job::Close(_), _) => {}
            }
        }
        groups
    }

    fn refuse(self, error: &Error) {
        match self {
            Self::Append(_, answers) => {
                answers.into_iter().for_each(|answer| reply(answer, Err(repeat(error)), Ok(())))
            }
            Self::MarkRead(_, answers) => {
                answers.into_iter().for_each(|answer| reply(answer, Err(repeat(error)), Ok(())));
            }
            // Dropping the work drops its answer, which its caller hears as `Unavailable` (see `submit`).
            Self::Other(_) => {}
        }
    }
}

/// Lines up the results of a written group with those who wait for them.
fn settle<T: Send + 'static>(
    results: Result<Vec<Result<T>>>,
    answers: Vec<oneshot::Sender<Result<T>>>,
    finishes: &mut Vec<(Finish, bool)>,
) -> Result<()> {
    match results {
        Ok(results) => {
            for (result, answer) in results.into_iter().zip(answers) {
                finishes.push((Box::new(move |committed| reply(answer, result, committed)), false));
            }
            Ok(())
        }
        Err(error) => {
            for answer in answers {
                reply(answer, Err(repeat(&error)), Ok(()));
            }
            Err(error)
        }
    }
}

/// The same failure for each of those whom it struck; its cause is logged once, where it is met.
fn repeat(error: &Error) -> Error {
    match error {
        Error::Unavailable(message) => Error::Unavailable(message.clone()),
        _ => Error::Unavailable("the commit failed; try again".to_owned()),
    }
}

fn describe(error: &Error) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}
