//! Notices as the servers of a cluster write them down for each other.

use super::{Audience, Notice, Reason};
use crate::contract::{Facts, Relayed};
use crate::error::{Error, Result};
use crate::ids::{RoomId, SessionId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Serialize, Deserialize)]
enum Written {
    Tell { to: Audience, name: String, payload: Box<RawValue>, facts: Box<Facts> },
    Enter { user: UserId, room: RoomId },
    Leave { user: UserId, room: RoomId },
    Close { room: RoomId },
    SeeReceipts { user: UserId, sees: bool },
    EndSession { session: SessionId, reason: Reason },
    EndUser { user: UserId, reason: Reason },
    Replace { sockets: Vec<String> },
}

/// What others have to know of notices; none when there is nothing that concerns them.
///
/// # Errors
/// `Internal` for an event that cannot be encoded.
pub fn encode(notices: &[Notice]) -> Result<Option<String>> {
    let written = notices.iter().filter_map(|notice| write(notice).transpose()).collect::<Result<Vec<_>>>()?;
    match &written[..] {
        [] => Ok(None),
        written => serde_json::to_string(written).map(Some).map_err(Error::internal),
    }
}

/// What `encode` wrote.
///
/// # Errors
/// `Internal` for what another version of Maru wrote, which this one does not know.
pub fn decode(text: &str) -> Result<Vec<Notice>> {
    let written: Vec<Written> = serde_json::from_str(text).map_err(Error::internal)?;
    Ok(written.into_iter().map(read).collect())
}

/// As `decode`, for what was passed on without being stored: something is told, or sockets are replaced.
///
/// # Errors
/// As `decode`; `Internal` for anything else, which is the matter of commits.
pub fn decode_passed(text: &str) -> Result<Vec<Notice>> {
    let notices = decode(text)?;
    let may_pass = |notice: &Notice| matches!(notice, Notice::Tell(..) | Notice::Replace { .. });
    if notices.iter().all(may_pass) { Ok(notices) } else { Err(Error::internal("only a commit may do that")) }
}

fn write(notice: &Notice) -> Result<Option<Written>> {
    Ok(Some(match notice {
        Notice::Tell(to, event) => {
            let Relayed { name, payload, facts } = Relayed::of(event)?;
            Written::Tell { to: to.clone(), name, payload, facts: Box::new(facts) }
        }
        Notice::Enter { user, room } => Written::Enter { user: *user, room: *room },
        Notice::Leave { user, room } => Written::Leave { user: *user, room: *room },
        Notice::Close { room } => Written::Close { room: *room },
        Notice::SeeReceipts { user, sees } => Written::SeeReceipts { user: *user, sees: *sees },
        Notice::EndSession { session, reason } => Written::EndSession { session: *session, reason: reason.clone() },
        Notice::EndUser { user, reason } => Written::EndUser { user: *user, reason: reason.clone() },
        Notice::Replace { sockets } => Written::Replace { sockets: sockets.clone() },
        Notice::Then(_) | Notice::ThenEverywhere(_) => return Ok(None),
    }))
}

fn read(written: Written) -> Notice {
    match written {
        Written::Tell { to, name, payload, facts } => Notice::Tell(to, Relayed { name, payload, facts: *facts }.into()),
        Written::Enter { user, room } => Notice::Enter { user, room },
        Written::Leave { user, room } => Notice::Leave { user, room },
        Written::Close { room } => Notice::Close { room },
        Written::SeeReceipts { user, sees } => Notice::SeeReceipts { user, sees },
        Written::EndSession { session, reason } => Notice::EndSession { session, reason },
        Written::EndUser { user, reason } => Notice::EndUser { user, reason },
        Written::Replace { sockets } => Notice::Replace { sockets },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{MessageReacted, ServerEvent};
    use crate::ids::MessageId;

    #[test]
    fn an_event_comes_out_as_it_went_in_with_what_a_server_asks_of_it() {
        let (room_id, user_id) = (RoomId::generate(), UserId::generate());
        let message_id = MessageId { room: room_id, seq: 3 };
        let reacted =
            MessageReacted { room_id, message_id, seq: 3, rev: 9, emoji: "👍".into(), user_id, on: true, count: 1 };
        let event: ServerEvent = reacted.into();
        let text = encode(&[Notice::to_room(room_id, event.clone()), Notice::Then(Box::new(|| ()))]).unwrap().unwrap();
        let notices = decode(&text).unwrap();
        let [Notice::Tell(Audience::Room(to), relayed)] = &notices[..] else { panic!("{text}") };
        assert_eq!((*to, relayed.name(), relayed.message_rev()), (room_id, event.name(), event.message_rev()));
        assert_eq!(relayed.room_rev(), event.room_rev());
        let same = |event: &ServerEvent| serde_json::to_string(event).unwrap();
        assert_eq!(same(relayed), same(&event));
        assert_eq!(encode(&[Notice::Then(Box::new(|| ()))]).unwrap(), None);
    }
}
