//! Feeds the index: what the writer committed comes into it a moment later, in transactions of its own.
//!
//! How far an index has got is written with its rows, so that a crash at any moment leaves nothing out and nothing
//! doubled. A fault of the index is no fault of the messages: it is logged, told to the operator and tried again.

use super::indexes::{self, Index, Indexes, Replaced};
use super::range;
use super::tables::{self, IS_INDEXED, SOURCE_JSON, Source};
use crate::error::{Error, Result};
use crate::metrics;
use crate::storage::failure;
use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a message may wait to be found.
const WITHIN: Duration = Duration::from_millis(250);
/// How many messages may wait.
const WAITING: usize = 256;
/// Messages that are indexed at once: a few milliseconds, which senders may have to wait.
const AT_ONCE: u32 = 512;
/// Bytes of text that are indexed at once, whatever the number of messages: about 15 ms.
const BYTES_AT_ONCE: u32 = 128 * 1024;
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(60);
const TELL_EVERY: Duration = Duration::from_secs(10);

/// What a transaction left to be indexed.
#[derive(Clone, Copy, Default)]
pub(in crate::storage) struct ToIndex {
    /// New messages.
    pub messages: usize,
    /// Messages that were changed, or indexes that were begun.
    pub others: bool,
}

/// Why the index is not kept up, if it is not.
pub(in crate::storage) type Fault = Arc<Mutex<Option<String>>>;

/// Keeps the indexes up, on the writer's connection and between its commits.
pub(in crate::storage) struct Feed {
    fault: Fault,
    waiting: usize,
    /// When the next step is due at the latest.
    due: Option<Instant>,
    retry: Duration,
    progress: Option<Progress>,
    /// The index that is worked on.
    at: Option<i64>,
    /// An index that is of no use any more: it is left as it is until another serves.
    damaged: Option<i64>,
    /// The connection does not wait for the disk at a commit.
    relaxed: bool,
}

impl Feed {
    /// Begins with whatever an earlier process left.
    pub(in crate::storage) fn new(fault: Fault) -> Self {
        let due = Some(Instant::now());
        Self { fault, waiting: 0, due, retry: FIRST_RETRY, progress: None, at: None, damaged: None, relaxed: false }
    }

    /// Notes what was committed.
    pub(in crate::storage) fn note(&mut self, committed: ToIndex) {
        if committed.messages == 0 && !committed.others {
            return;
        }
        self.waiting += committed.messages;
        let now = Instant::now();
        let latest = if self.waiting >= WAITING { now } else { now + WITHIN };
        let waits_for_retry = self.retry > FIRST_RETRY;
        if !waits_for_retry {
            self.due = Some(self.due.map_or(latest, |due| due.min(latest)));
        }
    }

    /// When to take the next step; none while there is nothing to do.
    pub(in crate::storage) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// One bounded step, if it is due. What goes wrong is logged and tried again.
    pub(in crate::storage) async fn step(&mut self, connection: &mut SqliteConnection) {
        if self.due.is_none_or(|due| due > Instant::now()) {
            return;
        }
        let fed = AssertUnwindSafe(self.feed(connection)).catch_unwind().await;
        match fed.unwrap_or_else(|_panic| Err(Error::internal("it panicked"))) {
            Ok(left) => {
                self.retry = FIRST_RETRY;
                self.set_fault(None);
                self.waiting = 0;
                self.due = (left == Left::More).then(Instant::now);
            }
            Err(error) => self.fail(connection, &error).await,
        }
    }

    /// Makes the connection wait for the disk again after a step that failed, as every acknowledged commit has to.
    pub(in crate::storage) async fn wait_for_disk(&mut self, connection: &mut SqliteConnection) -> Result<()> {
        if self.relaxed {
            sqlx::query("PRAGMA synchronous = FULL").execute(connection).await?;
            self.relaxed = false;
        }
        Ok(())
    }

    async fn feed(&mut self, connection: &mut SqliteConnection) -> Result<Left> {
        // An index that a power cut takes back is fed again: its own commits need not wait for the disk.
        self.relaxed = true;
        self.at = None;
        sqlx::query("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE").execute(&mut *connection).await?;
        let Indexes { serving, building } = indexes::load(connection).await?;
        let healthy = Some(serving).filter(|serving| Some(serving.id) != self.damaged);
        let changes = Changes::read(connection).await?;
        let mut left = vec![changes.left];
        let mut advanced = Vec::new();
        for index in [healthy, building].into_iter().flatten() {
            self.at = Some(index.id);
            changes.apply(connection, index).await?;
            let now = advance(connection, index).await?;
            left.push(now.left);
            advanced.push(now);
        }
        changes.forget(connection).await?;
        let left = if left.contains(&Left::More) { Left::More } else { Left::Nothing };
        if let (Some(building), Left::Nothing) = (building, left) {
            indexes::swap(connection, serving, building).await?;
        }
        sqlx::query("COMMIT; PRAGMA synchronous = FULL").execute(&mut *connection).await?;
        self.relaxed = false;
        if let Some(serves) = healthy.and(advanced.first()) {
            metrics::MESSAGES_INDEXED.add(serves.messages);
        }
        // The last one has the longest way to go.
        if let Some(last) = advanced.last() {
            self.tell(last, left);
        }
        Ok(left)
    }

    /// What takes long is told in the log.
    fn tell(&mut self, advanced: &Advanced, left: Left) {
        let is_known = self.progress.as_ref().is_some_and(|progress| progress.index == advanced.index.id);
        if advanced.left == Left::More && !is_known {
            self.progress = Some(Progress::of(advanced.index.id));
        }
        let Some(progress) = self.progress.as_mut().filter(|progress| progress.index == advanced.index.id) else {
            return;
        };
        progress.messages += advanced.messages;
        if left == Left::Nothing {
            tracing::info!(messages = progress.messages, took = ?progress.begun.elapsed(), "the search index is complete");
            self.progress = None;
        } else if progress.told.elapsed() >= TELL_EVERY {
            progress.told = Instant::now();
            let percent = advanced.index.indexed_up_to * 100 / advanced.newest.max(1);
            tracing::info!(percent, "messages are being indexed");
        }
    }

    async fn fail(&mut self, connection: &mut SqliteConnection, error: &Error) {
        // SQLite may have rolled back by itself.
        let _rolled_back = sqlx::query("ROLLBACK").execute(&mut *connection).await;
        let text = failure::describe(error);
        tracing::error!(error = %text, retry_in = ?self.retry, "the search index could not be fed");
        self.set_fault(Some(text));
        let happens_again = self.retry > FIRST_RETRY;
        self.due = Some(Instant::now() + self.retry);
        self.retry = (self.retry * 2).min(LAST_RETRY);
        // A disk that is full is no fault of the index, and passes.
        let is_lost = failure::is_damage(error) || failure::is_missing_table(error);
        let is_damage = is_lost || (happens_again && matches!(error, Error::Internal(_)));
        if let (Some(index), true) = (self.at, is_damage) {
            self.replace(connection, index).await;
        }
    }

    async fn replace(&mut self, connection: &mut SqliteConnection, damaged: i64) {
        match indexes::replace(connection, damaged).await {
            Ok(Replaced::Serving) => {
                tracing::warn!("the search index is damaged; a new one is built in its place");
                (self.damaged, self.retry, self.due) = (Some(damaged), FIRST_RETRY, Some(Instant::now()));
            }
            // The pause before the next attempt stays: whatever spoils the new ones may go on.
            Ok(Replaced::Building) => {
                tracing::warn!("the search index that was being built is damaged; it is begun anew")
            }
            Err(error) => tracing::error!(error = %failure::describe(&error), "no new search index could be begun"),
        }
    }

    fn set_fault(&self, fault: Option<String>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

/// An index that has far to go.
struct Progress {
    index: i64,
    messages: usize,
    begun: Instant,
    told: Instant,
}

impl Progress {
    fn of(index: i64) -> Self {
        let now = Instant::now();
        Self { index, messages: 0, begun: now, told: now }
    }
}

/// How a step left an index.
#[derive(Clone, Copy, PartialEq)]
enum Left {
    Nothing,
    More,
}

/// Messages that were changed since they were indexed, ascending.
struct Changes {
    ids: Vec<i64>,
    /// As they are now; without those that are not to be found any more.
    present: Vec<Source>,
    left: Left,
}

impl Changes {
    async fn read(connection: &mut SqliteConnection) -> Result<Self> {
        let noted = format!(
            "SELECT c.message_id AS id, coalesce(octet_length(m.content), 0) AS bytes
             FROM (SELECT message_id FROM search_changes ORDER BY message_id LIMIT {WAITING}) c
             LEFT JOIN messages m ON m.id = c.message_id"
        );
        let sql = format!(
            "SELECT '[' || coalesce(group_concat('[' || c.id || ',' ||
                 CASE WHEN m.id IS NULL THEN 'null' ELSE {SOURCE_JSON} END || ']', ','), '') || ']'
             FROM ({}) c LEFT JOIN messages m ON m.id = c.id AND {IS_INDEXED}",
            at_once(&noted)
        );
        let json: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection).await?;
        let changes: Vec<(i64, Option<Source>)> = serde_json::from_str(&json).map_err(Error::internal)?;
        let ids: Vec<i64> = changes.iter().map(|(id, _)| *id).collect();
        let more = "SELECT EXISTS (SELECT 1 FROM search_changes WHERE message_id > ?)";
        let more = match ids.last() {
            Some(last) => sqlx::query_scalar(more).bind(last).fetch_one(connection).await?,
            None => false,
        };
        let present = changes.into_iter().filter_map(|(_, message)| message).collect();
        Ok(Self { ids, present, left: if more { Left::More } else { Left::Nothing } })
    }

    /// Takes out of an index what changed, and puts it in again as it is now. What lies behind the index's watermark
    /// comes into it as it is by then.
    async fn apply(&self, connection: &mut SqliteConnection, to: Index) -> Result<()> {
        let outdated = self.ids.partition_point(|id| *id <= to.indexed_up_to);
        let renewed = self.present.partition_point(|message| message.0 <= to.indexed_up_to);
        tables::remove(connection, to.id, &self.ids[..outdated]).await?;
        tables::insert(connection, to.id, &self.present[..renewed]).await
    }

    async fn forget(&self, connection: &mut SqliteConnection) -> Result<()> {
        if let Some(last) = self.ids.last() {
            let query = "DELETE FROM search_changes WHERE message_id <= ?";
            sqlx::query(query).bind(last).execute(connection).await?;
        }
        Ok(())
    }
}

struct Advanced {
    index: Index,
    /// The newest message of all.
    newest: i64,
    messages: usize,
    left: Left,
}

/// Those of messages, of which there are `id` and `bytes`, that are worked on in one step: at least the first.
fn at_once(messages: &str) -> String {
    format!(
        "SELECT id FROM (SELECT id, sum(bytes) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - bytes AS before
             FROM ({messages})) WHERE before < {BYTES_AT_ONCE}"
    )
}

/// Indexes the next messages behind an index's watermark.
async fn advance(connection: &mut SqliteConnection, mut index: Index) -> Result<Advanced> {
    let behind = format!(
        "SELECT id, octet_length(content) AS bytes FROM messages m WHERE id > ? AND {IS_INDEXED} ORDER BY id LIMIT {AT_ONCE}"
    );
    let sql = format!(
        "SELECT '[' || coalesce(group_concat({SOURCE_JSON}, ','), '') || ']', (SELECT coalesce(max(id), 0) FROM messages)
         FROM ({}) n CROSS JOIN messages m ON m.id = n.id",
        at_once(&behind)
    );
    let (json, newest): (String, i64) =
        sqlx::query_as(AssertSqlSafe(sql)).bind(index.indexed_up_to).fetch_one(&mut *connection).await?;
    let messages: Vec<Source> = serde_json::from_str(&json).map_err(Error::internal)?;
    tables::insert(connection, index.id, &messages).await?;
    // Behind the last message that is indexed at all there are only others.
    let reached = messages.last().map_or(newest, |last| last.0);
    if reached > index.indexed_up_to {
        range::note(connection, index.indexed_up_to, reached).await?;
        index.indexed_up_to = reached;
        indexes::advance(connection, index).await?;
    }
    let left = if index.indexed_up_to < newest { Left::More } else { Left::Nothing };
    Ok(Advanced { index, newest, messages: messages.len(), left })
}
