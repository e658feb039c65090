//! What is kept, by what it is kept for: read when an administrator asks, since every row is looked at.

use super::Storage;
use super::rows;
use crate::contract::{KindBytes, KindUsage, RoomUsage};
use crate::error::Result;
use sqlx::{AssertSqlSafe, Row};

/// The rooms that are named.
const MOST_ROOMS: i64 = 20;

/// What the files of messages take, and the search index.
pub struct Usage {
    pub index_bytes: i64,
    pub files: Vec<KindUsage>,
    pub other: KindBytes,
    pub rooms: Vec<RoomUsage>,
    pub direct: KindBytes,
}

const BY_KIND: &str = "SELECT c.kind, count(*) AS files, coalesce(sum(c.size), 0) AS bytes FROM contents c
    WHERE EXISTS (SELECT 1 FROM files f JOIN message_files x ON x.file_id = f.id WHERE f.content_id = c.id)
    GROUP BY c.kind ORDER BY bytes DESC";
const OTHER: &str = "SELECT count(*) AS files, coalesce(sum(c.size), 0) AS bytes FROM contents c
    WHERE NOT EXISTS (SELECT 1 FROM files f JOIN message_files x ON x.file_id = f.id WHERE f.content_id = c.id)";
/// Of each room the contents in it, each once.
const OF_ROOMS: &str = "SELECT DISTINCT x.room_id, c.id, c.size FROM message_files x JOIN files f ON f.id = x.file_id
    JOIN contents c ON c.id = f.content_id";

impl Storage {
    /// What files and the search index take at this moment.
    pub async fn usage(&self) -> Result<Usage> {
        let mut reader = self.readers.begin().await?;
        let kinds = sqlx::query(BY_KIND).fetch_all(&mut *reader).await?;
        let other: (i64, i64) = sqlx::query_as(OTHER).fetch_one(&mut *reader).await?;
        let sql = format!(
            "SELECT r.pid, r.kind, coalesce(r.name, '') AS name, count(*) AS files, sum(x.size) AS bytes
             FROM ({OF_ROOMS}) x JOIN rooms r ON r.id = x.room_id
             WHERE r.kind <> 'direct' AND r.deleted_at IS NULL GROUP BY r.id ORDER BY bytes DESC, r.id LIMIT ?"
        );
        let rooms = sqlx::query(AssertSqlSafe(sql)).bind(MOST_ROOMS).fetch_all(&mut *reader).await?;
        let sql = format!(
            "SELECT count(*), coalesce(sum(x.size), 0) FROM ({OF_ROOMS}) x JOIN rooms r ON r.id = x.room_id
             WHERE r.kind = 'direct' AND r.deleted_at IS NULL"
        );
        let direct: (i64, i64) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut *reader).await?;
        let indexes: Vec<i64> = sqlx::query_scalar("SELECT id FROM search_indexes").fetch_all(&mut *reader).await?;
        let mut index_bytes = 0;
        for index in indexes {
            let sql = format!("SELECT coalesce(sum(length(block)), 0) FROM search_{index}_data");
            let bytes: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *reader).await?;
            index_bytes += bytes;
        }
        Ok(Usage {
            index_bytes,
            files: kinds
                .iter()
                .map(|row| {
                    let kind = rows::word(&row.try_get::<String, _>("kind")?)?;
                    Ok(KindUsage { kind, files: row.try_get("files")?, bytes: row.try_get("bytes")? })
                })
                .collect::<Result<_>>()?,
            other: KindBytes { files: other.0, bytes: other.1 },
            rooms: rooms
                .iter()
                .map(|row| {
                    Ok(RoomUsage {
                        id: rows::id(&row.try_get::<String, _>("pid")?)?,
                        kind: rows::word(&row.try_get::<String, _>("kind")?)?,
                        name: row.try_get("name")?,
                        files: row.try_get("files")?,
                        bytes: row.try_get("bytes")?,
                    })
                })
                .collect::<Result<_>>()?,
            direct: KindBytes { files: direct.0, bytes: direct.1 },
        })
    }
}
