//! Notifications: who gets which, what takes them back, and that all devices agree on how many are unread.

mod support;

use maru::clock;
use serde_json::{Value, json};
use support::{Scene, Socket, TestApp, number, text};

async fn inbox(socket: &Socket) -> (Vec<Value>, i64) {
    let page = socket.call_ok("notifications:list", json!({ "limit": 200 })).await;
    (page["notifications"].as_array().expect("a page").clone(), number(&page["unread"]))
}

/// Those that are unread, as type and message.
async fn unread(socket: &Socket) -> Vec<(String, String)> {
    let (all, count) = inbox(socket).await;
    let unread: Vec<_> = all.into_iter().filter(|one| one["read"] == false).collect();
    assert_eq!(unread.len() as i64, count, "the count is of what is there");
    unread.iter().map(|one| (text(&one["type"]), text(&one["message"]))).collect()
}

fn pair(kind: &str, message: &str) -> (String, String) {
    (kind.to_owned(), message.to_owned())
}

#[tokio::test]
async fn a_mention_is_told_to_all_devices_of_its_person_and_to_nobody_else() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let (phone, admin) = (scene.joon_person.connect().await, scene.app.admin().await.connect().await);
    let sent = mina.say(room, "@joon 회의 시작해요").await;
    for device in [joon, &phone] {
        let told = device.hear("notification").await;
        let expected = json!({
            "id": told["id"], "type": "mention", "message": "@joon 회의 시작해요", "roomId": room,
            "user": { "id": scene.mina_person.id, "username": "mina", "displayName": "mina" },
            "messageId": sent["messageId"], "createdAt": sent["timestamp"], "read": false,
        });
        assert_eq!(told, expected);
        assert_eq!(inbox(device).await.0[0], expected, "it stands in the inbox as it was told");
    }
    assert_eq!(inbox(mina).await, (vec![], 0), "nobody is notified of what they do");
    let general = text(&joon.ready["rooms"][0]["id"]);
    admin.heard_nothing_of(room, mina, &general).await;
}

#[tokio::test]
async fn each_reason_has_its_type_and_one_message_notifies_once() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    mina.say(room, "nothing to see").await;
    let direct = mina.create_room("direct", "", &[&scene.joon_person]).await;
    mina.say(&direct, "hello @joon").await;
    mina.say(&direct, "hello").await;
    let own = joon.say(room, "mine").await;
    let answer = json!({ "roomId": room, "content": "answered", "replyTo": own["messageId"] });
    mina.call_ok("message:send", answer).await;
    let reply = json!({ "roomId": room, "content": "in its thread", "threadRoot": own["messageId"] });
    mina.call_ok("message:send", reply).await;
    let told = joon.hear_where("notification", |told| told["message"] == "in its thread").await;
    assert_eq!((&told["type"], &told["threadRoot"]), (&json!("reply"), &own["messageId"]));
    let expected = [
        pair("reply", "in its thread"),
        pair("reply", "answered"),
        pair("direct", "hello"),
        pair("mention", "hello @joon"),
    ];
    assert_eq!(unread(joon).await, expected);
}

#[tokio::test]
async fn reading_one_all_or_the_room_is_told_to_every_device_with_the_same_count() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let phone = scene.joon_person.connect().await;
    assert_eq!(phone.ready["notifications"]["unread"], 0);
    let mut told = Vec::new();
    for at in 0..5 {
        mina.say(room, &format!("@joon {at}")).await;
        told.push(joon.hear("notification").await);
    }
    assert_eq!(scene.joon_person.connect().await.ready["notifications"]["unread"], 5);
    let one = json!({ "notificationId": told[2]["id"] });
    assert_eq!(joon.call_ok("notification:read", one.clone()).await["unread"], 4);
    assert_eq!(phone.hear("notification:read").await, json!({ "notificationId": told[2]["id"], "unread": 4 }));
    assert_eq!(joon.call_ok("notification:read", one.clone()).await["unread"], 4, "again changes nothing");
    let foreign = mina.call_refused("notification:read", one).await;
    let unknown = mina.call_refused("notification:read", json!({ "notificationId": "no such" })).await;
    assert_eq!((&foreign["code"], &foreign), (&json!("not_found"), &unknown), "somebody else's does not exist");

    let second = joon.history(room).await[3]["seq"].clone();
    joon.call_ok("message:read", json!({ "roomId": room, "seq": second })).await;
    let read = phone.hear("notification:read").await;
    assert_eq!(read, json!({ "notificationIds": [told[0]["id"], told[1]["id"]], "unread": 2 }));
    assert_eq!(joon.call_ok("notification:read", json!({ "all": true })).await["unread"], 0);
    assert_eq!(phone.hear("notification:read").await, json!({ "all": true, "unread": 0 }));
    mina.say(room, "@joon once more").await;
    joon.hear_where("notification", |told| told["message"] == "@joon once more").await;
    joon.say(room, "here").await;
    let read = phone.hear_where("notification:read", |read| read["unread"] == 0 && read["all"].is_null()).await;
    assert_eq!(read["notificationIds"].as_array().map(Vec::len), Some(1), "who writes has read");
}

#[tokio::test]
async fn an_edited_mention_notifies_or_withdraws_and_a_removed_message_takes_everything_with_it() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let sent = mina.say(room, "see you").await;
    let edit = |content: &str| json!({ "messageId": sent["messageId"], "content": content });
    mina.call_ok("message:edit", edit("see you, @joon")).await;
    let told = joon.hear("notification").await;
    assert_eq!((&told["type"], &told["message"]), (&json!("mention"), &json!("see you, @joon")));
    assert_eq!(joon.summary(room).await["mentions"], 1);
    mina.call_ok("message:edit", edit("see you soon, @joon")).await;
    let (all, _) = inbox(joon).await;
    assert_eq!(all[0]["message"], "see you soon, @joon", "a notification says what the message says now");
    mina.call_ok("message:edit", edit("see you")).await;
    let withdrawn = joon.hear("notification:withdrawn").await;
    assert_eq!(withdrawn, json!({ "notificationId": told["id"], "unread": 0 }));
    assert_eq!((joon.summary(room).await["mentions"].clone(), unread(joon).await), (json!(0), vec![]));
    joon.forget_heard();

    let secret = mina.say(room, "@joon the password is 1234").await;
    let told = joon.hear("notification").await;
    mina.call_ok("message:delete", json!({ "messageId": secret["messageId"] })).await;
    let withdrawn = joon.hear("notification:withdrawn").await;
    assert_eq!(withdrawn, json!({ "notificationId": told["id"], "unread": 0 }));
    let page = joon.call_ok("notifications:list", json!({})).await;
    assert!(!page.to_string().contains("1234"), "{page}");
}

#[tokio::test]
async fn nothing_is_left_of_a_room_that_one_sees_no_more() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let phone = scene.joon_person.connect().await;
    let other = mina.create_room("private", "Other", &[&scene.joon_person]).await;
    let third = mina.create_room("private", "Third", &[&scene.joon_person]).await;
    for place in [room, &other, &third] {
        mina.say(place, "@joon secret").await;
    }
    let gone = async |place: &str, unread: i64| {
        let told = phone.hear("notification:withdrawn").await;
        assert_eq!(told, json!({ "roomId": place, "unread": unread, "unreadThreads": 0 }));
        let (all, count) = inbox(joon).await;
        assert_eq!(count, unread);
        assert!(all.iter().all(|one| one["roomId"] != place), "{all:?}");
    };
    mina.call_ok("room:kick", json!({ "roomId": room, "userId": scene.joon_person.id })).await;
    gone(room, 4).await;
    joon.call_ok("room:leave", json!({ "roomId": other })).await;
    gone(&other, 2).await;
    mina.call_ok("room:delete", json!({ "roomId": third })).await;
    gone(&third, 0).await;
    assert_eq!(scene.joon_person.connect().await.ready["notifications"]["unread"], 0);
}

#[tokio::test]
async fn what_is_wanted_of_a_room_decides_what_is_written() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let phone = scene.joon_person.connect().await;
    let direct = mina.create_room("direct", "", &[&scene.joon_person]).await;
    joon.call_ok("notification:read", json!({ "all": true })).await;
    assert_eq!(
        (&joon.summary(room).await["level"], &joon.summary(&direct).await["level"]),
        (&json!("mentions"), &json!("all"))
    );
    let level = async |room: &str, level: &str| {
        joon.call_ok("room:notify", json!({ "roomId": room, "level": level })).await;
        assert_eq!(phone.hear("room:notify").await, json!({ "roomId": room, "level": level }));
    };
    level(room, "nothing").await;
    mina.say(room, "@joon one").await;
    level(room, "all").await;
    mina.say(room, "@joon two").await;
    mina.say(room, "three").await;
    level(&direct, "mentions").await;
    mina.say(&direct, "four").await;
    mina.say(&direct, "@joon five").await;
    assert_eq!(unread(joon).await, [pair("mention", "@joon five"), pair("mention", "@joon two")]);
    assert_eq!(joon.summary(room).await["mentions"], 2, "a mention counts in the room all the same");
}

#[tokio::test]
async fn who_does_not_want_to_be_disturbed_is_told_silently() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let mina_says = async |content: &str| {
        mina.say(room, content).await;
        joon.hear_where("notification", |told| told["message"] == content).await["silent"] == true
    };
    assert!(!mina_says("@joon aloud").await);
    joon.call_ok("room:mute", json!({ "roomId": room, "muted": true })).await;
    assert!(mina_says("@joon muted").await);
    joon.call_ok("room:mute", json!({ "roomId": room, "muted": false })).await;
    joon.call_ok("status:update", json!({ "status": "dnd" })).await;
    assert!(mina_says("@joon dnd").await);
    joon.call_ok("status:update", json!({ "status": "dnd", "until": "2020-01-01T00:00:00Z" })).await;
    assert!(!mina_says("@joon dnd is over").await);
    let hours = |from: &str, to: &str| {
        let hours = json!({ "from": from, "to": to, "timeZone": "Asia/Seoul" });
        json!({ "receipts": true, "lastSeen": true, "quietHours": hours })
    };
    // From an hour ago to one ahead, and from one ahead to two hours ago.
    let at = |hours: i64| {
        let minutes = clock::now().as_millis() / 60_000 + (hours + 9) * 60;
        format!("{:02}:{:02}", minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60))
    };
    joon.call_ok("preferences:update", hours(&at(-1), &at(1))).await;
    assert!(mina_says("@joon quiet").await);
    joon.call_ok("preferences:update", hours(&at(1), &at(-2))).await;
    assert!(!mina_says("@joon later it is quiet").await);
    joon.call_ok("preferences:update", json!({ "receipts": true, "lastSeen": true })).await;
    assert!(!mina_says("@joon aloud again").await);
    let (all, unread) = inbox(joon).await;
    let silent = all.iter().filter(|one| one["silent"] == true).count();
    assert!(unread == 7 && silent == 3, "all of them are in the inbox: {all:?}");
}

#[tokio::test]
async fn a_group_is_mentioned_by_who_may_where_it_is_not_too_large() {
    let app = TestApp::builder()
        .generous()
        .env("MARU_LIMITS_GROUP_MENTIONS", 4)
        .env("MARU_LIMITS_GROUP_MENTIONS_BY_MEMBERS", 3)
        .spawn()
        .await;
    let mut people = Vec::new();
    for name in ["joon", "sora", "yuna"] {
        people.push(app.person(name).await);
    }
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "All", &[&people[0], &people[1]]).await;
    let (joon, sora) = (people[0].connect().await, people[1].connect().await);
    let sent = joon.say(&room, "@room에게: lunch").await;
    let message = mina.hear_where("message:new", |new| new["message"]["id"] == sent["messageId"]).await;
    assert_eq!((&message["message"]["mentionsGroup"], &message["message"]["mentions"]), (&json!("room"), &json!([])));
    for socket in [&mina, &sora] {
        socket.hear_where("notification", |told| told["type"] == "mention").await;
        assert_eq!(socket.summary(&room).await["mentions"], 1);
    }
    assert_eq!(joon.summary(&room).await["mentions"], 0);
    assert_eq!(mina.history(&room).await.last().unwrap()["mentionsGroup"], "room");

    sora.disconnect().await;
    let directory = format!("/api/v1/users/{}/connections", people[1].id);
    let admin = app.admin().await.http();
    while admin.get(&directory).await.1["online"] == true {}
    let here = joon.say(&room, "@here quickly").await;
    mina.hear_where("notification", |told| told["messageId"] == here["messageId"]).await;
    assert_eq!(people[1].connect().await.summary(&room).await["mentions"], 1, "who is not here is not called");

    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [people[2].id] })).await;
    let refused = joon.call_refused("message:send", json!({ "roomId": room, "content": "@room four" })).await;
    assert_eq!(refused["code"], "forbidden", "{refused}");
    let edit = json!({ "messageId": sent["messageId"], "content": "@here four" });
    assert_eq!(joon.call_refused("message:edit", edit).await["code"], "forbidden");
    mina.say(&room, "@room as its owner").await;
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [app.admin().await.id] })).await;
    let refused = mina.call_refused("message:send", json!({ "roomId": room, "content": "@room five" })).await;
    assert_eq!(refused["code"], "forbidden", "{refused}");
    let plain = joon.say(&room, "@rooms and a@room are no groups").await;
    let message = mina.hear_where("message:new", |new| new["message"]["id"] == plain["messageId"]).await;
    assert!(message["message"].get("mentionsGroup").is_none(), "{message}");
    let registration = json!({ "username": "Room", "displayName": "Room", "password": "long enough for it" });
    let open = TestApp::builder().env("MARU_REGISTRATION", "open").spawn().await;
    open.admin().await;
    let (status, answer) = open.http().post("/api/v1/auth/register", &registration).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("conflict")), "nobody is called like a group");
}

#[tokio::test]
async fn the_inbox_comes_in_pages_and_over_http_too() {
    let scene = Scene::with_invite_read().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    for at in 0..7 {
        mina.say(room, &format!("@joon {at}")).await;
        joon.hear_where("notification", |told| told["message"] == format!("@joon {at}").as_str()).await;
    }
    let (all, _) = inbox(joon).await;
    joon.call_ok("notification:read", json!({ "notificationId": all[1]["id"] })).await;
    let (all, unread) = inbox(joon).await;
    assert_eq!((all.len(), unread), (8, 6), "seven mentions and the invite");
    for unread_only in [false, true] {
        let mut fields = json!({ "limit": 3, "unreadOnly": unread_only });
        let mut seen = Vec::new();
        loop {
            let page = joon.call_ok("notifications:list", fields.clone()).await;
            seen.extend(page["notifications"].as_array().unwrap().iter().cloned());
            assert_eq!(page["unread"], 6);
            match page.get("cursor") {
                Some(cursor) => fields["cursor"] = cursor.clone(),
                None => break,
            }
        }
        let expected: Vec<_> = all.iter().filter(|one| !unread_only || one["read"] == false).cloned().collect();
        assert_eq!(seen, expected);
    }
    let http = scene.joon_person.http();
    let (status, page) = http.get("/api/v1/notifications?limit=3&unreadOnly=true").await;
    let over_socket = joon.call_ok("notifications:list", json!({ "limit": 3, "unreadOnly": true })).await;
    assert_eq!((status, page), (200, over_socket));
    http.post_ok("/api/v1/notifications/read", &json!({ "all": true })).await;
    assert_eq!(inbox(joon).await.1, 0);
    assert_eq!(scene.mina_person.http().get("/api/v1/notifications").await.1["notifications"], json!([]));
    for path in ["notifications", "threads", "saved", "me/preferences"] {
        let (status, answer) = scene.app.http().get(&format!("/api/v1/{path}")).await;
        assert_eq!((status, &answer["error"]["code"]), (401, &json!("unauthenticated")), "{path}");
    }
    let hours = json!({ "from": "22:00", "to": "07:00", "timeZone": "Asia/Seoul" });
    let wanted = json!({ "receipts": true, "lastSeen": false, "quietHours": hours });
    let put = http.request(reqwest::Method::PUT, "/api/v1/me/preferences").json(&wanted);
    assert_eq!(http.send(put).await.1["preferences"], wanted);
    assert_eq!(http.get("/api/v1/me/preferences").await.1["preferences"], wanted);
    http.post_ok(&format!("/api/v1/rooms/{room}/notify"), &json!({ "level": "nothing" })).await;
    assert_eq!(joon.summary(room).await["level"], "nothing");
    assert_eq!(http.get(&format!("/api/v1/rooms/{room}/presence")).await.1["online"], 2);
    let first = text(&joon.history(room).await[2]["id"]);
    http.post_ok(&format!("/api/v1/messages/{first}/save"), &json!({ "on": true })).await;
    assert_eq!(http.get("/api/v1/saved").await.1["messages"][0]["message"]["id"], first.as_str());
}
