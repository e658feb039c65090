//! General: the public room that everybody joins who gets an account.

use super::members;
use super::moderation::administers;
use super::rooms::{self, NewRoom};
use super::system;
use super::transaction::Transaction;
use crate::contract::{RoomKind, SystemEvent, UserRef};
use crate::error::Result;
use crate::ids::RoomId;
use crate::notice::Notice;
use sqlx::SqliteConnection;

/// What it is called where nobody says otherwise.
const NAME: &str = "General";

/// Makes General with its first owner, and remembers which room it is: it may be renamed.
pub(super) async fn make(
    transaction: &mut Transaction,
    owner_key: i64,
    owner: &UserRef,
    name: Option<String>,
) -> Result<()> {
    let name = name.unwrap_or_else(|| NAME.to_owned());
    let room = NewRoom { kind: RoomKind::Public, name: Some(name), topic: None, participants: Vec::new() };
    let (room_key, pid) = rooms::insert(&mut transaction.connection, owner_key, &room, None).await?;
    sqlx::query("INSERT INTO settings (name, value) VALUES ('general', ?)")
        .bind(pid.to_string())
        .execute(&mut transaction.connection)
        .await?;
    transaction.tell(Notice::Enter { user: owner.id, room: pid });
    system::append(transaction, pid, room_key, owner_key, owner, SystemEvent::Created).await
}

/// Joins General, unless it was deleted or they are a guest. A server whose first account was made on the command line
/// has none yet: then it is made, and belongs to the first administrator.
pub(super) async fn join(transaction: &mut Transaction, user_key: i64, user: &UserRef) -> Result<()> {
    if user.guest {
        return Ok(());
    }
    let mut room = find(&mut transaction.connection).await?;
    if room.is_none() {
        let owner = first_admin(&mut transaction.connection).await?;
        let (owner_key, owner) = match owner {
            Some(owner) => members::active_user(&mut transaction.connection, owner).await?,
            None => (user_key, user.clone()),
        };
        make(transaction, owner_key, &owner, None).await?;
        room = find(&mut transaction.connection).await?;
    }
    let Some(room) = room else { return Ok(()) };
    match rooms::find(&mut transaction.connection, room).await {
        Ok((room_key, _)) => join_room(transaction, room, room_key, user_key, user).await,
        Err(crate::error::Error::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Joins a room with its system line, unless a member already.
pub(super) async fn join_room(
    transaction: &mut Transaction,
    room: RoomId,
    room_key: i64,
    user_key: i64,
    user: &UserRef,
) -> Result<()> {
    if !members::enter(transaction, room, room_key, user_key, user).await? {
        return Ok(());
    }
    system::append(transaction, room, room_key, user_key, user, SystemEvent::Joined).await
}

/// Whether a room is General.
pub(super) async fn is(connection: &mut SqliteConnection, room: RoomId) -> Result<bool> {
    Ok(find(connection).await? == Some(room))
}

async fn find(connection: &mut SqliteConnection) -> Result<Option<RoomId>> {
    let pid: Option<String> =
        sqlx::query_scalar("SELECT value FROM settings WHERE name = 'general'").fetch_optional(connection).await?;
    pid.map(|pid| super::rows::id(&pid)).transpose()
}

/// The owner who has been here longest and is active; without one, the administrator.
pub(super) async fn first_admin(connection: &mut SqliteConnection) -> Result<Option<crate::ids::UserId>> {
    let query = concat!(
        "SELECT u.pid FROM users u WHERE u.deactivated_at IS NULL AND ",
        administers!("u"),
        " ORDER BY u.role = 'admin', u.id LIMIT 1"
    );
    let pid: Option<String> = sqlx::query_scalar(query).fetch_optional(connection).await?;
    pid.map(|pid| super::rows::id(&pid)).transpose()
}
