//! Payloads and answers of the HTTP API that a socket cannot serve: accounts, sessions, invites.

use super::models::*;
use super::team::Accent;
use crate::clock::Timestamp;
use crate::ids::{FileId, InviteId, RoomId, SessionId, UserId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a client wants its refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum TokenTransport {
    /// In a cookie that scripts cannot read.
    #[default]
    Cookie,
    /// In the answer's body, for programs.
    Body,
}

macro_rules! request {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Deserialize, TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(optional_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )+};
}

macro_rules! answer {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Serialize, TS)]
        #[serde(rename_all = "camelCase")]
        #[ts(optional_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }
    )+};
}

// No Debug on what carries passwords or tokens, so that none can reach a log.
request! {
    SetUp {
        token: String,
        username: String,
        display_name: String,
        password: String,
        /// What the room is called that everybody joins; General by default.
        room_name: Option<String>,
        #[serde(default)]
        #[ts(optional, as = "Option<TokenTransport>")]
        token_transport: TokenTransport,
    }
    Register {
        invite_code: Option<String>,
        username: String,
        display_name: String,
        password: String,
        #[serde(default)]
        #[ts(optional, as = "Option<TokenTransport>")]
        token_transport: TokenTransport,
    }
    LogIn {
        username: String,
        password: String,
        #[serde(default)]
        #[ts(optional, as = "Option<TokenTransport>")]
        token_transport: TokenTransport,
    }
    /// The refresh token comes in the cookie, or here.
    Refresh { refresh_token: Option<String> }
    ChangePassword { current: String, new: String }
    /// What is absent stays as it is.
    UpdateMe { display_name: Option<String> }
    /// What an invite's holder asks with before registering.
    PreviewInvite {
        /// Also called `code`, as in the answer that told it.
        #[serde(alias = "code")]
        invite_code: String,
    }
    /// With the token of a reset link.
    ResetPassword { token: String, password: String }
    CreateInvite {
        /// How many may register with it; 1 to 10,000, 1 by default.
        uses: Option<u32>,
        /// In seconds, 60 to 31,536,000; 7 days by default.
        expires_in_seconds: Option<u64>,
        /// Rooms that who registers joins, beside General; a guest joins these alone. The inviter must be a member of each.
        #[serde(default)]
        #[ts(optional, as = "Option<Vec<RoomId>>")]
        rooms: Vec<RoomId>,
        /// What who registers becomes: a member, by default, or a guest, who needs a room.
        role: Option<ServerRole>,
    }
}

/// An event of another service for a user or a room.
#[derive(Clone, Debug, Deserialize)]
pub struct TellAppEvent {
    /// Begins with `app:`.
    pub event: String,
    pub data: serde_json::Map<String, serde_json::Value>,
}

answer! {
    Authenticated {
        user: Me,
        access_token: String,
        expires_at: Timestamp,
        session_id: SessionId,
        /// The team wants a second factor of them, and nothing else is possible before there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        two_factor_due: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token: Option<String>,
    }
    /// What a visitor may know before logging in.
    ServerInfo {
        /// No account exists yet: the setup link on the console makes the first.
        needs_setup: bool,
        registration: String,
        version: String,
        /// What the team is called, if it has a name.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// For everybody who has not chosen another.
        #[serde(skip_serializing_if = "Option::is_none")]
        accent: Option<Accent>,
        /// What the team says to who comes, in plain text.
        #[serde(skip_serializing_if = "Option::is_none")]
        greeting: Option<String>,
        /// The team's sign, at `/api/v1/server/logo/{id}`.
        #[serde(skip_serializing_if = "Option::is_none")]
        logo: Option<FileId>,
    }
    /// What an invite's holder is shown before registering.
    InvitePreview { invited_by: UserRef, expires_at: Timestamp, role: ServerRole }
    Invite {
        id: InviteId,
        created_by: UserId,
        /// Who that is.
        inviter: UserRef,
        created_at: Timestamp,
        expires_at: Timestamp,
        uses: i64,
        max_uses: i64,
        rooms: Vec<RoomId>,
        role: ServerRole,
    }
    /// The only time that the code is told.
    CreatedInvite { invite: Invite, code: String, url: String }
    Invites { invites: Vec<Invite> }
    Session {
        id: SessionId,
        created_at: Timestamp,
        last_used_at: Timestamp,
        user_agent: String,
        address: String,
        current: bool,
    }
    Sessions { sessions: Vec<Session> }
    MeAnswer { user: Me }
    Users { users: Vec<UserRef>, #[serde(skip_serializing_if = "Option::is_none")] cursor: Option<String> }
    UserAnswer { user: UserRef }
    Connections { user_id: UserId, online: bool, connections: Vec<Connection> }
}
