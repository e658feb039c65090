//! Messages: sent, edited, deleted, reacted to, pinned, read, answered in threads; who is told what, and who may.

mod support;

use serde_json::{Value, json};
use support::{Scene, number};

#[tokio::test]
async fn a_message_is_told_to_every_device_in_the_room_as_it_stands_in_the_history() {
    let scene = Scene::new().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let phone = scene.mina_person.connect().await;
    let first = joon.say(room, "question?").await;
    let sent = mina
        .call_ok(
            "message:send",
            json!({ "roomId": room, "content": "답 🎉", "clientMessageId": "key", "replyTo": first["messageId"] }),
        )
        .await;
    assert_eq!((number(&sent["seq"]), number(&sent["rev"])), (number(&first["seq"]) + 1, number(&first["rev"]) + 1));
    let history = joon.history(room).await;
    let stored = history.last().expect("the message");
    for (field, value) in [
        ("id", &sent["messageId"]),
        ("roomId", &json!(room)),
        ("seq", &sent["seq"]),
        ("rev", &sent["rev"]),
        ("kind", &json!("text")),
        ("content", &json!("답 🎉")),
        ("clientMessageId", &json!("key")),
        ("replyTo", &first["messageId"]),
        ("createdAt", &sent["timestamp"]),
        ("mentions", &json!([])),
        ("reactions", &json!([])),
        ("pinned", &json!(false)),
    ] {
        assert_eq!(&stored[field], value, "{field} of {stored}");
    }
    assert_eq!(stored["user"], json!({ "id": scene.mina_person.id, "username": "mina", "displayName": "mina" }));
    for field in ["editedAt", "deleted", "thread", "threadRoot", "system"] {
        assert!(stored.get(field).is_none(), "{field} of {stored}");
    }
    for socket in [mina, &phone, joon] {
        let told = socket.hear_where("message:new", |new| new["message"]["content"] == "답 🎉").await;
        assert_eq!(&told["message"], stored);
    }
    for field in ["replyTo", "threadRoot"] {
        for unknown in [format!("{room}-999"), "nothing".to_owned()] {
            let error =
                mina.call_refused("message:send", json!({ "roomId": room, "content": "x", field: unknown })).await;
            assert_eq!(error["code"], "not_found", "{field}");
        }
    }
}

#[tokio::test]
async fn only_its_author_edits_a_message_and_everybody_is_told() {
    let scene = Scene::new().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let sent = joon.say(room, "befor").await;
    let edit = json!({ "messageId": sent["messageId"], "content": "before" });
    assert_eq!(mina.call_refused("message:edit", edit.clone()).await["code"], "forbidden", "not even the room's owner");
    let ack = joon.call_ok("message:edit", edit).await;
    assert_eq!(number(&ack["rev"]), number(&sent["rev"]) + 1);
    let updated = mina.hear("message:updated").await["message"].clone();
    assert_eq!((&updated["content"], &updated["rev"], &updated["seq"]), (&json!("before"), &ack["rev"], &sent["seq"]));
    assert!(updated["editedAt"].is_string() && updated["createdAt"] == sent["timestamp"], "{updated}");
    assert_eq!(mina.history(room).await.last(), Some(&updated));
    let line = mina.history(room).await[0]["id"].clone();
    let error = mina.call_refused("message:edit", json!({ "messageId": line, "content": "x" })).await;
    assert_eq!(error["code"], "forbidden", "what a system line tells has happened");
}

#[tokio::test]
async fn a_message_is_deleted_by_author_owner_or_administrator_and_leaves_a_tombstone() {
    let scene = Scene::new().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let (admin_person, sora) = (scene.app.admin().await, scene.app.person("sora").await);
    mina.call_ok("room:invite", json!({ "roomId": room, "userIds": [admin_person.id, sora.id] })).await;
    let (admin, sora) = (admin_person.connect().await, sora.connect().await);
    for deleter in [joon, mina, &admin] {
        let sent = joon.call_ok("message:send", json!({ "roomId": room, "content": "secret @mina" })).await;
        let id = &sent["messageId"];
        mina.call_ok("message:react", json!({ "messageId": id, "emoji": "👍", "on": true })).await;
        mina.call_ok("message:pin", json!({ "messageId": id, "on": true })).await;
        assert_eq!(sora.call_refused("message:delete", json!({ "messageId": id })).await["code"], "forbidden");
        let ack = deleter.call_ok("message:delete", json!({ "messageId": id })).await;
        let told = sora.hear("message:deleted").await;
        let author = &scene.joon_person.id;
        let expected = json!({
            "roomId": room, "messageId": id, "seq": sent["seq"], "rev": ack["rev"], "userId": author, "counted": true,
        });
        assert_eq!(told, expected);
        let history = sora.history(room).await;
        let tombstone = history.last().unwrap();
        assert_eq!((&tombstone["id"], &tombstone["deleted"], &tombstone["content"]), (id, &json!(true), &json!("")));
        assert_eq!(
            (&tombstone["reactions"], &tombstone["mentions"], &tombstone["pinned"]),
            (&json!([]), &json!([]), &json!(false))
        );
        for (command, fields) in [
            ("message:delete", json!({ "messageId": id })),
            ("message:edit", json!({ "messageId": id, "content": "back" })),
            ("message:react", json!({ "messageId": id, "emoji": "👍", "on": true })),
            ("message:pin", json!({ "messageId": id, "on": true })),
            ("message:send", json!({ "roomId": room, "content": "x", "threadRoot": id })),
        ] {
            assert_eq!(joon.call_refused(command, fields).await["code"], "not_found", "{command} on a tombstone");
        }
    }
    assert_eq!(mina.summary(room).await["mentions"], 0, "a mention goes with its message");
}

#[tokio::test]
async fn reactions_are_counted_and_told_once() {
    let scene = Scene::new().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let sent = mina.say(room, "good news").await;
    let react = |emoji: &str, on: bool| json!({ "messageId": sent["messageId"], "emoji": emoji, "on": on });
    let first = joon.call_ok("message:react", react("👨‍👩‍👧", true)).await;
    let told = mina.hear("message:reacted").await;
    let expected = json!({ "roomId": room, "messageId": sent["messageId"], "seq": sent["seq"], "rev": first["rev"], "emoji": "👨‍👩‍👧", "userId": scene.joon_person.id, "on": true, "count": 1 });
    assert_eq!(told, expected);
    let again = joon.call_ok("message:react", react("👨‍👩‍👧", true)).await;
    assert_eq!(again["rev"], first["rev"], "what stands already changes nothing");
    mina.call_ok("message:react", react("👨‍👩‍👧", true)).await;
    mina.call_ok("message:react", react(":party:", true)).await;
    let reactions = mina.history(room).await.last().unwrap()["reactions"].clone();
    let (m, j) = (&scene.mina_person.id, &scene.joon_person.id);
    assert_eq!(
        reactions,
        json!([
            { "emoji": "👨‍👩‍👧", "count": 2, "users": [j, m], "mine": true },
            { "emoji": ":party:", "count": 1, "users": [m], "mine": true },
        ])
    );
    let theirs = joon.history(room).await.last().unwrap()["reactions"].clone();
    assert_eq!((&theirs[0]["mine"], theirs[1].get("mine")), (&json!(true), None));
    joon.call_ok("message:react", react("👨‍👩‍👧", false)).await;
    joon.call_ok("message:react", react("👨‍👩‍👧", false)).await;
    let off = mina.hear_where("message:reacted", |told| told["on"] == false).await;
    assert_eq!((&off["count"], &off["userId"]), (&json!(1), &json!(j)));
    let heard = mina.hear_the_rest(joon, room).await;
    assert_eq!(
        heard.iter().filter(|heard| heard.event == "message:reacted" && heard.payload["on"] == false).count(),
        0
    );
    for at in 0..48 {
        mina.call_ok("message:react", react(&format!(":e{at}:"), true)).await;
    }
    let error = joon.call_refused("message:react", react(":too-many:", true)).await;
    assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("emoji")));
    joon.call_ok("message:react", react(":e1:", true)).await;
    assert_eq!(mina.history(room).await[2]["reactions"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn a_pin_is_told_as_an_update() {
    let scene = Scene::new().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let sent = mina.say(room, "rules").await;
    let pin = |on: bool| json!({ "messageId": sent["messageId"], "on": on });
    let ack = joon.call_ok("message:pin", pin(true)).await;
    let updated = mina.hear("message:updated").await["message"].clone();
    assert_eq!((&updated["pinned"], &updated["rev"], updated.get("editedAt")), (&json!(true), &ack["rev"], None));
    assert_eq!(joon.call_ok("message:pin", pin(true)).await["rev"], ack["rev"]);
    let off = mina.call_ok("message:pin", pin(false)).await;
    assert_eq!(number(&off["rev"]), number(&ack["rev"]) + 1);
    assert_eq!(mina.history(room).await.last().unwrap()["pinned"], false);
}

#[tokio::test]
async fn a_thread_reply_takes_a_rev_for_itself_and_one_for_its_root() {
    let scene = Scene::new().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let root = mina.say(room, "root").await;
    let id = &root["messageId"];
    let reply = |content: &str| json!({ "roomId": room, "content": content, "threadRoot": id });
    let first = joon.call_ok("message:send", reply("first")).await;
    assert_eq!(number(&first["rev"]), number(&root["rev"]) + 1);
    let updated = mina.hear("message:updated").await["message"].clone();
    assert_eq!(number(&updated["rev"]), number(&first["rev"]) + 1);
    assert_eq!(
        updated["thread"],
        json!({ "replies": 1, "lastSeq": first["seq"], "lastAt": first["timestamp"], "participants": [scene.joon_person.id] })
    );
    // A burst of replies counts as many, whatever they share a commit with.
    let calls: Vec<_> = (0..20).map(|at| mina.start_call("message:send", reply(&at.to_string()))).collect();
    let mut last = Value::Null;
    for call in calls {
        last = call.answer().await;
        assert_eq!(last["success"], true, "{last}");
    }
    let both = [&scene.joon_person.id, &scene.mina_person.id];
    let full = json!({ "replies": 21, "lastSeq": last["seq"], "lastAt": last["timestamp"], "participants": both });
    joon.hear_where("message:updated", |told| told["message"]["rev"] == number(&last["rev"]) + 1).await;
    let stored = joon.history(room).await.into_iter().find(|message| message["id"] == *id).unwrap();
    assert_eq!((&stored["thread"], number(&stored["rev"])), (&full, number(&last["rev"]) + 1));
    let revs = joon.heard_events().into_iter().filter(|heard| heard.event.starts_with("message:"));
    let revs: Vec<i64> = revs.map(|heard| number(&heard.payload["message"]["rev"])).collect();
    assert_eq!(
        revs,
        (number(&root["rev"])..=number(&last["rev"]) + 1).collect::<Vec<_>>(),
        "each rev is told, in order"
    );

    joon.call_ok("message:delete", json!({ "messageId": first["messageId"] })).await;
    let updated = mina.hear_where("message:updated", |told| told["message"]["thread"]["replies"] == 20).await;
    assert_eq!(updated["message"]["thread"]["participants"], json!([scene.mina_person.id]));
    let nested = json!({ "roomId": room, "content": "x", "threadRoot": last["messageId"] });
    assert_eq!(mina.call_refused("message:send", nested).await["code"], "not_found", "a reply is no root");
    let summary = mina.summary(room).await;
    assert_eq!(summary["lastMessage"]["id"], *id, "a room's last message is one of its list");
}

#[tokio::test]
async fn reading_is_told_to_the_room_and_with_what_is_unread_to_ones_own_devices() {
    let scene = Scene::new().await;
    let (mina, joon, room) = (&scene.mina, &scene.joon, &scene.room);
    let phone = scene.joon_person.connect().await;
    let first = mina.say(room, "one").await;
    mina.say(room, "two").await;
    let ack = joon.call_ok("message:read", json!({ "roomId": room, "seq": first["seq"] })).await;
    assert_eq!(ack["unread"], 1);
    let told = json!({ "roomId": room, "userId": scene.joon_person.id, "seq": first["seq"] });
    assert_eq!(mina.hear("message:read").await, told);
    let mut own = told.clone();
    own["unread"] = json!(1);
    own["mentions"] = json!(0);
    assert_eq!(phone.hear("message:read").await, own);
    joon.call_ok("message:read", json!({ "roomId": room, "seq": first["seq"] })).await;
    let heard = mina.hear_the_rest(joon, room).await;
    assert!(heard.iter().all(|heard| heard.event != "message:read"), "a mark that does not move is not told");
}
