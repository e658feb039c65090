//! The worker behind the writer: from waiting commands to a commit, its answers, its notices.

use super::groups::{Groups, repeat, settle};
use super::turns::{Turn, Turns};
use super::{Due, Fate, Finish, Job, Outcome, Work};
use crate::error::{Error, Result};
use crate::metrics;
use crate::notice::Notice;
use crate::storage::Committed;
use crate::storage::search::{Feed, ToIndex};
use crate::storage::transaction::Transaction;
use crate::storage::{append, departures, failure, reading};
use futures_util::FutureExt;
use sqlx::Connection;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

pub(super) struct Worker {
    pub(super) transaction: Transaction,
    pub(super) index: Feed,
    /// Whether the index is fed here: of several servers one does.
    pub(super) keeps_index: Arc<AtomicBool>,
    pub(super) turns: Option<Turns>,
    pub(super) notices: mpsc::Sender<Committed>,
    pub(super) fault: Arc<Mutex<Option<String>>>,
}

impl Worker {
    pub(super) async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(BATCH);
        let (mut expected, mut patience) = (1, Duration::ZERO);
        while gather(&mut jobs, &mut batch, expected, patience, self.index_due()).await {
            let begun = Instant::now();
            expected = batch.len().max(1);
            let mut close = None;
            let work = batch.drain(..).filter_map(|job| match job {
                Job::Close(closed) => {
                    close = Some(closed);
                    None
                }
                Job::FollowOthers => {
                    self.index.note(ToIndex { messages: 0, others: true });
                    None
                }
                other => Some(other),
            });
            let work: Vec<Job> = work.collect();
            if !work.is_empty() {
                self.commit(work).await;
                let took = begun.elapsed();
                patience = if took < SLOW { Duration::ZERO } else { took / PATIENCE };
            }
            if let Some(closed) = close {
                jobs.close();
                while let Some(job) = jobs.recv().await {
                    if !matches!(job, Job::FollowOthers) {
                        self.commit(vec![job]).await;
                    }
                }
                self.shut(closed).await;
                return;
            }
            self.feed_index().await;
        }
    }

    fn index_due(&self) -> Option<Instant> {
        self.index.due().filter(|_| self.keeps_index.load(Ordering::Relaxed))
    }

    async fn feed_index(&mut self) {
        if self.index_due().is_none_or(|due| due > Instant::now()) {
            return;
        }
        match turn(&self.turns).await {
            Ok(_turn) => self.index.step(&mut self.transaction.connection).await,
            Err(error) => tracing::error!(%error, "the search index could not be fed"),
        }
    }

    /// One transaction: every job in its order, the commit, the answers, the notices.
    async fn commit(&mut self, jobs: Vec<Job>) {
        let (commands, begun) = (jobs.len(), Instant::now());
        let mut finishes = Vec::with_capacity(commands);
        let written_before = self.rows_written_while_faulty().await;
        let attempt = AssertUnwindSafe(self.attempt(jobs, &mut finishes)).catch_unwind().await;
        let panicked = attempt.is_err();
        let result = attempt.unwrap_or_else(|_panic| Err(Error::Unavailable("a command panicked".to_owned())));
        let at = Instant::now();
        let (to_index, number) = (self.transaction.take_to_index(), self.transaction.take_logged());
        if result.is_ok() {
            metrics::COMMITS.add(1);
            metrics::COMMANDS_WRITTEN.add(commands);
            metrics::COMMIT_TIME.took(at - begun);
            metrics::COMMIT_SIZE.note(commands as u64, 1);
            metrics::MESSAGES.add(to_index.messages);
            self.index.note(to_index);
        }
        if let Err(error) = &result {
            metrics::FAILED_COMMITS.add(1);
            tracing::error!(error = %failure::describe(error), "a commit failed; nothing of it was acknowledged");
            self.transaction.roll_back().await;
        }
        // What wrote nothing, as a command that was refused or panicked, says nothing of the disk.
        if (result.is_err() && !panicked) || written_before < self.rows_written_while_faulty().await {
            *self.fault() = result.as_ref().err().map(ToString::to_string);
        }
        let mut notices = self.transaction.take_notices();
        for (finish, due) in finishes {
            match (&result, due) {
                (Ok(()), Due::Committed) => finish(Ok(())),
                (Ok(()), Due::Told) => notices.push(Notice::Then(Box::new(move || finish(Ok(()))))),
                (Ok(()), Due::ToldEverywhere) => {
                    notices.push(Notice::ThenEverywhere(Box::new(move || finish(Ok(())))));
                }
                (Err(error), _) => finish(Err(repeat(error))),
            }
        }
        if !notices.is_empty() && self.notices.send(Committed { notices, at: at.into_std(), number }).await.is_err() {
            tracing::debug!("nobody listens to notices");
        }
    }

    fn fault(&self) -> MutexGuard<'_, Option<String>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many rows this connection has written since it was opened, while the last commit that wrote any had failed.
    async fn rows_written_while_faulty(&mut self) -> Option<i64> {
        if self.fault().is_none() {
            return None;
        }
        let query = sqlx::query_scalar("SELECT total_changes()");
        query.fetch_one(&mut self.transaction.connection).await.ok()
    }

    async fn attempt(&mut self, jobs: Vec<Job>, finishes: &mut Vec<(Finish, Due)>) -> Result<()> {
        let groups = Groups::of(jobs);
        let disk = self.index.wait_for_disk(&mut self.transaction.connection).await;
        let turn = match disk {
            Ok(()) => turn(&self.turns).await,
            Err(error) => Err(error),
        };
        let _turn = match turn {
            Ok(turn) => turn,
            Err(error) => {
                groups.into_iter().for_each(|group| group.refuse(&error));
                return Err(error);
            }
        };
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
                // What is told is logged before the commit, which is one step more.
                group => {
                    let commits = index == last && self.transaction.node.is_none();
                    self.carry_out(group, commits, finishes).await.err()
                }
            };
        }
        match failure {
            Some(error) => Err(error),
            None => self.transaction.commit().await,
        }
    }

    async fn carry_out(&mut self, group: Groups, last: bool, finishes: &mut Vec<(Finish, Due)>) -> Result<()> {
        match group {
            Groups::Append(commands, answers) => {
                let results = append::append_all(&mut self.transaction, commands, last).await;
                settle(results, answers, finishes)
            }
            Groups::MarkRead(marks, answers) => {
                let results = reading::mark_all(&mut self.transaction, marks, last).await;
                settle(results, answers, finishes)
            }
            Groups::Pass(passages, answers) => {
                let results = departures::pass_all(&mut self.transaction, passages, last).await;
                settle(results, answers, finishes)
            }
            Groups::Other(work) => {
                self.transaction.begin().await?;
                self.carry_out_among_others(work, finishes).await
            }
        }
    }

    async fn carry_out_alone(&mut self, work: Work, finishes: &mut Vec<(Finish, Due)>) -> Result<()> {
        self.transaction.begin().await?;
        if !self.work(work, 0, finishes).await? {
            self.transaction.roll_back().await;
        }
        Ok(())
    }

    /// A savepoint around a command, so that its refusal leaves the batch as it was.
    async fn carry_out_among_others(&mut self, work: Work, finishes: &mut Vec<(Finish, Due)>) -> Result<()> {
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
    async fn work(&mut self, work: Work, mark: usize, finishes: &mut Vec<(Finish, Due)>) -> Result<bool> {
        let Outcome { fate, finish } = work(&mut self.transaction).await;
        let due = match self.transaction.told_since(mark) {
            [] => Due::Committed,
            _ if fate != Fate::Keep => Due::Committed,
            told if told.iter().any(Notice::ends_access) => Due::ToldEverywhere,
            _ => Due::Told,
        };
        finishes.push((finish, due));
        match fate {
            Fate::Keep => Ok(true),
            Fate::Undo => Ok(false),
            Fate::Abort => Err(Error::Unavailable("the database failed".to_owned())),
        }
    }

    async fn shut(self, closed: oneshot::Sender<()>) {
        let mut connection = self.transaction.connection;
        // Others go on reading and writing, and the last one takes the log away.
        let checkpoint = match self.turns {
            Some(_) => "PRAGMA wal_checkpoint(PASSIVE)",
            None => "PRAGMA wal_checkpoint(TRUNCATE)",
        };
        for pragma in ["PRAGMA optimize", checkpoint] {
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

/// The right to write; none where nobody else does.
async fn turn(turns: &Option<Turns>) -> Result<Option<Turn>> {
    match turns {
        Some(turns) => turns.take().await.map(Some),
        None => Ok(None),
    }
}

/// Takes what waits, and is patient until as many have come as the last time; nothing when none come until something
/// else is due. False when no more will come.
async fn gather(
    jobs: &mut mpsc::Receiver<Job>,
    batch: &mut Vec<Job>,
    expected: usize,
    patience: Duration,
    due: Option<Instant>,
) -> bool {
    let first = jobs.recv_many(batch, BATCH);
    let first = match due {
        Some(due) => tokio::time::timeout_at(due, first).await.ok(),
        None => Some(first.await),
    };
    match first {
        Some(0) => return false,
        Some(_) => {}
        None => return true,
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
