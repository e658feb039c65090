//! Everybody hears a room's one order, answers come in the order of asking, and unread counts are exact.

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Heard, Person, Socket, TestApp, number, text};

const CLIENTS: usize = 50;
const SENDS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clients_that_send_at_once_hear_the_same_dense_order_and_each_message_once() {
    let app = TestApp::builder().generous().spawn().await;
    let mut people = Vec::new();
    for at in 0..5 {
        people.push(app.person(&format!("person{at}")).await);
    }
    let mut sockets = Vec::new();
    for at in 0..CLIENTS {
        sockets.push(people[at % people.len()].connect().await);
    }
    let others: Vec<&Person> = people.iter().skip(1).collect();
    let room = sockets[0].create_room("public", "Crowd", &others).await;
    let before = number(&sockets[0].summary(&room).await["lastSeq"]);

    let mut calls = Vec::new();
    for round in 0..SENDS {
        for (at, socket) in sockets.iter().enumerate() {
            let content = format!("{at}/{round}");
            calls.push((
                content.clone(),
                socket.start_call("message:send", json!({ "roomId": room, "content": content })),
            ));
        }
    }
    let mut sent = Vec::new();
    for (content, call) in calls {
        let ack = call.answer().await;
        assert_eq!(ack["success"], true, "{ack}");
        sent.push((number(&ack["seq"]), text(&ack["messageId"]), content));
    }
    sent.sort();
    let dense: Vec<i64> = (before + 1..).take(CLIENTS * SENDS).collect();
    assert_eq!(sent.iter().map(|(seq, ..)| *seq).collect::<Vec<_>>(), dense);

    let last = before + (CLIENTS * SENDS) as i64;
    for socket in &sockets {
        let is_last = |new: &Value| new["message"]["roomId"] == room.as_str() && new["message"]["seq"] == last;
        socket.hear_within(Duration::from_secs(10), "message:new", is_last).await;
        let heard = socket.heard_events().into_iter().filter(|heard| heard.event == "message:new");
        let messages = heard.map(|heard| heard.payload["message"].clone()).filter(|message| message["kind"] == "text");
        let heard: Vec<_> = messages
            .map(|message| (number(&message["seq"]), text(&message["id"]), text(&message["content"])))
            .collect();
        assert_eq!(heard, sent, "a client heard another order than the acknowledged one");
    }
}

/// A message as everybody has to see it, kept in the plainest way from what is told.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    content: String,
    pinned: bool,
    /// Who reacted with what.
    reactions: BTreeSet<(String, String)>,
}

impl Seen {
    fn hear(&mut self, heard: &Heard) {
        let payload = &heard.payload;
        if heard.event == "message:reacted" {
            let reaction = (text(&payload["emoji"]), text(&payload["userId"]));
            let changed =
                if payload["on"] == true { self.reactions.insert(reaction) } else { self.reactions.remove(&reaction) };
            assert!(changed, "what changes nothing is not told: {heard}");
            let count = self.reactions.iter().filter(|(emoji, _)| payload["emoji"] == emoji.as_str()).count();
            assert_eq!(payload["count"], count, "{heard}");
        } else {
            self.content = text(&payload["message"]["content"]);
            self.pinned = payload["message"]["pinned"] == true;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_reactions_of_fifty_clients_among_pins_and_edits_end_right_and_in_one_order_for_all() {
    let app = TestApp::builder().generous().spawn().await;
    let mut people = Vec::new();
    for at in 0..10 {
        people.push(app.person(&format!("person{at}")).await);
    }
    let mut sockets = Vec::new();
    for at in 0..CLIENTS {
        sockets.push(people[at % people.len()].connect().await);
    }
    let room = sockets[0].create_room("public", "Crowd", &people.iter().skip(1).collect::<Vec<_>>()).await;
    let message = text(&sockets[0].say(&room, "edit 0").await["messageId"]);
    let mut calls = Vec::new();
    for round in 0..SENDS {
        for (at, socket) in sockets.iter().enumerate() {
            let emoji = ["👍", "🎉", ":ship:"][(at + round) % 3];
            let fields = json!({ "messageId": message, "emoji": emoji, "on": (at / 10 + round) % 2 == 0 });
            calls.push(socket.start_call("message:react", fields));
        }
        // Only its author may edit it.
        let edit = json!({ "messageId": message, "content": format!("edit {}", round + 1) });
        calls.push(sockets[0].start_call("message:edit", edit));
        let pin = json!({ "messageId": message, "on": round % 2 == 0 });
        calls.push(sockets[round].start_call("message:pin", pin));
    }
    assert!(calls.len() > 1_000);
    for call in calls {
        let answer = call.answer().await;
        assert_eq!(answer["success"], true, "{answer}");
    }

    let stored = sockets[0].history(&room).await.into_iter().find(|found| found["id"] == message.as_str()).unwrap();
    let (last, mut ends) = (number(&stored["rev"]), BTreeSet::new());
    for reaction in stored["reactions"].as_array().expect("reactions") {
        let users = reaction["users"].as_array().expect("users");
        assert_eq!(reaction["count"], users.len(), "ten people at most");
        ends.extend(users.iter().map(|user| (text(&reaction["emoji"]), text(user))));
    }
    let stored = Seen { content: text(&stored["content"]), pinned: stored["pinned"] == true, reactions: ends };
    let mut order: Option<Vec<(i64, Value)>> = None;
    for socket in &sockets {
        while !socket.heard_events().iter().any(|heard| rev(heard, &message) == Some(last)) {
            tokio::task::yield_now().await;
        }
        let told = socket.heard_events().into_iter().filter_map(|heard| Some((rev(&heard, &message)?, heard)));
        let told: Vec<(i64, Heard)> = told.collect();
        assert!(told.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0), "every rev once and in order");
        let mut seen = Seen::default();
        told.iter().for_each(|(_, heard)| seen.hear(heard));
        assert_eq!(seen, stored, "what is told adds up to what is stored");
        let told: Vec<(i64, Value)> = told.into_iter().map(|(rev, heard)| (rev, heard.payload)).collect();
        // Devices of one person undo each other's, or come too late to change anything: how many is a matter of chance.
        assert!(told.len() > 100, "only {} changes", told.len());
        assert!(*order.get_or_insert_with(|| told.clone()) == told, "one order for all");
    }
}

/// The rev of an event that tells a change of this message.
fn rev(heard: &Heard, message: &str) -> Option<i64> {
    let payload = &heard.payload;
    match heard.event.as_str() {
        "message:reacted" if payload["messageId"] == message => payload["rev"].as_i64(),
        "message:updated" if payload["message"]["id"] == message => payload["message"]["rev"].as_i64(),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_a_burst_of_one_socket_come_in_the_order_of_asking() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Alone", &[]).await;
    let asked_before = mina.acknowledged().len();

    let mut calls = Vec::new();
    for at in 0..200 {
        calls.push(match at % 10 {
            3 => mina.start_call("messages:history", json!({ "roomId": room, "limit": 1 })),
            5 => mina.start_call("message:send", json!({ "roomId": room, "content": "" })),
            7 => mina.start_call("heartbeat", json!({})),
            9 => mina.start_call("no:such", json!({})),
            _ => mina.start_call("message:send", json!({ "roomId": room, "content": at.to_string() })),
        });
    }
    let mut seqs = Vec::new();
    for call in calls {
        if let Some(seq) = call.answer().await["seq"].as_i64() {
            seqs.push(seq);
        }
    }
    assert!(seqs.is_sorted() && seqs.len() == 120, "{seqs:?}");
    let acknowledged = mina.acknowledged()[asked_before..].to_vec();
    assert!(acknowledged.is_sorted(), "acknowledged in the order {acknowledged:?}");
}

#[tokio::test]
async fn what_counts_as_unread_is_what_others_wrote_into_the_room() {
    let app = TestApp::spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (joon_id, mina, joon) = (joon.clone(), mina.connect().await, joon.connect().await);
    let room = mina.create_room("public", "Counted", &[&joon_id]).await;
    assert_eq!(joon.summary(&room).await["unread"], 0, "what was there before one came is read");

    let first = mina.say(&room, "one").await;
    let second = mina.say(&room, "two").await;
    assert_eq!(joon.summary(&room).await["unread"], 2);
    assert_eq!(mina.summary(&room).await["unread"], 0, "one's own messages are read");
    let reply = json!({ "roomId": room, "content": "aside", "threadRoot": first["messageId"] });
    mina.call_ok("message:send", reply).await;
    mina.call_ok("room:update", json!({ "roomId": room, "name": "Renamed" })).await;
    assert_eq!(joon.summary(&room).await["unread"], 2, "thread replies and system lines do not count");

    mina.call_ok("message:delete", json!({ "messageId": second["messageId"] })).await;
    assert_eq!(joon.summary(&room).await["unread"], 1, "what was deleted unread is not unread");
    mina.say(&room, "three").await;
    let read = joon.call_ok("message:read", json!({ "roomId": room, "seq": first["seq"] })).await;
    assert_eq!(read["unread"], 1);
    let back = joon.call_ok("message:read", json!({ "roomId": room, "seq": 0 })).await;
    assert_eq!(back["unread"], 1, "a mark never goes back");
    mina.call_ok("message:delete", json!({ "messageId": first["messageId"] })).await;
    assert_eq!(joon.summary(&room).await["unread"], 1, "what was deleted after it was read changes nothing");
    joon.say(&room, "mine").await;
    assert_eq!(joon.summary(&room).await["unread"], 0, "who writes has read what is above");
    assert_eq!(mina.summary(&room).await["unread"], 1);
    let beyond = mina.call_ok("message:read", json!({ "roomId": room, "seq": 1_000_000 })).await;
    assert_eq!(beyond["unread"], 0);
    assert_eq!(mina.summary(&room).await["readSeq"], mina.summary(&room).await["lastSeq"]);
}

/// What a room holds and how far everybody has read, kept in the plainest way.
struct Model {
    /// By seq: the author, and whether it counts.
    messages: Vec<(usize, bool)>,
    read: [i64; 3],
}

impl Model {
    fn write(&mut self, author: usize, counts: bool) {
        self.messages.push((author, counts));
        let seq = self.messages.len() as i64;
        if counts || self.read[author] == seq - 1 {
            self.read[author] = self.read[author].max(seq);
        }
    }

    fn unread(&self, reader: usize) -> i64 {
        let behind = self.messages.iter().zip(1..).filter(|(_, seq)| *seq > self.read[reader]);
        behind.filter(|((author, counts), _)| *counts && *author != reader).count() as i64
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_counts_stay_exact_through_hundreds_of_changes() {
    let app = TestApp::builder().generous().spawn().await;
    let people = [app.person("a0").await, app.person("a1").await, app.person("a2").await];
    let sockets: [Socket; 3] = [people[0].connect().await, people[1].connect().await, people[2].connect().await];
    let room = sockets[0].create_room("public", "Model", &[&people[1], &people[2]]).await;
    // The room begins with two system lines, read by everybody.
    let mut model = Model { messages: vec![(0, false), (0, false)], read: [2; 3] };
    let mut written: Vec<(usize, i64, String)> = Vec::new();
    let mut state = 20_260_101_u64;
    let mut chance = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for step in 0..300 {
        let actor = chance(3) as usize;
        let socket = &sockets[actor];
        match chance(10) {
            0..4 => {
                let ack = socket.say(&room, &format!("step {step}")).await;
                model.write(actor, true);
                assert_eq!(ack["seq"], model.messages.len());
                written.push((actor, number(&ack["seq"]), text(&ack["messageId"])));
            }
            4 if !written.is_empty() => {
                let root = &written[chance(written.len() as u64) as usize].2;
                let reply = json!({ "roomId": room, "content": "reply", "threadRoot": root });
                socket.call_ok("message:send", reply).await;
                // A reply stands outside the list, so it is not read with it either.
                model.messages.push((actor, false));
            }
            5 => {
                sockets[0].call_ok("room:update", json!({ "roomId": room, "topic": format!("topic {step}") })).await;
                model.write(0, false);
            }
            6 | 7 if !written.is_empty() => {
                let (author, seq, id) = written.swap_remove(chance(written.len() as u64) as usize);
                sockets[author].call_ok("message:delete", json!({ "messageId": id })).await;
                model.messages[seq as usize - 1].1 = false;
            }
            _ => {
                let seq = chance(model.messages.len() as u64 + 3) as i64;
                let ack = socket.call_ok("message:read", json!({ "roomId": room, "seq": seq })).await;
                model.read[actor] = model.read[actor].max(seq.min(model.messages.len() as i64));
                assert_eq!(ack["unread"], model.unread(actor), "step {step}: the answer to person {actor}");
            }
        }
        for (reader, socket) in sockets.iter().enumerate() {
            let unread = &socket.summary(&room).await["unread"];
            assert_eq!(*unread, model.unread(reader), "step {step}: person {reader}");
        }
    }
}
