//! Everything that a connection begins with.

use super::Storage;
use super::history::{self, Known, Synced};
use super::{announcements, commit_log, emoji, notifications, preferences, rows, summaries, team, threads};
use crate::clock;
use crate::contract::{Announcement, MAX_READY_ROOMS, Me, Preferences, RoomSummary, TeamSettings};
use crate::error::{Error, Result};
use crate::ids::{RoomId, SessionId, UserId};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// The most messages that all `sync`s of one connection carry together.
const MAX_SNAPSHOT_MESSAGES: usize = 5_000;

/// What a connection begins with, all of one moment.
pub struct Snapshot {
    pub me: Me,
    /// The rooms with something unread and the most recent ones.
    pub rooms: Vec<RoomSummary>,
    pub rooms_cursor: Option<String>,
    /// Every room that the user is in.
    pub memberships: Vec<RoomId>,
    pub preferences: Preferences,
    pub unread_notifications: i64,
    /// The last notification of all.
    pub notified: i64,
    /// The last commit in the log of the cluster.
    pub logged: i64,
    pub unread_threads: i64,
    /// How often the team's own emoji have changed.
    pub emoji_rev: i64,
    /// What holds for the whole team.
    pub team: TeamSettings,
    /// What stands and the user has not dismissed.
    pub announcements: Vec<Announcement>,
    /// For each room that the client named and the user is still in.
    pub syncs: Vec<(RoomId, Synced)>,
}

impl Storage {
    /// Everything that a connection of a session, or of a bot, begins with. `known` names rooms and the rev that the
    /// client has of each.
    ///
    /// # Errors
    /// `Unauthenticated` when the session has ended, or the bot has no token any more.
    pub async fn snapshot(
        &self,
        user: UserId,
        session: Option<SessionId>,
        known: &[(RoomId, i64)],
    ) -> Result<Snapshot> {
        let _turn = self.snapshots.acquire().await.map_err(Error::internal)?;
        let mut reader = self.readers.acquire().await?;
        // One statement is of one moment, and one call to the database's thread. Thousands who return after a restart
        // lack nothing, and need no more than it.
        let mut found = facts(&mut reader, user, session, known).await?;
        let is_streamed = |room| !self.live.in_room(room).is_empty();
        if found.lacking(known, is_streamed) {
            drop(reader);
            let mut reader = self.readers.begin().await?;
            found = facts(&mut reader, user, session, known).await?;
            let syncs = history::sync_known(&mut reader, &self.live, known, &found.known, MAX_SNAPSHOT_MESSAGES);
            let syncs = syncs.await?;
            return Ok(self.completed(found.with(syncs)));
        }
        let current = |place: &Known| {
            let (room, _) = known.get(place.at)?;
            Some((*room, Synced { messages: Vec::new(), rev: place.rev, complete: true }))
        };
        let syncs = found.known.iter().filter_map(current).collect();
        Ok(self.completed(found.with(syncs)))
    }

    fn completed(&self, mut snapshot: Snapshot) -> Snapshot {
        self.live.complete_rooms(&mut snapshot.rooms);
        snapshot
    }
}

/// A snapshot without the messages that the client lacks, and the rooms in which it may lack some.
struct Facts {
    snapshot: Snapshot,
    known: Vec<Known>,
}

impl Facts {
    fn lacking(&self, known: &[(RoomId, i64)], is_streamed: impl Fn(RoomId) -> bool) -> bool {
        let lacks = |(room, rev): &(RoomId, i64), place: &Known| *rev != place.rev || is_streamed(*room);
        self.known.iter().any(|place| known.get(place.at).is_some_and(|known| lacks(known, place)))
    }

    fn with(self, syncs: Vec<(RoomId, Synced)>) -> Snapshot {
        Snapshot { syncs, ..self.snapshot }
    }
}

async fn facts(
    reader: &mut SqliteConnection,
    user: UserId,
    session: Option<SessionId>,
    known: &[(RoomId, i64)],
) -> Result<Facts> {
    let now = clock::now();
    let row = sqlx::query(AssertSqlSafe(query()))
        .bind(user.to_string())
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(i64::try_from(MAX_READY_ROOMS).unwrap_or(i64::MAX - 1) + 1)
        .bind(history::wanted(known)?)
        .bind(session.map(|session| session.to_string()))
        .bind(now.as_millis())
        .fetch_optional(reader)
        .await?;
    let row = row.ok_or(Error::Unauthenticated("the account is not active"))?;
    if !row.try_get::<bool, _>("live")? {
        return Err(Error::Unauthenticated("the session has ended"));
    }
    let (rooms, rooms_cursor) = summaries::page_from_json(row.try_get("rooms")?, MAX_READY_ROOMS)?;
    let snapshot = Snapshot {
        me: rows::me_from_row(&row, now)?,
        rooms,
        rooms_cursor,
        memberships: serde_json::from_str(row.try_get("memberships")?).map_err(Error::internal)?,
        preferences: preferences::from_row(&row)?,
        unread_notifications: row.try_get("unread_notifications")?,
        notified: row.try_get("notified")?,
        logged: row.try_get("logged")?,
        unread_threads: row.try_get("unread_threads")?,
        emoji_rev: row.try_get("emoji_rev")?,
        team: team::from_text(row.try_get("team")?)?,
        announcements: announcements::from_json(row.try_get("announcements")?)?,
        syncs: Vec::new(),
    };
    Ok(Facts { snapshot, known: serde_json::from_str(row.try_get("known")?).map_err(Error::internal)? })
}

fn query() -> String {
    format!(
        "SELECT {},
             CASE WHEN ?7 IS NULL
                  THEN EXISTS (SELECT 1 FROM bot_tokens t WHERE t.user_id = u.id)
                  ELSE EXISTS (SELECT 1 FROM sessions s WHERE s.pid = ?7 AND s.user_id = u.id
                               AND s.ended_at IS NULL AND s.expires_at > ?8) END AS live,
             ({}) AS rooms,
             (SELECT json_group_array(r.pid) FROM members m JOIN rooms r ON r.id = m.room_id
              WHERE m.user_id = u.id AND r.deleted_at IS NULL) AS memberships,
             ({}) AS known,
             {} AS unread_notifications, {} AS notified, {} AS logged, {} AS unread_threads, {} AS emoji_rev, {} AS team, ({}) AS announcements, {}
         FROM users u WHERE u.pid = ?1 AND u.deactivated_at IS NULL",
        rows::ME_COLUMNS,
        summaries::page_json(),
        history::known_json("?6", "?1"),
        notifications::COUNT_UNREAD,
        notifications::LAST,
        commit_log::NEWEST,
        threads::COUNT_UNREAD,
        emoji::REV,
        team::TEXT,
        announcements::standing_json("u.id", "?8"),
        preferences::COLUMNS
    )
}
