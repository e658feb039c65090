//! How much there is, and how much waits, for whoever watches the server.

use super::Storage;
use crate::error::Result;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// What waits, which the database is not asked for.
#[derive(Clone, Copy, Debug)]
pub struct Queues {
    /// Commands that wait for the writer.
    pub unwritten: usize,
    /// Commits that wait to be told.
    pub untold: usize,
}

/// Sizes are in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Measures {
    pub database: u64,
    pub wal: u64,
    /// Contents of files, each counted once.
    pub files: i64,
    pub file_bytes: i64,
    /// Uploads that are not finished.
    pub uploads: i64,
}

impl Storage {
    pub fn queues(&self) -> Queues {
        let (unwritten, untold) = self.writer.waiting();
        Queues { unwritten, untold }
    }

    /// How much there is at this moment.
    pub async fn measures(&self) -> Result<Measures> {
        let [files, file_bytes, uploads] = self.measure_files().await?;
        let wal = format!("{}-wal", self.database.display());
        Ok(Measures {
            database: size(&self.database).await,
            wal: size(Path::new(&wal)).await,
            files,
            file_bytes,
            uploads,
        })
    }
}

/// The number of contents and their bytes, and the uploads that are not finished, as they were a moment ago: every row is
/// read for it, and several may ask every few seconds.
#[derive(Default)]
pub(super) struct FileMeasures(tokio::sync::Mutex<Option<(Instant, [i64; 3])>>);

const FILES_EVERY: Duration = Duration::from_secs(10);

impl Storage {
    async fn measure_files(&self) -> Result<[i64; 3]> {
        // Held over the question: who asks meanwhile takes the same answer.
        let mut known = self.file_measures.0.lock().await;
        if let Some((_, found)) = known.filter(|(at, _)| at.elapsed() < FILES_EVERY) {
            return Ok(found);
        }
        let query = "SELECT count(*), coalesce(sum(size), 0),
            (SELECT count(*) FROM files WHERE content_id IS NULL) FROM contents";
        let (files, bytes, uploads) = sqlx::query_as(query).fetch_one(&self.readers).await?;
        *known = Some((Instant::now(), [files, bytes, uploads]));
        Ok([files, bytes, uploads])
    }
}

/// 0 when there is none.
async fn size(path: &Path) -> u64 {
    tokio::fs::metadata(path).await.map_or(0, |found| found.len())
}
