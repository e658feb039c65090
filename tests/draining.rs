//! A planned stop: clients are told, what was acknowledged is kept, and everybody finds back.

mod support;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{ConnectError, Options, TestApp, number, text};

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_told_when_to_return_and_find_back_what_they_had() {
    let mut app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let mut sockets = vec![person.connect().await, person.connect_with(Options::polling()).await.unwrap()];
    for _ in 0..8 {
        sockets.push(person.connect().await);
    }
    let room = sockets[0].create_room("private", "Restarted", &[]).await;
    let sent = sockets[0].say(&room, "before").await;
    let begun = Instant::now();
    app.begin_terminate();
    let mut returns = Vec::new();
    for socket in &sockets {
        returns.push(number(&socket.hear("server:draining").await["reconnectInMs"]));
    }
    returns.sort_unstable();
    assert!(returns.iter().all(|wait| (0..=10_000).contains(wait)), "{returns:?}");
    assert!(returns.windows(2).all(|pair| pair[0] < pair[1]), "returns are spread, not all at once: {returns:?}");
    for socket in &sockets {
        socket.closed().await;
    }
    assert!(app.exited().await.success());
    assert!(begun.elapsed() < Duration::from_secs(10), "the end took {:?}", begun.elapsed());
    assert!(!app.transcript().contains("ERROR") && !app.transcript().contains("panicked"));

    app.restart().await;
    let rev = number(&sent["rev"]);
    let back = person.connect_with(Options::websocket().auth("rooms", json!({ room.as_str(): rev }))).await.unwrap();
    assert_eq!(back.ready["epoch"], sockets[0].ready["epoch"], "a restart is no new epoch");
    let sync = back.hear("sync").await;
    assert_eq!((&sync["complete"], &sync["messages"]), (&json!(true), &json!([])));
    assert_eq!(back.history(&room).await.last().unwrap()["content"], "before");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_while_the_server_stops_is_kept() {
    let mut app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let room = mina.create_room("private", "Until the end", &[]).await;
    let mut acknowledged: BTreeMap<i64, String> = BTreeMap::new();
    let mut stopped = false;
    'sending: for round in 0.. {
        let calls: Vec<_> = (0..20)
            .map(|at| format!("{round}/{at}"))
            .map(|content| (mina.start_call("message:send", json!({ "roomId": room, "content": content })), content))
            .collect();
        for (call, content) in calls {
            match call.answer_unless_closed().await {
                Some(ack) if ack["success"] == true => {
                    acknowledged.insert(number(&ack["seq"]), content);
                }
                Some(ack) => assert_eq!(ack["error"]["code"], "unavailable", "{ack}"),
                None => break 'sending,
            }
        }
        if !stopped && acknowledged.len() >= 100 {
            app.begin_terminate();
            stopped = true;
        }
    }
    assert!(app.exited().await.success());
    app.restart().await;
    let mina = person.connect().await;
    let mut stored: BTreeMap<i64, Value> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = mina.call_ok("messages:history", json!({ "roomId": room, "after": after, "limit": 200 })).await;
        for message in page["messages"].as_array().unwrap() {
            after = number(&message["seq"]);
            stored.insert(after, message["content"].clone());
        }
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(stored.len() as i64, after, "no hole");
    for (seq, content) in &acknowledged {
        assert_eq!(stored.get(seq), Some(&json!(content)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_while_the_server_stops_is_sent_away_with_a_reason() {
    let mut app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    assert_eq!(app.http().get("/readyz").await.0, 200);
    app.begin_terminate();
    mina.hear("server:draining").await;
    // The door closes soon: who comes in time is told, who comes later finds nobody.
    let refused = person.connect_with(Options::websocket()).await.err().expect("no new connections");
    let message = refused.message();
    assert!(message.is_empty() || message.starts_with("unavailable: "), "{refused}");
    assert!(app.exited().await.success());
    let transcript = app.transcript();
    assert!(!transcript.contains(&person.access_token), "a token stands in the log");
    assert!(text(&mina.ready["epoch"]).len() > 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_just_connecting_is_told_or_refused_with_a_reason() {
    let mut app = TestApp::builder().generous().spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let connecting: Vec<_> = (0..60)
        .map(|_| {
            let person = person.clone();
            tokio::spawn(async move { person.connect_with(Options::websocket()).await })
        })
        .collect();
    // Some of them are let in by now.
    while mina.call_ok("presence:get", json!({ "userIds": [person.id] })).await["presence"][&person.id]["connections"]
        == 1
    {}
    app.begin_terminate();
    let (mut told, mut sent_away) = (0, 0);
    for connecting in connecting {
        match connecting.await.unwrap() {
            Ok(socket) => {
                socket.hear("server:draining").await;
                told += 1;
            }
            Err(ConnectError::Refused(message)) => {
                assert!(message.starts_with("unavailable: "), "{message}");
                sent_away += 1;
            }
            // The door is closed.
            Err(error) => {
                assert!(!error.to_string().contains("ready"), "let in, and left without a word: {error}");
                sent_away += 1;
            }
        }
    }
    assert!(told > 0, "all {sent_away} came too late");
    assert!(app.exited().await.success());
}
