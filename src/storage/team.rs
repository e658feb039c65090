//! What holds for the whole team: one row, read by the transaction that it decides for.

use super::Storage;
use super::audit::{self, Note};
use super::transaction::Transaction;
use super::two_factor;
use crate::actor::By;
use crate::clock;
use crate::contract::{AuditAct, TeamSettings, TeamUpdated, UpdateTeam};
use crate::error::{Error, Result};
use crate::ids::FileId;
use crate::notice::{Audience, Notice};
use crate::policy;
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, SqliteConnection};

/// The settings as they stand at this moment.
pub(super) async fn settings(connection: &mut SqliteConnection) -> Result<TeamSettings> {
    let query = sqlx::query_scalar(AssertSqlSafe(format!("SELECT {TEXT}")));
    from_text(query.fetch_one(connection).await?)
}

/// The settings as they are kept; none before the first change.
pub(super) const TEXT: &str = "(SELECT x.value FROM settings x WHERE x.name = 'team')";

/// Whether a file `f` is the team's logo.
pub(super) const IS_LOGO: &str =
    "EXISTS (SELECT 1 FROM settings x WHERE x.name = 'team' AND x.value ->> '$.logo' = f.pid)";

pub(super) fn from_text(kept: Option<String>) -> Result<TeamSettings> {
    match kept {
        Some(kept) => serde_json::from_str(&kept).map_err(Error::internal),
        None => Ok(TeamSettings::default()),
    }
}

impl Storage {
    /// The settings as they stand at this moment.
    pub async fn team(&self) -> Result<TeamSettings> {
        let mut reader = self.readers.acquire().await?;
        settings(&mut reader).await
    }

    /// Changes settings, their values checked, and tells everybody; what stands as wanted already is not told. Sessions of
    /// whoever lacks a second factor that is required from here on end.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator, and for who requires a second factor and has none.
    pub async fn update_team(&self, by: By, change: UpdateTeam) -> Result<TeamSettings> {
        self.writer.run(move |transaction| Box::pin(async move { update(transaction, by, change).await })).await
    }

    /// Gives the team another logo, a finished file that is not sent, or none, and tells everybody; the one before goes.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator; `NotFound` for the file.
    pub async fn set_logo(&self, by: By, logo: Option<FileId>) -> Result<TeamSettings> {
        self.writer.run(move |transaction| Box::pin(async move { put_logo(transaction, by, logo).await })).await
    }
}

async fn update(transaction: &mut Transaction, by: By, change: UpdateTeam) -> Result<TeamSettings> {
    audit::check_administers(&mut transaction.connection, by).await?;
    let before = settings(&mut transaction.connection).await?;
    let after = changed(before.clone(), change);
    put(transaction, by, &before, after).await
}

async fn put_logo(transaction: &mut Transaction, by: By, logo: Option<FileId>) -> Result<TeamSettings> {
    let connection = &mut transaction.connection;
    audit::check_administers(connection, by).await?;
    let before = settings(connection).await?;
    if let Some(logo) = logo {
        // From now on it is nobody's to send, and goes when it is the logo no more.
        let query = "UPDATE files SET sent_at = ? WHERE pid = ? AND sent_at IS NULL AND content_id IS NOT NULL";
        let query = sqlx::query(query).bind(clock::now().as_millis()).bind(logo.to_string());
        if query.execute(&mut *connection).await?.rows_affected() == 0 {
            return Err(Error::NotFound("the file"));
        }
    }
    if let Some(former) = before.logo {
        let query = "INSERT OR IGNORE INTO withdrawn_files (file_id) SELECT id FROM files WHERE pid = ?";
        sqlx::query(query).bind(former.to_string()).execute(connection).await?;
    }
    let after = TeamSettings { logo, ..before.clone() };
    put(transaction, by, &before, after).await
}

async fn put(
    transaction: &mut Transaction,
    by: By,
    before: &TeamSettings,
    after: TeamSettings,
) -> Result<TeamSettings> {
    if after == *before {
        return Ok(after);
    }
    if after.require_two_factor != before.require_two_factor
        && let Some(user) = by.user()
    {
        let has = two_factor::has(&mut transaction.connection, user).await?;
        policy::may_require_two_factor(has, after.require_two_factor)?;
    }
    let query = "INSERT INTO settings (name, value) VALUES ('team', ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sqlx::query(query)
        .bind(serde_json::to_string(&after).map_err(Error::internal)?)
        .execute(&mut transaction.connection)
        .await?;
    if after.require_two_factor != before.require_two_factor {
        two_factor::end_what_lacks_it(transaction, None).await?;
    }
    let detail = differing(before, &after)?;
    audit::note(transaction, Note { by, act: AuditAct::SettingsChanged, about: None, detail }).await?;
    transaction.tell(Notice::Tell(Audience::Everybody, TeamUpdated { settings: after.clone() }.into()));
    Ok(after)
}

fn changed(before: TeamSettings, change: UpdateTeam) -> TeamSettings {
    TeamSettings {
        name: change.name.unwrap_or(before.name),
        accent: change.accent.unwrap_or(before.accent),
        create_rooms: change.create_rooms.map_or(before.create_rooms, Option::unwrap_or_default),
        mention_everybody: change.mention_everybody.map_or(before.mention_everybody, Option::unwrap_or_default),
        rooms_per_person: change.rooms_per_person.unwrap_or(before.rooms_per_person),
        file_bytes_per_person: change.file_bytes_per_person.unwrap_or(before.file_bytes_per_person),
        retention_days: change.retention_days.unwrap_or(before.retention_days),
        room_retention: change.room_retention.map_or(before.room_retention, Option::unwrap_or_default),
        greeting: change.greeting.unwrap_or(before.greeting),
        logo: before.logo,
        require_two_factor: change.require_two_factor.map_or(before.require_two_factor, Option::unwrap_or_default),
    }
}

/// Of every setting that is another now: what it was, and what it is. `null` is none.
fn differing(before: &TeamSettings, after: &TeamSettings) -> Result<Value> {
    let as_object = |settings: &TeamSettings| serde_json::to_value(settings).map_err(Error::internal);
    let (before, after) = (as_object(before)?, as_object(after)?);
    let names = [&before, &after].into_iter().filter_map(Value::as_object).flat_map(Map::keys);
    let differing = names.filter(|name| before.get(name) != after.get(name));
    Ok(differing.map(|name| (name.clone(), json!({ "from": before.get(name), "to": after.get(name) }))).collect())
}
