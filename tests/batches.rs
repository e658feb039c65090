//! Commands that are written together are decided one by one.

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::{Person, Socket, TestApp, number, text};

async fn devices(person: &Person, count: usize) -> Vec<Socket> {
    let mut sockets = Vec::new();
    for _ in 0..count {
        sockets.push(person.connect().await);
    }
    sockets
}

#[tokio::test(flavor = "multi_thread")]
async fn read_marks_of_many_at_once_count_what_is_left_for_each() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon, sora) = (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let author = mina.connect().await;
    let room = author.create_room("private", "Long", &[&joon]).await;
    let mut sent = Vec::new();
    for number in 0..12 {
        sent.push(author.say(&room, &format!("message {number}")).await);
    }
    let seq = |index: usize| number(&sent[index]["seq"]);
    for deleted in [3, 10] {
        author.call_ok("message:delete", json!({ "messageId": sent[deleted]["messageId"] })).await;
    }
    let unread_after = |index: usize| (index + 1..12).filter(|later| ![3, 10].contains(later)).count();

    let (joons, stranger) = (devices(&joon, 6).await, sora.connect().await);
    let mark = |seq: i64| json!({ "roomId": room, "seq": seq });
    let mut read = 0;
    for index in [2, 3, 5, 9, 11] {
        let mut calls = Vec::new();
        for socket in &joons {
            // Behind the furthest, a send that is refused, and nonsense, all around the one that counts.
            calls.push((None, socket.start_call("message:read", mark(seq(read)))));
            calls.push((
                Some("not_found"),
                socket.start_call("message:send", json!({ "roomId": joon.id, "content": "x" })),
            ));
            calls.push((None, socket.start_call("message:read", mark(seq(index)))));
            calls.push((Some("not_found"), stranger.start_call("message:read", mark(seq(index)))));
        }
        let (before, after) = (unread_after(read).max(unread_after(index)), unread_after(index));
        for (refused, call) in calls {
            let answer = call.answer().await;
            match refused {
                Some(code) => assert_eq!(answer["error"]["code"], code, "{answer}"),
                None => {
                    let unread = answer["unread"].as_u64().expect("a count") as usize;
                    let first = read == 0 && unread == 10;
                    assert!(first || (after..=before).contains(&unread), "{unread} left after {index}");
                }
            }
        }
        read = index;
        assert_eq!(joons[0].summary(&room).await["unread"], after, "after {index}");
        assert_eq!(joons[0].summary(&room).await["readSeq"], seq(index));
        let told = author.hear_where("message:read", |told| told["seq"] == seq(index)).await;
        assert_eq!((&told["userId"], &told["unread"]), (&json!(joon.id), &Value::Null));
        let own = joons[1].hear_where("message:read", |told| told["seq"] == seq(index)).await;
        assert_eq!(own["unread"], after);
    }
    let beyond = joons[0].call_ok("message:read", mark(seq(11) + 1_000)).await;
    assert_eq!(beyond["unread"], 0);
    assert_eq!(joons[0].summary(&room).await["readSeq"], seq(11), "beyond the last means the last");
    author.say(&room, "one more").await;
    assert_eq!(joons[0].summary(&room).await["unread"], 1, "and what comes then is unread");
    let general = text(&stranger.ready["rooms"][0]["id"]);
    stranger.heard_nothing_of(&room, &author, &general).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_sent_from_many_devices_at_once_is_stored_once() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let sockets = devices(&mina, 6).await;
    let room = sockets[0].create_room("private", "Once", &[]).await;
    let elsewhere = sockets[0].create_room("private", "Elsewhere", &[]).await;
    for round in 0..20 {
        let key = format!("key {round}");
        let send = |room: &str| json!({ "roomId": room, "content": "hello", "clientMessageId": key });
        let first = sockets[0].start_call("message:send", send(&room));
        let mut calls = Vec::new();
        for socket in &sockets {
            calls.push(socket.start_call("message:send", send(&room)));
            calls.push(socket.start_call("message:send", send(&room)));
        }
        let mut answers = vec![first.answer().await];
        for call in calls {
            answers.push(call.answer().await);
        }
        let ids: BTreeSet<String> = answers.iter().map(|answer| text(&answer["messageId"])).collect();
        let fresh = answers.iter().filter(|answer| answer["duplicate"] != true).count();
        assert_eq!((ids.len(), fresh), (1, 1), "{answers:?}");
        let error = sockets[1].call_refused("message:send", send(&elsewhere)).await;
        assert_eq!(error["code"], "conflict");
    }
    let history = sockets[0].history(&room).await;
    assert_eq!(history.iter().filter(|message| message["content"] == "hello").count(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_fails_takes_its_batch_with_it_and_nothing_else() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let sockets = devices(&mina, 4).await;
    let listener = joon.connect().await;
    let room = sockets[0].create_room("private", "Poisoned", &[&joon]).await;
    let mut database = app.database().await;
    // As a full disk does: in the middle of what is written together, with or without a rollback by SQLite itself.
    for (table, failure) in [("messages", "ROLLBACK"), ("messages", "FAIL"), ("idempotency", "ABORT")] {
        let column = if table == "messages" { "content" } else { "client_message_id" };
        let trigger = format!(
            "CREATE TRIGGER poison BEFORE INSERT ON {table} WHEN NEW.{column} = 'poison'
             BEGIN SELECT RAISE({failure}, 'the disk is full'); END"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&mut database).await.unwrap();
        let mut calls = Vec::new();
        for number in 0..60 {
            let (socket, poisoned) = (&sockets[number % 4], number % 20 == 10);
            let content = if poisoned { "poison".to_owned() } else { format!("{table} {failure} {number}") };
            let mut send = json!({ "roomId": room, "content": content });
            if poisoned {
                send["clientMessageId"] = "poison".into();
            }
            calls.push((content, socket.start_call("message:send", send)));
            calls.push((String::new(), listener.start_call("message:read", json!({ "roomId": room, "seq": 1_000 }))));
        }
        let mut acknowledged = BTreeSet::new();
        for (content, call) in calls {
            let answer = call.answer().await;
            if answer["success"] != true {
                assert_eq!(answer["error"]["code"], "unavailable", "{answer}");
            } else if !content.is_empty() {
                assert_ne!(content, "poison", "{answer}");
                acknowledged.insert((number(&answer["seq"]), content));
            }
        }
        sqlx::raw_sql("DROP TRIGGER poison").execute(&mut database).await.unwrap();
        let end = format!("{table} {failure} is over");
        acknowledged.insert((number(&sockets[0].say(&room, &end).await["seq"]), end.clone()));
        let history = listener.history(&room).await;
        let stored = |message: &Value| (number(&message["seq"]), text(&message["content"]));
        let mine = history.iter().map(stored).filter(|(_, content)| content.starts_with(&format!("{table} {failure}")));
        assert_eq!(mine.collect::<BTreeSet<_>>(), acknowledged, "what is kept is what was acknowledged");
        let seqs: Vec<i64> = history.iter().map(|message| number(&message["seq"])).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "a hole: {seqs:?}");
        let told = listener.hear_through("message:new", |new| new["message"]["content"] == end.as_str()).await;
        let told = told.iter().filter(|heard| heard.event == "message:new").map(|new| stored(&new.payload["message"]));
        assert_eq!(told.collect::<BTreeSet<_>>(), acknowledged, "what is told is what was acknowledged");
        assert_eq!(app.http().get("/readyz").await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_somebody_else_holds_is_written_to_again_when_it_is_let_go() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let sockets = devices(&mina, 3).await;
    let room = sockets[0].create_room("private", "Held", &[]).await;
    let mut database = app.database().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut database).await.unwrap();
    // One command alone: each batch waits some seconds for its turn.
    let error = sockets[0].call_refused("message:send", json!({ "roomId": room, "content": "lost" })).await;
    assert_eq!(error["code"], "unavailable");
    assert_eq!(app.http().get("/readyz").await.0, 503);
    sqlx::query("ROLLBACK").execute(&mut database).await.unwrap();
    // What is refused, or is as wanted already, writes nothing: it does not show that the fault is over.
    for _ in 0..2 {
        let foreign = json!({ "messageId": format!("{room}-1"), "content": "x" });
        assert_eq!(sockets[0].call_refused("message:edit", foreign).await["code"], "forbidden");
        let nowhere = json!({ "roomId": mina.id, "content": "x" });
        assert_eq!(sockets[0].call_refused("message:send", nowhere).await["code"], "not_found");
        sockets[0].call_ok("message:pin", json!({ "messageId": format!("{room}-1"), "on": false })).await;
        assert_eq!(app.http().get("/readyz").await.0, 503);
    }
    for socket in &sockets {
        socket.say(&room, "kept").await;
        socket.call_ok("message:read", json!({ "roomId": room, "seq": 1 })).await;
        socket.call_ok("room:mute", json!({ "roomId": room, "muted": true })).await;
    }
    let contents: Vec<Value> =
        sockets[0].history(&room).await.into_iter().map(|message| message["content"].clone()).collect();
    assert_eq!(contents.iter().filter(|content| **content == "kept").count(), 3);
    assert!(!contents.contains(&json!("lost")));
    assert_eq!(app.http().get("/readyz").await.0, 200);
}
