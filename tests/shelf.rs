//! Messages at hand: the pinned of a room, the saved of a person; and reactions under load.

mod support;

use serde_json::{Value, json};
use support::{Person, Socket, TestApp, number, text};

async fn pages(socket: &Socket, command: &str, mut fields: Value) -> Vec<Value> {
    fields["limit"] = json!(2);
    let mut all = Vec::new();
    loop {
        let page = socket.call_ok(command, fields.clone()).await;
        let items = page["messages"].as_array().expect("a page");
        assert!(items.len() <= 2 && all.len() < 100, "{page}");
        all.extend(items.iter().cloned());
        match page.get("cursor") {
            Some(cursor) => fields["cursor"] = cursor.clone(),
            None => return all,
        }
    }
}

/// Waits for the server's next millisecond: what is done in the same one has no order in time.
async fn a_moment_later(socket: &Socket) {
    let time = async || text(&socket.call_ok("heartbeat", json!({})).await["serverTime"]);
    let now = time().await;
    while time().await == now {}
}

#[tokio::test]
async fn pins_are_listed_the_last_pinned_first() {
    let app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let room = mina.create_room("private", "Pins", &[]).await;
    let mut ids = Vec::new();
    for at in 0..7 {
        ids.push(mina.say(&room, &at.to_string()).await["messageId"].clone());
    }
    let order = [3, 0, 6, 2, 5];
    for at in order {
        mina.call_ok("message:pin", json!({ "messageId": ids[at], "on": true })).await;
        a_moment_later(&mina).await;
    }
    mina.call_ok("message:pin", json!({ "messageId": ids[6], "on": false })).await;
    mina.call_ok("message:delete", json!({ "messageId": ids[2] })).await;
    let pinned: Vec<_> =
        pages(&mina, "room:pins", json!({ "roomId": room })).await.iter().map(|pin| pin["id"].clone()).collect();
    assert_eq!(pinned, [&ids[5], &ids[0], &ids[3]].map(Clone::clone));
    assert_eq!(person.http().get(&format!("/api/v1/rooms/{room}/pins")).await.1["messages"][0]["id"], pinned[0]);
}

#[tokio::test]
async fn what_somebody_saves_is_theirs_alone_and_hidden_with_its_room() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina_person, joon_person) = (app.person("mina").await, app.person("joon").await);
    let (mina, joon, phone) = (mina_person.connect().await, joon_person.connect().await, joon_person.connect().await);
    let room = mina.create_room("private", "Kept", &[&joon_person]).await;
    let mut ids = Vec::new();
    for at in 0..5 {
        ids.push(mina.say(&room, &at.to_string()).await["messageId"].clone());
    }
    let save = |at: usize, on: bool| json!({ "messageId": ids[at], "on": on });
    for at in [1, 4, 0] {
        joon.call_ok("message:save", save(at, true)).await;
        assert_eq!(phone.hear("message:saved").await, save(at, true));
        a_moment_later(&joon).await;
    }
    joon.call_ok("message:save", save(0, true)).await;
    let saved = pages(&joon, "messages:saved", json!({})).await;
    let order: Vec<&Value> = saved.iter().map(|one| &one["message"]["id"]).collect();
    assert_eq!(order, [&ids[0], &ids[4], &ids[1]], "the last saved first");
    assert!(saved.iter().all(|one| one["message"]["saved"] == true && one["savedAt"].is_string()), "{saved:?}");
    assert_eq!(saved[0]["room"], json!({ "id": room, "kind": "private", "name": "Kept" }));
    let marked: Vec<bool> = joon.history(&room).await[2..].iter().map(|message| message["saved"] == true).collect();
    assert_eq!(marked, [true, true, false, false, true]);
    assert!(mina.history(&room).await.iter().all(|message| message.get("saved").is_none()));
    assert_eq!(pages(&mina, "messages:saved", json!({})).await, Vec::<Value>::new());
    assert!(mina.hear_the_rest(&joon, &room).await.iter().all(|heard| heard.event != "message:saved"));

    joon.call_ok("message:save", save(4, false)).await;
    mina.call_ok("message:delete", json!({ "messageId": ids[1] })).await;
    let saved = pages(&joon, "messages:saved", json!({})).await;
    assert_eq!(saved.iter().map(|one| &one["message"]["id"]).collect::<Vec<_>>(), [&ids[0]]);
    let over_http = joon_person.http().get("/api/v1/saved").await.1;
    assert_eq!(over_http["messages"], json!(saved));
    mina.call_ok("room:kick", json!({ "roomId": room, "userId": joon_person.id })).await;
    assert_eq!(pages(&joon, "messages:saved", json!({})).await, Vec::<Value>::new(), "one may not see it any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_reactions_of_fifty_people_end_alike_for_all_and_in_one_order() {
    let app = TestApp::builder().generous().spawn().await;
    let mut people: Vec<Person> = Vec::new();
    for at in 0..50 {
        people.push(app.person(&format!("person{at}")).await);
    }
    let mina = app.person("mina").await.connect().await;
    let everybody: Vec<&Person> = people.iter().collect();
    let room = mina.create_room("private", "Crowd", &everybody).await;
    let id = text(&mina.say(&room, "vote").await["messageId"]);
    let mut sockets = Vec::new();
    for person in &people {
        sockets.push(person.connect().await);
    }
    let emoji = ["👍", "🎉", "❤️", ":no:"];
    let mut calls = Vec::new();
    for turn in 0..20 {
        for (at, socket) in sockets.iter().enumerate() {
            let react =
                json!({ "messageId": id, "emoji": emoji[(at + turn / 2) % 4], "on": turn % 2 == 0 || turn > 15 });
            calls.push(socket.start_call("message:react", react));
        }
    }
    let mut last_rev = 0;
    for call in calls {
        let ack = call.answer().await;
        assert_eq!(ack["success"], true, "{ack}");
        last_rev = last_rev.max(number(&ack["rev"]));
    }
    let reactions = mina.history(&room).await.last().unwrap()["reactions"].clone();
    let reactions = reactions.as_array().unwrap();
    // The last four turns set two different ones each.
    assert_eq!(reactions.iter().map(|reaction| number(&reaction["count"])).sum::<i64>(), 100, "{reactions:?}");
    let mut orders = Vec::new();
    for socket in sockets.iter().chain([&mina]) {
        socket.hear_where("message:reacted", |told| told["rev"] == last_rev).await;
        let told: Vec<Value> = socket
            .heard_events()
            .into_iter()
            .filter(|heard| heard.event == "message:reacted")
            .map(|heard| heard.payload)
            .collect();
        let revs: Vec<i64> = told.iter().map(|told| number(&told["rev"])).collect();
        assert!(revs.windows(2).all(|pair| pair[1] == pair[0] + 1), "each rev is told once, in order");
        for reaction in reactions {
            let last = told.iter().rev().find(|told| told["emoji"] == reaction["emoji"]).expect("it was told");
            assert_eq!(last["count"], reaction["count"]);
        }
        orders.push(told);
    }
    assert!(orders.windows(2).all(|pair| pair[0] == pair[1]), "everybody hears one order");
}
