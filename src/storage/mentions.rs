//! Who is meant by the `@names` of a message.

use super::members::Seat;
use super::rows;
use super::team;
use crate::contract::MentionGroup;
use crate::error::Result;
use crate::ids::UserId;
use crate::policy;
use serde_json::{Value, json};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A name that may be somebody's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// The key of a username.
    Username(String),
    /// A display name as it is shown; it means somebody only if nobody else in the room is called so.
    Shown(String),
}

/// The members meant by `@names`: for each mention the longest name that is somebody's.
pub(super) async fn resolve(
    connection: &mut SqliteConnection,
    room_key: i64,
    mentions: &[Vec<Name>],
) -> Result<Vec<(i64, UserId)>> {
    let (mut usernames, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for name in mentions.iter().flatten() {
        match name {
            Name::Username(key) => usernames.insert(key),
            Name::Shown(name) => shown.insert(name),
        };
    }
    let found: Vec<(i64, String, Option<String>, Option<String>)> = sqlx::query_as(NAMED)
        .bind(room_key)
        .bind(json!(usernames).to_string())
        .bind(json!(shown).to_string())
        .fetch_all(connection)
        .await?;
    let mut named: HashMap<Name, Vec<(i64, UserId)>> = HashMap::new();
    for (user_key, pid, username, display_name) in found {
        let name = username.map(Name::Username).or(display_name.map(Name::Shown));
        let people = name.map(|name| named.entry(name).or_default());
        people.map(|people| rows::id(&pid).map(|id| people.push((user_key, id)))).transpose()?;
    }
    let mut meant: Vec<(i64, UserId)> = Vec::new();
    for candidates in mentions {
        let only_one = |name| named.get(name).and_then(|people| people.first().filter(|_| people.len() == 1));
        if let Some(user) = candidates.iter().find_map(only_one)
            && !meant.contains(user)
        {
            meant.push(*user);
        }
    }
    Ok(meant)
}

/// The members of a room who are called so: by username, and by display name. In this order each is found by an index,
/// however large the room is.
pub(super) const NAMED: &str = "SELECT u.id, u.pid, u.username_key, NULL
    FROM json_each(?2) j CROSS JOIN users u ON u.username_key = j.value
    CROSS JOIN members m ON m.room_id = ?1 AND m.user_id = u.id WHERE u.deactivated_at IS NULL
    UNION ALL
    SELECT u.id, u.pid, NULL, u.display_name
    FROM json_each(?3) j CROSS JOIN users u ON u.display_name = j.value
    CROSS JOIN members m ON m.room_id = ?1 AND m.user_id = u.id WHERE u.deactivated_at IS NULL";

/// Answers which of these people are here.
pub type WhoIsHere = Box<dyn Fn(&[UserId]) -> Vec<UserId> + Send + Sync>;

/// A word of a text that mentions many: `@here` with the way to know who that is, or `@room`.
pub struct GroupCall {
    /// For `@here`.
    pub who_is_here: Option<WhoIsHere>,
    /// The largest room in which it is allowed to who governs it.
    pub most: u32,
    /// The largest room in which it is allowed to everybody.
    pub most_by_members: u32,
}

impl GroupCall {
    /// As `messages.mentioning` has it.
    pub(super) fn word(&self) -> i64 {
        if self.who_is_here.is_some() { rows::MENTIONS_HERE } else { rows::MENTIONS_ROOM }
    }

    /// Whether it reaches anybody: what the room or the team leaves to some is sent by the others, too, as plain text.
    ///
    /// # Errors
    /// `Forbidden` when the caller may not mention so many.
    pub(super) async fn judge(&self, connection: &mut SqliteConnection, seat: &Seat) -> Result<bool> {
        let (members, of_room): (i64, String) =
            sqlx::query_as("SELECT member_count, mention_all FROM rooms WHERE id = ?")
                .bind(seat.room_key)
                .fetch_one(&mut *connection)
                .await?;
        let of_team = team::settings(connection).await?.mention_everybody;
        if !policy::reaches_everybody(seat.standing, rows::word(&of_room)?, of_team) {
            return Ok(false);
        }
        policy::may_mention_group(seat.standing, members, self.most.into(), self.most_by_members.into()).map(|()| true)
    }

    /// Whom it reaches in a room: as many are asked of as the room has, however many are here.
    pub(super) async fn call(&self, connection: &mut SqliteConnection, room_key: i64) -> Result<Called> {
        let Some(who_is_here) = &self.who_is_here else { return Ok(Called { here: None }) };
        let query = "SELECT u.pid, u.id FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ?";
        let members: Vec<(String, i64)> = sqlx::query_as(query).bind(room_key).fetch_all(connection).await?;
        let keys = members.iter().map(|(pid, key)| Ok((rows::id(pid)?, *key))).collect::<Result<HashMap<_, _>>>()?;
        let members: Vec<UserId> = keys.keys().copied().collect();
        let here = who_is_here(&members).iter().filter_map(|user| keys.get(user).copied()).collect();
        Ok(Called { here: Some(here) })
    }
}

/// A group that was called, as it is at that moment.
pub(super) struct Called {
    /// Of `@here`, the members (`users.id`) who are; of `@room`, all.
    here: Option<Vec<i64>>,
}

impl Called {
    /// As `messages.mentioning` has it.
    pub(super) fn word(&self) -> i64 {
        if self.here.is_some() { rows::MENTIONS_HERE } else { rows::MENTIONS_ROOM }
    }

    pub(super) fn named(&self) -> MentionGroup {
        if self.here.is_some() { MentionGroup::Here } else { MentionGroup::Room }
    }

    /// A row for `INSERT_GROUPS`.
    pub(super) fn row(&self, room_key: i64, seq: i64, author_key: i64, counts: bool) -> Value {
        json!([room_key, seq, author_key, i64::from(counts), self.here])
    }
}

/// Whom a text mentions.
#[derive(Default)]
pub struct Meant {
    /// For each `@` the names that may be meant, longest first.
    pub names: Vec<Vec<Name>>,
    pub group: Option<GroupCall>,
}

/// The members of whole groups are mentioned. `named` is 0 for who is so as one of them, 1 by name, 2 both ways: who is
/// taken out of a text by name is still one of those whom it called.
pub(super) const INSERT_GROUPS: &str = "WITH g AS MATERIALIZED (
        SELECT value->>0 AS room, value->>1 AS seq, value->>2 AS author, value->>3 AS counts, value->'$[4]' AS here
        FROM json_each(?))
    INSERT INTO mentions (user_id, room_id, seq, named, counts)
    SELECT m.user_id, g.room, g.seq, 0, g.counts FROM g
    CROSS JOIN members m ON m.room_id = g.room AND m.user_id <> g.author WHERE g.here = 'null'
    UNION ALL
    SELECT m.user_id, g.room, g.seq, 0, g.counts FROM g CROSS JOIN json_each(g.here) o
    CROSS JOIN members m ON m.room_id = g.room AND m.user_id = o.value WHERE m.user_id <> g.author
    ON CONFLICT (user_id, room_id, seq) DO UPDATE SET named = 2 WHERE named = 1";

/// A message that mentions, as an edit finds it.
pub(super) struct Place {
    pub(super) room_key: i64,
    pub(super) seq: i64,
    pub(super) author_key: i64,
    /// It is in the room's list.
    pub(super) counts: bool,
    /// Whom it has mentioned, as `messages.mentioning` has it.
    pub(super) mentioning: i64,
}

/// What an edit changes of whom a message mentions (`users.id`).
pub(super) struct Change {
    /// Who is mentioned now and was not before.
    pub(super) added: Vec<i64>,
    /// Who was mentioned before and is not now.
    pub(super) removed: Vec<i64>,
    /// Who is mentioned by name now and was not before, or as one of all.
    pub(super) named: Vec<i64>,
}

/// Sets whom a message mentions.
pub(super) async fn replace(
    connection: &mut SqliteConnection,
    place: &Place,
    mentioned: &[(i64, UserId)],
    group: Option<&GroupCall>,
) -> Result<Change> {
    let before = of(connection, place).await?;
    // A group is called once: those whom it meant then stay mentioned, who came since does not become so by an edit.
    let kept = group.is_some_and(|group| group.word() == place.mentioning);
    let clear = match kept {
        true => &[
            "DELETE FROM mentions WHERE room_id = ? AND seq = ? AND named = 1",
            "UPDATE mentions SET named = 0 WHERE room_id = ? AND seq = ? AND named = 2",
        ][..],
        false => &["DELETE FROM mentions WHERE room_id = ? AND seq = ?"],
    };
    for query in clear {
        sqlx::query(*query).bind(place.room_key).bind(place.seq).execute(&mut *connection).await?;
    }
    for (user_key, _) in mentioned {
        let query = "INSERT INTO mentions (user_id, room_id, seq, counts) VALUES (?, ?, ?, ?)
            ON CONFLICT (user_id, room_id, seq) DO UPDATE SET named = 2";
        sqlx::query(query)
            .bind(user_key)
            .bind(place.room_key)
            .bind(place.seq)
            .bind(place.counts && *user_key != place.author_key)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(group) = group.filter(|_| !kept) {
        let called = group.call(connection, place.room_key).await?;
        let row = called.row(place.room_key, place.seq, place.author_key, place.counts);
        sqlx::query(INSERT_GROUPS).bind(Value::Array(vec![row]).to_string()).execute(&mut *connection).await?;
    }
    let after = of(connection, place).await?;
    let is_named = |people: &BTreeMap<i64, bool>, user: &i64| people.get(user).is_some_and(|named| *named);
    Ok(Change {
        added: after.keys().copied().filter(|user| !before.contains_key(user)).collect(),
        removed: before.keys().copied().filter(|user| !after.contains_key(user)).collect(),
        named: after.keys().copied().filter(|user| is_named(&after, user) && !is_named(&before, user)).collect(),
    })
}

/// Whom a message mentions, and whether by name.
async fn of(connection: &mut SqliteConnection, place: &Place) -> Result<BTreeMap<i64, bool>> {
    let query = "SELECT user_id, named >= 1 FROM mentions WHERE room_id = ? AND seq = ?";
    let found: Vec<(i64, bool)> =
        sqlx::query_as(query).bind(place.room_key).bind(place.seq).fetch_all(connection).await?;
    Ok(found.into_iter().collect())
}
