//! Every command that is documented over HTTP as well does there what it does on a socket, and the room hears the same.

mod support;

use std::collections::BTreeSet;
use std::net::TcpListener;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Http, PIXEL, PROTOCOL, Person, Socket, TestApp, documented, text, without_query};

/// Two people and the requests of one of them.
struct Scene {
    silent: TcpListener,
    mina_person: Person,
    joon_person: Person,
    sora: Person,
    mina: Socket,
    joon: Socket,
    /// What has succeeded, as the documentation writes it.
    done: BTreeSet<String>,
}

impl Scene {
    /// Mina asks; `ids` stand for what is in braces.
    async fn ask(&mut self, twin: &str, ids: &[&str], body: Value) -> Value {
        let http = self.mina_person.http();
        self.ask_as(&http, twin, ids, body).await
    }

    async fn ask_as(&mut self, http: &Http, twin: &str, ids: &[&str], body: Value) -> Value {
        let (method, mut path) =
            twin.split_once(' ').map(|(method, path)| (method, path.to_owned())).expect("a request");
        for id in ids {
            let (open, close) = (path.find('{').expect("an id"), path.find('}').expect("an id"));
            path.replace_range(open..=close, id);
        }
        let request = http.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
        let (status, answer) = http.send(if body.is_null() { request } else { request.json(&body) }).await;
        let created = method == "POST"
            && ["rooms", "messages", "tasks", "reminders", "emoji"].iter().any(|end| path.ends_with(end));
        assert_eq!((status, &answer["success"]), (if created { 201 } else { 200 }, &json!(true)), "{twin}: {answer}");
        self.done.insert(without_query(twin).to_owned());
        answer
    }

    /// Asks for what a command has as well, of which it may not differ in anything.
    async fn ask_same(&mut self, twin: &str, ids: &[&str], command: &str, payload: Value) -> Value {
        let answer = self.ask(twin, ids, Value::Null).await;
        assert_eq!(answer, self.mina.call_ok(command, payload).await, "{twin} and {command}");
        answer
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_twin_does_and_tells_what_its_command_does() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a site that never answers");
    let site = silent.local_addr().expect("an address");
    let app = TestApp::builder().generous().env("MARU_EMOJI_BY_MEMBERS", true).env("MARU_LINK_PREVIEW_ALLOW", site);
    let app = app.spawn().await;
    let (mina_person, joon_person, sora) =
        (app.person("mina").await, app.person("joon").await, app.person("sora").await);
    let (mina, joon) = (mina_person.connect().await, joon_person.connect().await);
    let mut scene = Scene { silent, mina_person, joon_person, sora, mina, joon, done: BTreeSet::new() };
    let room = rooms(&mut scene).await;
    members(&mut scene, &room).await;
    let root = messages(&mut scene, &room).await;
    moderation(&mut scene, &room).await;
    threads(&mut scene, &room, &root).await;
    what_concerns_oneself(&mut scene, &room).await;
    tasks(&mut scene, &room).await;
    reminders(&mut scene, &room).await;
    people(&mut scene).await;
    emoji(&mut scene).await;

    scene.ask("DELETE /api/v1/messages/{id}", &[&root], Value::Null).await;
    scene.joon.hear_where("message:deleted", |told| told["messageId"] == root.as_str()).await;
    scene.ask("DELETE /api/v1/rooms/{id}", &[&room], Value::Null).await;
    scene.joon.hear_where("room:deleted", |told| told["roomId"] == room.as_str()).await;

    let (_, section) = PROTOCOL.split_once("\n## The same over HTTP\n").expect("the section");
    let twins: BTreeSet<String> = documented(section).into_iter().map(|twin| without_query(twin).to_owned()).collect();
    assert!(twins.len() > 40, "{twins:?}");
    assert_eq!(scene.done, twins);
}

#[test]
fn every_command_has_a_twin_or_is_said_to_have_none() {
    let (_, section) = PROTOCOL.split_once("\n## The same over HTTP\n").expect("the section");
    let (_, commands) = PROTOCOL.split_once("\n## All commands\n").expect("the commands");
    let (commands, _) = commands.split_once("\n## ").expect("their end");
    let commands: Vec<&str> = commands.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
    assert!(commands.len() > 50, "{commands:?}");
    let unsaid: Vec<&&str> = commands.iter().filter(|command| !section.contains(&format!("`{command}`"))).collect();
    assert!(unsaid.is_empty(), "{unsaid:?}");
}

async fn rooms(scene: &mut Scene) -> String {
    let wanted = json!({ "kind": "public", "name": "By HTTP", "participants": [scene.joon_person.id] });
    let made = scene.ask("POST /api/v1/rooms", &[], wanted).await["room"].clone();
    let room = text(&made["id"]);
    let told = scene.joon.hear_where("room:created", |told| told["room"]["id"] == room.as_str()).await;
    assert_eq!((&told["room"]["name"], &made["role"]), (&json!("By HTTP"), &json!("owner")));
    scene.ask_same("GET /api/v1/rooms?limit=1", &[], "room:mine", json!({ "limit": 1 })).await;
    let listed = json!({ "query": "http", "limit": 5 });
    let listed = scene.ask_same("GET /api/v1/rooms/public?query=http&limit=5", &[], "room:list", listed).await;
    assert_eq!(listed["rooms"][0]["id"], room.as_str());
    let one = scene.ask("GET /api/v1/rooms/{id}", &[&room], Value::Null).await;
    assert_eq!(one["room"], scene.mina.summary(&room).await);
    let changed = scene.ask("PATCH /api/v1/rooms/{id}", &[&room], json!({ "topic": "Twins" })).await;
    let told = scene.joon.hear_where("room:updated", |told| told["room"]["id"] == room.as_str()).await;
    assert_eq!((&changed["room"], &told["room"]["topic"]), (&told["room"], &json!("Twins")));
    room
}

async fn members(scene: &mut Scene, room: &str) {
    let sora = scene.sora.clone();
    let added = json!({ "userIds": [sora.id] });
    let added = scene.ask("POST /api/v1/rooms/{id}/members", &[room], added).await;
    assert_eq!(added["added"], json!([sora.id]));
    let of_sora = |told: &Value| told["user"]["id"] == sora.id.as_str() && told["roomId"] == room;
    scene.joon.hear_where("member:joined", of_sora).await;
    let page = json!({ "roomId": room, "limit": 2 });
    scene.ask_same("GET /api/v1/rooms/{id}/members?limit=2", &[room], "room:members", page).await;
    scene.ask("DELETE /api/v1/rooms/{id}/members/{userId}", &[room, &sora.id], Value::Null).await;
    let told = scene.joon.hear_where("member:left", |told| told["userId"] == sora.id.as_str()).await;
    assert_eq!(told, json!({ "roomId": room, "userId": sora.id, "by": scene.mina_person.id }));
    let joined = scene.ask_as(&sora.http(), "POST /api/v1/rooms/{id}/join", &[room], Value::Null).await;
    assert_eq!((&joined["room"]["role"], joined["members"].as_array().unwrap().len()), (&json!("member"), 3));
    scene.joon.hear_where("member:joined", of_sora).await;
    scene.ask_as(&sora.http(), "POST /api/v1/rooms/{id}/leave", &[room], Value::Null).await;
    let told = scene.joon.hear_where("member:left", |told| told["userId"] == sora.id.as_str()).await;
    assert_eq!(told, json!({ "roomId": room, "userId": sora.id }));
}

/// Answers with a message that stands there in the end.
async fn messages(scene: &mut Scene, room: &str) -> String {
    let body = json!({ "content": "over HTTP" });
    let sent = scene.ask("POST /api/v1/rooms/{id}/messages", &[room], body).await;
    let id = text(&sent["messageId"]);
    let told = scene.joon.hear_where("message:new", |told| told["message"]["id"] == id.as_str()).await;
    assert_eq!((&told["message"]["content"], &told["message"]["rev"]), (&json!("over HTTP"), &sent["rev"]));
    let edited = scene.ask("PATCH /api/v1/messages/{id}", &[&id], json!({ "content": "edited pelican" })).await;
    let told = scene.joon.hear("message:updated").await;
    assert_eq!((&told["message"]["content"], &told["message"]["rev"]), (&json!("edited pelican"), &edited["rev"]));
    let reaction = json!({ "emoji": "👍", "on": true });
    let reacted = scene.ask("POST /api/v1/messages/{id}/reactions", &[&id], reaction).await;
    let told = scene.joon.hear("message:reacted").await;
    assert_eq!((&told["emoji"], &told["count"], &told["rev"]), (&json!("👍"), &json!(1), &reacted["rev"]));
    let pinned = scene.ask("POST /api/v1/messages/{id}/pin", &[&id], json!({ "on": true })).await;
    let told = scene.joon.hear("message:updated").await;
    assert_eq!((&told["message"]["pinned"], &told["message"]["rev"]), (&json!(true), &pinned["rev"]));
    let page = json!({ "roomId": room, "limit": 2 });
    scene.ask_same("GET /api/v1/rooms/{id}/messages?limit=2", &[room], "messages:history", page).await;
    let pins = scene.ask_same("GET /api/v1/rooms/{id}/pins", &[room], "room:pins", json!({ "roomId": room })).await;
    assert_eq!(pins["messages"][0]["id"], id.as_str());
    scene.ask("POST /api/v1/messages/{id}/save", &[&id], json!({ "on": true })).await;
    assert_eq!(scene.mina.hear("message:saved").await, json!({ "messageId": id, "on": true }));
    let saved = scene.ask_same("GET /api/v1/saved", &[], "messages:saved", json!({})).await;
    assert_eq!(saved["messages"][0]["message"]["id"], id.as_str());
    // Its preview is awaited for as long as this lasts.
    let link = format!("http://{}/", scene.silent.local_addr().expect("an address"));
    let linked = text(&scene.mina.say(room, &link).await["messageId"]);
    scene.ask("POST /api/v1/messages/{id}/previews", &[&linked], json!({ "url": link, "on": false })).await;
    scene.ask_same("GET /api/v1/rooms/{id}/files", &[room], "room:files", json!({ "roomId": room })).await;
    // What was just said comes into the index a moment later.
    let query = json!({ "query": "pelican" });
    while scene.mina.call_ok("messages:search", query.clone()).await["hits"] == json!([]) {}
    let found = scene.ask_same("GET /api/v1/search?q=pelican", &[], "messages:search", query).await;
    assert_eq!(found["hits"][0]["message"]["id"], id.as_str());
    id
}

async fn moderation(scene: &mut Scene, room: &str) {
    let slow = json!({ "posting": "threads", "slowModeSeconds": 60, "mentionAll": "moderators" });
    let changed = scene.ask("PATCH /api/v1/rooms/{id}", &[room], slow).await;
    let told = scene.joon.hear_where("room:updated", |told| told["room"]["slowModeSeconds"] == 60).await;
    assert_eq!((&changed["room"], &told["room"]["posting"]), (&told["room"], &json!("threads")));
    let open = json!({ "posting": "everyone", "slowModeSeconds": 0, "mentionAll": "everyone" });
    scene.ask("PATCH /api/v1/rooms/{id}", &[room], open).await;

    let joon = scene.joon_person.id.clone();
    for role in ["moderator", "member"] {
        scene.ask("PUT /api/v1/rooms/{id}/members/{userId}/role", &[room, &joon], json!({ "role": role })).await;
        let told = scene.joon.hear("member:updated").await;
        assert_eq!(told, json!({ "roomId": room, "userId": joon, "role": role }));
    }
    let said = text(&scene.joon.say(room, "buy my heron").await["messageId"]);
    scene.ask("POST /api/v1/messages/{id}/report", &[&said], json!({ "reason": "Spam" })).await;
    let asked = json!({ "roomId": room, "status": "open" });
    let twin = format!("GET /api/v1/reports?room={room}&status=open");
    let listed = scene.ask_same(&twin, &[], "reports:list", asked).await;
    assert_eq!((&listed["open"], &listed["reports"][0]["content"]), (&json!(1), &json!("buy my heron")));
    let hidden = scene.ask("POST /api/v1/messages/{id}/hide", &[&said], json!({ "hidden": true })).await;
    let told = scene.joon.hear_where("message:updated", |told| told["message"]["hidden"] == true).await;
    assert_eq!((&told["message"]["content"], &told["message"]["rev"]), (&json!(""), &hidden["rev"]));
    let revealed = json!({ "messageId": said });
    let twin = "GET /api/v1/messages/{id}/reveal";
    let revealed = scene.ask_same(twin, &[&said], "message:reveal", revealed).await;
    assert_eq!(revealed["message"]["content"], "buy my heron");
    let report = text(&listed["reports"][0]["id"]);
    let outcome = json!({ "outcome": "deleted" });
    let resolved = scene.ask("POST /api/v1/reports/{id}/resolve", &[&report], outcome).await;
    scene.joon.hear_where("message:deleted", |told| told["messageId"] == said.as_str()).await;
    let resolved = &resolved["report"];
    assert_eq!((&resolved["status"], &resolved["outcome"]), (&json!("resolved"), &json!("deleted")), "{resolved}");
}

async fn threads(scene: &mut Scene, room: &str, root: &str) {
    let reply = json!({ "roomId": room, "content": "answered", "threadRoot": root });
    let reply = scene.joon.call_ok("message:send", reply).await;
    let listed =
        scene.ask_same("GET /api/v1/threads?unreadOnly=true", &[], "threads:list", json!({ "unreadOnly": true }));
    assert_eq!(listed.await["threads"][0]["root"]["id"], root);
    scene.mina.hear_where("thread:updated", |told| told["unread"] == 1).await;
    let read = scene.ask("POST /api/v1/messages/{id}/thread/read", &[root], json!({ "seq": reply["seq"] })).await;
    assert_eq!((&read["following"], &read["unread"]), (&json!(true), &json!(0)));
    scene.mina.hear_where("thread:updated", |told| told["unread"] == 0).await;
    let followed = scene.ask("POST /api/v1/messages/{id}/follow", &[root], json!({ "on": false })).await;
    assert_eq!(followed["following"], false);
    scene.mina.hear_where("thread:updated", |told| told["following"] == false).await;
}

async fn what_concerns_oneself(scene: &mut Scene, room: &str) {
    let first = scene.joon.say(room, "@mina look").await;
    scene.mina.hear_where("notification", |told| told["messageId"] == first["messageId"]).await;
    let listed = scene.ask_same("GET /api/v1/notifications?limit=1", &[], "notifications:list", json!({ "limit": 1 }));
    let notification = listed.await["notifications"][0]["id"].clone();
    let read = json!({ "notificationId": notification });
    scene.ask("POST /api/v1/notifications/read", &[], read).await;
    scene.mina.hear_where("notification:read", |told| told["notificationId"] == notification).await;

    let read = scene.ask("POST /api/v1/rooms/{id}/read", &[room], json!({ "seq": first["seq"] })).await;
    assert_eq!(read["unread"], 0);
    let mina = json!(scene.mina_person.id);
    let told =
        scene.joon.hear_where("message:read", |told| told["userId"] == mina && told["seq"] == first["seq"]).await;
    assert_eq!(told.get("unread"), None);
    let unread = scene.ask("POST /api/v1/rooms/{id}/unread", &[room], json!({ "seq": first["seq"] })).await;
    assert_eq!((&unread["unread"], &scene.mina.hear("message:unread").await["unread"]), (&json!(1), &json!(1)));
    let twin = format!("GET /api/v1/rooms/{{id}}/receipts?seq={}", first["seq"]);
    let asked = json!({ "roomId": room, "seq": first["seq"] });
    assert_eq!(scene.ask_same(&twin, &[room], "room:receipts", asked).await["count"], 1);
    let presence = json!({ "roomId": room });
    let here = scene.ask_same("GET /api/v1/rooms/{id}/presence", &[room], "room:presence", presence).await;
    assert_eq!(here["online"], 2);
    scene.ask("POST /api/v1/rooms/{id}/notify", &[room], json!({ "level": "nothing" })).await;
    assert_eq!(scene.mina.hear("room:notify").await, json!({ "roomId": room, "level": "nothing" }));

    let wanted = json!({ "receipts": false, "lastSeen": true });
    scene.ask("PUT /api/v1/me/preferences", &[], wanted.clone()).await;
    assert_eq!(scene.mina.hear("preferences:updated").await["preferences"], wanted);
    assert_eq!(scene.ask("GET /api/v1/me/preferences", &[], Value::Null).await["preferences"], wanted);
}

async fn tasks(scene: &mut Scene, room: &str) {
    let wanted = json!({ "title": "Book the room", "assigneeId": scene.mina_person.id });
    let made = scene.ask("POST /api/v1/rooms/{id}/tasks", &[room], wanted).await["task"].clone();
    assert_eq!(scene.joon.hear("task:updated").await["task"], made);
    let listed = json!({ "roomId": room, "status": "open" });
    let twin = "GET /api/v1/rooms/{id}/tasks?status=open";
    assert_eq!(scene.ask_same(twin, &[room], "task:list", listed).await["tasks"][0], made);
    let twin = format!("GET /api/v1/tasks?assignee={}", scene.mina_person.id);
    let listed = json!({ "assigneeId": scene.mina_person.id });
    assert_eq!(scene.ask_same(&twin, &[], "task:list", listed).await["tasks"][0], made);
    let id = text(&made["id"]);
    let done = scene.ask("PATCH /api/v1/tasks/{id}", &[&id], json!({ "status": "done" })).await;
    let told = scene.joon.hear("task:updated").await;
    assert_eq!((&told["task"], &told["task"]["status"]), (&done["task"], &json!("done")));
    scene.ask("DELETE /api/v1/tasks/{id}", &[&id], Value::Null).await;
    assert_eq!(scene.joon.hear("task:deleted").await, json!({ "roomId": room, "taskId": id }));
}

async fn reminders(scene: &mut Scene, room: &str) {
    let wanted = json!({ "text": "Call", "inSeconds": 3_600, "roomId": room });
    let made = scene.ask("POST /api/v1/reminders", &[], wanted).await["reminder"].clone();
    assert_eq!(scene.mina.hear("reminder:created").await["reminder"], made);
    let listed = scene.ask_same("GET /api/v1/reminders", &[], "reminder:list", json!({})).await;
    assert_eq!(listed["reminders"], json!([made]));
    let id = text(&made["id"]);
    scene.ask("DELETE /api/v1/reminders/{id}", &[&id], Value::Null).await;
    assert_eq!(scene.mina.hear("reminder:deleted").await["reminderId"], made["id"]);
}

async fn emoji(scene: &mut Scene) {
    let picture = scene.mina_person.http().request(Method::POST, "/api/v1/files?name=p.gif").body(PIXEL.to_vec());
    let picture = scene.mina_person.http().send(picture).await.1["file"]["id"].clone();
    let made =
        scene.ask("POST /api/v1/emoji", &[], json!({ "name": "party", "fileId": picture })).await["emoji"].clone();
    assert_eq!(scene.joon.hear("emoji:updated").await, json!({ "emoji": made, "rev": 1 }));
    let id = text(&made["id"]);
    let renamed = scene.ask("PATCH /api/v1/emoji/{id}", &[&id], json!({ "name": "other" })).await["emoji"].clone();
    assert_eq!(scene.joon.hear("emoji:updated").await, json!({ "emoji": renamed, "rev": 2 }));
    let listed = scene.ask_same("GET /api/v1/emoji", &[], "emoji:list", json!({})).await;
    assert_eq!(listed["emoji"], json!([renamed]));
    scene.ask("DELETE /api/v1/emoji/{id}", &[&id], Value::Null).await;
    assert_eq!(scene.joon.hear("emoji:removed").await, json!({ "emojiId": id, "rev": 3 }));
}

async fn people(scene: &mut Scene) {
    let joon = json!({ "id": scene.joon_person.id, "username": "joon", "displayName": "joon" });
    assert_eq!(scene.ask("GET /api/v1/users?query=joo", &[], Value::Null).await["users"], json!([joon]));
    let id = scene.joon_person.id.clone();
    assert_eq!(scene.ask("GET /api/v1/users/{id}", &[&id], Value::Null).await["user"], joon);
}
