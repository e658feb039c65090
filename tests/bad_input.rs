//! What is wrong with a payload is answered clearly, field by field, and changes nothing.

mod support;

use maru::contract::{COMMANDS, MAX_PAYLOAD_BYTES};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Place, Socket, TestApp, payload, text};

struct Scene {
    app: TestApp,
    mina: Socket,
    place: Place,
}

/// Somebody in a room of their own, with a message and another member.
async fn scene() -> Scene {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await.connect().await, app.person("joon").await);
    let room = mina.create_room("private", "Target", &[&joon]).await;
    let message = text(&mina.say(&room, "as it was").await["messageId"]);
    let task = mina.add_task(&room, "As it was").await;
    Scene { app, mina, place: Place { room, message, user: joon.id, task } }
}

impl Scene {
    /// What the room holds, and which rooms there are.
    async fn state(&self) -> Value {
        let members = self.mina.call_ok("room:members", json!({ "roomId": self.place.room })).await;
        let mine = self.mina.call_ok("room:mine", json!({})).await;
        let tasks = self.mina.call_ok("task:list", json!({})).await;
        let reminders = self.mina.call_ok("reminder:list", json!({})).await;
        json!([mine, self.mina.history(&self.place.room).await, members, tasks, reminders])
    }

    /// Sends one command and answers with its error, which has to be `invalid`.
    async fn invalid(&self, command: &str, fields: &Value) -> Value {
        let error = self.mina.call_refused(command, fields.clone()).await;
        assert_eq!(error["code"], "invalid", "{command} {fields} answered {error}");
        assert!(!text(&error["message"]).is_empty());
        error
    }
}

/// Values of every type that are wrong for a field which holds `right`.
fn wrong(right: &Value) -> Vec<Value> {
    let others =
        [json!(5), json!(-1.5), json!("word"), json!(true), json!(["word"]), json!([5]), json!({}), json!({ "a": 1 })];
    let same_type = |one: &Value| match (one, right) {
        (Value::String(_), Value::String(_)) | (Value::Bool(_), Value::Bool(_)) => true,
        (Value::Array(one), Value::Array(_)) => one[0].is_string(),
        (Value::Number(one), Value::Number(_)) => one.is_i64(),
        _ => false,
    };
    others.into_iter().filter(|one| !same_type(one)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_field_is_named_and_nothing_changes() {
    let scene = scene().await;
    let before = scene.state().await;
    for command in COMMANDS {
        let right = payload(command, &scene.place);
        for field in right.required {
            let mut fields = right.fields.clone();
            fields.as_object_mut().expect("an object").remove(*field).expect("a field that is required");
            let error = scene.invalid(command, &fields).await;
            assert_eq!(error["field"], *field, "{command}: {error}");
            fields[*field] = Value::Null;
            let error = scene.invalid(command, &fields).await;
            assert_eq!(error["field"], *field, "{command} with null: {error}");
        }
    }
    assert_eq!(scene.state().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_the_wrong_type_is_named_and_nothing_changes() {
    let scene = scene().await;
    let before = scene.state().await;
    for command in COMMANDS {
        let right = payload(command, &scene.place);
        for (field, value) in right.fields.as_object().expect("an object") {
            if field == "sentAt" {
                // It is the client's own and given back as it came.
                continue;
            }
            for wrong in wrong(value) {
                let mut fields = right.fields.clone();
                fields[field] = wrong;
                let error = scene.invalid(command, &fields).await;
                let named = text(&error["field"]);
                let within = |sign: char| named.starts_with(&format!("{field}{sign}"));
                assert!(named == *field || within('[') || within('.'), "{command} {fields}: {error}");
            }
        }
    }
    for (command, field, word) in [
        ("room:create", "kind", "open"),
        ("status:update", "status", "asleep"),
        ("task:update", "status", "gone"),
        ("task:create", "dueAt", "soon"),
        ("status:update", "until", "soon"),
        ("room:notify", "level", "some"),
    ] {
        let mut fields = payload(command, &scene.place).fields;
        fields[field] = json!(word);
        assert_eq!(scene.invalid(command, &fields).await["field"], field);
    }
    assert_eq!(scene.state().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_exactly_one_object_is_invalid_for_every_command() {
    let scene = scene().await;
    let before = scene.state().await;
    for command in COMMANDS.iter().chain(&["no:such:command", ""]) {
        for wrong in [json!([]), json!("text"), json!(5), json!(true), Value::Null] {
            scene.invalid(command, &wrong).await;
        }
        let right = if COMMANDS.contains(command) { payload(command, &scene.place).fields } else { json!({}) };
        scene.invalid(command, &json!([right])).await;
        for arguments in [vec![], vec![right.clone(), right.clone()], vec![right.clone(), Value::Null]] {
            let answer = scene.mina.start_call_with(command, &arguments).answer().await;
            assert_eq!(answer["error"]["code"], "invalid", "{command} with {} arguments: {answer}", arguments.len());
        }
    }
    assert_eq!(scene.state().await, before);
}

#[tokio::test]
async fn an_unknown_command_is_invalid_and_named() {
    let scene = scene().await;
    for command in ["message:sent", "MESSAGE:SEND", "ready", "connect_error", &"x".repeat(5_000)] {
        let error = scene.invalid(command, &json!({})).await;
        let named = text(&error["message"]);
        assert!(named.contains(&command[..7.min(command.len())]) && named.len() < 200, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_a_callback_is_told_of_its_failure_and_carried_out_otherwise() {
    let scene = scene().await;
    let (mina, place) = (&scene.mina, &scene.place);
    for command in COMMANDS {
        mina.emit(command, json!("no object"));
        let failed = mina.hear("command:failed").await;
        assert_eq!((&failed["event"], &failed["code"]), (&json!(command), &json!("invalid")), "{failed}");
        assert!(failed["message"].is_string());
    }
    mina.emit("message:send", json!({ "roomId": place.room, "content": 5 }));
    let failed = mina.hear("command:failed").await;
    assert_eq!((&failed["code"], &failed["field"]), (&json!("invalid"), &json!("content")));
    mina.emit("no:such", json!({}));
    assert_eq!(mina.hear("command:failed").await["event"], "no:such");
    mina.emit("message:send", json!({ "roomId": place.room, "content": "" }));
    assert_eq!(mina.hear("command:failed").await["field"], "content");
    mina.emit("room:leave", json!({ "roomId": "unknown" }));
    assert_eq!(mina.hear("command:failed").await["code"], "not_found");

    mina.emit("message:send", json!({ "roomId": place.room, "content": "without a callback" }));
    mina.hear_where("message:new", |new| new["message"]["content"] == "without a callback").await;
    assert!(!mina.hear_the_rest(mina, &place.room).await.iter().any(|heard| heard.event == "command:failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_above_64_kib_is_too_large_for_every_command() {
    let scene = scene().await;
    let before = scene.state().await;
    for command in COMMANDS {
        let mut fields = payload(command, &scene.place).fields;
        fields["unknown"] = json!("x".repeat(MAX_PAYLOAD_BYTES));
        let error = scene.mina.call_refused(command, fields).await;
        assert_eq!(error["code"], "too_large", "{command}: {error}");
    }
    assert_eq!(scene.state().await, before);
    let path = format!("/api/v1/rooms/{}/messages", scene.place.room);
    let person = scene.app.person("sora").await;
    let (status, answer) = person.http().post(&path, &json!({ "content": "x".repeat(70_000) })).await;
    assert_eq!((status, &answer["error"]["code"]), (413, &json!("too_large")));
}

#[tokio::test]
async fn a_message_has_1_to_16000_characters_and_no_nul() {
    let scene = scene().await;
    let (mina, room) = (&scene.mina, &scene.place.room);
    let longest = "가".repeat(16_000);
    mina.say(room, &longest).await;
    mina.hear_where("message:new", |new| new["message"]["content"] == longest.as_str()).await;
    for (content, code) in [
        (longest.clone() + "가", "too_large"),
        (String::new(), "invalid"),
        (" \n\t".to_owned(), "invalid"),
        ("a\0b".to_owned(), "invalid"),
    ] {
        for (command, target) in
            [("message:send", ("roomId", room)), ("message:edit", ("messageId", &scene.place.message))]
        {
            let error = mina.call_refused(command, json!({ target.0: target.1, "content": content })).await;
            assert_eq!(error["code"], code, "{command}: {error}");
        }
    }
    let odd = "\u{202e}reversed\u{feff} \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} e\u{301} <script>alert(1)</script>";
    mina.say(room, odd).await;
    let history = mina.history(room).await;
    assert_eq!(history.last().expect("a message")["content"], odd, "text is kept as it was written");
}

#[tokio::test]
async fn values_outside_their_range_are_refused_and_limits_are_clamped() {
    let scene = scene().await;
    let (mina, Place { room, message, user, task }) = (&scene.mina, &scene.place);
    let long = |length: usize| "x".repeat(length);
    for (command, fields, field) in [
        ("room:create", json!({ "kind": "public", "name": "" }), "name"),
        ("room:create", json!({ "kind": "public", "name": long(81) }), "name"),
        ("room:create", json!({ "kind": "public", "name": "two\nlines" }), "name"),
        ("room:create", json!({ "kind": "public", "name": "a\0b" }), "name"),
        ("room:create", json!({ "kind": "public", "name": "N", "topic": long(501) }), "topic"),
        ("room:create", json!({ "kind": "public", "name": "N", "participants": vec![user; 201] }), "participants"),
        ("room:update", json!({ "roomId": room, "name": " " }), "name"),
        ("room:update", json!({ "roomId": room, "kind": "direct" }), "kind"),
        ("room:invite", json!({ "roomId": room, "userIds": vec![user; 201] }), "userIds"),
        ("room:members", json!({ "roomId": room, "cursor": "\0" }), "cursor"),
        ("room:list", json!({ "cursor": "none" }), "cursor"),
        ("room:mine", json!({ "cursor": "1.2" }), "cursor"),
        ("message:react", json!({ "messageId": message, "emoji": "", "on": true }), "emoji"),
        ("message:react", json!({ "messageId": message, "emoji": long(65), "on": true }), "emoji"),
        ("message:react", json!({ "messageId": message, "emoji": "a b", "on": true }), "emoji"),
        ("message:react", json!({ "messageId": message, "emoji": "word", "on": true }), "emoji"),
        ("message:react", json!({ "messageId": message, "emoji": "👍👍", "on": true }), "emoji"),
        ("message:react", json!({ "messageId": message, "emoji": "\u{200b}", "on": true }), "emoji"),
        ("messages:history", json!({ "roomId": room, "before": 1, "after": 1 }), "around"),
        ("message:send:stream", json!({ "roomId": room, "clientMessageId": "" }), "clientMessageId"),
        ("message:send:stream", json!({ "roomId": room, "clientMessageId": long(65) }), "clientMessageId"),
        ("task:create", json!({ "roomId": room, "title": " " }), "title"),
        ("task:create", json!({ "roomId": room, "title": long(201) }), "title"),
        ("task:create", json!({ "roomId": room, "title": "two\nlines" }), "title"),
        ("task:update", json!({ "taskId": task, "title": "a\0b" }), "title"),
        ("task:list", json!({ "cursor": "none" }), "cursor"),
        ("task:list", json!({ "roomId": room, "cursor": "1.2.x" }), "cursor"),
        ("reminder:create", json!({ "text": "", "inSeconds": 5 }), "text"),
        ("reminder:create", json!({ "text": long(501), "inSeconds": 5 }), "text"),
        ("reminder:create", json!({ "text": "now" }), "at"),
        ("reminder:create", json!({ "text": "then", "at": "2020-01-01T00:00:00Z" }), "at"),
        ("reminder:create", json!({ "text": "then", "at": "2999-01-01T00:00:00Z" }), "at"),
        ("reminder:create", json!({ "text": "twice", "at": "2030-01-01T00:00:00Z", "inSeconds": 5 }), "at"),
        ("reminder:create", json!({ "text": "now", "inSeconds": 0 }), "inSeconds"),
        ("reminder:list", json!({ "cursor": "none" }), "cursor"),
        ("message:send", json!({ "roomId": room, "content": "x", "alsoInRoom": true }), "alsoInRoom"),
        ("room:pins", json!({ "roomId": room, "cursor": "none" }), "cursor"),
        ("room:files", json!({ "roomId": room, "cursor": "none" }), "cursor"),
        ("room:files", json!({ "roomId": room, "kind": "text" }), "kind"),
        ("messages:saved", json!({ "cursor": "1" }), "cursor"),
        ("threads:list", json!({ "cursor": "none" }), "cursor"),
        ("notifications:list", json!({ "cursor": "none" }), "cursor"),
        ("notification:read", json!({}), "notificationId"),
        ("notification:read", json!({ "all": false }), "notificationId"),
        ("notification:read", json!({ "notificationId": "1", "all": true }), "notificationId"),
        ("status:update", json!({ "status": "away", "text": long(101) }), "text"),
        ("status:update", json!({ "status": "away", "emoji": long(65) }), "emoji"),
        ("presence:get", json!({ "userIds": vec![user; 201] }), "userIds"),
    ] {
        assert_eq!(scene.invalid(command, &fields).await["field"], field, "{command} {fields}");
    }
    for (from, to, zone) in
        [("7:00", "8:00", "UTC"), ("07:00", "07:00", "UTC"), ("07:00", "24:00", "UTC"), ("07:00", "08:00", "Mars")]
    {
        let hours = json!({ "from": from, "to": to, "timeZone": zone });
        let fields = json!({ "receipts": true, "lastSeen": true, "quietHours": hours });
        assert_eq!(scene.invalid("preferences:update", &fields).await["field"], "quietHours", "{fields}");
    }
    for limit in [json!(0), json!(-5), json!(201), json!(9_007_199_254_740_991_u64), json!(1e20)] {
        for (command, fields) in [
            ("messages:history", json!({ "roomId": room, "limit": limit })),
            ("room:members", json!({ "roomId": room, "limit": limit })),
            ("room:pins", json!({ "roomId": room, "limit": limit })),
            ("room:files", json!({ "roomId": room, "limit": limit })),
            ("messages:saved", json!({ "limit": limit })),
            ("threads:list", json!({ "limit": limit })),
            ("notifications:list", json!({ "limit": limit })),
            ("room:list", json!({ "limit": limit })),
            ("room:mine", json!({ "limit": limit })),
            ("task:list", json!({ "limit": limit })),
            ("reminder:list", json!({ "limit": limit })),
        ] {
            mina.call_ok(command, fields).await;
        }
    }
    for seq in [i64::MIN, -1, 0, i64::MAX] {
        for place in ["before", "after", "around"] {
            mina.call_ok("messages:history", json!({ "roomId": room, place: seq })).await;
        }
        for command in ["message:read", "message:unread", "room:receipts"] {
            mina.call_ok(command, json!({ "roomId": room, "seq": seq })).await;
        }
        mina.call_ok("thread:read", json!({ "messageId": message, "seq": seq })).await;
        mina.call_ok("room:rejoin", json!({ "roomId": room, "rev": seq })).await;
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_answered_in_the_same_envelope() {
    let app = TestApp::spawn().await;
    let http = app.person("mina").await.http();
    let deep = format!(r#"{{"kind":"public","name":{}}}"#, "[".repeat(20_000));
    let bodies: [&[u8]; 8] = [
        b"",
        b"[]",
        b"null",
        b"text",
        b"{",
        b"{\"kind\":\"public\",\"name\":\"\xff\"}",
        b"{\"name\":\"\\ud800\"}",
        deep.as_bytes(),
    ];
    for body in bodies {
        let request = http.request(Method::POST, "/api/v1/rooms").body(body.to_vec());
        let (status, answer) = http.send(request).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!("invalid")), "{:?}", String::from_utf8_lossy(body));
        assert_eq!(answer["success"], false);
    }
    for (path, expected) in [
        ("/api/v1/nothing", 404),
        ("/api/v1/rooms/%00", 404),
        ("/api/v1/rooms/%ff/messages", 404),
        ("/api/v1/rooms?limit=word", 422),
        ("/api/v1/rooms?cursor=none", 422),
        ("/api/v1/rooms?limit=99999999999", 200),
    ] {
        let (status, answer) = http.get(path).await;
        assert_eq!((status, answer["success"] == true), (expected, expected == 200), "{path}: {answer}");
    }
    let (status, mine) = http.get("/api/v1/rooms").await;
    assert_eq!((status, mine["rooms"].as_array().map(Vec::len)), (200, Some(1)), "nothing was made");
}
