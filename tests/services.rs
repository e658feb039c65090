//! What other services ask: where somebody is connected, and to deliver events of their own.

mod support;

use maru::ids::ClientId;
use serde_json::{Value, json};
use support::{Http, Options, TestApp, text};

/// The HTTP interface of a new bot, and its token.
async fn bot(app: &TestApp, username: &str, rooms: &str) -> (Http, String) {
    let made = app.run_cli(&["bot", "create", "--username", username, "--rooms", rooms], "").await;
    assert!(made.status.success(), "{}", made.stderr);
    let token = made.stdout.trim().to_owned();
    (app.http().bearer(token.as_str()), token)
}

#[tokio::test]
async fn a_bot_and_an_administrator_see_where_somebody_is_connected() {
    let app = TestApp::spawn().await;
    let (admin, person) = (app.admin().await, app.person("mina").await);
    let (bot, _) = bot(&app, "watcher", "General").await;
    let path = format!("/api/v1/users/{}/connections", person.id);
    let nobody = json!({ "success": true, "userId": person.id, "online": false, "connections": [] });
    assert_eq!(bot.get(&path).await, (200, nobody));

    let device = ClientId::generate().to_string();
    let websocket = person.connect_with(Options::websocket().auth("clientId", device.as_str())).await.unwrap();
    let polling = person.connect_with(Options::polling()).await.unwrap();
    for http in [&bot, &admin.http()] {
        let (status, found) = http.get(&path).await;
        assert_eq!((status, &found["online"]), (200, &json!(true)));
        let connections = found["connections"].as_array().unwrap();
        let by = |transport: &str| connections.iter().find(|one| one["transport"] == transport).expect("a connection");
        assert_eq!((connections.len(), &by("websocket")["clientId"]), (2, &json!(device)));
        assert_eq!(by("polling")["clientId"], polling.ready["clientId"]);
        for one in connections {
            assert!(["socketId", "node", "connectedAt"].iter().all(|field| one[field].is_string()), "{one}");
        }
    }
    let upgraded = person.connect_with(Options::upgrade()).await.unwrap();
    // What it answers over the websocket it has read there: it knows of the upgrade.
    upgraded.call_ok("heartbeat", json!({})).await;
    let (_, found) = bot.get(&path).await;
    let transports = found["connections"].as_array().unwrap().iter().filter(|one| one["transport"] == "websocket");
    assert_eq!(transports.count(), 2, "an upgraded connection is a websocket: {found}");
    drop((websocket, upgraded));

    let stranger = app.person("joon").await;
    for own in [&stranger, &person] {
        let (status, answer) = own.http().get(&path).await;
        assert_eq!((status, &answer["error"]["code"]), (403, &json!("forbidden")));
    }
    assert_eq!(app.http().get(&path).await.0, 401);
    assert_eq!(bot.get("/api/v1/users/nobody/connections").await.0, 404);
}

#[tokio::test]
async fn an_app_event_reaches_all_devices_of_a_user_and_nobody_else() {
    let app = TestApp::spawn().await;
    let (admin, mina_person, joon) = (app.admin().await, app.person("mina").await, app.person("joon").await);
    let (bot, _) = bot(&app, "deployer", "General").await;
    let (mina, phone, joon_socket) = (mina_person.connect().await, mina_person.connect().await, joon.connect().await);
    let general = text(&mina.ready["rooms"][0]["id"]);
    let path = format!("/api/v1/users/{}/events", mina_person.id);
    let event = json!({ "event": "app:deploy.done", "data": { "build": 7, "nested": { "배포": [true, null] } } });
    for (number, http) in [(1, &bot), (2, &admin.http())] {
        assert_eq!(http.post(&path, &event).await, (200, json!({ "success": true })));
        for socket in [&mina, &phone] {
            assert_eq!(socket.hear("app:deploy.done").await, event["data"], "by service {number}");
        }
    }
    joon_socket.heard_nothing_of("배포", &mina, &general).await;
    let (status, answer) = joon.http().post(&path, &event).await;
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("forbidden")));
    for (event, field) in [
        (json!({ "event": "message:new", "data": {} }), "event"),
        (json!({ "event": "app:", "data": {} }), "event"),
        (json!({ "event": "app:two words", "data": {} }), "event"),
        (json!({ "event": format!("app:{}", "x".repeat(80)), "data": {} }), "event"),
        (json!({ "event": "app:list", "data": [] }), "data"),
        (json!({ "event": "app:none" }), "data"),
        (json!({ "data": {} }), "event"),
    ] {
        let (status, answer) = bot.post(&path, &event).await;
        assert_eq!((status, &answer["error"]["field"]), (422, &json!(field)), "{event}");
    }
    let (status, _) = bot.post(&path, &json!({ "event": "app:big", "data": { "text": "x".repeat(70_000) } })).await;
    assert_eq!(status, 413);
    assert_eq!(bot.post("/api/v1/users/nobody/events", &event).await.0, 404);
    let heard = mina.hear_the_rest(&joon_socket, &general).await;
    assert!(heard.iter().all(|heard| !heard.event.starts_with("app:")), "{heard:?}");
}

#[tokio::test]
async fn an_app_event_reaches_a_room_that_the_service_is_in() {
    let app = TestApp::spawn().await;
    let (mina_person, joon_person) = (app.person("mina").await, app.person("joon").await);
    let (mina, joon) = (mina_person.connect().await, joon_person.connect().await);
    let general = text(&mina.ready["rooms"][0]["id"]);
    let room = mina.create_room("public", "Builds", &[]).await;
    let (bot, token) = bot(&app, "builder", "Builds").await;
    let bot_socket = app_socket(&app, &token).await;
    let event = json!({ "event": "app:build", "data": { "of": room } });
    let path = format!("/api/v1/rooms/{room}/events");
    assert_eq!(bot.post(&path, &event).await.0, 200);
    for socket in [&mina, &bot_socket] {
        assert_eq!(socket.hear("app:build").await, event["data"]);
    }
    joon.heard_nothing_of(&room, &mina, &general).await;
    let private = mina.create_room("private", "Closed", &[]).await;
    for closed in [private.as_str(), "nothing"] {
        let (status, answer) = bot.post(&format!("/api/v1/rooms/{closed}/events"), &event).await;
        assert_eq!((status, &answer["error"]["code"]), (404, &json!("not_found")), "{closed}");
    }
    assert_eq!(mina_person.http().post(&path, &event).await.0, 403, "a member is no service");
}

async fn app_socket(app: &TestApp, token: &str) -> support::Socket {
    support::Socket::connect(&app.url(), Options::websocket().auth("token", token)).await.unwrap()
}

#[tokio::test]
async fn a_bot_talks_like_anybody_and_is_told_apart() {
    let app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let room = mina.create_room("public", "Help", &[]).await;
    let (http, token) = bot(&app, "helper", "Help").await;
    let bot = app_socket(&app, &token).await;
    assert_eq!((&bot.ready["user"]["bot"], bot.ready.get("sessionId")), (&json!(true), None));
    mina.say(&room, "@helper님, help").await;
    let asked = bot.hear_where("message:new", |new| new["message"]["mentions"] != json!([])).await;
    assert_eq!(asked["message"]["mentions"], json!([bot.ready["user"]["id"]]));
    bot.say(&room, "here I am").await;
    let said = mina.hear_where("message:new", |new| new["message"]["content"] == "here I am").await;
    assert_eq!(said["message"]["user"]["bot"], true);
    http.post_ok(&format!("/api/v1/rooms/{room}/messages"), &json!({ "content": "over HTTP" })).await;
    mina.hear_where("message:new", |new| new["message"]["content"] == "over HTTP").await;
    let limits: &Value = &bot.ready["limits"];
    assert_eq!(
        (&limits["eventsPerSecond"], &limits["sendsPerSecond"]),
        (&json!(300), &json!(100)),
        "bots have their own"
    );
    for wrong in ["maru_bot_wrong", &token[..token.len() - 1]] {
        let refused =
            support::Socket::connect(&app.url(), Options::websocket().auth("token", wrong)).await.err().unwrap();
        assert!(refused.message().starts_with("unauthenticated: "), "{refused}");
    }
}
