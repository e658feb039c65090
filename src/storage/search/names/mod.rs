//! Who and which rooms are meant by the names of a query, and what the one who searches may see.

mod named;

use super::expression::Marks;
use super::searchers::Deadline;
use crate::error::{Error, Result};
use crate::fulltext::{Filters, Name, QueryError, Reason};
use crate::ids::{RoomId, UserId};
use futures_util::TryStreamExt;
use sqlx::{Row, SqliteConnection};
use std::collections::HashMap;

/// The one who searches, and where.
pub(super) struct Scope {
    pub user_key: i64,
    /// Nobody is meant by a name who shares no room with them.
    pub is_guest: bool,
    /// The index that serves.
    pub index: i64,
    /// One above the newest message that is indexed: what comes into the index later is no part of this search.
    pub end: i64,
    /// The one room that is asked for.
    pub room: Option<i64>,
    pub deadline: Deadline,
}

/// # Errors
/// `NotFound` for a room that is not the user's, whether there is one or not.
pub(super) async fn scope(
    connection: &mut SqliteConnection,
    deadline: Deadline,
    user: UserId,
    room: Option<RoomId>,
) -> Result<Scope> {
    let query = "SELECT u.id AS user_key, u.role = 'guest' AS is_guest, (SELECT id FROM search_indexes WHERE state = 'serving') AS search_index,
            (SELECT indexed_up_to + 1 FROM search_indexes WHERE state = 'serving') AS end,
            (SELECT r.id FROM rooms r JOIN members m ON m.room_id = r.id AND m.user_id = u.id
             WHERE r.pid = ?2 AND r.deleted_at IS NULL) AS room_key
        FROM users u WHERE u.pid = ?1 AND u.deactivated_at IS NULL";
    let row = sqlx::query(query).bind(user.to_string()).bind(room.map(|room| room.to_string()));
    let row = row.fetch_optional(connection).await?.ok_or(Error::Unauthenticated("the account is not active"))?;
    let room_key: Option<i64> = row.try_get("room_key")?;
    if room.is_some() && room_key.is_none() {
        return Err(Error::NotFound("the room"));
    }
    Ok(Scope {
        user_key: row.try_get("user_key")?,
        is_guest: row.try_get("is_guest")?,
        index: row.try_get("search_index")?,
        end: row.try_get("end")?,
        room: room_key,
        deadline,
    })
}

/// Adds the user's rooms one by one, with how many messages each has, as long as `add` wants more; false when it wants
/// no more.
pub(super) async fn each_room(
    connection: &mut SqliteConnection,
    user_key: i64,
    mut add: impl FnMut(i64, i64) -> bool,
) -> Result<bool> {
    let query = "SELECT r.id, r.last_seq FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.user_id = ? AND r.deleted_at IS NULL";
    let mut rooms = sqlx::query_as(query).bind(user_key).fetch(connection);
    while let Some((key, messages)) = rooms.try_next().await? {
        if !add(key, messages) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Puts the people and rooms that the filters name into the marks.
///
/// # Errors
/// `Invalid` that names the part of the query: nobody has the name, or no room of the user.
pub(super) async fn resolve(
    connection: &mut SqliteConnection,
    scope: &Scope,
    filters: &Filters,
    marks: &mut Marks,
) -> Result<()> {
    let of_rooms = || filters.rooms.iter().chain(&filters.not_rooms);
    let is_person = |name: &&Name| name.sign == Some('@');
    let people = filters.from.iter().chain(&filters.not_from).filter(|name| !name.is_me());
    let people = named::people(connection, scope, people.chain(of_rooms().filter(is_person)).collect()).await?;
    let rooms = of_rooms().filter(|name| !is_person(name)).collect();
    let meant = Meant { people, rooms: named::rooms(connection, scope, rooms).await? };
    if !filters.from.is_empty() {
        marks.authors = Some(meant.authors(scope, &filters.from));
    }
    marks.not_authors = meant.authors(scope, &filters.not_from);
    if !filters.rooms.is_empty() {
        marks.rooms = Some(meant.rooms(connection, scope, &filters.rooms).await?);
    }
    marks.not_rooms = meant.rooms(connection, scope, &filters.not_rooms).await?;
    if let Some(room) = scope.room {
        let named = marks.rooms.take();
        marks.rooms =
            Some(vec![room].into_iter().filter(|key| named.as_ref().is_none_or(|all| all.contains(key))).collect());
    }
    Ok(())
}

/// Whom and which rooms the names of a query mean, by their text.
struct Meant {
    people: HashMap<String, Vec<i64>>,
    rooms: HashMap<String, Vec<i64>>,
}

impl Meant {
    fn authors(&self, scope: &Scope, names: &[Name]) -> Vec<i64> {
        let person = |name: &Name| if name.is_me() { vec![scope.user_key] } else { of(&self.people, name) };
        names.iter().flat_map(person).collect()
    }

    async fn rooms(&self, connection: &mut SqliteConnection, scope: &Scope, names: &[Name]) -> Result<Vec<i64>> {
        let mut keys = Vec::new();
        for name in names {
            if name.sign == Some('@') {
                keys.extend(direct_rooms(connection, scope, name, &of(&self.people, name)).await?);
            } else {
                keys.extend(of(&self.rooms, name));
            }
        }
        Ok(keys)
    }
}

fn of(meant: &HashMap<String, Vec<i64>>, name: &Name) -> Vec<i64> {
    meant.get(&name.text).cloned().unwrap_or_default()
}

/// The direct rooms of two with somebody, or the one that the caller is in alone.
async fn direct_rooms(
    connection: &mut SqliteConnection,
    scope: &Scope,
    name: &Name,
    people: &[i64],
) -> Result<Vec<i64>> {
    let query = "SELECT r.id FROM members m JOIN rooms r ON r.id = m.room_id AND r.kind = 'direct'
        JOIN members o ON o.room_id = r.id
        WHERE m.user_id = ?1 AND r.deleted_at IS NULL AND o.user_id = ?2
            AND r.member_count = CASE WHEN ?1 = ?2 THEN 1 ELSE 2 END";
    let mut keys: Vec<i64> = Vec::new();
    for other in people {
        keys.extend(
            sqlx::query_scalar::<_, i64>(query).bind(scope.user_key).bind(other).fetch_all(&mut *connection).await?,
        );
    }
    if keys.is_empty() { Err(unclear(name, Reason::NoDirectRoom)) } else { Ok(keys) }
}

fn unclear(name: &Name, reason: Reason) -> Error {
    QueryError { part: name.part.clone(), reason }.into()
}
