//! A stream in a thread is a reply: it counts from its start, and concerns people at its end.

use crate::support::{Socket, number, text};
use crate::{end, feed, patient};
use serde_json::{Value, json};

/// What a socket was notified of since it was last asked, but invites.
async fn notified(socket: &Socket, speaker: &Socket, room: &str) -> Vec<Value> {
    let heard = socket.hear_the_rest(speaker, room).await;
    let told = heard.into_iter().filter(|heard| heard.event == "notification" && heard.payload["type"] != "invite");
    told.map(|heard| heard.payload).collect()
}

async fn threads(socket: &Socket) -> Value {
    socket.call_ok("threads:list", json!({})).await
}

#[tokio::test]
async fn a_streamed_reply_counts_from_its_start_and_notifies_at_its_end() {
    let app = patient("30s").spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (mina_socket, joon_socket, sora_socket) = (mina.connect().await, joon.connect().await, sora.connect().await);
    let room = mina_socket.create_room("private", "Stream", &[&joon, &sora]).await;
    let root = joon_socket.say(&room, "why?").await["messageId"].clone();

    let begun = mina_socket.call_ok("message:send:stream", json!({ "roomId": room, "threadRoot": root })).await;
    let (id, seq) = (text(&begun["messageId"]), number(&begun["seq"]));
    let updated = joon_socket.hear_where("message:updated", |updated| updated["message"]["id"] == root).await;
    let thread = json!({ "replies": 1, "lastSeq": seq, "lastAt": begun["timestamp"], "participants": [mina.id] });
    assert_eq!(updated["message"]["thread"], thread);
    let told = joon_socket.hear("thread:updated").await;
    assert_eq!((&told["following"], &told["unread"], &told["unreadThreads"]), (&json!(true), &json!(1), &json!(1)));
    let own = threads(&mina_socket).await;
    assert_eq!((own["threads"][0]["following"].as_bool(), &own["threads"][0]["readSeq"]), (Some(true), &json!(seq)));

    feed(&mina_socket, &id, 0, &["because ", "of @sora"]).await;
    let seen = threads(&joon_socket).await["threads"][0].clone();
    assert_eq!(seen["lastReply"]["content"], "because of @sora", "what is handed out has the text so far");
    for socket in [&joon_socket, &sora_socket] {
        assert_eq!(notified(socket, &mina_socket, &room).await, Vec::<Value>::new(), "not before its end");
    }
    end(&mina_socket, &id).await;
    for (socket, reason) in [(&joon_socket, "reply"), (&sora_socket, "mention")] {
        let told = notified(socket, &mina_socket, &room).await;
        assert_eq!((told.len(), &told[0]["type"], &told[0]["threadRoot"]), (1, &json!(reason), &root), "{told:?}");
        let list = threads(socket).await;
        assert_eq!((&list["unread"], &list["threads"][0]["unread"]), (&json!(1), &json!(1)), "{reason}: {list}");
        let unread = socket.call_ok("thread:read", json!({ "messageId": root, "seq": seq })).await;
        assert_eq!(unread["unread"], 0);
        let left = socket.call_ok("notifications:list", json!({ "unreadOnly": true })).await;
        let of_it = |one: &&Value| one["messageId"] == id.as_str();
        assert!(left["notifications"].as_array().unwrap().iter().find(of_it).is_none(), "read with its thread: {left}");
    }

    // Who watched it to its end has nothing to be told, by name either.
    let begun = mina_socket.call_ok("message:send:stream", json!({ "roomId": room, "threadRoot": root })).await;
    let id = text(&begun["messageId"]);
    joon_socket.call_ok("thread:read", json!({ "messageId": root, "seq": begun["seq"] })).await;
    feed(&mina_socket, &id, 0, &["@joon and @sora see"]).await;
    end(&mina_socket, &id).await;
    assert_eq!(notified(&joon_socket, &mina_socket, &room).await, Vec::<Value>::new());
    assert_eq!(notified(&sora_socket, &mina_socket, &room).await.len(), 1);
    assert_eq!(threads(&joon_socket).await["unread"], 0);
}

#[tokio::test]
async fn a_pinned_or_saved_stream_has_its_text_so_far() {
    let app = patient("30s").spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let id = text(&mina.call_ok("message:send:stream", json!({ "roomId": room })).await["messageId"]);
    for command in ["message:pin", "message:save"] {
        mina.call_ok(command, json!({ "messageId": id, "on": true })).await;
    }
    feed(&mina, &id, 0, &["so ", "far"]).await;
    let pinned = mina.call_ok("room:pins", json!({ "roomId": room })).await["messages"][0].clone();
    let saved = mina.call_ok("messages:saved", json!({})).await["messages"][0]["message"].clone();
    for message in [pinned, saved] {
        assert_eq!((&message["content"], &message["stream"]["nextIndex"]), (&json!("so far"), &json!(2)), "{message}");
    }
    end(&mina, &id).await;
}
