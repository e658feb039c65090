//! A stream as long as a message may be, in a room of a hundred.

use crate::returning::joined;
use crate::support::{Person, Socket, TestApp, number, text};
use crate::{begin, chunk, end, patient, stored};
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;

const MEMBERS: usize = 100;
const CHUNKS: usize = 2_000;
/// Who comes in the middle of it, beside those who are there.
const LATE: usize = 5;
/// Chunks that wait for their acknowledgement.
const UNDER_WAY: usize = 64;
/// Two hundred thousand deliveries on a busy machine, built for debugging.
const PATIENCE: Duration = Duration::from_secs(60);

/// All of them together are as long as a message may be.
fn words(index: usize) -> String {
    format!("{index:04} 글 ")
}

/// A room of people who are all here, the first of whom made it.
async fn crowd(app: &TestApp) -> (Vec<Person>, Vec<Socket>, String) {
    let (mut people, mut sockets) = (Vec::new(), Vec::new());
    for at in 0..MEMBERS {
        people.push(app.person(&format!("person{at}")).await);
    }
    let others: Vec<&Person> = people[1..].iter().collect();
    sockets.push(people[0].connect().await);
    let room = sockets[0].create_room("private", "Crowd", &others).await;
    for person in &people[1..] {
        sockets.push(person.connect().await);
    }
    (people, sockets, room)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_chunks_reach_a_room_of_a_hundred_each_once_and_in_order() {
    let app = patient("30s").spawn().await;
    let (people, sockets, room) = crowd(&app).await;
    assert_eq!(number(&sockets[0].summary(&room).await["memberCount"]), MEMBERS as i64);
    let (sender, whole) = (&sockets[0], (0..CHUNKS).map(words).collect::<String>());
    let id = begin(sender, &room).await;
    let mut late: Vec<(Value, Socket)> = Vec::new();
    let mut under_way = VecDeque::new();
    for index in 0..CHUNKS {
        under_way.push_back(sender.start_call("message:stream:chunk", chunk(&id, index, &words(index))));
        if index % 100 == 99 {
            // As a sender does who lacks an answer.
            under_way.push_back(sender.start_call("message:stream:chunk", chunk(&id, index, "again")));
        }
        while under_way.len() > UNDER_WAY {
            let answer = under_way.pop_front().expect("one is under way").answer().await;
            assert_eq!(answer["success"], true, "{answer}");
        }
        if index >= CHUNKS / 2 && late.len() < LATE {
            let socket = people[1 + late.len()].connect().await;
            late.push((stored(&socket, &room, &id).await, socket));
        }
    }
    for call in under_way {
        assert_eq!(call.answer().await["success"], true);
    }
    end(sender, &id).await;
    for socket in sockets.iter().chain(late.iter().map(|(_, socket)| socket)) {
        let of_it = |told: &Value| told["message"]["id"] == id.as_str();
        let ended = socket.hear_within(PATIENCE, "message:stream:end", of_it).await;
        assert_eq!(ended["message"]["content"], whole.as_str());
        assert_eq!(number(&ended["message"]["stream"]["nextIndex"]), CHUNKS as i64);
    }
    for socket in &sockets {
        let chunks = socket.heard_events().into_iter().filter(|heard| heard.event == "message:stream:chunk");
        let chunks: Vec<(i64, String)> =
            chunks.map(|heard| (number(&heard.payload["index"]), text(&heard.payload["chunk"]))).collect();
        let expected: Vec<(i64, String)> = (0..CHUNKS).map(|index| (index as i64, words(index))).collect();
        assert!(chunks == expected, "{} chunks came, not each once and in order", chunks.len());
    }
    for (message, socket) in &late {
        assert_eq!(message["stream"]["state"], "open", "{message}");
        assert_eq!(joined(message, socket), whole);
    }
    assert_eq!(stored(&sockets[MEMBERS - 1], &room, &id).await["content"], whole.as_str());
}
