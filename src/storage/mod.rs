//! All SQL: one writer with group commit, a pool of readers, one file for each aggregate.
//!
//! One public method is one transaction. Nothing of sqlx or SQLite shows in the public methods, so that
//! another database can stand behind them.

mod accounts;
mod announcements;
mod append;
mod archives;
mod audit;
mod cluster;
mod commit_log;
mod copies;
mod departures;
mod emoji;
mod examining;
mod export;
mod failure;
mod favourites;
mod files;
mod general;
mod governing;
mod history;
mod invites;
mod levels;
mod maintenance;
mod measures;
mod members;
mod mentions;
mod messages;
mod migrations;
mod moderation;
mod named;
mod notifications;
mod open;
mod passwords;
mod people;
#[cfg(test)]
mod plans;
mod posting;
mod preferences;
mod previews;
mod reactions;
mod reading;
mod reminders;
mod removals;
mod retention;
mod room_rows;
mod rooms;
mod roster;
mod rows;
mod search;
mod sessions;
mod settings;
mod shelf;
mod snapshot;
mod streams;
mod summaries;
mod system;
mod tasks;
mod team;
mod threads;
mod tokens;
mod transaction;
mod two_factor;
mod usage;
mod writer;

pub use accounts::{Account, Credentials, FirstRoom, NewAccount};
pub use append::{AppendMessage, Appended};
pub use archives::Holding;
pub use audit::{About, AuditFilter, Note, note_backup, note_import};
pub use cluster::Node;
pub use commit_log::{Log, Logged, Portion};
pub use copies::{DATABASE, Inventory, NeededContent, begin_epoch, copy_database, count, inspect, needed_contents};
pub use examining::{Examined, examine};
pub use export::{Import, KINDS, Kept, Kind, MessagesOf, Moment, Person, Reach, RoomOf};
pub use files::{NewContent, NewFile, Picture, Quota, Readable, Upload, no_room_on_disk};
pub use governing::RoomFilter;
pub use history::{Page, Place, Synced};
pub use invites::{InviteRooms, NewInvite};
pub use measures::{Measures, Queues};
pub use mentions::{GroupCall, Meant, Name, WhoIsHere};
pub use migrations::{KeptCopy, RETURNING, Trial, Upgrade, kept_copies, known_schema, settle, try_upgrade, upgrade};
pub use moderation::NewReport;
pub use open::{Opened, SLOW_QUERIES, sqlite_version};
pub use passwords::Replacement;
pub use people::{Erased, Listed, ListedState, Wanted, Whom};
pub use preferences::Window;
pub use previews::{FoundPage, Links, NewPage};
pub use reminders::NewReminder;
pub use retention::{Doomed, Scope};
pub use rooms::{JoinedRoom, NewRoom, RoomChange};
pub use search::{Found, Hit, Search, SearchStatus};
pub use sessions::{Entered, NewSession, Owner, Started};
pub use shelf::Mark;
pub use snapshot::Snapshot;
pub use streams::{BegunStream, Chunk, NewStream, StreamEnd};
pub use tasks::{NewTask, TaskChange, TaskFilter};
pub use threads::Threads;
pub use two_factor::{Factor, NewFactor, Proof, Sealing};
pub use usage::Usage;

use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::notice::Notice;
use crate::turns::{OwnTurn, OwnTurns};
use sqlx::SqlitePool;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use tokio::sync::{Semaphore, mpsc};
use writer::Writer;

/// Long reads of one person that go on and wait together.
const LONG_READS: usize = 64;

/// What the writer hands to the broadcaster.
pub struct Committed {
    pub notices: Vec<Notice>,
    /// When it was on the disk.
    pub at: Instant,
    /// Its place among the commits of all servers, where there are several and it told something.
    pub number: Option<i64>,
}

/// The commits as they are made.
pub type Notices = mpsc::Receiver<Committed>;

/// The database. Cheap to clone; every clone speaks to the same writer.
#[derive(Clone)]
pub struct Storage {
    writer: Writer,
    readers: SqlitePool,
    /// Turns for what connections begin with. Who waits for one is not refused: they would come again.
    snapshots: Arc<Semaphore>,
    searchers: Arc<search::Searchers>,
    /// Of what goes through many names or a whole room: nobody takes more than one reader for that.
    long_reads: Arc<OwnTurns>,
    checkpoints: Arc<maintenance::Checkpoints>,
    index_fault: search::Fault,
    keeps_index: Arc<AtomicBool>,
    live: Arc<streams::Live>,
    /// Whether people see who has read what.
    receipts: bool,
    file_measures: Arc<measures::FileMeasures>,
    database: PathBuf,
}

impl Storage {
    /// Says whether people see who has read what; they do unless said.
    pub fn with_receipts(self, receipts: bool) -> Self {
        Self { receipts, ..self }
    }

    /// The turn of somebody for what goes through many names, or through everybody in a room.
    ///
    /// # Errors
    /// `RateLimited` for who asks for too much at once, `Unavailable` when what they asked for before takes too long.
    async fn long_read(&self, user: UserId) -> Result<OwnTurn> {
        let turn = tokio::time::timeout(open::READ_WITHIN, self.long_reads.wait(user, LONG_READS)).await;
        turn.map_err(|_| Error::Unavailable("the server is busy at the moment; try again".to_owned()))?
    }

    /// Commits what is queued, folds the write-ahead log into the database and closes it.
    pub async fn close(&self) {
        if let Err(error) = streams::write(&self.writer, &self.live).await {
            tracing::error!(%error, "the last of what was being streamed could not be written");
        }
        self.writer.close().await;
        self.searchers.close().await;
        self.readers.close().await;
        self.checkpoints.close().await;
    }

    /// Waits until the writer has come round, be it with success or not: restarting does not mend a disk. False when it
    /// is gone.
    pub async fn comes_round(&self) -> bool {
        let _outcome = self.writer.run(|_| Box::pin(async { Ok(()) })).await;
        self.writer.is_there()
    }

    /// Whether the database can be read and written.
    ///
    /// # Errors
    /// `Unavailable` with what is wrong, in words for the operator.
    pub async fn check(&self) -> Result<()> {
        sqlx::query("SELECT 1 FROM settings LIMIT 1").fetch_optional(&self.readers).await?;
        self.writer.health()
    }
}
