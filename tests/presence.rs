//! Who is here, who is typing, what people say of themselves, and how well a connection is.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use support::{Options, TestApp, text};

#[tokio::test]
async fn typing_is_told_to_the_others_in_the_room_only() {
    let app = TestApp::spawn().await;
    let (mina_person, joon_person) = (app.person("mina").await, app.person("joon").await);
    let (mina, phone, joon) = (mina_person.connect().await, mina_person.connect().await, joon_person.connect().await);
    let stranger = app.person("stranger").await.connect().await;
    let general = text(&mina.ready["rooms"][0]["id"]);
    let room = mina.create_room("private", "Typing", &[&joon_person]).await;
    let root = mina.say(&room, "root").await["messageId"].clone();

    mina.call_ok("typing:start", json!({ "roomId": room })).await;
    let started = joon.hear("typing:start").await;
    assert_eq!(
        started,
        json!({ "roomId": room, "user": { "id": mina_person.id, "username": "mina", "displayName": "mina" } })
    );
    mina.call_ok("typing:start", json!({ "roomId": room, "threadRoot": root })).await;
    assert_eq!(joon.hear("typing:start").await["threadRoot"], root);
    for nowhere in [json!(format!("{room}-99999")), json!(format!("{general}-1"))] {
        let refused = mina.call_refused("typing:start", json!({ "roomId": room, "threadRoot": nowhere })).await;
        assert_eq!(refused["code"], "not_found", "{nowhere}");
    }
    mina.call_ok("typing:stop", json!({ "roomId": room, "threadRoot": root })).await;
    assert_eq!(joon.hear("typing:stop").await, json!({ "roomId": room, "userId": mina_person.id, "threadRoot": root }));
    mina.call_ok("typing:stop", json!({ "roomId": room })).await;
    assert_eq!(joon.hear("typing:stop").await, json!({ "roomId": room, "userId": mina_person.id }));
    mina.call_ok("typing:stop", json!({ "roomId": room })).await;
    let heard = joon.hear_the_rest(&mina, &room).await;
    assert!(heard.iter().all(|heard| heard.event != "typing:stop"), "who was not typing stops nothing");
    for socket in [&mina, &phone] {
        let heard = socket.hear_the_rest(&joon, &room).await;
        assert!(heard.iter().all(|heard| !heard.event.starts_with("typing:")), "one's own devices know: {heard:?}");
    }
    stranger.heard_nothing_of(&room, &mina, &general).await;
}

#[tokio::test]
async fn typing_ends_by_itself_after_six_seconds_and_with_the_membership() {
    let app = TestApp::spawn().await;
    let (mina, joon_person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let joon = joon_person.connect().await;
    let room = mina.create_room("private", "Silence", &[&joon_person]).await;
    let other = mina.create_room("private", "Kicked", &[&joon_person]).await;
    joon.call_ok("typing:start", json!({ "roomId": other })).await;
    mina.call_ok("room:kick", json!({ "roomId": other, "userId": joon_person.id })).await;
    let begun = Instant::now();
    joon.call_ok("typing:start", json!({ "roomId": room })).await;
    mina.hear_where("typing:start", |started| started["roomId"] == room.as_str()).await;
    let stopped =
        mina.hear_within(Duration::from_secs(12), "typing:stop", |stopped| stopped["roomId"] == room.as_str()).await;
    assert!(begun.elapsed() >= Duration::from_secs(6), "it ended after {:?}", begun.elapsed());
    assert_eq!(stopped, json!({ "roomId": room, "userId": joon_person.id }));
    let events: Vec<_> =
        mina.heard_events().into_iter().filter(|heard| heard.mentions(&other)).map(|heard| heard.event).collect();
    let left = events.iter().position(|event| event == "member:left").expect("the kick");
    assert!(!events[left..].iter().any(|event| event.starts_with("typing:")), "who is gone does not type: {events:?}");
}

#[tokio::test]
async fn somebody_is_online_with_the_first_device_and_offline_ten_seconds_after_the_last() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let of_joon = |told: &Value| told["userId"] == person.id.as_str();
    let asked = json!({ "userIds": [person.id] });
    let presence = async || mina.call_ok("presence:get", asked.clone()).await["presence"][&person.id].clone();
    assert_eq!(presence().await, json!({ "online": false, "status": "active", "connections": 0 }));

    let first = person.connect().await;
    let online = mina.hear_where("user:online", of_joon).await;
    assert!(online["timestamp"].is_string());
    let second = person.connect_with(Options::polling()).await.unwrap();
    assert_eq!(presence().await, json!({ "online": true, "status": "active", "connections": 2 }));
    second.disconnect().await;
    first.cut().await;
    while presence().await["online"] == true {}
    // A reload: gone and back within the ten seconds.
    let reloaded = person.connect().await;
    assert_eq!(presence().await["connections"], 1);
    let left = Instant::now();
    reloaded.disconnect().await;
    let offline = mina.hear_within(Duration::from_secs(20), "user:offline", of_joon).await;
    assert!(left.elapsed() >= Duration::from_secs(10), "offline after {:?}", left.elapsed());
    let last_seen = presence().await["lastSeen"].clone();
    assert_eq!(last_seen, offline["timestamp"]);
    let told = mina.heard_events().into_iter().filter(|heard| of_joon(&heard.payload)).map(|heard| heard.event);
    assert_eq!(told.collect::<Vec<_>>(), ["user:online", "user:offline"], "a reload does not flicker");
}

#[tokio::test]
async fn a_status_is_told_to_who_shares_a_room_and_ends_when_it_says() {
    let app = TestApp::spawn().await;
    let (mina_person, joon_person) = (app.person("mina").await, app.person("joon").await);
    let (mina, phone, joon) = (mina_person.connect().await, mina_person.connect().await, joon_person.connect().await);
    let status = json!({ "status": "dnd", "text": "집중 시간", "emoji": "🎧", "until": "2100-01-01T00:00:00.000Z" });
    mina.call_ok("status:update", status.clone()).await;
    let mut told = status.clone();
    told["userId"] = json!(mina_person.id);
    for socket in [&joon, &phone] {
        assert_eq!(socket.hear("user:status").await, told);
    }
    let asked = json!({ "userIds": [mina_person.id] });
    let presence = joon.call_ok("presence:get", asked.clone()).await["presence"][&mina_person.id].clone();
    for (field, value) in status.as_object().unwrap() {
        assert_eq!(&presence[field], value, "{field}");
    }
    let again = mina_person.connect().await;
    assert_eq!((&again.ready["user"]["status"], &again.ready["user"]["text"]), (&json!("dnd"), &json!("집중 시간")));
    mina.call_ok("status:update", json!({ "status": "away", "text": "over", "until": "2001-01-01T00:00:00Z" })).await;
    let presence = joon.call_ok("presence:get", asked).await["presence"][&mina_person.id].clone();
    assert_eq!((&presence["status"], presence.get("text")), (&json!("active"), None), "its time is over");
}

#[tokio::test]
async fn who_shares_rooms_with_too_many_is_announced_to_their_own_devices_alone() {
    let app = TestApp::spawn().await;
    let (person, joon) = (app.person("mina").await, app.person("joon").await.connect().await);
    let (mina, phone) = (person.connect().await, person.connect().await);
    let general = text(&mina.ready["rooms"][0]["id"]);
    let mut database = SqliteConnection::connect(&app.data_dir().join("maru.db").display().to_string()).await.unwrap();
    for statement in [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
         INSERT INTO users (pid, username, username_key, display_name, role, created_at)
         SELECT printf('01ARZ3NDEKTSV4RRFF%08d', i), 'crowd' || i, 'crowd' || i, 'Crowd', 'member', 0 FROM n",
        "INSERT INTO members (room_id, user_id, role, read_seq, read_counted, joined_at)
         SELECT r.id, u.id, 'member', 0, 0, 0 FROM rooms r, users u WHERE u.username LIKE 'crowd%'",
    ] {
        sqlx::query(statement).execute(&mut database).await.unwrap();
    }
    mina.call_ok("status:update", json!({ "status": "away" })).await;
    assert_eq!(phone.hear("user:status").await["status"], "away");
    let http = person.http();
    let rename = http.request(reqwest::Method::PATCH, "/api/v1/me").json(&json!({ "displayName": "Mina Kim" }));
    assert_eq!(http.send(rename).await.0, 200);
    assert_eq!(phone.hear("user:updated").await["user"]["displayName"], "Mina Kim");
    mina.say(&general, "the end").await;
    let heard = joon.hear_through("message:new", |new| new["message"]["content"] == "the end").await;
    assert!(heard.iter().all(|heard| !["user:status", "user:updated"].contains(&heard.event.as_str())), "{heard:?}");
}

#[tokio::test]
async fn presence_is_told_when_the_database_works_again() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let mut database = SqliteConnection::connect(&app.data_dir().join("maru.db").display().to_string()).await.unwrap();
    let poison = "CREATE TRIGGER poison BEFORE UPDATE OF last_seen_at ON users
        BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";
    sqlx::raw_sql(poison).execute(&mut database).await.unwrap();
    let joon = person.connect().await;
    mina.hear_where("user:online", |told| told["userId"] == person.id.as_str()).await;
    joon.disconnect().await;
    app.logged("presence could not be told").await;
    sqlx::raw_sql("DROP TRIGGER poison").execute(&mut database).await.unwrap();
    mina.hear_where("user:offline", |told| told["userId"] == person.id.as_str()).await;
}

#[tokio::test]
async fn a_heartbeat_is_acknowledged_and_echoed_at_once() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await.connect().await;
    assert_eq!(mina.ready["heartbeatMs"], 30_000);
    for sent_at in [json!(1_767_225_600_000_i64), json!("2026-01-01"), json!({ "own": [1] })] {
        let ack = mina.call_ok("heartbeat", json!({ "sentAt": sent_at })).await;
        let echo = mina.hear("heartbeat:ack").await;
        assert_eq!((&echo["sentAt"], &echo["serverTime"]), (&sent_at, &ack["serverTime"]));
    }
    mina.call_ok("heartbeat", json!({})).await;
    assert!(mina.hear("heartbeat:ack").await.get("sentAt").is_none());
}

#[tokio::test]
async fn ready_says_everything_that_a_client_begins_with() {
    let app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let ready = &mina.ready;
    assert_eq!((&ready["user"]["id"], &ready["user"]["role"]), (&json!(person.id), &json!("member")));
    assert_eq!(
        (&ready["sessionId"], &ready["version"]),
        (&json!(person.session_id), &json!(env!("CARGO_PKG_VERSION")))
    );
    let limits = json!({
        "contentChars": 16_000, "payloadBytes": 65_536, "eventsPerSecond": 100, "sendsPerSecond": 30, "receipts": true,
        "groupMentions": 5_000, "groupMentionsByMembers": 100, "streamChars": 16_000, "streamChunksPerSecond": 200,
        "emojiByMembers": false,
    });
    assert_eq!(ready["limits"], limits);
    assert_eq!((&ready["notifications"], &ready["threads"]), (&json!({ "unread": 0 }), &json!({ "unread": 0 })));
    assert_eq!(ready["preferences"], json!({ "receipts": true, "lastSeen": true }));
    let time = text(&ready["serverTime"]);
    assert!(time.len() == 24 && time.ends_with('Z') && time.as_bytes()[19] == b'.', "{time} has milliseconds, in UTC");
    assert_eq!(text(&ready["clientId"]).len(), 26, "the server makes a client's id when there is none");
    assert_eq!(ready["rooms"][0]["name"], "General");
    assert!(text(&ready["epoch"]) == text(&person.connect().await.ready["epoch"]));
    let unmistakable = person.connect_with(Options::websocket().auth("userId", person.id.as_str())).await;
    assert_eq!(unmistakable.unwrap().ready["user"], ready["user"]);
}
