//! Packets that no honest client sends: each is answered or ends its own connection, and nobody else notices.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Options, Person, Socket, TestApp, text};

struct Scene {
    app: TestApp,
    /// Who minds their own business all the while.
    mina: Socket,
    attacker: Person,
    room: String,
}

async fn scene(app: TestApp) -> Scene {
    let (mina, attacker) = (app.person("mina").await.connect().await, app.person("mallory").await);
    let room = mina.create_room("private", "Bystanders", &[&attacker]).await;
    Scene { app, mina, attacker, room }
}

impl Scene {
    /// Everybody else talks on, and a new connection is welcome.
    async fn is_well(&self) {
        let sent = self.mina.say(&self.room, "are you there?").await;
        let again = self.attacker.connect().await;
        let history = again.history(&self.room).await;
        assert_eq!(history.last().expect("a message")["id"], sent["messageId"]);
        assert!(!self.mina.is_closed());
    }

    /// Resident memory in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.app.process_id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a figure");
        line.split_whitespace().nth(1).expect("a number").parse().unwrap()
    }
}

/// Sends raw text, then something honest, which has to be answered on the same connection.
async fn survives(socket: &Socket, raw: &str) {
    socket.send_raw(raw);
    let ack = socket.call("heartbeat", json!({})).await;
    assert_eq!(ack["success"], true, "after {} bytes: {ack}", raw.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_cannot_be_read_is_invalid_and_the_connection_stays() {
    let scene = scene(TestApp::spawn().await).await;
    let mallory = scene.attacker.connect().await;
    let before = scene.mina.history(&scene.room).await;
    let deep = "[".repeat(20_000) + &"]".repeat(20_000);
    let deep_object = "{\"a\":".repeat(9_000) + "1" + &"}".repeat(9_000);
    let room = &scene.room;
    for payload in [
        format!(r#"{{"roomId":"{room}","content":"\ud800"}}"#),
        format!(r#"{{"roomId":"{room}","content":"\udc00\ud800"}}"#),
        format!(r#"{{"roomId":"{room}","content":"a\u0000b"}}"#),
        format!(r#"{{"roomId":"{room}","content":{deep}}}"#),
        format!(r#"{{"roomId":{deep_object},"content":"text"}}"#),
        format!(r#"{{"roomId":"{room}","content":1e999}}"#),
        format!(r#"{{"roomId":"{room}","content":"x","content":"y"}}"#),
        format!(r#"{{"roomId":"{room}","content":"x","clientMessageId":"\ud83d"}}"#),
        r#"{"_placeholder":true,"num":0}"#.to_owned(),
    ] {
        mallory.send_raw(format!(r#"42["message:send",{payload}]"#));
        let failed = mallory.hear("command:failed").await;
        assert_eq!(failed["code"], "invalid", "{} answered {failed}", &payload[..payload.len().min(100)]);
    }
    survives(&mallory, &format!(r#"42["heartbeat",{{"sentAt":{deep}}}]"#)).await;
    survives(&mallory, &format!(r#"42["heartbeat",{{"unknown":{deep_object}}}]"#)).await;
    assert_eq!(scene.mina.history(&scene.room).await, before);
    scene.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_arguments_are_not_understood_and_change_nothing() {
    let scene = scene(TestApp::spawn().await).await;
    let before = scene.mina.history(&scene.room).await;
    // Over long-polling binary attachments travel as text.
    let mallory = scene.attacker.connect_with(Options::polling()).await.unwrap();
    let packet =
        format!(r#"451-["message:send",{{"roomId":"{}","content":{{"_placeholder":true,"num":0}}}}]"#, scene.room);
    mallory.send_raw(packet);
    mallory.send_raw("bAQIDBA==");
    let failed = mallory.hear("command:failed").await;
    assert_eq!((&failed["event"], &failed["code"]), (&json!("message:send"), &json!("invalid")), "{failed}");
    // An attachment was promised, and something else comes.
    mallory.send_raw(r#"451-["heartbeat",{"_placeholder":true,"num":0}]"#);
    mallory.emit("heartbeat", json!({}));
    mallory.closed().await;
    assert_eq!(scene.mina.history(&scene.room).await, before);
    scene.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_socket_io_ends_that_connection_only() {
    let scene = scene(TestApp::spawn().await).await;
    for raw in [
        "garbage",
        "",
        "4",
        "49",
        "42",
        "42{",
        "42[",
        "4zzz",
        r#"42[5,{}]"#,
        "43x",
        "9",
        "42[\"a\",{]",
        r#"42["\ud800",{}]"#,
    ] {
        let mallory = scene.attacker.connect().await;
        mallory.send_raw(raw);
        let ended = async { mallory.closed().await };
        let answered = async { mallory.start_call("heartbeat", json!({})).answer_unless_closed().await };
        // Either it is answered like any bad payload, or the connection is over; never silence.
        if answered.await.is_none() {
            ended.await;
        }
    }
    scene.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packets_that_only_servers_send_or_that_come_twice_do_no_harm() {
    let scene = scene(TestApp::spawn().await).await;
    for raw in ["40", r#"40{"token":"forged"}"#, "43123[]", "4399999999999999999999[]", "3", "2", "44{}"] {
        let mallory = scene.attacker.connect().await;
        mallory.send_raw(raw);
        if let Some(ack) = mallory.start_call("heartbeat", json!({})).answer_unless_closed().await {
            assert_eq!(ack["success"], true, "{raw}: {ack}");
        }
    }
    scene.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_above_1_mib_ends_its_connection_and_no_other() {
    let scene = scene(TestApp::spawn().await).await;
    for options in [Options::websocket(), Options::polling()] {
        let mallory = scene.attacker.connect_with(options).await.unwrap();
        let content = "x".repeat(900_000);
        let error = mallory.call_refused("message:send", json!({ "roomId": scene.room, "content": content })).await;
        assert_eq!(error["code"], "too_large", "below the limit of the transport it is an answer");
        mallory.emit("message:send", json!({ "roomId": scene.room, "content": "x".repeat(1_100_000) }));
        mallory.closed().await;
        scene.is_well().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_unknown_events_are_each_refused_and_memory_stays_bounded() {
    const EVENTS: usize = 100_000;
    let scene = scene(TestApp::spawn().await).await;
    let mallory = scene.attacker.connect().await;
    let before = scene.memory();
    for at in 0..EVENTS {
        mallory.emit("un:known", json!({ "at": at }));
    }
    scene.mina.say(&scene.room, "meanwhile").await;
    mallory.hear_as_many(EVENTS, "command:failed", Duration::from_secs(30)).await;
    let heard = mallory.heard_events();
    let codes = |code: &str| heard.iter().filter(|heard| heard.payload["code"] == code).count();
    assert_eq!(codes("invalid") + codes("rate_limited"), EVENTS);
    assert!(codes("rate_limited") > EVENTS / 2, "only {} were slowed down", codes("rate_limited"));
    let limited = heard.iter().find(|heard| heard.payload["code"] == "rate_limited").expect("one");
    assert!(limited.payload["retryAfterMs"].as_u64().is_some_and(|wait| wait > 0), "{limited}");
    let after = scene.memory();
    assert!(after < before + 64 * 1024, "{before} KiB became {after} KiB");
    scene.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_more_slowly_than_they_send_is_read_more_slowly_and_gets_every_answer() {
    const EVENTS: usize = 30_000;
    let scene = scene(TestApp::builder().generous().spawn().await).await;
    let before = scene.memory();
    for options in [Options::websocket(), Options::upgrade()] {
        let slow = scene.attacker.connect_with(options.receive_buffer(4096)).await.unwrap();
        slow.pause_reading();
        for _ in 0..EVENTS {
            slow.emit("heartbeat", json!({ "sentAt": "x".repeat(100) }));
        }
        scene.mina.say(&scene.room, "meanwhile").await;
        slow.resume_reading();
        slow.hear_as_many(EVENTS, "heartbeat:ack", Duration::from_secs(30)).await;
    }
    let after = scene.memory();
    assert!(after < before + 64 * 1024, "{before} KiB became {after} KiB");
    scene.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_that_reads_no_answer_is_cut_off_and_its_memory_given_back() {
    let scene = scene(TestApp::builder().generous().spawn().await).await;
    let before = scene.memory();
    let mut floods = Vec::new();
    for _ in 0..3 {
        let mallory = scene.attacker.connect_with(Options::websocket().receive_buffer(4096)).await.unwrap();
        mallory.pause_reading();
        for _ in 0..60_000 {
            mallory.emit("heartbeat", json!({ "sentAt": "x".repeat(200) }));
        }
        scene.mina.say(&scene.room, "meanwhile").await;
        floods.push(mallory);
    }
    wait_until_gone(&scene).await;
    let after = scene.memory();
    assert!(after < before + 64 * 1024, "{before} KiB became {after} KiB");
    scene.is_well().await;
}

async fn wait_until_gone(scene: &Scene) {
    let asked = json!({ "userIds": [scene.attacker.id] });
    loop {
        let presence = scene.mina.call_ok("presence:get", asked.clone()).await;
        if presence["presence"][&scene.attacker.id]["connections"] == 0 {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_make_no_sense_are_refused_with_a_code() {
    let scene = scene(TestApp::spawn().await).await;
    let token = &scene.attacker.access_token;
    for (packet, code) in [
        ("40".to_owned(), "unauthenticated: "),
        ("40{}".to_owned(), "unauthenticated: "),
        ("40[]".to_owned(), "invalid: "),
        ("40null".to_owned(), "invalid: "),
        (r#"40{"token":5}"#.to_owned(), "invalid: "),
        (format!(r#"40{{"token":"{token}","rooms":[]}}"#), "invalid: "),
        (format!(r#"40{{"token":"{token}","rooms":{{"a":"b"}}}}"#), "invalid: "),
        (format!(r#"40{{"token":"{token}","clientId":{{}}}}"#), "invalid: "),
    ] {
        let socket = Socket::open(&scene.app.url(), &Options::websocket()).await.unwrap();
        socket.send_raw(packet.clone());
        let refused = socket.refused().await;
        let message = text(&refused["message"]);
        assert!(message.starts_with(code) && message.len() > code.len(), "{packet} was refused with {message:?}");
        assert!(!message.contains("struct") && !message.contains(" line "), "{message:?} speaks of our own code");
        assert_eq!(refused.as_object().map(serde_json::Map::len), Some(1), "{refused}");
    }
    scene.is_well().await;
}

#[tokio::test]
async fn a_connection_that_never_says_who_it_is_is_closed() {
    let app = TestApp::spawn().await;
    let silent = Socket::open(&app.url(), &Options::websocket()).await.unwrap();
    let refused = Socket::open(&app.url(), &Options::websocket()).await.unwrap();
    refused.send_raw(r#"40{"token":"forged"}"#);
    assert!(refused.refused().await["message"].is_string());
    // A command before the handshake is no command.
    silent.emit("message:send", Value::Null);
    tokio::join!(silent.closed_within(Duration::from_secs(12)), refused.closed_within(Duration::from_secs(12)));
}
