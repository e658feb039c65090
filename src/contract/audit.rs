//! What administrators are told of who did what.

use super::models::UserRef;
use super::shapes::acknowledgement;
use crate::clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $wire:literal,)+) => {
        /// What the audit log tells of; stable names, `noun.verb`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
        pub enum AuditAct {
            $($(#[$doc])* #[serde(rename = $wire)] $name,)+
        }

        impl AuditAct {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name as it stands on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)+
                }
            }
        }
    };
}

acts! {
    PersonMade = "person.made",
    PersonRole = "person.role",
    PersonDeactivated = "person.deactivated",
    PersonReactivated = "person.reactivated",
    PersonErased = "person.erased",
    /// Somebody else took a password away, and gave a link or another one.
    PersonReset = "person.reset",
    BotMade = "bot.made",
    /// A bot got another token, and its former one opens no door any more.
    BotToken = "bot.token",
    /// By somebody else, or because a refresh token was used twice.
    SessionEnded = "session.ended",
    /// Logins were held back after too many wrong passwords or codes.
    LoginFailed = "login.failed",
    PasswordChanged = "password.changed",
    TwoFactorOn = "twoFactor.on",
    TwoFactorOff = "twoFactor.off",
    /// Somebody else took a second factor away.
    TwoFactorReset = "twoFactor.reset",
    /// New codes for recovery took the place of the former.
    TwoFactorCodes = "twoFactor.codes",
    /// A code for recovery let in.
    TwoFactorRecovery = "twoFactor.recovery",
    InviteMade = "invite.made",
    InviteRevoked = "invite.revoked",
    RoomRole = "room.role",
    RoomDeleted = "room.deleted",
    RoomSettings = "room.settings",
    /// By who governs the room.
    MemberRemoved = "member.removed",
    MessageHidden = "message.hidden",
    MessageShown = "message.shown",
    /// By somebody else than its author.
    MessageDeleted = "message.deleted",
    ReportResolved = "report.resolved",
    EmojiRemoved = "emoji.removed",
    SettingsChanged = "settings.changed",
    AnnouncementMade = "announcement.made",
    AnnouncementEnded = "announcement.ended",
    JobRun = "job.run",
    /// The key that signs tokens; with `forgotten` the former ones, and with them every login, are void.
    KeyRotated = "key.rotated",
    SearchRebuilt = "search.rebuilt",
    BackupMade = "backup.made",
    BackupRestored = "backup.restored",
    ExportMade = "export.made",
    /// Somebody asked for an archive of a room that they are in, or of themselves.
    ArchiveAsked = "archive.asked",
    ArchiveDownloaded = "archive.downloaded",
    /// The server began with what an export had; `version` is that of the Maru that made it.
    ImportMade = "import.made",
}

/// In whose name something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum AuditBy {
    /// Somebody with an account.
    Person,
    /// Somebody who had not proven who they are.
    Visitor,
    /// Whoever owns the data folder, on the command line.
    Operator,
    /// The server by itself.
    Server,
}

/// What kind of thing an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum AuditKind {
    User,
    Session,
    Invite,
    Room,
    Message,
    Emoji,
    Announcement,
}

acknowledgement! {
    /// One entry of the audit log.
    AuditEntry {
        /// Grows with time.
        id: i64,
        at: Timestamp,
        by: AuditBy,
        /// Of a person, as they are called now.
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<UserRef>,
        /// Where it was asked from, if that is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        act: AuditAct,
        #[serde(skip_serializing_if = "Option::is_none")]
        about: Option<AuditSubject>,
        /// Whom else it concerns: the person that `detail` names as `user`, `author` or `addedBy`.
        #[serde(skip_serializing_if = "Option::is_none")]
        concerns: Option<AuditSubject>,
        /// What else is to be known, by act; never what somebody wrote in a room, nor a secret.
        #[ts(type = "Record<string, unknown>")]
        detail: Map<String, Value>,
    }
    /// What an entry is about.
    AuditSubject {
        kind: AuditKind,
        id: String,
        /// What it is called: people as they are now, anything else as it was then.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Of somebody whose account was erased: nobody is called as `name` says.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        erased: bool,
    }
    /// Newest first.
    AuditLog {
        entries: Vec<AuditEntry>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    }
}
