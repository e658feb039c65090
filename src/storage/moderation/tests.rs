//! What the team's settings leave to some; and what is read for the list of reports.

use super::reports::page;
use crate::actor::By;
use crate::contract::{MayCreateRooms, MayMentionEverybody, RoomKind, UpdateTeam};
use crate::error::Error;
use crate::ids::{RoomId, UserId};
use crate::storage::plans::{opened, plan};
use crate::storage::{AppendMessage, GroupCall, Meant, NewRoom, Place, Storage};

fn new_room(kind: RoomKind) -> NewRoom {
    let name = (kind != RoomKind::Direct).then(|| "Room".to_owned());
    NewRoom { kind, name, topic: None, participants: Vec::new() }
}

async fn call_everybody(storage: &Storage, author: UserId, room: RoomId) -> bool {
    let group = GroupCall { who_is_here: None, most: 100, most_by_members: 100 };
    let message = AppendMessage {
        room,
        author,
        content: "@room".to_owned(),
        objection: None,
        client_message_id: None,
        reply_to: None,
        thread_root: None,
        also_in_room: false,
        streamed: false,
        mentions: Meant { names: Vec::new(), group: Some(group) },
        files: Vec::new(),
        links: Vec::new(),
    };
    storage.append_message(message).await.expect("it is sent in any case");
    let page = storage.history(author, room, Place::Newest, 1, None).await.expect("a page");
    page.messages[0].mentions_group.is_some()
}

#[tokio::test]
async fn the_team_decides_who_makes_rooms_and_who_mentions_everybody() {
    let (_folder, storage, mina) = opened().await;
    let decide = async |create_rooms, mention_everybody| {
        let change = UpdateTeam {
            create_rooms: Some(Some(create_rooms)),
            mention_everybody: Some(Some(mention_everybody)),
            ..UpdateTeam::default()
        };
        storage.update_team(By::Operator, change).await.expect("decided");
    };
    let room = storage.create_room(mina, new_room(RoomKind::Public), 100).await.expect("a room").room.id;
    decide(MayCreateRooms::Administrators, MayMentionEverybody::Moderators).await;
    let refused = storage.create_room(mina, new_room(RoomKind::Private), 100).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    storage.create_room(mina, new_room(RoomKind::Direct), 100).await.expect("direct rooms are everybody's");
    assert!(call_everybody(&storage, mina, room).await, "an owner looks after the room");
    decide(MayCreateRooms::Everyone, MayMentionEverybody::Administrators).await;
    assert!(!call_everybody(&storage, mina, room).await);
    storage.create_room(mina, new_room(RoomKind::Private), 100).await.expect("a room");
}

#[tokio::test]
async fn the_list_of_reports_begins_with_the_rooms_that_somebody_looks_after() {
    let (_folder, storage, _) = opened().await;
    let steps = plan(&storage, page("p.id < ?2", "50").0).await;
    for step in [
        "SEARCH s USING INDEX rooms_of_user (user_id=?)",
        "SEARCH o USING INDEX reports_of_message (room_id=?)",
        "SCAN o USING COVERING INDEX reports_to_server",
        "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)",
    ] {
        assert!(steps.iter().any(|found| found == step), "not {step}: {steps:#?}");
    }
    assert!(steps.iter().all(|step| !step.starts_with("SCAN p")), "every report is read: {steps:#?}");
}
