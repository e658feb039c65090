//! What is in the snapshot of a connection that is being opened.

use crate::contract::ServerEvent;
use crate::ids::RoomId;
use std::collections::HashMap;

/// How much is in a snapshot: what is told of no more than that is not told again.
pub struct Had {
    /// The rev of each room that the link hears; -1 where the room itself is not in it.
    pub rooms: HashMap<RoomId, i64>,
    /// The rev up to which the link has the messages of a room that its client named.
    pub synced: HashMap<RoomId, i64>,
    /// The last notification of all.
    pub notified: i64,
    /// The last commit of all servers, where there are several.
    pub logged: i64,
}

impl Had {
    pub(super) fn knows(&self, event: &ServerEvent) -> bool {
        let has = |had: &HashMap<RoomId, i64>, told: Option<(RoomId, i64)>| {
            told.is_some_and(|(room, rev)| had.get(&room).is_some_and(|had| rev <= *had))
        };
        has(&self.rooms, event.room_rev())
            || has(&self.rooms, event.room_given())
            || has(&self.synced, event.message_rev())
            || event.notified().is_some_and(|id| id <= self.notified)
    }

    /// Who was taken out of a room is told that, and what gives it back to them, if anything does: be it in the snapshot.
    pub(super) fn left(&mut self, room: RoomId) {
        self.rooms.remove(&room);
        self.synced.remove(&room);
    }

    /// Whoever was out of a room and is back since the snapshot has it as it was then, not as it is in the snapshot.
    pub(super) fn forget(&mut self, given: Option<(RoomId, i64)>) {
        if let Some((room, rev)) = given
            && self.synced.get(&room).is_none_or(|synced| *synced < rev)
        {
            self.rooms.insert(room, rev);
            self.synced.remove(&room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{MemberLeft, MessageReacted};
    use crate::ids::{MessageId, UserId};

    fn reacted(room: RoomId, rev: i64) -> ServerEvent {
        let (message_id, user_id) = (MessageId { room, seq: 1 }, UserId::generate());
        MessageReacted { room_id: room, message_id, seq: 1, rev, emoji: "👍".into(), user_id, on: true, count: 1 }
            .into()
    }

    fn left(room: RoomId, rev: i64) -> ServerEvent {
        MemberLeft { room_id: room, user_id: UserId::generate(), by: None, rev }.into()
    }

    #[test]
    fn what_a_snapshot_has_is_not_told_again() {
        let (shown, named, other) = (RoomId::generate(), RoomId::generate(), RoomId::generate());
        let rooms = HashMap::from([(shown, 7), (named, -1), (other, -1)]);
        let mut had = Had { rooms, synced: HashMap::from([(named, 7)]), notified: 0, logged: 0 };
        // A departure at rev 6 has its line at 7.
        assert!(had.knows(&reacted(shown, 7)) && had.knows(&left(shown, 6)));
        assert!(!had.knows(&reacted(shown, 8)) && !had.knows(&left(shown, 7)));
        assert!(had.knows(&reacted(named, 7)) && !had.knows(&reacted(named, 8)));
        assert!(!had.knows(&left(named, 6)), "a sync says nothing of members");
        assert!(!had.knows(&reacted(other, 7)));
        had.left(other);
        assert!(!had.rooms.contains_key(&other), "what gives the room back is told");
        had.forget(Some((named, 6)));
        assert!(had.knows(&reacted(named, 7)), "the link came to the room before the snapshot");
        had.forget(Some((named, 9)));
        assert!(had.knows(&reacted(named, 9)) && !had.knows(&reacted(named, 10)), "as it was when the link came back");
    }
}
