//! Who and which rooms are meant by the names of a query, and what the one who searches may see.

use super::expression::Marks;
use super::searchers::{Deadline, TooLong};
use crate::credentials::usernames;
use crate::error::{Error, Result};
use crate::fulltext::{Filters, Name, QueryError, Reason};
use crate::ids::{RoomId, UserId};
use crate::storage::named::fits;
use sqlx::{Row, SqliteConnection};

/// More people than this are not looked through for a part of a name.
const MOST_PEOPLE: i64 = 20_000;

/// The one who searches, and where.
pub(super) struct Scope {
    pub user_key: i64,
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
pub(super) async fn scope(connection: &mut SqliteConnection, user: UserId, room: Option<RoomId>) -> Result<Scope> {
    let query = "SELECT u.id AS user_key, (SELECT id FROM search_indexes WHERE state = 'serving') AS search_index,
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
        index: row.try_get("search_index")?,
        end: row.try_get("end")?,
        room: room_key,
        deadline: Deadline::of_now(),
    })
}

/// The user's rooms and how many messages each has; none when there are more than `most`.
pub(super) async fn rooms(
    connection: &mut SqliteConnection,
    user_key: i64,
    most: usize,
) -> Result<Option<Vec<(i64, i64)>>> {
    let query = "SELECT r.id, r.last_seq FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.user_id = ? AND r.deleted_at IS NULL LIMIT ?";
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let found: Vec<(i64, i64)> = sqlx::query_as(query).bind(user_key).bind(limit).fetch_all(connection).await?;
    Ok((found.len() <= most).then_some(found))
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
    if !filters.from.is_empty() {
        marks.authors = Some(people(connection, scope, &filters.from).await?);
    }
    marks.not_authors = people(connection, scope, &filters.not_from).await?;
    if !filters.rooms.is_empty() {
        marks.rooms = Some(rooms_called(connection, scope, &filters.rooms).await?);
    }
    marks.not_rooms = rooms_called(connection, scope, &filters.not_rooms).await?;
    if let Some(room) = scope.room {
        let named = marks.rooms.take();
        marks.rooms =
            Some(vec![room].into_iter().filter(|key| named.as_ref().is_none_or(|all| all.contains(key))).collect());
    }
    Ok(())
}

async fn people(connection: &mut SqliteConnection, scope: &Scope, names: &[Name]) -> Result<Vec<i64>> {
    let mut keys = Vec::new();
    for name in names {
        if name.is_me() {
            keys.push(scope.user_key);
        } else {
            keys.extend(person(connection, scope, name).await?);
        }
    }
    Ok(keys)
}

/// By username, else everybody of that display name, else the caller for `@me`, else the only one whose name fits.
async fn person(connection: &mut SqliteConnection, scope: &Scope, name: &Name) -> Result<Vec<i64>> {
    let query = "SELECT id FROM users WHERE username_key = ? AND deactivated_at IS NULL";
    let key = usernames::key(&name.text);
    let named: Option<i64> = sqlx::query_scalar(query).bind(key).fetch_optional(&mut *connection).await?;
    if let Some(named) = named {
        return Ok(vec![named]);
    }
    let query = "SELECT id, username, display_name, deactivated_at IS NOT NULL AS gone FROM users LIMIT ?";
    let people: Vec<PersonRow> = sqlx::query_as(query).bind(MOST_PEOPLE).fetch_all(&mut *connection).await?;
    let (text, deadline) = (name.text.clone(), scope.deadline);
    // Many names take their time.
    let named = tokio::task::spawn_blocking(move || called_or_similar(&people, &text, deadline));
    let (called, similar) = named.await.map_err(Error::internal)??;
    if called.is_empty() && name.says_me() {
        return Ok(vec![scope.user_key]);
    }
    the_only(called, similar).map_err(|several| match several {
        true => unclear(name, Reason::SeveralPeople),
        false => unclear(name, Reason::Nobody),
    })
}

/// `users.id`, username, display name, and whether somebody is gone.
type PersonRow = (i64, String, String, bool);

/// Those whose display name is the text, and the others with a name that fits it.
fn called_or_similar(people: &[PersonRow], text: &str, deadline: Deadline) -> Result<(Vec<i64>, Vec<i64>), TooLong> {
    let wanted = text.to_lowercase();
    let (mut called, mut similar) = (Vec::new(), Vec::new());
    for (id, username, display_name, gone) in people {
        deadline.check()?;
        // Of who is gone only the display name is left.
        let username = if *gone { "" } else { username };
        if display_name.to_lowercase() == wanted {
            called.push(*id);
        } else if [username, display_name].iter().any(|of| !of.is_empty() && fits(of, text)) {
            similar.push(*id);
        }
    }
    Ok((called, similar))
}

async fn rooms_called(connection: &mut SqliteConnection, scope: &Scope, names: &[Name]) -> Result<Vec<i64>> {
    let mut keys = Vec::new();
    for name in names {
        if name.sign == Some('@') {
            keys.extend(direct_room(connection, scope, name).await?);
        } else {
            keys.extend(room_called(connection, scope, name).await?);
        }
    }
    Ok(keys)
}

/// The rooms of that name, else the only one whose name fits: of the user's own, so that no other is given away.
async fn room_called(connection: &mut SqliteConnection, scope: &Scope, name: &Name) -> Result<Vec<i64>> {
    let query = "SELECT r.id, r.name, r.name_key FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.user_id = ? AND r.deleted_at IS NULL AND r.name IS NOT NULL";
    let wanted = name.text.to_lowercase();
    let (mut called, mut similar) = (Vec::new(), Vec::new());
    for row in sqlx::query(query).bind(scope.user_key).fetch_all(connection).await? {
        let id: i64 = row.try_get("id")?;
        if row.try_get::<&str, _>("name_key")? == wanted {
            called.push(id);
        } else if fits(row.try_get("name")?, &name.text) {
            similar.push(id);
        }
    }
    the_only(called, similar).map_err(|several| match several {
        true => unclear(name, Reason::SeveralRooms),
        false => unclear(name, Reason::NoRoom),
    })
}

/// The direct room of two with somebody, or the one that the caller is in alone.
async fn direct_room(connection: &mut SqliteConnection, scope: &Scope, name: &Name) -> Result<Vec<i64>> {
    let query = "SELECT r.id FROM members m JOIN rooms r ON r.id = m.room_id AND r.kind = 'direct'
        JOIN members o ON o.room_id = r.id
        WHERE m.user_id = ?1 AND r.deleted_at IS NULL AND o.user_id = ?2
            AND r.member_count = CASE WHEN ?1 = ?2 THEN 1 ELSE 2 END";
    let mut keys: Vec<i64> = Vec::new();
    for other in person(connection, scope, name).await? {
        keys.extend(
            sqlx::query_scalar::<_, i64>(query).bind(scope.user_key).bind(other).fetch_all(&mut *connection).await?,
        );
    }
    if keys.is_empty() { Err(unclear(name, Reason::NoDirectRoom)) } else { Ok(keys) }
}

/// What is called so; else the only one that fits. The error is whether several do.
fn the_only(called: Vec<i64>, similar: Vec<i64>) -> Result<Vec<i64>, bool> {
    match (called.is_empty(), similar.len()) {
        (false, _) => Ok(called),
        (true, 1) => Ok(similar),
        (true, several) => Err(several > 1),
    }
}

fn unclear(name: &Name, reason: Reason) -> Error {
    QueryError { part: name.part.clone(), reason }.into()
}
