//! Who is not in a room cannot tell it from one that does not exist: for every command and every HTTP twin. And every
//! command and every HTTP endpoint there is knows whom it is for (`commands.rs`, `doors.rs`): one that is added without
//! saying so fails.

mod support;

#[path = "outsiders/commands.rs"]
mod commands;
#[path = "outsiders/doors.rs"]
mod doors;
#[path = "outsiders/hearing.rs"]
mod hearing;
#[path = "outsiders/twins.rs"]
mod twins;

use std::time::Duration;

use maru::contract::COMMANDS;
use serde_json::{Value, json};
use support::{Http, Options, Person, Place, Socket, TestApp, payload, succeeded, text};

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
    /// Who made the room.
    owner: Person,
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
    let owner = mina;
    let mina = owner.connect().await;
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
    let bot = ["bot", "create", "--username", "robot", "--rooms", "General"];
    let token = succeeded(app.run_cli(&bot, "").await).stdout.trim().to_owned();
    let socket = Socket::connect(&app.url(), Options::websocket().auth("token", token.as_str())).await;
    let socket = socket.unwrap_or_else(|error| panic!("{error}"));
    outsiders.push(Outsider { why: "a bot", socket, http: app.http().bearer(token) });
    let user = joon.id.clone();
    Scene { app, owner, mina, joon, general, place: Place { room, message, user, task }, outsiders }
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
            "reason" => *value = json!(""),
            "slowModeSeconds" => *value = json!(1_000_000),
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

#[tokio::test]
async fn who_shares_no_room_sees_no_presence() {
    let app = TestApp::spawn().await;
    let (mina, sora) = (app.person("mina").await, app.person("sora").await);
    let (mina_socket, sora_socket) = (mina.connect().await, sora.connect().await);
    let general = text(&mina_socket.ready["rooms"][0]["id"]);
    let of_sora = |told: &Value| told["userId"] == sora.id.as_str();
    mina_socket.hear_where("user:online", of_sora).await;
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

    // Who shares a room with her is told; the others are not, be it that she goes or that she comes.
    let joon = app.person("joon").await;
    let joon_socket = joon.connect().await;
    sora_socket.create_room("private", "Two", &[&joon]).await;
    sora_socket.disconnect().await;
    joon_socket.hear_within(Duration::from_secs(20), "user:offline", of_sora).await;
    let back = sora.connect().await;
    joon_socket.hear_where("user:online", of_sora).await;
    mina_socket.heard_nothing_of(&sora.id, &admin, &general).await;
    let about = mina.http().get(&format!("/api/v1/users/{}", sora.id)).await.1["user"].clone();
    assert_eq!(about, json!({ "id": sora.id, "username": "sora", "displayName": "sora" }), "and nothing beside");
    drop(back);
}
