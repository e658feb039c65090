//! Who is not in a room cannot tell it from one that does not exist: for every command and every HTTP twin.

mod support;

use maru::contract::COMMANDS;
use reqwest::Method;
use serde_json::{Value, json};
use support::{Http, Person, Place, Socket, TestApp, payload, text};

const NOWHERE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// Somebody outside, and how they came to be there.
struct Outsider {
    why: &'static str,
    socket: Socket,
    http: Http,
}

/// A room with people in it, and people who are outside in every way there is.
struct Scene {
    app: TestApp,
    mina: Socket,
    joon: Person,
    general: String,
    place: Place,
    outsiders: Vec<Outsider>,
}

async fn scene(kind: &str) -> Scene {
    let app = TestApp::builder().generous().spawn().await;
    let admin = app.admin().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let (stranger, kicked, left) = (app.person("stranger").await, app.person("kicked").await, app.person("left").await);
    let mina = mina.connect().await;
    let general = text(&mina.ready["rooms"][0]["id"]);
    let direct = kind == "direct";
    let members: &[&Person] = if direct { &[&joon] } else { &[&joon, &kicked, &left] };
    let room = mina.create_room(kind, "Quiet", members).await;
    let message = text(&mina.say(&room, "between us").await["messageId"]);
    let task = mina.add_task(&room, "Between us").await;
    let mut outsiders = Vec::new();
    for (why, person) in [("a stranger", &stranger), ("an administrator", &admin), ("kicked", &kicked), ("left", &left)]
    {
        let socket = person.connect().await;
        if !direct && why != "a stranger" && why != "an administrator" {
            // What they kept, followed and were told of while they were in it is out of reach with it.
            mina.say(&room, &format!("for @{}", person.username)).await;
            socket.hear_where("notification", |told| told["type"] == "mention").await;
            socket.call_ok("message:save", json!({ "messageId": message, "on": true })).await;
            socket.call_ok("thread:follow", json!({ "messageId": message, "on": true })).await;
        }
        match why {
            "kicked" if !direct => {
                mina.call_ok("room:kick", json!({ "roomId": room, "userId": person.id })).await;
                socket.hear_where("room:removed", |removed| removed["roomId"] == room.as_str()).await;
            }
            "left" if !direct => {
                socket.call_ok("room:leave", json!({ "roomId": room })).await;
                socket.hear_where("member:left", |left| left["userId"] == person.id.as_str()).await;
            }
            _ => {}
        }
        // What a former member heard until then was theirs to hear.
        let _theirs = socket.hear_the_rest(&mina, &general).await;
        outsiders.push(Outsider { why, socket, http: person.http() });
    }
    let user = joon.id.clone();
    Scene { app, mina, joon, general, place: Place { room, message, user, task }, outsiders }
}

impl Place {
    /// The same things in a room that does not exist.
    fn elsewhere(&self) -> Place {
        let (room, message, task) = (NOWHERE.to_owned(), format!("{NOWHERE}-1"), NOWHERE.to_owned());
        Place { room, message, user: self.user.clone(), task }
    }
}

/// Content that is refused to a member: an outsider may not learn even that.
fn unacceptable(fields: &Value) -> Value {
    let mut fields = fields.clone();
    for (name, value) in fields.as_object_mut().expect("an object") {
        match name.as_str() {
            "content" | "chunk" | "error" | "title" | "text" => *value = json!(""),
            "index" => *value = json!(-1),
            "inSeconds" => *value = json!(0),
            "emoji" => *value = json!("not an emoji"),
            "clientMessageId" => *value = json!("x".repeat(100)),
            "name" => *value = json!("x".repeat(100)),
            "userIds" => *value = json!(vec![NOWHERE; 201]),
            // Kinds of files are another list; what is not in it is a matter of form.
            "kind" if *value != "image" => *value = json!("direct"),
            "threadRoot" | "replyTo" => *value = json!("no message"),
            _ => {}
        }
    }
    match fields.get("before") {
        Some(_) => fields["after"] = json!(1),
        None => fields["cursor"] = json!("no cursor"),
    }
    fields
}

/// What everybody inside can see of the room.
async fn state(mina: &Socket, room: &str) -> Value {
    let members = mina.call_ok("room:members", json!({ "roomId": room })).await;
    let tasks = mina.call_ok("task:list", json!({ "roomId": room })).await;
    json!([mina.summary(room).await, mina.history(room).await, members, tasks])
}

async fn find_nothing(kind: &str) {
    let scene = scene(kind).await;
    let (mina, place) = (&scene.mina, &scene.place);
    let joon = scene.joon.connect().await;
    let before = state(mina, &place.room).await;
    joon.forget_heard();
    for command in COMMANDS {
        let here = payload(command, place);
        if !here.names_room || (*command == "room:join" && kind == "public") {
            continue;
        }
        let elsewhere = payload(command, &place.elsewhere()).fields;
        for outsider in &scene.outsiders {
            for change in [Value::clone, unacceptable] {
                let error = outsider.socket.call_refused(command, change(&here.fields)).await;
                let unknown = outsider.socket.call_refused(command, change(&elsewhere)).await;
                assert_eq!(error["code"], "not_found", "{command} by {}: {error}", outsider.why);
                assert_eq!(error, unknown, "{command} by {} tells that the room exists", outsider.why);
            }
        }
    }
    assert_eq!(state(mina, &place.room).await, before, "an outsider changed the room");
    for heard in joon.hear_the_rest(mina, &scene.general).await {
        assert!(!heard.mentions(&place.room), "an outsider caused {heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_on_a_private_room_finds_nothing_for_an_outsider() {
    find_nothing("private").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_on_a_direct_room_finds_nothing_for_an_outsider() {
    find_nothing("direct").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_but_joining_on_a_public_room_finds_nothing_for_who_is_not_in_it() {
    find_nothing("public").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_on_a_deleted_room_finds_nothing_for_its_members() {
    let scene = scene("private").await;
    let joon = scene.joon.connect().await;
    scene.mina.call_ok("room:delete", json!({ "roomId": scene.place.room })).await;
    joon.hear("room:deleted").await;
    for (member, socket) in [("the owner", &scene.mina), ("a member", &joon)] {
        for command in COMMANDS {
            let here = payload(command, &scene.place);
            if here.names_room {
                let error = socket.call_refused(command, here.fields).await;
                let unknown = socket.call_refused(command, payload(command, &scene.place.elsewhere()).fields).await;
                assert_eq!((&error["code"], &error), (&json!("not_found"), &unknown), "{command} by {member}");
            }
        }
    }
    let mine = joon.call_ok("room:mine", json!({})).await;
    assert!(!mine.to_string().contains(&scene.place.room), "{mine}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_hears_nothing_of_what_happens_in_a_room() {
    let scene = scene("private").await;
    let (mina, room) = (&scene.mina, &scene.place.room);
    let joon = scene.joon.connect().await;
    let newcomer = scene.app.person("newcomer").await;
    let sent = mina.say(room, "secret @stranger @kicked").await;
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
        ("room:receipts", json!({ "roomId": room })),
        ("room:presence", json!({ "roomId": room })),
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
        ("room:invite", json!({ "roomId": room, "userIds": [newcomer.id] })),
        ("room:rejoin", json!({ "roomId": room })),
    ] {
        mina.call_ok(command, fields).await;
    }
    joon.call_ok("message:read", json!({ "roomId": room, "seq": sent["seq"] })).await;
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    mina.call_ok("room:delete", json!({ "roomId": room })).await;
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
        ] {
            let listed = outsider.socket.call_ok(list, json!({ "limit": 200 })).await;
            assert!(!listed.to_string().contains(room.as_str()), "{} sees it in {list}", outsider.why);
        }
    }
}

/// Every request about a room or a message.
fn twins(place: &Place) -> Vec<(Method, String, Value)> {
    let Place { room, message, user, task } = place;
    let (tasks, task) = (format!("/api/v1/tasks?room={room}"), format!("/api/v1/tasks/{task}"));
    let reminder = json!({ "roomId": room, "text": "text", "inSeconds": 60 });
    let (room, message) = (format!("/api/v1/rooms/{room}"), format!("/api/v1/messages/{message}"));
    vec![
        (Method::GET, room.clone(), Value::Null),
        (Method::PATCH, room.clone(), json!({ "name": "Other" })),
        (Method::DELETE, room.clone(), Value::Null),
        (Method::POST, format!("{room}/leave"), Value::Null),
        (Method::GET, format!("{room}/members"), Value::Null),
        (Method::GET, format!("{room}/members?cursor=none"), Value::Null),
        (Method::POST, format!("{room}/members"), json!({ "userIds": [user] })),
        (Method::DELETE, format!("{room}/members/{user}"), Value::Null),
        (Method::GET, format!("{room}/messages"), Value::Null),
        (Method::GET, format!("{room}/messages?before=2&after=1"), Value::Null),
        (Method::POST, format!("{room}/messages"), json!({ "content": "text" })),
        (Method::POST, format!("{room}/messages"), json!({ "content": "" })),
        (Method::POST, format!("{room}/read"), json!({ "seq": 1 })),
        (Method::PATCH, message.clone(), json!({ "content": "text" })),
        (Method::DELETE, message.clone(), Value::Null),
        (Method::POST, format!("{message}/reactions"), json!({ "emoji": "👍", "on": true })),
        (Method::POST, format!("{message}/pin"), json!({ "on": true })),
        (Method::POST, format!("{message}/previews"), json!({ "url": "https://example.com/", "on": false })),
        (Method::GET, format!("{room}/tasks"), Value::Null),
        (Method::POST, format!("{room}/tasks"), json!({ "title": "text" })),
        (Method::POST, format!("{room}/tasks"), json!({ "title": "" })),
        (Method::GET, tasks, Value::Null),
        (Method::PATCH, task.clone(), json!({ "status": "done" })),
        (Method::DELETE, task, Value::Null),
        (Method::POST, "/api/v1/reminders".to_owned(), reminder),
        (Method::POST, format!("{message}/save"), json!({ "on": true })),
        (Method::POST, format!("{message}/follow"), json!({ "on": true })),
        (Method::POST, format!("{message}/thread/read"), json!({ "seq": 1 })),
        (Method::POST, format!("{room}/unread"), json!({ "seq": 1 })),
        (Method::POST, format!("{room}/notify"), json!({ "level": "nothing" })),
        (Method::GET, format!("{room}/pins"), Value::Null),
        (Method::GET, format!("{room}/pins?cursor=none"), Value::Null),
        (Method::GET, format!("{room}/files"), Value::Null),
        (Method::GET, format!("{room}/files?cursor=none"), Value::Null),
        (Method::GET, format!("{room}/receipts"), Value::Null),
        (Method::GET, format!("{room}/presence"), Value::Null),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_http_twin_finds_nothing_for_an_outsider_and_is_closed_to_who_is_not_logged_in() {
    let scene = scene("private").await;
    let before = state(&scene.mina, &scene.place.room).await;
    let mut here = twins(&scene.place);
    let mut elsewhere = twins(&scene.place.elsewhere());
    for (requests, room) in [(&mut here, scene.place.room.as_str()), (&mut elsewhere, NOWHERE)] {
        requests.push((Method::POST, format!("/api/v1/rooms/{room}/join"), Value::Null));
    }
    for (here, elsewhere) in here.into_iter().zip(elsewhere) {
        let send = async |http: &Http, (method, path, body): &(Method, String, Value)| {
            http.send(http.request(method.clone(), path).json(body)).await
        };
        for outsider in &scene.outsiders {
            let answer = send(&outsider.http, &here).await;
            assert_eq!(
                (answer.0, &answer.1["error"]["code"]),
                (404, &json!("not_found")),
                "{here:?} by {}",
                outsider.why
            );
            assert_eq!(answer, send(&outsider.http, &elsewhere).await, "{here:?} by {} tells too much", outsider.why);
        }
        let anonymous = send(&scene.app.http(), &here).await;
        assert_eq!((anonymous.0, &anonymous.1["error"]["code"]), (401, &json!("unauthenticated")), "{here:?}");
    }
    assert_eq!(state(&scene.mina, &scene.place.room).await, before, "an outsider changed the room");
}

#[tokio::test]
async fn who_shares_no_room_sees_no_presence() {
    let app = TestApp::spawn().await;
    let (mina, sora) = (app.person("mina").await, app.person("sora").await);
    let (mina_socket, sora_socket) = (mina.connect().await, sora.connect().await);
    let general = text(&mina_socket.ready["rooms"][0]["id"]);
    let admin = app.admin().await.connect().await;
    let presence = mina_socket.call_ok("presence:get", json!({ "userIds": [sora.id] })).await;
    assert_eq!(presence["presence"][&sora.id]["online"], true, "{presence}");
    sora_socket.call_ok("room:leave", json!({ "roomId": general })).await;
    sora_socket.forget_heard();
    let presence = mina_socket.call_ok("presence:get", json!({ "userIds": [sora.id, NOWHERE, "?"] })).await;
    assert_eq!(presence["presence"], json!({}), "who shares no room is left out like who does not exist");
    let _before = mina_socket.hear_the_rest(&admin, &general).await;
    sora_socket.call_ok("status:update", json!({ "status": "dnd", "text": "unseen" })).await;
    mina_socket.heard_nothing_of("unseen", &admin, &general).await;
}
