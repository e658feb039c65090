//! The audit log: what was done to govern and to secure the server, written in the transaction that did it.

use super::Storage;
use super::open::options;
use super::rows;
use super::summaries;
use super::transaction::Transaction;
use crate::actor::By;
use crate::clock::{self, Timestamp};
use crate::contract::{AuditAct, AuditBy, AuditEntry, AuditKind, AuditSubject};
use crate::error::{Error, Result};
use crate::ids::{AnnouncementId, FileId, InviteId, MessageId, RoomId, SessionId, UserId};
use crate::notice::Notice;
use crate::policy;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteJournalMode, SqliteRow};
use sqlx::{Connection, QueryBuilder, Row, SqliteConnection};
use std::path::Path;

/// What is noted of an act.
pub struct Note {
    pub by: By,
    pub act: AuditAct,
    pub about: Option<About>,
    /// An object of what else is to be known. Never what somebody wrote in a room, nor a secret.
    pub detail: Value,
}

/// Which entries are asked for; what is absent does not matter.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditFilter {
    /// Who did it, or whom it is about.
    pub person: Option<UserId>,
    pub act: Option<AuditAct>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// What an act is about. People are named when the log is read, since they may be erased; whatever else may be gone by
/// then is noted with its name.
#[derive(Clone, Debug)]
pub enum About {
    User(UserId),
    Session(SessionId),
    Invite(InviteId),
    /// With its name, which is looked up where it is not known.
    Room(RoomId, Option<String>),
    Message(MessageId),
    Emoji(FileId, String),
    Announcement(AnnouncementId),
}

impl About {
    fn columns(self) -> (AuditKind, String, Option<String>) {
        match self {
            Self::User(user) => (AuditKind::User, user.to_string(), None),
            Self::Session(session) => (AuditKind::Session, session.to_string(), None),
            Self::Invite(invite) => (AuditKind::Invite, invite.to_string(), None),
            Self::Room(room, name) => (AuditKind::Room, room.to_string(), name),
            Self::Message(message) => (AuditKind::Message, message.to_string(), None),
            Self::Emoji(emoji, name) => (AuditKind::Emoji, emoji.to_string(), Some(name)),
            Self::Announcement(announcement) => (AuditKind::Announcement, announcement.to_string(), None),
        }
    }
}

/// Notes an act in the transaction that it is done in. Once that is on the disk, the log tells of it as well.
pub(super) async fn note(transaction: &mut Transaction, note: Note) -> Result<()> {
    let Note { by, act, about, detail } = note;
    let (by_kind, user, address) = match by {
        By::Person(user, address) => (AuditBy::Person, Some(user.to_string()), address),
        By::Visitor(address) => (AuditBy::Visitor, None, address),
        By::Operator => (AuditBy::Operator, None, None),
        By::Server => (AuditBy::Server, None, None),
    };
    let address = address.map(|address| address.to_string());
    let (about_kind, about, about_name) = match about.map(About::columns) {
        Some((kind, id, None)) if kind == AuditKind::Room => {
            let name = room_name(&mut transaction.connection, &id).await?;
            (Some(kind_word(kind)), Some(id), name)
        }
        Some((kind, id, name)) => (Some(kind_word(kind)), Some(id), name),
        None => (None, None, None),
    };
    let by_kind = by_word(by_kind);
    let detail = detail.to_string();
    let query = "INSERT INTO audit (at, by_kind, by_user, address, act, about_kind, about, about_name, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    sqlx::query(query)
        .bind(clock::now().as_millis())
        .bind(by_kind)
        .bind(&user)
        .bind(&address)
        .bind(act.as_str())
        .bind(about_kind)
        .bind(&about)
        .bind(about_name)
        .bind(&detail)
        .execute(&mut transaction.connection)
        .await?;
    transaction.tell(Notice::Then(Box::new(move || {
        let act = act.as_str();
        tracing::info!(target: "maru::audit", act, by = by_kind, user, address, about_kind, about, detail, "audit");
    })));
    Ok(())
}

/// Notes what was done to somebody.
pub(super) async fn note_person(
    transaction: &mut Transaction,
    by: By,
    act: AuditAct,
    person: UserId,
    detail: Value,
) -> Result<()> {
    note(transaction, Note { by, act, about: Some(About::User(person)), detail }).await
}

async fn room_name(connection: &mut SqliteConnection, pid: &str) -> Result<Option<String>> {
    let query = "SELECT name FROM rooms WHERE pid = ?";
    let found: Option<Option<String>> = sqlx::query_scalar(query).bind(pid).fetch_optional(connection).await?;
    Ok(found.flatten())
}

/// Notes what the command line did to a database that no server has opened. One from before there was a log has no place
/// for it.
pub(super) async fn note_beside(connection: &mut SqliteConnection, act: AuditAct, detail: &Value) -> Result<()> {
    let query = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'audit')";
    let has_log: bool = sqlx::query_scalar(query).fetch_one(&mut *connection).await?;
    if has_log {
        let query = "INSERT INTO audit (at, by_kind, act, detail) VALUES (?, 'operator', ?, ?)";
        let query = sqlx::query(query).bind(clock::now().as_millis()).bind(act.as_str()).bind(detail.to_string());
        query.execute(connection).await?;
    }
    Ok(())
}

/// Notes a backup that was made while no server ran. Changes nothing else: what belongs to an older Maru stays so.
///
/// # Errors
/// Those of the database.
pub async fn note_backup(database: &Path, snapshot: &str) -> Result<()> {
    let mut connection = SqliteConnection::connect_with(&options(database).create_if_missing(false)).await?;
    let noted = note_beside(&mut connection, AuditAct::BackupMade, &json!({ "snapshot": snapshot })).await;
    connection.close().await?;
    noted
}

/// Notes in a database that an import has finished that it was made of an export.
///
/// # Errors
/// Those of the database.
pub async fn note_import(database: &Path, detail: &Value) -> Result<()> {
    let alone = options(database).create_if_missing(false).journal_mode(SqliteJournalMode::Delete);
    let mut connection = SqliteConnection::connect_with(&alone).await?;
    let noted = note_beside(&mut connection, AuditAct::ImportMade, detail).await;
    connection.close().await?;
    noted
}

/// Whether whoever acts may administer the server at this moment.
///
/// # Errors
/// `Forbidden` when not; `Unauthenticated` for an account that is not active.
pub(super) async fn check_administers(connection: &mut SqliteConnection, by: By) -> Result<()> {
    match by {
        By::Operator | By::Server => Ok(()),
        By::Person(user, _) => policy::may_administer(summaries::me(connection, user).await?.role),
        By::Visitor(_) => Err(Error::Forbidden("only an administrator may do this")),
    }
}

/// Entries that are removed in one transaction.
const AT_ONCE: i64 = 2_000;

impl Storage {
    /// A page of the log, newest first, before the entry `before`; for an administrator, or whoever owns the data folder.
    ///
    /// # Errors
    /// `Forbidden` for who is no administrator.
    pub async fn audit_log(
        &self,
        by: By,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        let mut reader = self.readers.begin().await?;
        check_administers(&mut reader, by).await?;
        let mut query = page(filter, before, limit);
        let found = query.build().fetch_all(&mut *reader).await?;
        found.iter().map(entry).collect()
    }

    /// Removes a portion of what was noted before a time. True when more is left.
    pub async fn sweep_audit(&self, before: Timestamp) -> Result<bool> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    let query = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? LIMIT ?)";
                    let query = sqlx::query(query).bind(before.as_millis()).bind(AT_ONCE);
                    let removed = query.execute(&mut transaction.connection).await?.rows_affected();
                    Ok(removed >= AT_ONCE.unsigned_abs())
                })
            })
            .await
    }

    /// Notes an act that changes nothing else in the database.
    pub async fn note(&self, note: Note) -> Result<()> {
        self.writer.run(move |transaction| Box::pin(async move { self::note(transaction, note).await })).await
    }

    /// The same for an act that is an administrator's.
    ///
    /// # Errors
    /// `Forbidden` for who is none at that moment.
    pub async fn note_administering(&self, note: Note) -> Result<()> {
        self.writer
            .run(move |transaction| {
                Box::pin(async move {
                    check_administers(&mut transaction.connection, note.by).await?;
                    self::note(transaction, note).await
                })
            })
            .await
    }
}

/// Only what is asked for stands in the query, so that its index is used.
fn page(filter: &AuditFilter, before: Option<i64>, limit: u32) -> QueryBuilder<sqlx::Sqlite> {
    let mut query = QueryBuilder::new(format!(
        "SELECT a.*, p.display_name AS about_person, p.erased_at IS NOT NULL AS about_erased,
            c.pid AS concerned, c.display_name AS concerned_name, c.erased_at IS NOT NULL AS concerned_erased, {}
         FROM audit a LEFT JOIN users u ON u.pid = a.by_user
         LEFT JOIN users p ON a.about_kind = 'user' AND p.pid = a.about
         LEFT JOIN users c ON c.pid = coalesce(a.detail ->> 'user', a.detail ->> 'author', a.detail ->> 'addedBy')
         WHERE a.id < ",
        rows::USER_COLUMNS
    ));
    query.push_bind(before.unwrap_or(i64::MAX));
    if let Some(person) = filter.person {
        let person = person.to_string();
        query.push(" AND (a.by_user = ").push_bind(person.clone()).push(" OR a.about = ").push_bind(person).push(")");
    }
    if let Some(act) = filter.act {
        query.push(" AND a.act = ").push_bind(act.as_str());
    }
    if let Some(from) = filter.from {
        query.push(" AND a.at >= ").push_bind(from.as_millis());
    }
    if let Some(until) = filter.until {
        query.push(" AND a.at < ").push_bind(until.as_millis());
    }
    query.push(" ORDER BY a.id DESC LIMIT ").push_bind(limit);
    query
}

fn entry(row: &SqliteRow) -> Result<AuditEntry> {
    let about_kind: Option<String> = row.try_get("about_kind")?;
    let about = match (about_kind, row.try_get::<Option<String>, _>("about")?) {
        (Some(kind), Some(id)) => {
            let person: Option<String> = row.try_get("about_person")?;
            let (name, erased) = (person.or(row.try_get("about_name")?), row.try_get("about_erased")?);
            Some(AuditSubject { kind: rows::word(&kind)?, id, name, erased })
        }
        _ => None,
    };
    let concerned: Option<String> = row.try_get("concerned")?;
    let (name, erased) = (row.try_get("concerned_name")?, row.try_get("concerned_erased")?);
    let concerns = concerned.map(|id| AuditSubject { kind: AuditKind::User, id, name, erased });
    let user: Option<String> = row.try_get("user_pid")?;
    Ok(AuditEntry {
        id: row.try_get("id")?,
        at: Timestamp::from_millis(row.try_get("at")?),
        by: rows::word(&row.try_get::<String, _>("by_kind")?)?,
        user: user.map(|_| rows::user_from_row(row)).transpose()?,
        address: row.try_get("address")?,
        act: rows::word(&row.try_get::<String, _>("act")?)?,
        about,
        concerns,
        detail: serde_json::from_str(&row.try_get::<String, _>("detail")?).map_err(Error::internal)?,
    })
}

fn by_word(by: AuditBy) -> &'static str {
    match by {
        AuditBy::Person => "person",
        AuditBy::Visitor => "visitor",
        AuditBy::Operator => "operator",
        AuditBy::Server => "server",
    }
}

fn kind_word(kind: AuditKind) -> &'static str {
    match kind {
        AuditKind::User => "user",
        AuditKind::Session => "session",
        AuditKind::Invite => "invite",
        AuditKind::Room => "room",
        AuditKind::Message => "message",
        AuditKind::Emoji => "emoji",
        AuditKind::Announcement => "announcement",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::ServerRole;
    use crate::storage::Whom;
    use crate::storage::plans::{opened, person};

    #[tokio::test]
    async fn what_only_administrators_do_is_noted_of_no_other_whatever_was_asked_before() {
        let (_folder, storage, mina) = opened().await;
        let by = By::from(&person(mina));
        let note = || Note { by, act: AuditAct::JobRun, about: None, detail: json!({ "job": "files" }) };
        let refused = storage.note_administering(note()).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
        let noted = async || {
            let entries = storage.audit_log(By::Operator, &AuditFilter::default(), None, 10).await.expect("the log");
            entries.iter().filter(|entry| entry.act == AuditAct::JobRun).count()
        };
        assert_eq!(noted().await, 0);
        storage.change_role(By::Operator, Whom::Id(mina), ServerRole::Admin).await.expect("an administrator");
        storage.note_administering(note()).await.expect("noted");
        assert_eq!(noted().await, 1);
    }
}
