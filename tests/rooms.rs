//! Rooms: made, found again, changed, muted, deleted; who is told, and who may.

mod support;

use serde_json::{Value, json};
use support::{Heard, Socket, TestApp, number, text};

/// The names of the events among these that speak of a room, in order.
fn about<'a>(heard: &'a [Heard], room: &str) -> Vec<&'a str> {
    heard.iter().filter(|heard| heard.mentions(room)).map(|heard| heard.event.as_str()).collect()
}

/// What the system lines of a room tell, oldest first.
async fn lines(socket: &Socket, room: &str) -> Vec<Value> {
    let history = socket.history(room).await;
    history.into_iter().filter(|message| message["kind"] == "system").map(|message| message["system"].clone()).collect()
}

#[tokio::test]
async fn a_new_room_is_told_to_its_participants_before_anything_in_it() {
    let app = TestApp::spawn().await;
    let (mina_person, joon_person, sora) =
        (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (mina, phone) = (mina_person.connect().await, mina_person.connect().await);
    let (joon, sora) = (joon_person.connect().await, sora.connect().await);
    let general = text(&mina.ready["rooms"][0]["id"]);

    let created = json!({ "kind": "private", "name": "  Lunch 점심 ", "topic": "where to", "participants": [joon_person.id, joon_person.id, mina_person.id] });
    let room = mina.call_ok("room:create", created).await["room"].clone();
    let id = text(&room["id"]);
    for (field, value) in [
        ("kind", json!("private")),
        ("name", json!("Lunch 점심")),
        ("topic", json!("where to")),
        ("memberCount", json!(2)),
        ("unread", json!(0)),
        ("mentions", json!(0)),
        ("muted", json!(false)),
        ("role", json!("owner")),
    ] {
        assert_eq!(room[field], value, "{field} of {room}");
    }
    assert_eq!(room["readSeq"], room["lastSeq"], "what was there from the beginning is read");
    assert!(room.get("members").is_none(), "only direct rooms carry their members");
    mina.say(&id, "first").await;

    for (who, socket, role) in [("joon", &joon, "member"), ("mina's phone", &phone, "owner")] {
        let heard = socket.hear_the_rest(&mina, &general).await;
        assert_eq!(about(&heard, &id).first(), Some(&"room:created"), "{who} heard {:?}", about(&heard, &id));
        let told = heard.iter().find(|heard| heard.event == "room:created").expect("the room");
        assert_eq!(
            (&told.payload["room"]["role"], &told.payload["room"]["unread"]),
            (&json!(role), &json!(0)),
            "{who}"
        );
        let first = heard.iter().filter(|heard| heard.event == "message:new").map(|heard| &heard.payload["message"]);
        assert!(first.clone().any(|message| message["content"] == "first"), "{who}");
        let told_rev = number(&told.payload["room"]["rev"]);
        assert!(first.clone().all(|message| number(&message["rev"]) > told_rev), "{who} was told something twice");
    }
    sora.heard_nothing_of(&id, &mina, &general).await;
    let participants = json!([{ "id": joon_person.id, "displayName": "joon" }]);
    assert_eq!(
        lines(&mina, &id).await,
        [json!({ "event": "created" }), json!({ "event": "invited", "users": participants })]
    );
    let unknown = json!({ "kind": "public", "name": "None", "participants": ["nobody"] });
    assert_eq!(mina.call_refused("room:create", unknown).await["code"], "not_found");
}

#[tokio::test]
async fn a_direct_room_of_the_same_people_is_found_again_by_each_of_them() {
    let app = TestApp::spawn().await;
    let (mina_person, joon_person, sora_person) =
        (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (mina, joon, sora) = (mina_person.connect().await, joon_person.connect().await, sora_person.connect().await);
    let direct = |people: &[&str]| json!({ "kind": "direct", "participants": people });
    let (m, j, s) = (mina_person.id.as_str(), joon_person.id.as_str(), sora_person.id.as_str());

    let room = mina.call_ok("room:create", direct(&[j])).await["room"].clone();
    let id = text(&room["id"]);
    assert!(room.get("name").is_none(), "a direct room is named by its members: {room}");
    let mut members: Vec<_> = room["members"].as_array().unwrap().iter().map(|member| text(&member["id"])).collect();
    members.sort();
    let mut expected = [m.to_owned(), j.to_owned()];
    expected.sort();
    assert_eq!(members, expected);
    assert_eq!(joon.hear("room:created").await["room"]["id"], id.as_str());
    for (socket, people) in [(&mina, vec![j]), (&mina, vec![j, m, j]), (&joon, vec![m]), (&joon, vec![j, m])] {
        let again = socket.call_ok("room:create", direct(&people)).await;
        assert_eq!(again["room"]["id"], id.as_str(), "{people:?}");
    }
    let three = text(&mina.call_ok("room:create", direct(&[j, s])).await["room"]["id"]);
    assert_ne!(three, id);
    assert_eq!(sora.call_ok("room:create", direct(&[m, j])).await["room"]["id"], three.as_str());
    let alone = text(&mina.call_ok("room:create", direct(&[])).await["room"]["id"]);
    assert_eq!(mina.call_ok("room:create", direct(&[m])).await["room"]["id"], alone.as_str());
    let created: Vec<_> =
        joon.hear_the_rest(&mina, &id).await.into_iter().filter(|heard| heard.event == "room:created").collect();
    assert_eq!(created.len(), 1, "a room that is found again is not told again: {created:?}");

    for (command, fields) in [
        ("room:invite", json!({ "roomId": id, "userIds": [s] })),
        ("room:kick", json!({ "roomId": id, "userId": j })),
        ("room:update", json!({ "roomId": id, "name": "Name" })),
        ("room:update", json!({ "roomId": id, "kind": "public" })),
        ("room:leave", json!({ "roomId": id })),
        ("room:delete", json!({ "roomId": id })),
    ] {
        assert_eq!(mina.call_refused(command, fields.clone()).await["code"], "forbidden", "{command} {fields}");
    }
}

#[tokio::test]
async fn name_and_topic_are_changed_by_owner_or_administrator_and_the_kind_by_the_owner() {
    let app = TestApp::spawn().await;
    let (admin_person, joon_person) = (app.admin().await, app.person("joon").await);
    let (admin, joon) = (admin_person.connect().await, joon_person.connect().await);
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Before", &[&admin_person, &joon_person]).await;

    let update = |fields: Value| {
        let mut all = json!({ "roomId": room });
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        all
    };
    assert_eq!(joon.call_refused("room:update", update(json!({ "name": "Mine" }))).await["code"], "forbidden");
    let renamed = mina.call_ok("room:update", update(json!({ "name": "After" }))).await["room"].clone();
    assert_eq!((&renamed["name"], renamed.get("role")), (&json!("After"), None), "the room as everybody sees it");
    assert_eq!(joon.hear("room:updated").await["room"], renamed);
    admin.call_ok("room:update", update(json!({ "topic": "by an administrator" }))).await;
    assert_eq!(joon.hear("room:updated").await["room"]["topic"], "by an administrator");
    assert_eq!(admin.call_refused("room:update", update(json!({ "kind": "public" }))).await["code"], "forbidden");
    let mixed = update(json!({ "name": "Both", "kind": "public" }));
    assert_eq!(admin.call_refused("room:update", mixed).await["code"], "forbidden");
    mina.call_ok("room:update", update(json!({ "kind": "public", "topic": "" }))).await;
    let opened = joon.hear("room:updated").await["room"].clone();
    assert_eq!((&opened["kind"], &opened["name"], opened.get("topic")), (&json!("public"), &json!("After"), None));

    let same = update(json!({ "name": "After", "topic": "", "kind": "public" }));
    mina.call_ok("room:update", same).await;
    assert_eq!(about(&joon.hear_the_rest(&mina, &room).await, "room:updated"), Vec::<&str>::new());
    let lines = lines(&joon, &room).await;
    let told: Vec<_> = lines.iter().skip(2).map(|line| text(&line["event"])).collect();
    assert_eq!(told, ["renamed", "topic", "topic", "kind"], "what stands as wanted already is not told: {lines:?}");
    let stranger = app.person("stranger").await.connect().await;
    stranger.call_ok("room:join", json!({ "roomId": room })).await;
}

#[tokio::test]
async fn a_deleted_room_is_gone_for_everybody() {
    let app = TestApp::spawn().await;
    let (admin_person, joon_person) = (app.admin().await, app.person("joon").await);
    let (admin, joon) = (admin_person.connect().await, joon_person.connect().await);
    let mina = app.person("mina").await.connect().await;
    let general = text(&mina.ready["rooms"][0]["id"]);
    let room = mina.create_room("public", "Short", &[&admin_person, &joon_person]).await;
    let other = mina.create_room("public", "Shorter", &[&admin_person]).await;
    assert_eq!(joon.call_refused("room:delete", json!({ "roomId": room })).await["code"], "forbidden");
    let _before = joon.hear_the_rest(&mina, &general).await;
    mina.call_ok("room:delete", json!({ "roomId": room })).await;
    let withdrawn = json!({ "roomId": room, "unread": 0, "unreadThreads": 0 });
    assert_eq!(joon.hear("notification:withdrawn").await, withdrawn);
    assert_eq!(joon.hear("room:deleted").await, json!({ "roomId": room }));
    admin.call_ok("room:delete", json!({ "roomId": other })).await;
    for socket in [&mina, &joon] {
        let list = socket.call_ok("room:list", json!({})).await;
        assert!(!list.to_string().contains("Short"), "{list}");
        assert_eq!(socket.call_refused("room:join", json!({ "roomId": room })).await["code"], "not_found");
    }
    assert_eq!(about(&joon.hear_the_rest(&mina, &general).await, &room), Vec::<&str>::new());
}

#[tokio::test]
async fn a_room_is_muted_for_oneself_alone() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let (joon, phone) = (person.connect().await, person.connect().await);
    let room = mina.create_room("private", "Loud", &[&person]).await;
    joon.call_ok("room:mute", json!({ "roomId": room, "muted": true })).await;
    assert_eq!(phone.hear("room:muted").await, json!({ "roomId": room, "muted": true }));
    assert_eq!(
        (&joon.summary(&room).await["muted"], &mina.summary(&room).await["muted"]),
        (&json!(true), &json!(false))
    );
    assert!(mina.hear_the_rest(&joon, &room).await.iter().all(|heard| heard.event != "room:muted"));
    joon.call_ok("room:mute", json!({ "roomId": room, "muted": false })).await;
    assert_eq!(joon.summary(&room).await["muted"], false);
}

#[tokio::test]
async fn favourites_keep_an_order_of_ones_own_on_all_devices() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let (joon, phone) = (person.connect().await, person.connect().await);
    let mut rooms = Vec::new();
    for name in ["One", "Two", "Three"] {
        rooms.push(mina.create_room("private", name, &[&person]).await);
    }
    let [one, two, three] = &rooms[..] else { panic!("three rooms") };
    for (room, position, order) in [
        (one, json!(0), vec![one]),
        (two, json!(0), vec![two, one]),
        (three, json!(9), vec![two, one, three]),
        (three, json!(1), vec![two, three, one]),
        (three, json!(1), vec![two, three, one]),
        (two, json!(2), vec![three, one, two]),
        (one, json!(null), vec![three, two]),
        (one, json!(null), vec![three, two]),
    ] {
        joon.call_ok("room:favourite", json!({ "roomId": room, "position": position })).await;
        assert_eq!(phone.hear("room:favourites").await, json!({ "roomIds": order }), "{position}");
    }
    let places = [joon.summary(three).await, joon.summary(two).await].map(|room| room["favourite"].as_i64());
    assert!(places[0].is_some() && places[0] < places[1], "{places:?}");
    assert!(joon.summary(one).await.get("favourite").is_none(), "it was taken off");
    assert!(mina.summary(three).await.get("favourite").is_none(), "others have favourites of their own");
    assert!(mina.hear_the_rest(&joon, three).await.iter().all(|heard| heard.event != "room:favourites"));

    joon.call_ok("room:leave", json!({ "roomId": three })).await;
    joon.call_ok("room:favourite", json!({ "roomId": one, "position": 1 })).await;
    let told = phone.hear_where("room:favourites", |told| told["roomIds"][0] == two.as_str()).await;
    assert_eq!(told, json!({ "roomIds": [two, one] }), "a room that was left leaves no hole");
}

#[tokio::test]
async fn somebody_owns_at_most_so_many_rooms_and_a_deleted_one_does_not_count() {
    let app = TestApp::builder().env("MARU_LIMITS_ROOMS_PER_USER", 2).spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let new = json!({ "kind": "private", "name": "Room" });
    let first = text(&mina.call_ok("room:create", new.clone()).await["room"]["id"]);
    mina.call_ok("room:create", new.clone()).await;
    assert_eq!(mina.call_refused("room:create", new.clone()).await["code"], "conflict");
    mina.call_ok("room:create", json!({ "kind": "direct", "participants": [person.id] })).await;
    mina.call_ok("room:delete", json!({ "roomId": first })).await;
    mina.call_ok("room:create", new).await;
}
