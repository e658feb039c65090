//! Which indexes there are: the one that serves, one that is being built, and what is left of former ones.

use super::tables;
use crate::clock;
use crate::error::Result;
use crate::fulltext::TOKENISER_VERSION;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

/// Searches that began on an index before another took its place are over by then, in milliseconds.
const KEEP_RETIRED: i64 = 60_000;
/// The tables that FTS5 keeps an index in, and how many rows of each are removed at once: pages in one, small in the other.
const PORTIONS: [(&str, i64); 2] = [("data", 500), ("docsize", 10_000)];

#[derive(Clone, Copy)]
pub(super) struct Index {
    pub id: i64,
    /// Every message up to this id is in it.
    pub indexed_up_to: i64,
}

/// What there is to be kept up.
pub(super) struct Indexes {
    pub serving: Index,
    pub building: Option<Index>,
}

/// Makes the first index, or begins a new one when the tokens of the one that serves are of another version.
pub(in crate::storage) async fn prepare(connection: &mut SqliteConnection) -> Result<()> {
    let version = i64::from(TOKENISER_VERSION);
    let sql = "SELECT id, state, tokeniser FROM search_indexes WHERE state != 'retired'";
    let known = sqlx::query(sql).fetch_all(&mut *connection).await?;
    let (mut serving, mut building) = (None, None);
    for row in known {
        let (id, tokeniser): (i64, i64) = (row.try_get("id")?, row.try_get("tokeniser")?);
        match row.try_get("state")? {
            "serving" => serving = Some(tokeniser),
            _ if tokeniser == version => building = Some(id),
            _ => set_state(connection, id, "retired").await?,
        }
    }
    match (serving, building) {
        (None, _) => begin(connection, "serving").await,
        (Some(tokeniser), None) if tokeniser != version => {
            tracing::info!(from = tokeniser, to = version, "what is searched is indexed anew, beside the old index");
            begin(connection, "building").await
        }
        (Some(_), _) => Ok(()),
    }
}

/// Begins a new index beside the one that serves; false when one is being built already.
pub(super) async fn begin_building(connection: &mut SqliteConnection) -> Result<bool> {
    if load(connection).await?.building.is_some() {
        return Ok(false);
    }
    begin(connection, "building").await?;
    Ok(true)
}

/// Which index another was begun for.
pub(super) enum Replaced {
    Serving,
    Building,
}

/// Begins a new index for one that is damaged. The one that serves is left as it is until the other has been built.
pub(super) async fn replace(connection: &mut SqliteConnection, damaged: i64) -> Result<Replaced> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let serves = load(&mut transaction).await?.serving.id == damaged;
    if !serves {
        set_state(&mut transaction, damaged, "retired").await?;
    }
    begin_building(&mut transaction).await?;
    transaction.commit().await?;
    Ok(if serves { Replaced::Serving } else { Replaced::Building })
}

async fn begin(connection: &mut SqliteConnection, state: &str) -> Result<()> {
    let query = "INSERT INTO search_indexes (id, state, tokeniser, indexed_up_to, since)
        SELECT coalesce(max(id), 0) + 1, ?1, ?2, 0, ?3 FROM search_indexes RETURNING id";
    let id = sqlx::query_scalar(query)
        .bind(state)
        .bind(TOKENISER_VERSION)
        .bind(clock::now().as_millis())
        .fetch_one(&mut *connection)
        .await?;
    tables::create(connection, id).await
}

async fn set_state(connection: &mut SqliteConnection, id: i64, state: &str) -> Result<()> {
    let query = "UPDATE search_indexes SET state = ?, since = ? WHERE id = ?";
    sqlx::query(query).bind(state).bind(clock::now().as_millis()).bind(id).execute(connection).await?;
    Ok(())
}

pub(super) async fn load(connection: &mut SqliteConnection) -> Result<Indexes> {
    let sql = "SELECT id, state, indexed_up_to FROM search_indexes WHERE state != 'retired'";
    let (mut serving, mut building) = (None, None);
    for row in sqlx::query(sql).fetch_all(connection).await? {
        let index = Index { id: row.try_get("id")?, indexed_up_to: row.try_get("indexed_up_to")? };
        match row.try_get("state")? {
            "serving" => serving = Some(index),
            _ => building = Some(index),
        }
    }
    let serving = serving.ok_or_else(|| crate::error::Error::internal("no search index serves"))?;
    Ok(Indexes { serving, building })
}

pub(super) async fn advance(connection: &mut SqliteConnection, index: Index) -> Result<()> {
    let query = "UPDATE search_indexes SET indexed_up_to = ? WHERE id = ?";
    sqlx::query(query).bind(index.indexed_up_to).bind(index.id).execute(connection).await?;
    Ok(())
}

/// Lets the new index serve in the place of the old one.
pub(super) async fn swap(connection: &mut SqliteConnection, old: Index, new: Index) -> Result<()> {
    set_state(connection, old.id, "retired").await?;
    set_state(connection, new.id, "serving").await
}

/// Removes a portion of a retired index; true when more is left. Dropping it whole would hold up the writer.
pub(super) async fn sweep(connection: &mut SqliteConnection, now: i64) -> Result<bool> {
    let query = "SELECT id FROM search_indexes WHERE state = 'retired' AND since < ? LIMIT 1";
    let retired = sqlx::query_scalar(query).bind(now - KEEP_RETIRED).fetch_optional(&mut *connection).await?;
    let Some(id) = retired else { return Ok(false) };
    let table = tables::table(id);
    let is_there = "SELECT count(*) FROM sqlite_master WHERE name = ?";
    let is_there: i64 = sqlx::query_scalar(is_there).bind(&table).fetch_one(&mut *connection).await?;
    // One that was lost may be what the index was replaced for.
    for (part, rows) in PORTIONS.into_iter().filter(|_| is_there > 0) {
        let sql = format!("DELETE FROM {table}_{part} WHERE id IN (SELECT id FROM {table}_{part} LIMIT {rows})");
        if sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?.rows_affected() > 0 {
            return Ok(true);
        }
    }
    sqlx::query(AssertSqlSafe(format!("DROP TABLE IF EXISTS {table}"))).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM search_indexes WHERE id = ?").bind(id).execute(connection).await?;
    Ok(true)
}
