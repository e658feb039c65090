//! What administrators are told of people's accounts, and ask to be done with them.

use super::models::{ServerRole, UserRef};
use super::shapes::{acknowledgement, event, payload};
use crate::clock::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which accounts are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum PersonState {
    Active,
    Deactivated,
}

/// What somebody is: people by their role, or a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum PersonKind {
    Owner,
    Admin,
    Member,
    Guest,
    Bot,
}

/// What becomes of the messages of somebody who is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ErasedMessages {
    /// They stay, under a name that is nobody's.
    Keep,
    /// They go, with their files.
    Delete,
}

payload! {
    ChangeRole { role: ServerRole }
    ErasePerson {
        /// The username of who is erased, once more.
        username: String,
        messages: ErasedMessages,
    }
}

acknowledgement! {
    /// An account as administrators see it.
    Person {
        user: UserRef,
        /// Also of who is deactivated.
        username: String,
        role: ServerRole,
        /// How many devices are connected.
        connections: usize,
        /// Sessions that go on.
        sessions: i64,
        /// Rooms that they are in, without direct ones.
        rooms: i64,
        created_at: Timestamp,
        #[serde(skip_serializing_if = "Option::is_none")]
        last_seen: Option<Timestamp>,
        #[serde(skip_serializing_if = "Option::is_none")]
        deactivated_at: Option<Timestamp>,
        /// They log in with a second factor.
        two_factor: bool,
    }
    /// By username.
    People { people: Vec<Person>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
    PersonAnswer { person: Person }
    /// A link with which somebody chooses a password; told this once.
    PasswordLink { url: String, expires_at: Timestamp }
    EndedSessions { ended: i64 }
}

event! {
    /// To one's own devices: what they may do on the server is another thing now.
    RoleChanged { role: ServerRole }
}
