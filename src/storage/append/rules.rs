//! What a room asks of who writes there: who may, and how often.

use super::AppendMessage;
use crate::clock::Timestamp;
use crate::contract::{Posting, RoomKind, RoomRole, ServerRole};
use crate::error::{Error, Result};
use crate::policy::{self, Standing};
use serde::Deserialize;
use std::time::Duration;

/// Who may post, the seconds between two messages, when the author wrote last, the kind of room, and the author's role
/// in it and on the server.
#[derive(Deserialize)]
pub(super) struct Rules(Posting, u64, Option<i64>, RoomKind, RoomRole, ServerRole);

impl Rules {
    pub(super) fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(Error::internal)
    }

    /// Whether members wait between two messages.
    pub(super) fn are_slow(&self) -> bool {
        self.1 > 0
    }

    /// `has_just_written`: in the same batch, which the database does not know of yet.
    pub(super) fn judge(&self, command: &AppendMessage, has_just_written: bool, now: Timestamp) -> Result<()> {
        let Self(posting, pause, last, room_kind, room_role, server_role) = *self;
        let standing = Standing { user: command.author, server_role, room_kind, room_role };
        policy::may_post(standing, posting, !command.counts())?;
        let last = if has_just_written { Some(now) } else { last.map(Timestamp::from_millis) };
        policy::may_post_again(standing, Duration::from_secs(pause), last, now)
    }
}
