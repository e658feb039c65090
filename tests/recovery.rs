//! Whoever was away gets exactly what is missing, or is told to start afresh; never a silent gap.

mod support;

use maru::ids::ClientId;
use serde_json::{Value, json};
use support::{Options, Person, Socket, TestApp, back, connect_under_load, number, revs, text};

#[tokio::test]
async fn a_client_that_was_cut_off_gets_exactly_the_revs_that_it_lacks() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let joon = person.connect().await;
    let room = mina.create_room("private", "Away", &[&person]).await;
    let mut kept = Vec::new();
    for content in ["untouched", "edited", "deleted", "reacted", "pinned", "root", "twice"] {
        kept.push(mina.say(&room, content).await["messageId"].clone());
    }
    let [_, edited, deleted, reacted, pinned, root, twice] = &kept[..] else { unreachable!() };
    let seen = number(&mina.summary(&room).await["rev"]);
    joon.hear_where("message:new", |new| new["message"]["content"] == "twice").await;
    joon.cut().await;

    mina.call_ok("message:edit", json!({ "messageId": edited, "content": "other words" })).await;
    mina.call_ok("message:delete", json!({ "messageId": deleted })).await;
    mina.call_ok("message:react", json!({ "messageId": reacted, "emoji": "👍", "on": true })).await;
    mina.call_ok("message:pin", json!({ "messageId": pinned, "on": true })).await;
    mina.call_ok("message:send", json!({ "roomId": room, "content": "reply", "threadRoot": root })).await;
    mina.call_ok("message:edit", json!({ "messageId": twice, "content": "once" })).await;
    let last = mina.call_ok("message:edit", json!({ "messageId": twice, "content": "again" })).await;
    let new = mina.say(&room, "new").await;

    let joon = person.connect_with(back(&mina, &room, seen)).await.unwrap();
    let sync = joon.hear("sync").await;
    assert_eq!((&sync["roomId"], &sync["complete"], &sync["rev"]), (&json!(room), &json!(true), &new["rev"]));
    let next: Vec<i64> = vec![1, 2, 3, 4, 5, 6, 8, 9].into_iter().map(|step| seen + step).collect();
    assert_eq!(revs(&sync["messages"]), next, "ascending, each message once under its latest rev: {sync}");
    assert_eq!(last["rev"], seen + 8);

    let told = sync["messages"].as_array().unwrap();
    let by_id = |id: &Value| told.iter().find(|message| message["id"] == *id).expect("the message").clone();
    assert_eq!(by_id(edited)["content"], "other words");
    let tombstone = by_id(deleted);
    assert_eq!((&tombstone["deleted"], &tombstone["content"]), (&json!(true), &json!("")));
    assert_eq!(by_id(reacted)["reactions"][0]["count"], 1);
    assert_eq!(by_id(pinned)["pinned"], true);
    assert_eq!(by_id(root)["thread"]["replies"], 1);
    assert_eq!(by_id(twice)["content"], "again");
    assert!(told.iter().any(|message| message["threadRoot"] == *root && message["content"] == "reply"));
    // What a sync tells of a message is what its history tells.
    let history = joon.history(&room).await;
    for message in told {
        assert!(history.contains(message), "{message} is not in the history");
    }
    let current = person.connect_with(back(&mina, &room, number(&new["rev"]))).await.unwrap();
    let sync = current.hear("sync").await;
    assert_eq!((&sync["messages"], &sync["complete"]), (&json!([]), &json!(true)), "empty when current");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_too_much_or_knows_what_is_not_ours_starts_afresh() {
    let app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let room = mina.create_room("private", "Long", &[]).await;
    let start = number(&mina.summary(&room).await["rev"]);
    let calls: Vec<_> = (0..501)
        .map(|at| mina.start_call("message:send", json!({ "roomId": room, "content": at.to_string() })))
        .collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
    let afresh = async |options: Options, why: &str| {
        let sync = person.connect_with(options).await.unwrap().hear("sync").await;
        assert_eq!((&sync["complete"], &sync["messages"]), (&json!(false), &json!([])), "{why}");
        assert_eq!(sync["rev"], start + 501, "{why}");
    };
    afresh(back(&mina, &room, start), "501 messages are too many").await;
    afresh(back(&mina, &room, start + 502), "a rev ahead").await;
    afresh(back(&mina, &room, -1), "a rev that nobody has").await;
    let old = Options::websocket().auth("epoch", "of a backup").auth("rooms", json!({ &room: start + 501 }));
    afresh(old, "another epoch").await;

    let full = person.connect_with(back(&mina, &room, start + 1)).await.unwrap();
    let sync = full.hear("sync").await;
    assert_eq!((revs(&sync["messages"]).len(), &sync["complete"]), (500, &json!(true)), "500 are not too many");
    let rejoin = mina.call_ok("room:rejoin", json!({ "roomId": room, "rev": start })).await;
    assert_eq!((&rejoin["complete"], &rejoin["messages"]), (&json!(false), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_more_than_may_wait_for_a_socket_comes_back_all_the_same() {
    let app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let mut rooms = json!({});
    let content = "가".repeat(16_000);
    for name in ["First", "Second"] {
        let room = mina.create_room("private", name, &[]).await;
        rooms[&room] = mina.summary(&room).await["rev"].clone();
        let calls: Vec<_> =
            (0..100).map(|_| mina.start_call("message:send", json!({ "roomId": room, "content": content }))).collect();
        for call in calls {
            assert_eq!(call.answer().await["success"], true);
        }
    }
    let short = mina.create_room("private", "Short", &[]).await;
    rooms[&short] = mina.summary(&short).await["rev"].clone();
    for _ in 0..40 {
        mina.say(&short, &content).await;
    }
    for options in [Options::websocket().receive_buffer(4_096), Options::polling()] {
        let back = person.connect_with(options.auth("rooms", rooms.clone())).await.unwrap();
        let mut lacking = 0;
        for _ in 0..3 {
            let sync = back.hear("sync").await;
            assert_eq!(sync["complete"], json!(sync["roomId"] == short.as_str()), "{} is 4.8 MB", sync["roomId"]);
            lacking += sync["messages"].as_array().unwrap().len();
        }
        assert_eq!(lacking, 40);
        for room in rooms.as_object().unwrap().keys() {
            assert_eq!(back.history(room).await.last().unwrap()["content"], content.as_str());
        }
        let rejoined = back.call_ok("room:rejoin", json!({ "roomId": short, "rev": rooms[&short] })).await;
        assert_eq!(rejoined["messages"].as_array().unwrap().len(), 40);
        back.hear("room:rejoined").await;
    }
}

#[tokio::test]
async fn a_room_that_is_not_ones_own_any_more_is_in_no_answer() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let room = mina.create_room("private", "Lost", &[&person]).await;
    let kept = mina.create_room("private", "Kept", &[&person]).await;
    mina.call_ok("room:kick", json!({ "roomId": room, "userId": person.id })).await;
    let rooms = json!({ room.as_str(): 1, kept.as_str(): 1, "no-such-room": 1 });
    let joon = person.connect_with(Options::websocket().auth("rooms", rooms)).await.unwrap();
    let heard = joon.hear_the_rest(&mina, &kept).await;
    let synced: Vec<_> =
        heard.iter().filter(|heard| heard.event == "sync").map(|heard| &heard.payload["roomId"]).collect();
    assert_eq!(synced, [&json!(kept)]);
    assert!(!joon.ready.to_string().contains(&room), "{}", joon.ready);
}

#[tokio::test]
async fn rejoining_a_room_answers_what_is_missing_and_tells_the_others() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let joon = person.connect().await;
    let room = mina.create_room("private", "Back", &[&person]).await;
    let first = mina.say(&room, "first").await;
    let second = mina.say(&room, "second").await;

    let ack = joon.call_ok("room:rejoin", json!({ "roomId": room, "rev": first["rev"] })).await;
    assert_eq!((&ack["complete"], revs(&ack["messages"])), (&json!(true), vec![number(&second["rev"])]));
    assert_eq!((&ack["room"]["id"], &ack["room"]["unread"]), (&json!(room), &json!(2)));
    let mut told = joon.hear("room:rejoined").await;
    told["success"] = json!(true);
    assert_eq!(told, ack, "the event tells what the acknowledgement tells");
    let back = mina.hear("user:reconnected").await;
    assert_eq!(back, json!({ "roomId": room, "userId": person.id }));
    let nothing = joon.call_ok("room:rejoin", json!({ "roomId": room })).await;
    assert_eq!(nothing["complete"], false, "who has nothing loads the history");
    let heard = joon.hear_the_rest(&mina, &room).await;
    assert!(heard.iter().all(|heard| heard.event != "user:reconnected"), "one's own return is news to others only");
}

#[tokio::test]
async fn a_device_that_returns_is_told_that_its_session_is_restored() {
    let mut app = TestApp::spawn().await;
    let (mina_person, person) = (app.person("mina").await, app.person("joon").await);
    let mina = mina_person.connect().await;
    let device = ClientId::generate().to_string();
    let options = |rooms: Value| Options::websocket().auth("clientId", device.as_str()).auth("rooms", rooms);
    let first = person.connect_with(options(json!({}))).await.unwrap();
    assert_eq!(first.ready["clientId"], device.as_str());
    let room = mina.create_room("private", "Here", &[&person]).await;
    let heard = first.hear_the_rest(&mina, &room).await;
    assert!(heard.iter().all(|heard| heard.event != "session:restored"), "who comes for the first time was not here");
    let rev = number(&first.summary(&room).await["rev"]);
    let first_ready = first.ready.clone();
    first.cut().await;
    mina.say(&room, "missed").await;

    // The server learns of the end of a connection when it reads it: until then there is nothing to restore.
    let until_offline = async |socket: &Socket, person: &Person| loop {
        let presence = socket.call_ok("presence:get", json!({ "userIds": [person.id] })).await;
        if presence["presence"][&person.id]["connections"] == 0 {
            return;
        }
    };
    until_offline(&mina, &person).await;
    let other = person.connect().await;
    let second = person.connect_with(options(json!({ room.as_str(): rev }))).await.unwrap();
    let restored = second.hear("session:restored").await;
    assert_eq!((&restored["missed"], &restored["canReconnect"]), (&json!(1), &json!(true)));
    assert!(restored["rooms"].as_array().unwrap().contains(&json!(room)), "{restored}");
    assert!(text(&restored["disconnectedAt"]) <= text(&second.ready["serverTime"]));
    assert!(text(&restored["disconnectedAt"]) >= text(&first_ready["serverTime"]));
    let tab = person.connect_with(options(json!({}))).await.unwrap();
    for socket in [other, tab] {
        let heard = socket.hear_the_rest(&mina, &room).await;
        assert!(heard.iter().all(|heard| heard.event != "session:restored"), "who was not away is not restored");
    }

    // A planned restart and a crash are disconnects like any other.
    let mut last = text(&restored["disconnectedAt"]);
    for crash in [false, true] {
        if crash {
            app.kill9();
        }
        app.restart().await;
        let again = person.connect_with(options(json!({}))).await.unwrap();
        let restored = text(&again.hear("session:restored").await["disconnectedAt"]);
        assert!(
            last < restored && restored <= text(&again.ready["serverTime"]),
            "{restored} after {last}, crash: {crash}"
        );
        last = restored;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_while_clients_connect_is_neither_lost_nor_doubled() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await.connect().await, app.person("joon").await);
    connect_under_load(&mina, &joon, &joon).await;
}
