//! Lists come in pages that neither skip nor repeat, whatever happens between them.

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::{Person, Socket, TestApp, text};

/// Reads a list to its end in pages of two.
async fn pages(socket: &Socket, command: &str, name: &str, mut fields: Value) -> Vec<Value> {
    fields["limit"] = json!(2);
    let mut all = Vec::new();
    loop {
        let page = socket.call_ok(command, fields.clone()).await;
        let items = page[name].as_array().expect("a page");
        assert!(items.len() <= 2 && all.len() < 100, "{page}");
        all.extend(items.iter().cloned());
        match page.get("cursor") {
            Some(cursor) => fields["cursor"] = cursor.clone(),
            None => return all,
        }
    }
}

fn names(rooms: &[Value]) -> Vec<String> {
    rooms.iter().map(|room| text(&room["name"])).collect()
}

#[tokio::test]
async fn members_are_listed_in_the_order_of_their_coming() {
    let app = TestApp::spawn().await;
    let mut people = Vec::new();
    for at in 0..6 {
        people.push(app.person(&format!("person{at}")).await);
    }
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("public", "Members", &[]).await;
    for person in &people {
        person.connect().await.call_ok("room:join", json!({ "roomId": room })).await;
    }
    let ids = |members: &[Value]| -> Vec<String> { members.iter().map(|member| text(&member["user"]["id"])).collect() };
    let all = pages(&mina, "room:members", "members", json!({ "roomId": room })).await;
    assert_eq!(ids(&all)[1..], people.iter().map(|person| person.id.clone()).collect::<Vec<_>>());
    assert!(all.iter().all(|member| member["joinedAt"].is_string() && member["readSeq"].is_i64()), "{all:?}");

    // Whoever stands at the end of a page may leave before the next one is asked for.
    let first = mina.call_ok("room:members", json!({ "roomId": room, "limit": 3 })).await;
    mina.call_ok("room:kick", json!({ "roomId": room, "userId": people[1].id })).await;
    let rest = json!({ "roomId": room, "cursor": first["cursor"], "limit": 200 });
    let rest = mina.call_ok("room:members", rest).await;
    assert_eq!(
        ids(rest["members"].as_array().unwrap()),
        people[2..].iter().map(|person| person.id.clone()).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn public_rooms_are_listed_by_name_and_found_by_a_part_of_it() {
    let app = TestApp::spawn().await;
    let (mina, stranger) = (app.person("mina").await.connect().await, app.person("joon").await.connect().await);
    for name in ["Beta", "alpha", "점심 메뉴", "ALPHA two", "회의"] {
        mina.create_room("public", name, &[]).await;
    }
    mina.create_room("private", "Alpha secret", &[]).await;
    let all = pages(&stranger, "room:list", "rooms", json!({})).await;
    assert_eq!(names(&all), ["alpha", "ALPHA two", "Beta", "General", "점심 메뉴", "회의"]);
    assert!(all.iter().all(|room| room.get("unread").is_none()), "a public list is the same for everybody");
    for (query, found) in [
        ("ALPHA", vec!["alpha", "ALPHA two"]),
        (" 메뉴 ", vec!["점심 메뉴"]),
        ("%", vec![]),
        ("", vec!["alpha", "ALPHA two", "Beta", "General", "점심 메뉴", "회의"]),
    ] {
        assert_eq!(names(&pages(&stranger, "room:list", "rooms", json!({ "query": query })).await), found, "{query:?}");
    }
    // A room that goes between two pages takes nothing with it.
    let first = stranger.call_ok("room:list", json!({ "limit": 2 })).await;
    mina.call_ok("room:delete", json!({ "roomId": first["rooms"][1]["id"] })).await;
    let rest = stranger.call_ok("room:list", json!({ "cursor": first["cursor"] })).await;
    assert_eq!(names(rest["rooms"].as_array().unwrap()), ["Beta", "General", "점심 메뉴", "회의"]);
}

#[tokio::test]
async fn ones_own_rooms_come_unread_first_then_the_most_recent() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let joon = person.connect().await;
    let mut rooms = Vec::new();
    for at in 0..7 {
        rooms.push(mina.create_room("private", &format!("Room {at}"), &[&person]).await);
    }
    mina.say(&rooms[2], "unread").await;
    let mine = pages(&joon, "room:mine", "rooms", json!({})).await;
    let ids: Vec<_> = mine.iter().map(|room| text(&room["id"])).collect();
    assert_eq!((ids.len(), &ids[0]), (8, &rooms[2]), "General and seven more, the unread one first");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 8, "none twice");
    assert_eq!(ids[1..7], [6, 5, 4, 3, 1, 0].map(|at: usize| rooms[at].clone()));
    assert_eq!(mine[0]["lastMessage"]["content"], "unread");
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_carries_200_rooms_and_the_rest_follow_while_all_of_them_are_heard() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let calls: Vec<_> = (0..205)
        .map(|at| {
            mina.start_call(
                "room:create",
                json!({ "kind": "private", "name": at.to_string(), "participants": [person.id] }),
            )
        })
        .collect();
    let mut rooms = Vec::new();
    for call in calls {
        rooms.push(text(&call.answer().await["room"]["id"]));
    }
    let joon = person.connect().await;
    let first = joon.ready["rooms"].as_array().unwrap().clone();
    assert_eq!(first.len(), 200);
    let rest = joon.call_ok("room:mine", json!({ "cursor": joon.ready["roomsCursor"] })).await;
    assert!(rest.get("cursor").is_none(), "{rest}");
    let known = first.iter().chain(rest["rooms"].as_array().unwrap()).map(|room| text(&room["id"]));
    let known: BTreeSet<String> = known.collect();
    assert_eq!(known.len(), 206);
    let oldest = text(&rest["rooms"][0]["id"]);
    mina.say(&rooms[0], "heard").await;
    joon.hear_where("message:new", |new| new["message"]["roomId"] == rooms[0].as_str()).await;
    assert!(known.contains(&rooms[0]) && known.contains(&oldest));
}

#[tokio::test]
async fn history_is_read_in_every_direction_and_thread_by_thread() {
    let app = TestApp::spawn().await;
    let person: Person = app.person("mina").await;
    let mina = person.connect().await;
    let room = mina.create_room("private", "Past", &[]).await;
    let mut ids = Vec::new();
    for at in 2..=20 {
        ids.push(mina.say(&room, &at.to_string()).await["messageId"].clone());
    }
    let reply = mina.call_ok("message:send", json!({ "roomId": room, "content": "reply", "threadRoot": ids[3] })).await;
    let read = async |fields: Value| {
        let mut all = json!({ "roomId": room });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let page = mina.call_ok("messages:history", all).await;
        let seqs: Vec<i64> = page["messages"].as_array().unwrap().iter().map(|m| m["seq"].as_i64().unwrap()).collect();
        (seqs, page["hasMore"] == true)
    };
    assert_eq!(read(json!({})).await, ((1..=21).collect(), false));
    assert_eq!(read(json!({ "limit": 3 })).await, (vec![19, 20, 21], true));
    assert_eq!(read(json!({ "before": 4, "limit": 3 })).await, (vec![1, 2, 3], false));
    assert_eq!(read(json!({ "before": 10, "limit": 3 })).await, (vec![7, 8, 9], true));
    assert_eq!(read(json!({ "after": 10, "limit": 3 })).await, (vec![11, 12, 13], true));
    assert_eq!(read(json!({ "after": 19 })).await, (vec![20, 21], false));
    let (around, _) = read(json!({ "around": 10, "limit": 5 })).await;
    assert!(around.contains(&10) && around.len() == 5 && around.is_sorted(), "{around:?}");
    assert_eq!(read(json!({ "before": 1 })).await, (vec![], false));
    assert_eq!(read(json!({ "after": 21 })).await, (vec![], false));
    assert_eq!(read(json!({ "limit": 0 })).await.0, [21], "a limit is clamped");
    assert_eq!(read(json!({ "threadRoot": ids[3] })).await, (vec![5, reply["seq"].as_i64().unwrap()], false));
    assert_eq!(read(json!({ "threadRoot": ids[4] })).await, (vec![6], false));

    let (status, page) = person.http().get(&format!("/api/v1/rooms/{room}/messages?before=10&limit=3")).await;
    let over_socket = mina.call_ok("messages:history", json!({ "roomId": room, "before": 10, "limit": 3 })).await;
    assert_eq!((status, page), (200, over_socket), "the HTTP twin answers the same");
}
