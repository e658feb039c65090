//! Looks through what has names, for those of a query all at once.

use super::{Scope, unclear};
use crate::credentials::usernames;
use crate::error::{Error, Result};
use crate::fulltext::{Name, Reason, initials_key, initials_match};
use crate::storage::roster::shares_a_room;
use crate::storage::search::searchers::{Deadline, TooLong};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// People that are held at the same time.
const HELD: i64 = 20_000;

/// Of whom or of what a name is: the key, what it is called, and another name that it is found by, or none.
type Bearer = (i64, String, String);

/// What a name may mean.
struct Sought {
    name: Name,
    key: String,
    /// Of signs alone nothing is the beginning.
    has_letters: bool,
    called: Vec<i64>,
    /// No more than two.
    similar: Vec<i64>,
}

impl Sought {
    fn of(name: &Name) -> Self {
        let (key, has_letters) = (key(&name.text), !initials_key(&name.text).is_empty());
        Self { name: name.clone(), key, has_letters, called: Vec::new(), similar: Vec::new() }
    }

    fn look_at(&mut self, (id, called, other): &Bearer, key: &str) {
        let fits = |name: &str| !name.is_empty() && initials_match(name, &self.name.text).is_some();
        if key == self.key {
            self.called.push(*id);
        } else if self.has_letters && self.similar.len() < 2 && (fits(called) || fits(other)) {
            self.similar.push(*id);
        }
    }

    /// What is called so; else the only one that fits.
    fn the_only(self, none: Reason, several: Reason) -> Result<(String, Vec<i64>)> {
        let Self { name, called, similar, .. } = self;
        match (called.is_empty(), similar.len()) {
            (false, _) => Ok((name.text, called)),
            (true, 0) => Err(unclear(&name, none)),
            (true, 1) => Ok((name.text, similar)),
            (true, _) => Err(unclear(&name, several)),
        }
    }
}

/// The same for a name in whatever form it is written.
fn key(name: &str) -> String {
    if name.is_ascii() { name.to_ascii_lowercase() } else { name.nfkc().collect::<String>().to_lowercase() }
}

/// Everybody `u` is known; to a guest, `?2`, whose key is `?3`, those who share a room with them.
const KNOWN: &str = concat!("(NOT ?2 OR ", shares_a_room!("?3", "u.id"), ")");

/// Whom names mean: by username, else everybody of that display name, else the caller for `@me`, else the only one
/// whose name fits.
pub(super) async fn people(
    connection: &mut SqliteConnection,
    scope: &Scope,
    names: Vec<&Name>,
) -> Result<HashMap<String, Vec<i64>>> {
    let mut meant = HashMap::new();
    let mut sought = Vec::new();
    let by_username =
        format!("SELECT u.id FROM users u WHERE u.username_key = ?1 AND u.deactivated_at IS NULL AND {KNOWN}");
    for name in names {
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(by_username.as_str()));
        let query = query.bind(usernames::key(&name.text)).bind(scope.is_guest).bind(scope.user_key);
        match query.fetch_optional(&mut *connection).await? {
            Some(named) => drop(meant.insert(name.text.clone(), vec![named])),
            None => sought.push(Sought::of(name)),
        }
    }
    // Of who is gone only the display name is left.
    let people = format!(
        "SELECT u.id, u.display_name, CASE WHEN u.deactivated_at IS NULL THEN u.username ELSE '' END FROM users u
         WHERE u.id > ?1 AND u.erased_at IS NULL AND {KNOWN} ORDER BY u.id LIMIT ?4"
    );
    let mut last = Some(0);
    while let Some(after) = last.filter(|_| !sought.is_empty()) {
        let query = sqlx::query_as(sqlx::AssertSqlSafe(people.as_str()));
        let query = query.bind(after).bind(scope.is_guest).bind(scope.user_key).bind(HELD);
        let portion: Vec<Bearer> = query.fetch_all(&mut *connection).await?;
        last = portion.last().map(|(id, ..)| *id);
        sought = look_through(sought, portion, scope).await?;
    }
    for one in sought {
        if one.called.is_empty() && one.name.says_me() {
            meant.insert(one.name.text, vec![scope.user_key]);
        } else {
            meant.extend([one.the_only(Reason::Nobody, Reason::SeveralPeople)?]);
        }
    }
    Ok(meant)
}

/// The rooms of those names, else the only one whose name fits: of the user's own, so that no other is given away.
pub(super) async fn rooms(
    connection: &mut SqliteConnection,
    scope: &Scope,
    names: Vec<&Name>,
) -> Result<HashMap<String, Vec<i64>>> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let query = "SELECT r.id, r.name, '' FROM members m JOIN rooms r ON r.id = m.room_id
        WHERE m.user_id = ? AND r.deleted_at IS NULL AND r.name IS NOT NULL";
    let own: Vec<Bearer> = sqlx::query_as(query).bind(scope.user_key).fetch_all(connection).await?;
    let sought = look_through(names.into_iter().map(Sought::of).collect(), own, scope).await?;
    sought.into_iter().map(|one| one.the_only(Reason::NoRoom, Reason::SeveralRooms)).collect()
}

/// Many names take their time.
async fn look_through(sought: Vec<Sought>, bearers: Vec<Bearer>, scope: &Scope) -> Result<Vec<Sought>> {
    let deadline = scope.deadline.clone();
    let looked = tokio::task::spawn_blocking(move || look_at_all(sought, &bearers, &deadline));
    Ok(looked.await.map_err(Error::internal)??)
}

fn look_at_all(mut sought: Vec<Sought>, bearers: &[Bearer], deadline: &Deadline) -> Result<Vec<Sought>, TooLong> {
    for bearer in bearers {
        deadline.check()?;
        let key = key(&bearer.1);
        sought.iter_mut().for_each(|one| one.look_at(bearer, &key));
    }
    Ok(sought)
}
