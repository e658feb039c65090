//! Files: uploaded in parts, sent with messages, given to who may see those.

pub mod avatars;
mod elsewhere;
mod finishing;
mod kinds;
mod made;
mod names;
mod receiving;
mod serving;
mod sweeping;
mod tracks;
mod uploading;
mod voice;

pub use finishing::keep_picture;
pub use made::{make_emoji, make_logo};
pub use names::clean as clean_name;
pub use receiving::{Part, Received, append};
pub use serving::{Served, find, open, open_logo, read, read_logo};
pub use sweeping::{discard_leftovers, sweep};
pub use uploading::{Announced, begin, cancel, progress};

use crate::actor::Actor;
use crate::app::App;
use crate::contract::{ListFiles, ListFilesAck};
use crate::error::{Error, Result};
use crate::shelf;

/// A page of the files in a room's messages.
pub async fn of_room(app: &App, actor: &Actor, command: ListFiles) -> Result<ListFilesAck> {
    let after = match shelf::mark(command.cursor.as_deref()) {
        Ok(after) => after,
        Err(objection) => {
            app.storage.check_member(actor.user, command.room_id).await?;
            return Err(objection);
        }
    };
    let limit = shelf::page_limit(command.limit);
    let (files, next) = app.storage.room_files(actor.user, command.room_id, command.kind, after, limit).await?;
    Ok(ListFilesAck { files, cursor: next.map(shelf::cursor) })
}

/// The work panicked or was given up by the runtime.
fn broken(error: tokio::task::JoinError) -> Error {
    Error::internal(error)
}
