//! What a write is done with: the writer's connection inside its transaction, and what is to be told after it.

use crate::error::Result;
use crate::notice::Notice;
use sqlx::SqliteConnection;

/// The open transaction of one batch.
pub(super) struct Transaction {
    pub(super) connection: SqliteConnection,
    notices: Vec<Notice>,
    next_message_id: Option<i64>,
}

impl Transaction {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        Self { connection, notices: Vec::new(), next_message_id: None }
    }

    /// Puts a notice behind those of everything before it in this batch.
    pub(super) fn tell(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// How many notices there are, to return to with `forget_after`.
    pub(super) fn told(&self) -> usize {
        self.notices.len()
    }

    /// Takes back what was to be told since `told` answered `mark`.
    pub(super) fn forget_after(&mut self, mark: usize) {
        self.notices.truncate(mark);
        self.next_message_id = None;
    }

    pub(super) fn take_notices(&mut self) -> Vec<Notice> {
        self.next_message_id = None;
        std::mem::take(&mut self.notices)
    }

    /// The key of the next message: above every other, so that keys grow with time.
    pub(super) async fn allot_message_id(&mut self) -> Result<i64> {
        let next = match self.next_message_id {
            Some(next) => next,
            None => {
                let highest: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM messages")
                    .fetch_one(&mut self.connection)
                    .await?;
                highest + 1
            }
        };
        self.next_message_id = Some(next + 1);
        Ok(next)
    }
}
