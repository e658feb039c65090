//! What may be asked, and what is answered.

use super::Terms;
use crate::clock::Timestamp;
use crate::contract::{ServerRole, Session, TeamSettings, UpdateTeam};
use crate::export::Leaving;
use crate::ids::{SessionId, UserId};
use crate::probes::Arrival;
use crate::storage::{Account, AuditFilter, SearchStatus};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

// No Debug: passwords are among it.
#[derive(Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    CreateUser {
        username: String,
        display_name: Option<String>,
        role: ServerRole,
        /// None: a link is answered with which one is chosen.
        password: Option<String>,
    },
    ResetPassword {
        username: String,
        /// As above.
        password: Option<String>,
    },
    ResetTwoFactor {
        username: String,
    },
    /// A page of accounts behind one of them.
    ListUsers {
        after: Option<UserId>,
    },
    DeactivateUser {
        username: String,
    },
    ReactivateUser {
        username: String,
    },
    ChangeRole {
        username: String,
        role: ServerRole,
    },
    ListSessions {
        username: String,
    },
    EndSessions {
        username: String,
        /// None: all of them.
        session: Option<SessionId>,
    },
    EraseUser {
        username: String,
        delete_messages: bool,
    },
    CreateInvite {
        uses: u32,
        expires_in_seconds: u64,
        role: ServerRole,
        /// Names or ids.
        rooms: Vec<String>,
    },
    CreateBot {
        username: String,
        display_name: Option<String>,
        /// Names or ids.
        rooms: Vec<String>,
    },
    RotateBotToken {
        username: String,
    },
    RotateKey {
        /// Those who can read former keys are to be kept out: everybody has to log in again.
        forget_former: bool,
    },
    /// A backup was made beside the server.
    NoteBackup {
        snapshot: String,
    },
    /// A page of the audit log, before one of its entries.
    ReadAudit {
        filter: AuditFilter,
        before: Option<i64>,
    },
    ReadTeam,
    UpdateTeam(UpdateTeam),
    /// Notes that something is about to be exported.
    NoteExport {
        of: Leaving,
    },
    /// Takes away whatever passwords there are, and makes links for everybody with which they are chosen.
    LinkEverybody,
    /// Begins to build a new search index.
    Reindex,
    SearchStatus,
    /// Nothing: that it answers is what is asked.
    Alive,
    /// Whether the server serves, reads and writes.
    Health,
    /// How the server is.
    Status,
    /// A request with this word in the header of probes is about to come.
    ExpectProbe {
        word: String,
    },
    /// How it came.
    TakeProbe {
        word: String,
    },
}

/// How a server is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub version: String,
    /// Its number in the system.
    pub process: u32,
    /// Where it serves; none while it starts.
    pub address: Option<SocketAddr>,
    /// Why it cannot serve, if so.
    pub fault: Option<String>,
    /// Why the search index cannot be kept up, if so.
    pub index_fault: Option<String>,
    /// None of a server that is alone, or of an older version.
    #[serde(default)]
    pub company: Option<Company>,
    /// None of an older version.
    #[serde(default)]
    pub terms: Option<Terms>,
}

impl Status {
    /// What an operator knows the server by.
    pub fn name(&self) -> String {
        match self.address {
            Some(address) => format!("the server on {address} (process {})", self.process),
            None => format!("the server of process {}", self.process),
        }
    }
}

/// What a server hears of the others of its cluster.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    /// How many there are, itself among them.
    pub servers: usize,
    /// Why it does not hear the others, if so.
    pub fault: Option<String>,
}

/// A session that goes on.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub user_agent: String,
    pub address: String,
}

impl From<Session> for Login {
    fn from(session: Session) -> Self {
        let Session { id, created_at, last_used_at, user_agent, address, .. } = session;
        Self { id, created_at, last_used_at, user_agent, address }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Done {
    /// A password was given, or is to be chosen with the link.
    User {
        username: String,
        link: Option<String>,
        server_has_admin: bool,
    },
    /// An empty page is the last.
    Users(Vec<Account>),
    Deactivated {
        username: String,
    },
    TwoFactorReset {
        username: String,
    },
    RoleChanged {
        username: String,
    },
    Sessions(Vec<Login>),
    SessionsEnded {
        ended: i64,
    },
    /// What is left of the name elsewhere goes in portions, in the background.
    Erasing {
        username: String,
    },
    Invite {
        url: String,
        uses: i64,
        expires_at: Timestamp,
    },
    Bot {
        username: String,
        token: String,
    },
    KeyRotated,
    Noted,
    /// An empty page is the last.
    Audit(Vec<serde_json::Value>),
    Team(TeamSettings),
    /// Usernames, and the links.
    Links(Vec<(String, String)>),
    /// False: it had been begun before.
    Reindexing {
        begun: bool,
    },
    Search(SearchStatus),
    Living,
    /// None: nobody serves, the database was only opened.
    Healthy {
        address: Option<SocketAddr>,
    },
    Status(Status),
    Expected,
    /// None when no request has come with the word.
    Probe(Option<Arrival>),
}
