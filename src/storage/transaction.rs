//! What a write is done with: the writer's connection inside its transaction, and what is to be told after it.

use super::commit_log;
use super::search::ToIndex;
use super::streams::Live;
use crate::contract::ServerEvent;
use crate::error::Result;
use crate::ids::NodeId;
use crate::notice::{self, Notice};
use sqlx::SqliteConnection;
use std::sync::Arc;

/// The highest key that a message has or had: after the newest messages were removed, what was indexed still tells it.
macro_rules! last_message {
    () => {
        "max(coalesce((SELECT max(id) FROM messages), 0), coalesce((SELECT max(indexed_up_to) FROM search_indexes), 0))"
    };
}
pub(super) use last_message;

/// The open transaction of one batch.
pub(super) struct Transaction {
    pub(super) connection: SqliteConnection,
    /// Begun and neither committed nor rolled back.
    pub(super) open: bool,
    /// The highest key of a message, once it is known.
    pub(super) last_message: Option<i64>,
    /// The messages that are being written bit by bit.
    pub(super) live: Arc<Live>,
    /// This server of a cluster, whose other servers read what is told in the log.
    pub(super) node: Option<NodeId>,
    /// The number of the last commit in the log.
    logged: Option<i64>,
    notices: Vec<Notice>,
    to_index: ToIndex,
}

impl Transaction {
    pub(super) fn new(connection: SqliteConnection, live: Arc<Live>) -> Self {
        let to_index = ToIndex::default();
        Self {
            connection,
            open: false,
            last_message: None,
            live,
            node: None,
            logged: None,
            notices: Vec::new(),
            to_index,
        }
    }

    /// Begins the transaction, unless it is begun.
    pub(super) async fn begin(&mut self) -> Result<()> {
        if !self.open {
            self.open = true;
            sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Commits, unless the last command did.
    pub(super) async fn commit(&mut self) -> Result<()> {
        if self.open {
            if let Some(node) = self.node
                && let Some(told) = notice::encode(&self.notices)?
            {
                self.logged = Some(commit_log::write(&mut self.connection, node, told).await?);
            }
            sqlx::query("COMMIT").execute(&mut self.connection).await?;
            self.open = false;
        }
        Ok(())
    }

    pub(super) async fn roll_back(&mut self) {
        // Nothing to do about a failing rollback: SQLite has rolled back by itself then.
        let _rolled_back = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        self.open = false;
        self.logged = None;
        self.forget_after(0);
    }

    /// Puts a notice behind those of everything before it in this batch.
    pub(super) fn tell(&mut self, mut notice: Notice) {
        if let Notice::Tell(_, ServerEvent::MessageUpdated(updated)) = &mut notice {
            self.live.complete([&mut updated.message]);
        }
        self.notices.push(notice);
    }

    /// How many notices there are, to return to with `forget_after`.
    pub(super) fn told(&self) -> usize {
        self.notices.len()
    }

    /// What is to be told since `told` answered `mark`.
    pub(super) fn told_since(&self, mark: usize) -> &[Notice] {
        self.notices.get(mark..).unwrap_or_default()
    }

    /// Takes back what was to be told since `told` answered `mark`.
    pub(super) fn forget_after(&mut self, mark: usize) {
        self.notices.truncate(mark);
        self.last_message = None;
    }

    pub(super) fn take_notices(&mut self) -> Vec<Notice> {
        self.last_message = None;
        std::mem::take(&mut self.notices)
    }

    /// The number of the last commit in the log; none when it told nothing, or there is no log.
    pub(super) fn take_logged(&mut self) -> Option<i64> {
        self.logged.take()
    }

    /// Lets the search index follow what was changed in `search_changes` or `search_indexes`.
    pub(super) fn reindex(&mut self) {
        self.to_index.others = true;
    }

    pub(super) fn take_to_index(&mut self) -> ToIndex {
        std::mem::take(&mut self.to_index)
    }

    /// The key of the next message: above every other that is or was, so that keys grow with time.
    pub(super) async fn allot_message_id(&mut self) -> Result<i64> {
        let last = match self.last_message {
            Some(last) => last,
            None => sqlx::query_scalar(concat!("SELECT ", last_message!())).fetch_one(&mut self.connection).await?,
        };
        self.last_message = Some(last + 1);
        self.to_index.messages += 1;
        Ok(last + 1)
    }
}
