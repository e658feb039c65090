//! The wire and nothing else: commands, events, models and the acknowledgement's envelope.
//!
//! The tables in `commands.rs` and `events.rs` are the one place where names are given. The client's
//! TypeScript is generated from here (`typescript.rs`).

mod announcements;
mod archives;
mod audit;
mod backups;
mod commands;
mod decode;
mod emoji;
mod envelope;
mod events;
mod figures;
mod files;
mod governing;
mod identity;
mod models;
mod moderation;
mod notifications;
mod people;
mod presence;
mod previews;
mod relayed;
mod reminders;
mod server;
mod shapes;
mod shelf;
mod streams;
mod system;
mod tasks;
mod team;
mod threads;
mod two_factor;
mod typescript;

pub use announcements::*;
pub use archives::*;
pub use audit::*;
pub use backups::*;
pub use commands::*;
pub use decode::{decode, field_at, limit, present};
pub use emoji::*;
pub use envelope::*;
pub use events::*;
pub use figures::*;
pub use files::*;
pub use governing::*;
pub use identity::*;
pub use models::*;
pub use moderation::*;
pub use notifications::*;
pub use people::*;
pub use presence::*;
pub use previews::*;
pub use relayed::*;
pub use reminders::*;
pub use server::*;
pub use shelf::*;
pub use streams::*;
pub use system::*;
pub use tasks::*;
pub use team::*;
pub use threads::*;
pub use two_factor::*;
pub use typescript::typescript;

/// The most characters a message may have.
pub const MAX_CONTENT_CHARS: usize = 16_000;
/// The links of a message that are looked up, from its first on.
pub const MAX_PREVIEWS: usize = 3;
/// The most files that a message may have.
pub const MAX_FILES: usize = 10;
/// The largest payload of one command, in bytes of JSON.
pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
/// The largest packet of the transport, in bytes; a larger one ends the connection.
pub const MAX_TRANSPORT_BYTES: usize = 1024 * 1024;
/// The most messages that one `sync` carries; a client that lacks more starts afresh.
pub const MAX_SYNC_MESSAGES: usize = 500;
/// The most messages of one page of history.
pub const MAX_HISTORY_LIMIT: u32 = 200;
/// The most hits of one page of a search.
pub const MAX_SEARCH_LIMIT: u32 = 100;
/// The most entries of one page of any other list.
pub const MAX_LIST_LIMIT: u32 = 200;
/// The most rooms that `ready` carries; `room:mine` has the rest.
pub const MAX_READY_ROOMS: usize = 200;
/// The most notifications whose ids one `notification:read` names.
pub const MAX_READ_TOGETHER: usize = 200;
/// How often clients send `heartbeat`, in milliseconds.
pub const HEARTBEAT_MS: u32 = 30_000;
/// A typing notice ends by itself after this time, in milliseconds.
pub const TYPING_EXPIRES_MS: u64 = 6_000;
