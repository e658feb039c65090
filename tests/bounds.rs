//! What the protocol promises up to a number holds up to it, and is refused or left out beyond.

mod support;

use std::time::Duration;

use maru::{clock, ids::ClientId};
use serde_json::{Value, json};
use sqlx::SqliteConnection;
use support::{Heard, Options, Person, TestApp, number, text};

/// People of a room who are in no other, so that it has this many members in all.
async fn fill(database: &mut SqliteConnection, room: &str, members: i64) {
    for statement in [
        "WITH RECURSIVE n(i) AS (SELECT (SELECT count(*) FROM users) + 1 UNION ALL SELECT i + 1 FROM n LIMIT
             (SELECT ?2 - count(*) FROM members m JOIN rooms r ON r.id = m.room_id WHERE r.pid = ?1))
         INSERT INTO users (pid, username, username_key, display_name, role, created_at)
         SELECT printf('01ARZ3NDEKTSV4RRFF%08d', i), 'crowd' || i, 'crowd' || i, 'Crowd', 'member', 0 FROM n",
        "INSERT INTO members (room_id, user_id, role, read_seq, read_counted, joined_at)
         SELECT r.id, u.id, 'member', 0, 0, 0 FROM rooms r, users u WHERE r.pid = ?1 AND u.username LIKE 'crowd%'
            AND NOT EXISTS (SELECT 1 FROM members m WHERE m.user_id = u.id) AND ?2 > 0",
        "UPDATE rooms SET member_count = (SELECT count(*) FROM members m WHERE m.room_id = rooms.id)
         WHERE pid = ?1 AND ?2 > 0",
    ] {
        sqlx::query(statement).bind(room).bind(members).execute(&mut *database).await.unwrap();
    }
    let query = "SELECT count(*) FROM members m JOIN rooms r ON r.id = m.room_id WHERE r.pid = ?";
    let count: i64 = sqlx::query_scalar(query).bind(room).fetch_one(database).await.unwrap();
    assert_eq!(count, members);
}

/// Rooms that somebody is in alone, each with as many messages; the first was active last. Answers with their ids.
async fn add_rooms(database: &mut SqliteConnection, person: &Person, rooms: usize, messages: i64) -> Vec<String> {
    for statement in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
         INSERT INTO rooms (pid, kind, name, name_key, member_count, last_seq, rev, counted, created_by, created_at,
             last_activity_at)
         SELECT printf('01ARZ3NDEKTSV4RRFG%08d', i), 'private', 'R' || i, 'r' || i, 1, ?3, ?3, ?3, u.id, 0, 1000000 - i
         FROM n, users u WHERE u.pid = ?1",
        "INSERT INTO members (room_id, user_id, role, read_seq, read_counted, joined_at)
         SELECT r.id, r.created_by, 'owner', ?3, ?3, 0 FROM rooms r
         WHERE r.pid LIKE '01ARZ3NDEKTSV4RRFG%' AND ?1 <> '' AND ?2 > 0",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
         INSERT INTO messages (room_id, seq, rev, ordinal, counts, kind, user_id, content, created_at)
         SELECT r.id, i, i, i, 1, 'text', r.created_by, 'text', 0 FROM rooms r, n
         WHERE r.pid LIKE '01ARZ3NDEKTSV4RRFG%' AND ?1 <> '' AND ?2 > 0",
    ] {
        let query = sqlx::query(statement).bind(&person.id).bind(rooms as i64).bind(messages);
        query.execute(&mut *database).await.unwrap();
    }
    (1..=rooms).map(|room| format!("01ARZ3NDEKTSV4RRFG{room:08}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_read_is_told_in_rooms_of_up_to_100_and_to_ones_own_devices_in_larger_ones() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let (joon, phone) = (person.connect().await, person.connect().await);
    let room = mina.create_room("private", "Crowd", &[&person]).await;
    let mut database = app.database().await;
    let is_joons = |told: &Value| told["userId"] == person.id.as_str();
    for (members, is_told) in [(100, true), (101, false)] {
        fill(&mut database, &room, members).await;
        let said = mina.say(&room, "read this").await;
        joon.call_ok("message:read", json!({ "roomId": room, "seq": said["seq"] })).await;
        let own = phone.hear_where("message:read", |told| told["seq"] == said["seq"]).await;
        assert_eq!((is_joons(&own), &own["unread"]), (true, &json!(0)));
        let heard = mina.hear_the_rest(&joon, &room).await;
        let told = heard.iter().any(|heard| heard.event == "message:read" && is_joons(&heard.payload));
        assert_eq!(told, is_told, "in a room of {members}: {heard:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shares_rooms_with_more_than_200_people_is_not_announced() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina_person, person, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (mina, speaker) = (mina_person.connect().await, sora.connect().await);
    let general = text(&mina.ready["rooms"][0]["id"]);
    // Somebody with few acquaintances, whose marker Mina hears at any time.
    speaker.call_ok("room:leave", json!({ "roomId": general })).await;
    let two = speaker.create_room("private", "Two", &[&mina_person]).await;
    let mut database = app.database().await;
    let is_joon = |told: &Value| told["userId"] == person.id.as_str();
    for (members, is_told) in [(201, true), (202, false)] {
        fill(&mut database, &general, members).await;
        let joon = person.log_in().await.connect().await;
        joon.call_ok("status:update", json!({ "status": "away", "text": members.to_string() })).await;
        if is_told {
            mina.hear_where("user:online", is_joon).await;
            mina.hear_where("user:status", is_joon).await;
        }
        let presence = mina.call_ok("presence:get", json!({ "userIds": [person.id] })).await;
        assert_eq!(presence["presence"][&person.id]["status"], "away", "it can be asked for");
        joon.disconnect().await;
        if is_told {
            mina.hear_within(Duration::from_secs(20), "user:offline", is_joon).await;
        }
    }
    let heard = mina.hear_the_rest(&speaker, &two).await;
    assert!(!heard.iter().any(|heard| heard.mentions(&person.id)), "{heard:?}");
}

/// The rooms of the `sync`s that a connection begins with, in their order, and whether each is complete.
async fn syncs(person: &Person, known: Value, last: &str) -> Vec<(String, bool, usize)> {
    let socket = person.connect_with(Options::websocket().auth("rooms", known)).await.unwrap();
    let heard = socket.hear_through("sync", |sync| sync["roomId"] == last).await;
    let sync = |heard: Heard| {
        let (room, complete) = (text(&heard.payload["roomId"]), heard.payload["complete"] == true);
        (room, complete, heard.payload["messages"].as_array().unwrap().len())
    };
    heard.into_iter().filter(|heard| heard.event == "sync").map(sync).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_named_room_is_synchronised_and_behind_500_that_lack_something_they_start_afresh() {
    let app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let rooms = add_rooms(&mut app.database().await, &person, 700, 1).await;
    // Of the first hundred nothing is lacking.
    let known: Value = rooms.iter().enumerate().map(|(at, room)| (room.clone(), json!(i32::from(at < 100)))).collect();
    let found = syncs(&person, known, &rooms[699]).await;
    let expected: Vec<_> = rooms
        .iter()
        .enumerate()
        .map(|(at, room)| (room.clone(), at < 600, usize::from((100..600).contains(&at))))
        .collect();
    assert_eq!(found, expected, "the most recently active first");
}

#[tokio::test]
async fn ten_thousand_rooms_can_be_named_and_no_more() {
    let app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let naming = |count: usize| {
        let rooms = (0..count).map(|at| (format!("01ARZ3NDEKTSV4RRFG{at:08}"), json!(1))).collect::<Value>();
        person.connect_with(Options::websocket().auth("rooms", rooms))
    };
    assert_eq!(naming(10_000).await.unwrap().ready["user"]["id"], person.id);
    let refused = naming(10_001).await.err().expect("a refusal");
    assert_eq!(refused.message(), "invalid: at most 10000 rooms can be named");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_5000_messages_rooms_start_afresh() {
    let app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let rooms = add_rooms(&mut app.database().await, &person, 12, 500).await;
    let known: Value = rooms.iter().map(|room| (room.clone(), json!(0))).collect();
    let found = syncs(&person, known, &rooms[11]).await;
    let expected: Vec<_> =
        rooms.iter().enumerate().map(|(at, room)| (room.clone(), at < 10, if at < 10 { 500 } else { 0 })).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_session_is_restored_within_five_minutes_and_not_later() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let general = text(&mina.ready["rooms"][0]["id"]);
    let device = ClientId::generate().to_string();
    let connect = async || person.connect_with(Options::websocket().auth("clientId", device.as_str())).await.unwrap();
    let mut joon = connect().await;
    let mut database = app.database().await;
    for (seconds, is_restored) in [(290, true), (301, false)] {
        joon.disconnect().await;
        let left = clock::now().as_millis() - seconds * 1_000;
        // As soon as the departure is noted, it is made an earlier one.
        let query = "UPDATE departures SET departed_at = ? WHERE departed_at IS NOT NULL AND client_id = ?";
        while sqlx::query(query).bind(left).bind(&device).execute(&mut database).await.unwrap().rows_affected() == 0 {}
        joon = connect().await;
        let heard = joon.hear_the_rest(&mina, &general).await;
        let restored = heard.iter().any(|heard| heard.event == "session:restored");
        assert_eq!(restored, is_restored, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_room_has_a_thousand_tasks_that_are_not_done() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Busy", &[]).await;
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
        INSERT INTO tasks (pid, room_id, title, status, created_by, created_at, updated_at)
        SELECT printf('01ARZ3NDEKTSV4RRFH%08d', i), r.id, 'Task', 'doing', r.created_by, 0, 0 FROM n, rooms r
        WHERE r.pid = ?";
    sqlx::query(fill).bind(&room).execute(&mut app.database().await).await.unwrap();
    let task = mina.add_task(&room, "The thousandth").await;
    let one_more = json!({ "roomId": room, "title": "One more" });
    assert_eq!(mina.call_refused("task:create", one_more.clone()).await["code"], "conflict");
    mina.call_ok("task:update", json!({ "taskId": task, "status": "done" })).await;
    mina.call_ok("task:create", one_more).await;
}

#[tokio::test]
async fn a_thousand_reminders_may_wait() {
    let app = TestApp::builder().generous().spawn().await;
    let (person, joon) = (app.person("mina").await, app.person("joon").await.connect().await);
    let mina = person.connect().await;
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
        INSERT INTO reminders (pid, user_id, text, due_at, created_at)
        SELECT printf('01ARZ3NDEKTSV4RRFJ%08d', i), u.id, 'Later', ?2, 0 FROM n, users u WHERE u.pid = ?1";
    let tomorrow = clock::now().as_millis() + 86_400_000;
    sqlx::query(fill).bind(&person.id).bind(tomorrow).execute(&mut app.database().await).await.unwrap();
    let wanted = json!({ "text": "One more", "inSeconds": 3_600 });
    let made = mina.call_ok("reminder:create", wanted.clone()).await;
    assert_eq!(mina.call_refused("reminder:create", wanted.clone()).await["code"], "conflict");
    joon.call_ok("reminder:create", wanted.clone()).await;
    mina.call_ok("reminder:delete", json!({ "reminderId": made["reminder"]["id"] })).await;
    mina.call_ok("reminder:create", wanted).await;
}

#[tokio::test]
async fn the_last_ten_thousand_messages_can_be_made_unread_again() {
    let app = TestApp::builder().generous().spawn().await;
    let (person, joon) = (app.person("mina").await, app.person("joon").await);
    let mut database = app.database().await;
    let room = add_rooms(&mut database, &person, 1, 10_010).await.remove(0);
    let mina = person.connect().await;
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [joon.id] })).await;
    let joon = joon.connect().await;
    let last = number(&joon.summary(&room).await["lastSeq"]);
    joon.call_ok("message:read", json!({ "roomId": room, "seq": last })).await;
    let refused = joon.call_refused("message:unread", json!({ "roomId": room, "seq": last - 10_001 })).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid"), &json!("seq")));
    assert_eq!(joon.summary(&room).await["unread"], 0, "what is refused changes nothing");
    let furthest = json!({ "roomId": room, "seq": last - 10_000 });
    // The line that tells of the invitation is none of them.
    assert_eq!(joon.call_ok("message:unread", furthest).await["unread"], 10_000);
}
