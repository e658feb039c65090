//! What the operator is told of the index, and may ask of it.

use super::indexes;
use crate::clock;
use crate::error::{Error, Result};
use crate::storage::Storage;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row};
use std::sync::PoisonError;
use std::time::Duration;

/// How far the index is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchStatus {
    /// Messages that are not in the index yet, or not as they are now, about: as a rule those of the last quarter of a
    /// second.
    pub behind: i64,
    /// The version of the rules that its words were made with.
    pub tokeniser: i64,
    /// How much of a new index is built, in percent, while one is.
    pub rebuilt_percent: Option<i64>,
    /// Why it could not be kept up, if so.
    pub fault: Option<String>,
}

impl SearchStatus {
    /// Whether everything that was written is found, or is about to be.
    pub fn is_complete(&self) -> bool {
        self.rebuilt_percent.is_none() && self.behind == 0
    }
}

/// How often to look whether a new index is complete.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Pages that one step of the nightly tidying writes.
const TIDY_PAGES: i64 = 64;
/// Fewer parts than this are left as they are.
const PARTS: i64 = 6;

impl Storage {
    /// How far the index is.
    pub async fn search_status(&self) -> Result<SearchStatus> {
        let query = "SELECT s.tokeniser,
                max(n.id - s.indexed_up_to, 0) + (SELECT count(*) FROM search_changes) AS behind,
                min(b.indexed_up_to * 100 / max(n.id, 1), 99) AS percent
            FROM (SELECT coalesce(max(id), 0) AS id FROM messages) n JOIN search_indexes s ON s.state = 'serving'
            LEFT JOIN search_indexes b ON b.state = 'building'";
        let row = sqlx::query(query).fetch_one(&self.readers).await?;
        Ok(SearchStatus {
            behind: row.try_get("behind")?,
            tokeniser: row.try_get("tokeniser")?,
            rebuilt_percent: row.try_get("percent")?,
            fault: self.index_fault.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        })
    }

    /// Begins to build a new index beside the one that serves; false when one is being built already.
    pub async fn rebuild_search(&self) -> Result<bool> {
        self.writer
            .run(|transaction| {
                Box::pin(async move {
                    let begun = indexes::begin_building(&mut transaction.connection).await?;
                    transaction.reindex();
                    Ok(begun)
                })
            })
            .await
    }

    /// Waits until everything is indexed, and a new index serves that was being built.
    ///
    /// # Errors
    /// `Unavailable` with the fault that the index has met.
    pub async fn reindexed(&self) -> Result<SearchStatus> {
        loop {
            let status = self.search_status().await?;
            if let Some(fault) = status.fault {
                return Err(Error::Unavailable(format!("the search index could not be built: {fault}")));
            }
            if status.is_complete() {
                return Ok(status);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// One small step of joining the parts that the index has grown, so that a search has few to look into. `first`
    /// begins it. True when more is left.
    pub async fn tidy_search(&self, first: bool) -> Result<bool> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let connection = &mut transaction.connection;
                    let table = super::tables::table(indexes::load(connection).await?.serving.id);
                    let parts = format!("SELECT count(DISTINCT segid) FROM {table}_idx");
                    if first
                        && sqlx::query_scalar::<_, i64>(AssertSqlSafe(parts)).fetch_one(&mut *connection).await? < PARTS
                    {
                        return Ok(false);
                    }
                    // A negative number of pages begins to join all parts into one; positive ones go on.
                    let merge = format!("INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)");
                    let changes = "SELECT total_changes()";
                    let before: i64 = sqlx::query_scalar(changes).fetch_one(&mut *connection).await?;
                    sqlx::query(AssertSqlSafe(merge))
                        .bind(if first { -TIDY_PAGES } else { TIDY_PAGES })
                        .execute(&mut *connection)
                        .await?;
                    let after: i64 = sqlx::query_scalar(changes).fetch_one(&mut *connection).await?;
                    Ok(after - before >= 2)
                })
            })
            .await
    }

    /// Removes a portion of an index that serves no more; true when more is left.
    pub async fn sweep_search(&self) -> Result<bool> {
        let now = clock::now().as_millis();
        self.writer
            .run(move |transaction| Box::pin(async move { indexes::sweep(&mut transaction.connection, now).await }))
            .await
    }
}
