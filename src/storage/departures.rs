//! Which devices are here, and which were here a moment ago.

use super::Storage;
use super::transaction::Transaction;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{ClientId, UserId};
use serde_json::{Value, json};
use sqlx::{Row, SqliteConnection};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A device that came or went.
pub(super) struct Passage {
    user: UserId,
    client: ClientId,
    whereabouts: Whereabouts,
}

/// Where a device is, as far as is known.
#[derive(Clone, Copy)]
enum Whereabouts {
    Here,
    GoneAt(Timestamp),
    /// Gone, and not expected back.
    Unknown,
}

impl Storage {
    /// Notes that a device is here; answers with when it went, if it went after `since` and was not back until now.
    pub async fn arrive(&self, user: UserId, client: ClientId, since: Timestamp) -> Result<Option<Timestamp>> {
        let passage = Passage { user, client, whereabouts: Whereabouts::Here };
        let departed = self.writer.pass(passage).await?;
        Ok(departed.filter(|departed| *departed > since))
    }

    /// Notes that a device went, or with `None` that it is not expected back.
    pub async fn depart(&self, user: UserId, client: ClientId, at: Option<Timestamp>) -> Result<()> {
        let whereabouts = at.map_or(Whereabouts::Unknown, Whereabouts::GoneAt);
        self.writer.pass(Passage { user, client, whereabouts }).await?;
        Ok(())
    }
}

/// Notes a batch of passages, as thousands who come or go at once make them; answers each with when its device had
/// gone before. The last of a transaction commits it in the same call.
pub(super) async fn pass_all(
    transaction: &mut Transaction,
    passages: Vec<Passage>,
    last: bool,
) -> Result<Vec<Result<Option<Timestamp>>>> {
    let wanted: Vec<Value> = passages.iter().map(|passage| json!([passage.user, passage.client])).collect();
    let query = if transaction.open { EARLIER } else { BEGIN_AND_EARLIER };
    transaction.open = true;
    let found =
        sqlx::query(query).bind(Value::Array(wanted).to_string()).fetch_all(&mut transaction.connection).await?;
    let mut now = HashMap::new();
    let mut results = Vec::with_capacity(passages.len());
    for (row, passage) in found.iter().zip(&passages) {
        let earlier = row.try_get::<Option<i64>, _>("departed_at")?.map(Timestamp::from_millis);
        let earlier = match now.entry((passage.user, passage.client)) {
            Entry::Occupied(mut within) => match within.insert(passage.whereabouts) {
                Whereabouts::GoneAt(at) => Some(at),
                Whereabouts::Here | Whereabouts::Unknown => None,
            },
            Entry::Vacant(vacant) => {
                vacant.insert(passage.whereabouts);
                earlier
            }
        };
        results.push(Ok(earlier));
    }
    write(transaction, now, last).await?;
    Ok(results)
}

async fn write(
    transaction: &mut Transaction,
    devices: HashMap<(UserId, ClientId), Whereabouts>,
    last: bool,
) -> Result<()> {
    let rows = devices.into_iter().map(|((user, client), whereabouts)| match whereabouts {
        Whereabouts::Here => json!([user, client, true, null]),
        Whereabouts::GoneAt(at) => json!([user, client, true, at.as_millis()]),
        Whereabouts::Unknown => json!([user, client, false, null]),
    });
    sqlx::query(if last { WRITE_AND_COMMIT } else { WRITE })
        .bind(Value::Array(rows.collect()).to_string())
        .execute(&mut transaction.connection)
        .await?;
    transaction.open = !last;
    Ok(())
}

macro_rules! earlier {
    () => {
        "SELECT d.departed_at FROM json_each(?) j
         LEFT JOIN departures d ON d.user_id = j.value->>0 AND d.client_id = j.value->>1 ORDER BY j.key"
    };
}
const EARLIER: &str = earlier!();
const BEGIN_AND_EARLIER: &str = concat!("BEGIN IMMEDIATE; ", earlier!());

macro_rules! write {
    () => {
        "INSERT OR REPLACE INTO departures (user_id, client_id, departed_at)
             SELECT value->>0, value->>1, value->>3 FROM json_each(?1) WHERE value->>2;
         DELETE FROM departures WHERE (user_id, client_id) IN
             (SELECT value->>0, value->>1 FROM json_each(?1) WHERE NOT value->>2)"
    };
}
const WRITE: &str = write!();
const WRITE_AND_COMMIT: &str = concat!(write!(), "; COMMIT");

/// Who was here when the server crashed went then: at `crashed_at`, as far as that is known.
pub(super) async fn presume(connection: &mut SqliteConnection, crashed_at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE departures SET departed_at = ? WHERE departed_at IS NULL")
        .bind(crashed_at.as_millis())
        .execute(connection)
        .await?;
    Ok(())
}
