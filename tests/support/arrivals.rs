//! Those who come, or come back, while others go on writing.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Options, Person, Socket, number};

const CLIENTS: usize = 50;
const MESSAGES: usize = 500;
/// Messages that wait for their acknowledgements together.
const TOGETHER: usize = 10;
const ALL_WITHIN: Duration = Duration::from_secs(10);

/// Options of a client that comes back with this rev of one room.
pub fn back(socket: &Socket, room: &str, rev: i64) -> Options {
    let epoch = socket.ready["epoch"].clone();
    Options::websocket().auth("epoch", epoch).auth("rooms", json!({ room: rev }))
}

pub fn revs(messages: &Value) -> Vec<i64> {
    messages.as_array().expect("messages").iter().map(|message| number(&message["rev"])).collect()
}

/// Has many clients of `who` connect while `speaker` writes to a room of both; each has to have every message once and
/// in order, from what it begins with or live. `comes` is the same person, at the server that they connect to.
pub async fn connect_under_load(speaker: &Socket, who: &Person, comes: &Person) {
    let room = speaker.create_room("private", "Hammer", &[who]).await;
    let start = number(&speaker.summary(&room).await["rev"]);
    let connecting = async {
        let mut sockets = Vec::new();
        for at in 0..CLIENTS {
            // Every other one knows the room as it was at the beginning; the rest trust what `ready` says.
            let knows = at % 2 == 0;
            let options = if knows { back(speaker, &room, start) } else { Options::websocket() };
            sockets.push((knows, comes.connect_with(options).await.expect("a connection")));
        }
        sockets
    };
    let ((), sockets) = tokio::join!(write_many(speaker, &room), connecting);
    let mut met_midway = BTreeSet::new();
    for (knows, socket) in sockets {
        met_midway.insert(begins_with_and_hears_each_once(&socket, &room, knows, start).await);
    }
    assert!(met_midway.len() > CLIENTS / 10, "the clients connected at only {met_midway:?}: nothing was interleaved");
}

async fn write_many(speaker: &Socket, room: &str) {
    for batch in 0..MESSAGES / TOGETHER {
        let send = |at| {
            let payload = json!({ "roomId": room, "content": format!("{batch}/{at}") });
            speaker.start_call("message:send", payload)
        };
        let calls: Vec<_> = (0..TOGETHER).map(send).collect();
        for call in calls {
            assert_eq!(call.answer().await["success"], true);
        }
    }
}

/// Answers with how many it began with.
async fn begins_with_and_hears_each_once(socket: &Socket, room: &str, knows: bool, start: i64) -> usize {
    let last = start + MESSAGES as i64;
    let mut have = if knows {
        let sync = socket.hear("sync").await;
        assert_eq!(sync["complete"], true);
        let missing = revs(&sync["messages"]);
        assert_eq!(missing, (start + 1..=number(&sync["rev"])).collect::<Vec<_>>(), "a hole in the sync");
        missing
    } else {
        let rooms = socket.ready["rooms"].as_array().expect("rooms");
        let found = rooms.iter().find(|found| found["id"] == room).expect("the room");
        (start + 1..=number(&found["rev"])).collect()
    };
    let began_with = have.len();
    if have.last() != Some(&last) {
        socket.hear_within(ALL_WITHIN, "message:new", |new| new["message"]["rev"] == last).await;
    }
    let mut live = socket.heard_events();
    live.retain(|heard| heard.event == "message:new" && heard.payload["message"]["roomId"] == room);
    have.extend(live.iter().map(|heard| number(&heard.payload["message"]["rev"])));
    assert_eq!(have, (start + 1..=last).collect::<Vec<_>>(), "every rev exactly once, in order");
    began_with
}
