//! The audit log: what was done to govern and to secure the server, written in the transaction that did it.

use super::Storage;
use super::summaries;
use super::transaction::Transaction;
use crate::actor::By;
use crate::clock;
use crate::contract::{AuditAct, AuditBy, AuditKind};
use crate::error::{Error, Result};
use crate::ids::{FileId, InviteId, MessageId, RoomId, SessionId, UserId};
use crate::notice::Notice;
use crate::policy;
use serde_json::Value;
use sqlx::SqliteConnection;

/// What is noted of an act.
pub struct Note {
    pub by: By,
    pub act: AuditAct,
    pub about: Option<About>,
    /// An object of what else is to be known. Never what somebody wrote, nor a secret.
    pub detail: Value,
}

/// What an act is about. People are named when the log is read, since they may be erased; whatever else may be gone by
/// then is noted with its name.
#[derive(Clone, Debug)]
pub enum About {
    User(UserId),
    Session(SessionId),
    Invite(InviteId),
    Room(RoomId, Option<String>),
    Message(MessageId),
    Emoji(FileId, String),
    Announcement(i64),
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

impl Storage {
    /// Notes an act that changes nothing else in the database.
    pub async fn note(&self, note: Note) -> Result<()> {
        self.writer.run(move |transaction| Box::pin(async move { self::note(transaction, note).await })).await
    }
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
