//! What happens in a room, and what concerns one person, is heard by nobody else.

use super::support::{Heard, Options, TestApp};
use super::{NOWHERE, Scene, scene};
use maru::contract::EVENTS;
use serde_json::json;
use std::collections::BTreeSet;

/// Events that tell nothing of any room.
const OF_NO_ROOM: [&str; 21] = [
    "ready",
    "session:restored",
    "session:ended",
    "connection:replaced",
    "server:draining",
    "server:cluster",
    "command:failed",
    "heartbeat:ack",
    "preferences:updated",
    "user:online",
    "user:offline",
    "user:status",
    "user:updated",
    "user:role",
    "emoji:updated",
    "emoji:removed",
    "team:updated",
    "announcement:made",
    "announcement:ended",
    "announcement:dismissed",
    "archive:updated",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_hears_nothing_of_what_happens_in_a_room() {
    let scene = scene("private").await;
    let (mina, room) = (&scene.mina, &scene.place.room);
    let naming = Options::websocket().auth("epoch", mina.ready["epoch"].clone()).auth("rooms", json!({ room: 1 }));
    let joon = scene.joon.connect_with(naming).await.expect("a member connects");
    let newcomer_person = scene.app.person("newcomer").await;
    let newcomer = newcomer_person.connect().await;
    let sent = mina.say(room, "secret @stranger @kicked @joon").await;
    let id = &sent["messageId"];
    let stream = mina.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"].clone();
    let lost = mina.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"].clone();
    let task = mina.add_task(room, "Secret").await;
    for (command, fields) in [
        ("message:edit", json!({ "messageId": id, "content": "still secret" })),
        ("message:react", json!({ "messageId": id, "emoji": "👍", "on": true })),
        ("message:pin", json!({ "messageId": id, "on": true })),
        ("message:save", json!({ "messageId": id, "on": true })),
        ("message:send", json!({ "roomId": room, "content": "reply", "threadRoot": id })),
        ("message:send", json!({ "roomId": room, "content": "@room @here", "threadRoot": id, "alsoInRoom": true })),
        ("thread:read", json!({ "messageId": id, "seq": 1 })),
        ("thread:follow", json!({ "messageId": id, "on": false })),
        ("message:unread", json!({ "roomId": room, "seq": 1 })),
        ("room:notify", json!({ "roomId": room, "level": "all" })),
        ("room:mute", json!({ "roomId": room, "muted": true })),
        ("room:favourite", json!({ "roomId": room, "position": 0 })),
        ("room:receipts", json!({ "roomId": room })),
        ("room:presence", json!({ "roomId": room })),
        ("message:hide", json!({ "messageId": id, "hidden": true })),
        ("message:reveal", json!({ "messageId": id })),
        ("message:delete", json!({ "messageId": id })),
        ("message:stream:chunk", json!({ "messageId": stream, "index": 0, "chunk": "secret @stranger" })),
        ("message:stream:stop", json!({ "messageId": stream })),
        ("message:stream:end", json!({ "messageId": stream })),
        ("message:stream:error", json!({ "messageId": lost, "error": "secret" })),
        ("task:update", json!({ "taskId": task, "status": "done", "assigneeId": scene.place.user })),
        ("task:delete", json!({ "taskId": task })),
        ("reminder:create", json!({ "roomId": room, "text": "secret", "inSeconds": 1 })),
        ("typing:start", json!({ "roomId": room })),
        ("typing:stop", json!({ "roomId": room })),
        ("room:update", json!({ "roomId": room, "name": "Renamed", "topic": "Secret", "previews": false })),
        ("room:invite", json!({ "roomId": room, "userIds": [newcomer_person.id] })),
        ("room:role", json!({ "roomId": room, "userId": newcomer_person.id, "role": "moderator" })),
        ("room:update", json!({ "roomId": room, "posting": "threads", "slowModeSeconds": 60 })),
        ("reports:list", json!({ "roomId": room })),
        ("room:rejoin", json!({ "roomId": room })),
        ("room:kick", json!({ "roomId": room, "userId": newcomer_person.id })),
    ] {
        mina.call_ok(command, fields).await;
    }
    newcomer.hear("room:removed").await;
    let later = json!({ "roomId": room, "text": "secret", "inSeconds": 3_600 });
    let later = mina.call_ok("reminder:create", later).await["reminder"]["id"].clone();
    mina.call_ok("reminder:delete", json!({ "reminderId": later })).await;
    mina.hear("reminder:due").await;
    joon.call_ok("message:read", json!({ "roomId": room, "seq": sent["seq"] })).await;
    let again = mina.say(room, "secret again, @joon").await["messageId"].clone();
    let told = joon.hear_where("notification", |told| told["messageId"] == again).await;
    joon.call_ok("notification:read", json!({ "notificationId": told["id"] })).await;
    expire(&scene, room).await;
    mina.hear("messages:expired").await;
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    mina.call_ok("room:delete", json!({ "roomId": room })).await;
    let told = [mina, &joon, &newcomer].into_iter().flat_map(|member| member.heard_events());
    let told: BTreeSet<String> = told.map(|heard| heard.event).collect();
    for event in EVENTS.iter().filter(|event| !OF_NO_ROOM.contains(event)) {
        assert!(told.contains(*event), "no member heard {event}: that outsiders did not says nothing");
    }
    for outsider in &scene.outsiders {
        for heard in outsider.socket.hear_the_rest(mina, &scene.general).await {
            assert!(!heard.mentions(room), "{} heard {heard}", outsider.why);
        }
        let unread = outsider.socket.call_ok("notifications:list", json!({})).await["unread"].clone();
        assert_eq!(unread, 0, "{} counts what is hidden", outsider.why);
        for list in [
            "room:list",
            "room:mine",
            "notifications:list",
            "threads:list",
            "messages:saved",
            "task:list",
            "reminder:list",
            "reports:list",
        ] {
            let listed = outsider.socket.call_ok(list, json!({ "limit": 200 })).await;
            assert!(!listed.to_string().contains(room.as_str()), "{} sees it in {list}", outsider.why);
        }
    }
}

/// Lets the time of everything in a room be over.
async fn expire(scene: &Scene, room: &str) {
    let mut database = scene.app.database().await;
    for query in [
        "UPDATE messages SET created_at = created_at - 864000000
            WHERE room_id = (SELECT id FROM rooms WHERE pid = ?)",
        "UPDATE rooms SET retention_days = 1 WHERE pid = ?",
    ] {
        sqlx::query(query).bind(room).execute(&mut database).await.expect("aged");
    }
    let admin = scene.outsiders.iter().find(|outsider| outsider.why == "an administrator").expect("an administrator");
    admin.http.post_ok("/api/v1/admin/jobs/retention/run", &json!({})).await;
}

#[tokio::test]
async fn what_concerns_one_device_or_one_person_is_told_to_nobody_else() {
    const OF_ONE_DEVICE: [&str; 3] = ["heartbeat:ack", "command:failed", "room:rejoined"];
    const OF_ONE_PERSON: [&str; 13] = [
        "archive:updated",
        "message:saved",
        "message:unread",
        "notification",
        "notification:read",
        "preferences:updated",
        "reminder:created",
        "reminder:deleted",
        "room:favourites",
        "room:muted",
        "room:notify",
        "thread:updated",
        "task:assigned",
    ];
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (laptop, phone, fellow) = (mina.connect().await, mina.connect().await, joon.connect().await);
    let room = fellow.create_room("private", "Two", &[&mina]).await;
    let said = fellow.say(&room, "@mina look").await;
    laptop.hear_where("notification", |told| told["messageId"] == said["messageId"]).await;
    // The fellow's own read marks and the like are theirs to hear.
    let _theirs = fellow.hear_the_rest(&laptop, &room).await;
    laptop.emit("room:leave", json!({ "roomId": NOWHERE }));
    let reply = json!({ "roomId": room, "content": "I do", "threadRoot": said["messageId"] });
    laptop.call_ok("message:send", reply).await;
    let reminder = laptop.call_ok("reminder:create", json!({ "text": "Look", "inSeconds": 60 })).await;
    let assigned =
        fellow.call_ok("task:create", json!({ "roomId": room, "title": "Look", "assigneeId": mina.id })).await;
    assert!(assigned["task"].is_object());
    for (command, fields) in [
        ("heartbeat", json!({ "sentAt": 1 })),
        ("room:rejoin", json!({ "roomId": room, "rev": 1 })),
        ("message:save", json!({ "messageId": said["messageId"], "on": true })),
        ("message:unread", json!({ "roomId": room, "seq": 1 })),
        ("notification:read", json!({ "all": true })),
        ("preferences:update", json!({ "receipts": true, "lastSeen": false })),
        ("reminder:delete", json!({ "reminderId": reminder["reminder"]["id"] })),
        ("room:favourite", json!({ "roomId": room, "position": 0 })),
        ("room:mute", json!({ "roomId": room, "muted": true })),
        ("room:notify", json!({ "roomId": room, "level": "all" })),
    ] {
        laptop.call_ok(command, fields).await;
    }
    mina.http().post_ok("/api/v1/me/archive", &json!({ "language": "en", "timeZone": "UTC" })).await;
    let is_ready = |told: &serde_json::Value| told["archive"]["state"] == "ready";
    laptop.hear_where("archive:updated", is_ready).await;
    assert_eq!(mina.http().delete("/api/v1/me/archive").await.0, 200);
    let told = |heard: Vec<Heard>| heard.into_iter().map(|heard| heard.event).collect::<BTreeSet<String>>();
    let told_to_fellow = told(fellow.hear_the_rest(&laptop, &room).await);
    let (on_laptop, on_phone) =
        (told(laptop.hear_the_rest(&fellow, &room).await), told(phone.hear_the_rest(&fellow, &room).await));
    for event in OF_ONE_DEVICE {
        assert!(on_laptop.contains(event) && !on_phone.contains(event), "{event} is for the asking device");
        assert!(!told_to_fellow.contains(event), "{event} was told to somebody else");
    }
    for event in OF_ONE_PERSON {
        assert!(on_phone.contains(event), "{event} was not told to another device");
        // Who replies to them is theirs to know.
        assert!(!told_to_fellow.contains(event) || ["notification", "thread:updated"].contains(&event), "{event}");
    }
}
