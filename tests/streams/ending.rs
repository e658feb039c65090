//! However a stream ends, its text is kept, and everybody knows.

use crate::support::{Person, Socket, TestApp, number, text};
use crate::{begin, chunk, end, feed, hear_chunk, patient, stored};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A room in which Mina is streaming, and Joon, its owner, listens.
struct Scene {
    app: TestApp,
    mina: Person,
    sender: Socket,
    joon: Socket,
    room: String,
    message: String,
}

async fn scene(lost_after: &str) -> Scene {
    let app = patient(lost_after).spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (sender, joon) = (mina.connect().await, joon.connect().await);
    let room = joon.create_room("private", "Stream", &[&mina]).await;
    sender.hear("room:created").await;
    let message = begin(&sender, &room).await;
    feed(&sender, &message, 0, &["kept ", "in any case"]).await;
    hear_chunk(&joon, &message, 1).await;
    Scene { app, mina, sender, joon, room, message }
}

/// What is told of, and stored for, a stream that ended as an error.
fn is_broken(message: &Value, reason: &str) {
    assert_eq!(message["content"], "kept in any case", "{message}");
    assert_eq!(message["stream"], json!({ "state": "error", "nextIndex": 2, "error": reason }));
}

#[tokio::test]
async fn a_sender_who_gives_up_says_why() {
    let Scene { app: _app, sender, joon, room, message, .. } = scene("30s").await;
    let failed = sender.call_ok("message:stream:error", json!({ "messageId": message, "error": "no model" })).await;
    let heard = joon.hear("message:stream:error").await;
    assert_eq!((&heard["error"], &heard["message"]["rev"]), (&json!("no model"), &failed["rev"]));
    is_broken(&heard["message"], "no model");
    assert_eq!(stored(&joon, &room, &message).await, heard["message"]);
    let error = sender.call_refused("message:stream:chunk", chunk(&message, 2, "more")).await;
    assert_eq!(error["code"], "conflict");
}

#[tokio::test]
async fn a_lost_sender_ends_it_after_a_while_though_another_device_is_there() {
    let Scene { mina, sender, joon, room, message, app } = scene("1s").await;
    let phone = mina.connect().await;
    let begun = Instant::now();
    sender.cut().await;
    let heard = joon.hear("message:stream:error").await;
    assert!(begun.elapsed() >= Duration::from_secs(1), "after {:?}", begun.elapsed());
    assert_eq!(heard["error"], "the sender was lost");
    is_broken(&heard["message"], "the sender was lost");
    assert_eq!(stored(&phone, &room, &message).await, heard["message"]);
    let found = async || phone.call_ok("messages:search", json!({ "query": "\"kept in any case\"" })).await;
    while found().await["total"] != 1 {}
    drop(app);
}

#[tokio::test]
async fn a_sender_who_falls_silent_ends_it() {
    let app = patient("30s").env("MARU_LIMITS_STREAM_IDLE_AFTER", "1s").spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let id = begin(&mina, &room).await;
    let heard = mina.hear("message:stream:error").await;
    assert_eq!((&heard["error"], &heard["message"]["id"]), (&json!("the sender fell silent"), &json!(id)));
}

#[tokio::test]
async fn a_restart_ends_it_with_everything_that_was_acknowledged() {
    let mut scene = scene("30s").await;
    let rev = number(&scene.joon.summary(&scene.room).await["rev"]);
    scene.app.restart().await;
    let joon = scene.mina.connect().await;
    let message = stored(&joon, &scene.room, &scene.message).await;
    is_broken(&message, "the server was restarted");
    assert_eq!(number(&message["rev"]), rev + 1, "who returns is told");
    let error = joon.call_refused("message:stream:chunk", chunk(&scene.message, 2, "more")).await;
    assert_eq!(error["code"], "conflict");
    let found = async || joon.call_ok("messages:search", json!({ "query": "\"kept in any case\"" })).await;
    while found().await["total"] != 1 {}
}

#[tokio::test]
async fn a_crash_ends_it_with_what_came_to_the_disk() {
    let mut scene = scene("30s").await;
    let url = format!("sqlite://{}/maru.db", scene.app.data_dir().display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let begun = Instant::now();
    let on_disk = async |database: &mut sqlx::SqliteConnection| -> i64 {
        let query = "SELECT count(*) FROM messages WHERE content = 'kept in any case'";
        sqlx::query_scalar(query).fetch_one(database).await.unwrap()
    };
    while on_disk(&mut database).await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(5), "the text does not come to the disk");
    }
    drop(database);
    scene.app.kill9();
    scene.app.restart().await;
    let mina = scene.mina.connect().await;
    is_broken(&stored(&mina, &scene.room, &scene.message).await, "the server was restarted");
    let next = begin(&mina, &scene.room).await;
    feed(&mina, &next, 0, &["and on"]).await;
    end(&mina, &next).await;
}

#[tokio::test]
async fn who_leaves_or_is_removed_streams_no_more() {
    for way in ["leaves", "is kicked"] {
        let Scene { mina, sender, joon, room, message, app } = scene("30s").await;
        match way {
            "leaves" => sender.call_ok("room:leave", json!({ "roomId": room })).await,
            _ => joon.call_ok("room:kick", json!({ "roomId": room, "userId": mina.id })).await,
        };
        let error = sender.call_refused("message:stream:chunk", chunk(&message, 2, "unheard")).await;
        assert_eq!(error["code"], "not_found", "{way}: {error}");
        let heard = joon.hear_through("member:left", |_| true).await;
        let failed = heard.iter().find(|heard| heard.event == "message:stream:error").expect("its end comes before");
        is_broken(&failed.payload["message"], "the sender left");
        assert_eq!(stored(&joon, &room, &message).await["content"], "kept in any case");
        joon.heard_nothing_of("unheard", &joon, &room).await;
        drop(app);
    }
}

#[tokio::test]
async fn deleting_the_message_the_room_or_the_account_ends_it() {
    let Scene { app: _app, sender, joon, room, message, .. } = scene("30s").await;
    joon.call_ok("message:delete", json!({ "messageId": message })).await;
    let error = sender.call_refused("message:stream:chunk", chunk(&message, 2, "x")).await;
    assert_eq!(error["code"], "not_found");
    let next = begin(&sender, &room).await;
    feed(&sender, &next, 0, &["text"]).await;
    joon.call_ok("room:delete", json!({ "roomId": room })).await;
    let error = sender.call_refused("message:stream:chunk", chunk(&next, 1, "x")).await;
    assert_eq!(error["code"], "not_found");

    let Scene { app, joon, .. } = scene("30s").await;
    let ended = app.run_cli(&["user", "deactivate", "--username", "mina"], "").await;
    assert!(ended.status.success(), "{}", ended.stderr);
    is_broken(&joon.hear("message:stream:error").await["message"], "the account was deactivated");
}

#[tokio::test]
async fn nothing_streamed_is_no_message_but_may_be_an_error() {
    let app = TestApp::spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Stream", &[]).await;
    let id = begin(&mina, &room).await;
    let refused = mina.call_refused("message:stream:end", json!({ "messageId": id })).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid"), &json!("content")));
    feed(&mina, &id, 0, &[" \n"]).await;
    assert_eq!(mina.call_refused("message:stream:end", json!({ "messageId": id })).await["code"], "invalid");
    mina.call_ok("message:stream:error", json!({ "messageId": id, "error": "nothing came" })).await;
    let message = stored(&mina, &room, &id).await;
    assert_eq!((&message["stream"]["state"], text(&message["content"]).as_str()), (&json!("error"), " \n"));
}

#[tokio::test]
async fn its_end_notifies_whom_it_concerns_and_not_who_has_read_it() {
    let app = patient("30s").spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (mina, joon_socket, sora_socket) = (mina.connect().await, joon.connect().await, sora.connect().await);
    let room = mina.create_room("private", "Stream", &[&joon, &sora]).await;
    let question = joon_socket.say(&room, "why?").await["messageId"].clone();
    let notified = async |socket: &Socket| {
        let heard = socket.hear_the_rest(&mina, &room).await;
        let told = heard.into_iter().filter(|heard| heard.event == "notification" && heard.payload["type"] != "invite");
        told.map(|heard| heard.payload).collect::<Vec<Value>>()
    };
    let begun = mina.call_ok("message:send:stream", json!({ "roomId": room, "replyTo": question })).await;
    let id = text(&begun["messageId"]);
    feed(&mina, &id, 0, &["because ", "of @sora"]).await;
    assert!(notified(&joon_socket).await.is_empty() && notified(&sora_socket).await.is_empty(), "not before its end");
    let ended = end(&mina, &id).await;
    let (joons, soras) = (notified(&joon_socket).await, notified(&sora_socket).await);
    assert_eq!((joons.len(), &joons[0]["type"], &joons[0]["messageId"]), (1, &json!("reply"), &json!(id)));
    assert_eq!(joons[0]["message"], "because of @sora");
    assert_eq!((soras.len(), &soras[0]["type"]), (1, &json!("mention")));
    assert!(number(&ended["rev"]) > number(&begun["rev"]));
    // Who watched it to its end has nothing to be told.
    let begun = mina.call_ok("message:send:stream", json!({ "roomId": room, "replyTo": question })).await;
    joon_socket.call_ok("message:read", json!({ "roomId": room, "seq": begun["seq"] })).await;
    let id = text(&begun["messageId"]);
    feed(&mina, &id, 0, &["once more"]).await;
    end(&mina, &id).await;
    assert!(notified(&joon_socket).await.is_empty());
}

#[tokio::test]
async fn what_a_restart_ends_still_notifies_whom_it_concerns() {
    let mut app = patient("30s").spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (sender, reader) = (mina.connect().await, joon.connect().await);
    let direct = sender.create_room("direct", "", &[&joon]).await;
    let room = sender.create_room("private", "Stream", &[&joon]).await;
    let question = reader.say(&room, "why?").await["messageId"].clone();
    let begin_with = async |fields: Value, words: &[&str]| {
        let id = text(&sender.call_ok("message:send:stream", fields).await["messageId"]);
        feed(&sender, &id, 0, words).await;
        id
    };
    let told = begin_with(json!({ "roomId": direct }), &["for you ", "alone"]).await;
    let answer = begin_with(json!({ "roomId": room, "threadRoot": question }), &["because"]).await;
    let _empty = begin_with(json!({ "roomId": direct }), &[]).await;
    let seen = sender.call_ok("message:send:stream", json!({ "roomId": room, "replyTo": question })).await;
    let seen_id = text(&seen["messageId"]);
    feed(&sender, &seen_id, 0, &["watched"]).await;
    reader.call_ok("message:read", json!({ "roomId": room, "seq": seen["seq"] })).await;
    app.restart().await;
    let reader = joon.connect().await;
    let page = reader.call_ok("notifications:list", json!({ "unreadOnly": true })).await;
    let of_streams = page["notifications"].as_array().unwrap().iter().filter(|one| one["type"] != "invite");
    let mut listed: Vec<_> = of_streams.map(|one| (&one["type"], &one["messageId"], &one["message"])).collect();
    listed.sort_by_key(|(kind, ..)| kind.to_string());
    let expected = [
        (&json!("direct"), &json!(told), &json!("for you alone")),
        (&json!("reply"), &json!(answer), &json!("because")),
    ];
    assert_eq!(listed, expected, "{page}");
    assert_eq!(reader.ready["notifications"]["unread"], page["unread"]);
}
