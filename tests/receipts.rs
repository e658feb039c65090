//! Who has read what, and who may see it; marks that are moved back; who is here.

mod support;

use serde_json::{Value, json};
use support::{Person, Socket, TestApp, number};

struct Scene {
    app: TestApp,
    mina_person: Person,
    joon_person: Person,
    mina: Socket,
    joon: Socket,
    room: String,
}

async fn scene_of(app: TestApp) -> Scene {
    let (mina_person, joon_person) = (app.person("mina").await, app.person("joon").await);
    let (mina, joon) = (mina_person.connect().await, joon_person.connect().await);
    let room = mina.create_room("private", "Talk", &[&joon_person]).await;
    Scene { app, mina_person, joon_person, mina, joon, room }
}

async fn scene() -> Scene {
    scene_of(TestApp::builder().generous().spawn().await).await
}

async fn receipts(socket: &Socket, room: &str) -> Value {
    socket.call_ok("room:receipts", json!({ "roomId": room })).await["receipts"].clone()
}

fn prefer(receipts: bool, last_seen: bool) -> Value {
    json!({ "receipts": receipts, "lastSeen": last_seen })
}

#[tokio::test]
async fn receipts_say_how_far_each_has_read() {
    let scene = scene().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let first = mina.say(room, "one").await;
    let second = mina.say(room, "two").await;
    joon.call_ok("message:read", json!({ "roomId": room, "seq": first["seq"] })).await;
    let joons = json!({ "id": scene.joon_person.id, "username": "joon", "displayName": "joon" });
    assert_eq!(receipts(mina, room).await, json!([{ "user": joons, "seq": first["seq"] }]));
    let from = json!({ "roomId": room, "seq": second["seq"] });
    let none = mina.call_ok("room:receipts", from.clone()).await;
    assert_eq!((&none["receipts"], &none["count"]), (&json!([]), &json!(0)));
    joon.call_ok("message:read", json!({ "roomId": room, "seq": second["seq"] })).await;
    assert_eq!(mina.call_ok("room:receipts", from).await["count"], 1);

    joon.call_ok("message:unread", json!({ "roomId": room, "seq": first["seq"] })).await;
    assert_eq!(receipts(mina, room).await[0]["seq"], second["seq"], "what was read once has been read");
    let members = mina.call_ok("room:members", json!({ "roomId": room })).await;
    assert_eq!(members["members"][1]["readSeq"], second["seq"]);
    mina.hear_where("message:read", |read| read["seq"] == second["seq"]).await;
    mina.forget_heard();
    joon.call_ok("message:read", json!({ "roomId": room, "seq": second["seq"] })).await;
    assert!(mina.hear_the_rest(joon, room).await.iter().all(|heard| heard.event != "message:read"));
    let twin = scene.mina_person.http().get(&format!("/api/v1/rooms/{room}/receipts?seq=1")).await;
    assert_eq!((twin.0, &twin.1["count"]), (200, &json!(1)));
}

#[tokio::test]
async fn who_switches_receipts_off_shows_none_and_sees_none() {
    let scene = scene().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let phone = scene.joon_person.connect().await;
    assert_eq!(phone.ready["preferences"]["receipts"], true);
    let first = mina.say(room, "one").await;
    let read = json!({ "roomId": room, "seq": first["seq"] });
    joon.call_ok("preferences:update", prefer(false, true)).await;
    assert_eq!(phone.hear("preferences:updated").await, json!({ "preferences": prefer(false, true) }));
    joon.call_ok("message:read", read.clone()).await;
    assert_eq!(phone.hear("message:read").await["unread"], 0, "one's own devices are told all the same");
    assert_eq!(receipts(mina, room).await, json!([]));
    let error = joon.call_refused("room:receipts", json!({ "roomId": room })).await;
    assert_eq!(error["code"], "forbidden");
    let members = joon.call_ok("room:members", json!({ "roomId": room })).await["members"].clone();
    assert!(members[0].get("readSeq").is_none() && members[1]["readSeq"].is_i64(), "{members}");
    let members = mina.call_ok("room:members", json!({ "roomId": room })).await["members"].clone();
    assert!(members[1].get("readSeq").is_none(), "{members}");
    let fresh = scene.joon_person.connect().await;
    let second = joon.say(room, "two").await;
    mina.call_ok("message:read", json!({ "roomId": room, "seq": second["seq"] })).await;
    for device in [joon, &phone, &fresh] {
        for heard in device.hear_the_rest(mina, room).await {
            assert!(
                heard.event != "message:read" || heard.payload["userId"] == scene.joon_person.id.as_str(),
                "{heard}"
            );
        }
    }
    assert!(
        mina.hear_the_rest(joon, room)
            .await
            .iter()
            .all(|heard| { heard.event != "message:read" || heard.payload["userId"] != scene.joon_person.id.as_str() })
    );
    joon.call_ok("preferences:update", prefer(true, true)).await;
    let third = joon.say(room, "three").await;
    mina.call_ok("message:read", json!({ "roomId": room, "seq": third["seq"] })).await;
    phone.hear_where("message:read", |read| read["userId"] == scene.mina_person.id.as_str()).await;
}

#[tokio::test]
async fn the_administrator_switches_receipts_off_for_all() {
    let scene = scene_of(TestApp::builder().generous().env("MARU_READ_RECEIPTS", false).spawn().await).await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    assert_eq!(mina.ready["limits"]["receipts"], false);
    let first = mina.say(room, "one").await;
    joon.call_ok("message:read", json!({ "roomId": room, "seq": first["seq"] })).await;
    assert_eq!(mina.call_refused("room:receipts", json!({ "roomId": room })).await["code"], "forbidden");
    let members = mina.call_ok("room:members", json!({ "roomId": room })).await["members"].clone();
    assert!(members[1].get("readSeq").is_none() && members[0]["readSeq"].is_i64(), "{members}");
    assert!(
        mina.hear_the_rest(joon, room)
            .await
            .iter()
            .all(|heard| { heard.event != "message:read" || heard.payload["userId"] != scene.joon_person.id.as_str() })
    );
}

#[tokio::test]
async fn everything_from_a_message_on_is_unread_again_on_all_devices() {
    let scene = scene().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let phone = scene.joon_person.connect().await;
    let mut sent = Vec::new();
    for content in ["one", "two @joon", "three"] {
        sent.push(mina.say(room, content).await["seq"].clone());
    }
    joon.say(room, "my own").await;
    mina.say(room, "four").await;
    joon.call_ok("message:read", json!({ "roomId": room, "seq": i64::MAX })).await;
    let ack = joon.call_ok("message:unread", json!({ "roomId": room, "seq": sent[1] })).await;
    assert_eq!(ack["unread"], 3, "by others");
    let expected = json!({ "roomId": room, "seq": sent[0], "unread": 3, "mentions": 1 });
    assert_eq!(phone.hear("message:unread").await, expected);
    let unread = async || {
        let summary = joon.summary(room).await;
        (number(&summary["unread"]), number(&summary["mentions"]), summary["readSeq"].clone())
    };
    assert_eq!(unread().await, (3, 1, sent[0].clone()));
    let again = joon.call_ok("message:unread", json!({ "roomId": room, "seq": sent[2] })).await;
    assert_eq!(again["unread"], 3, "it is unread already");
    mina.say(room, "five").await;
    assert_eq!(unread().await.0, 4);
    let read = joon.call_ok("message:read", json!({ "roomId": room, "seq": sent[1] })).await;
    assert_eq!((&read["unread"], unread().await), (&json!(3), (3, 0, sent[1].clone())));
    assert_eq!(phone.hear_where("message:read", |read| read["seq"] == sent[1]).await["unread"], 3);
    mina.call_ok("message:delete", json!({ "messageId": format!("{room}-{}", sent[2]) })).await;
    assert_eq!(unread().await.0, 2);
    let http = scene.joon_person.http();
    assert_eq!(http.post_ok(&format!("/api/v1/rooms/{room}/unread"), &json!({ "seq": 1 })).await["unread"], 4);
}

#[tokio::test]
async fn a_room_says_who_of_it_is_here_and_last_seen_can_be_hidden() {
    let scene = scene().await;
    let (mina, room) = (&scene.mina, &scene.room);
    let outsider = scene.app.person("sora").await.connect().await;
    let here = mina.call_ok("room:presence", json!({ "roomId": room })).await;
    assert_eq!(here["online"], 2);
    assert_eq!(here["presence"][&scene.joon_person.id]["status"], "active");
    assert_eq!(here["presence"].as_object().map(|people| people.len()), Some(2), "who is not in the room is not told");
    assert_eq!(outsider.call_refused("room:presence", json!({ "roomId": room })).await["code"], "not_found");
    scene.joon.call_ok("preferences:update", prefer(true, false)).await;
    let Scene { joon, joon_person, mina, room, .. } = scene;
    mina.hear_where("user:online", |here| here["userId"] == joon_person.id.as_str()).await;
    joon.disconnect().await;
    mina.hear_within(std::time::Duration::from_secs(20), "user:offline", |gone| {
        gone["userId"] == joon_person.id.as_str()
    })
    .await;
    let ask = json!({ "userIds": [joon_person.id] });
    let presence = mina.call_ok("presence:get", ask.clone()).await["presence"][&joon_person.id].clone();
    assert!(presence["online"] == false && presence.get("lastSeen").is_none(), "{presence}");
    let joon = joon_person.connect().await;
    joon.call_ok("preferences:update", prefer(true, true)).await;
    let presence = mina.call_ok("presence:get", ask).await["presence"][&joon_person.id].clone();
    assert!(presence["lastSeen"].is_string(), "{presence}");
    assert_eq!(
        mina.call_ok("room:presence", json!({ "roomId": room })).await["presence"][&joon_person.id]["online"],
        true
    );
}
