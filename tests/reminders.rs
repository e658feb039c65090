//! A reminder comes at its time, once, to whoever wanted it, whatever happened meanwhile.

mod support;

use maru::clock::{self, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Socket, TestApp, text};

/// How late a reminder may be.
const LATEST: Duration = Duration::from_secs(2);

async fn waiting(socket: &Socket) -> Vec<Value> {
    socket.call_ok("reminder:list", json!({})).await["reminders"].as_array().expect("reminders").clone()
}

async fn hear_reminder(socket: &Socket) -> Value {
    socket.hear_where("notification", |told| told["type"] == "reminder").await
}

#[tokio::test]
async fn a_reminder_comes_at_its_time_as_a_notification_on_every_device() {
    let app = TestApp::spawn().await;
    let (person, other) = (app.person("mina").await, app.person("joon").await);
    let (mina, phone, joon) = (person.connect().await, person.connect().await, other.connect().await);
    let general = text(&mina.ready["rooms"][0]["id"]);
    let said = mina.say(&general, "the oven is on").await;
    let asked = json!({ "text": " Turn it off ", "inSeconds": 1, "messageId": said["messageId"] });
    let reminder = mina.call_ok("reminder:create", asked).await["reminder"].clone();
    let at = Timestamp::parse(&text(&reminder["at"])).unwrap();
    assert_eq!((&reminder["text"], &reminder["roomId"]), (&json!("Turn it off"), &json!(general)));
    // One that is due long after it does not hold it up, and one that is due before is not held up by it.
    mina.call_ok("reminder:create", json!({ "text": "Sleep", "at": "2030-01-01T00:00:00Z" })).await;
    assert_eq!(waiting(&mina).await.len(), 2);
    for device in [&mina, &phone] {
        let told = hear_reminder(device).await;
        assert!(clock::now().since(at) < LATEST && clock::now() >= at);
        assert_eq!((&told["message"], &told["roomId"]), (&json!("Turn it off"), &json!(general)));
        assert_eq!((&told["messageId"], &told["data"]["reminderId"]), (&said["messageId"], &reminder["id"]));
    }
    for device in [&mina, &phone] {
        let created = device.hear_where("reminder:created", |told| told["reminder"]["id"] == reminder["id"]).await;
        assert_eq!(created["reminder"], reminder);
        assert_eq!(device.hear("reminder:due").await, json!({ "reminderId": reminder["id"] }));
    }
    let left = waiting(&mina).await;
    assert_eq!(left.len(), 1, "what was given is gone");
    phone.call_ok("reminder:delete", json!({ "reminderId": left[0]["id"] })).await;
    assert_eq!(mina.hear("reminder:deleted").await, json!({ "reminderId": left[0]["id"] }));
    assert!(!joon.has_heard("reminder:created") && !joon.has_heard("reminder:due"), "it is nobody else's business");
    joon.heard_nothing_of("Turn it off", &mina, &general).await;
}

#[tokio::test]
async fn a_reminder_survives_a_crash_and_comes_late_rather_than_never() {
    let mut app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    let soon = mina.call_ok("reminder:create", json!({ "text": "Missed", "inSeconds": 1 })).await;
    mina.call_ok("reminder:create", json!({ "text": "Kept", "inSeconds": 3 })).await;
    app.kill9();
    let at = Timestamp::parse(&text(&soon["reminder"]["at"])).unwrap();
    while clock::now() < at {
        tokio::task::yield_now().await;
    }
    app.restart().await;
    let mina = person.connect().await;
    mina.hear_where("notification", |told| told["message"] == "Kept").await;
    assert!(waiting(&mina).await.is_empty());
    let url = format!("sqlite://{}/maru.db", app.data_dir().display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let query = "SELECT text FROM notifications WHERE type = 'reminder' ORDER BY id";
    let given: Vec<String> = sqlx::query_scalar(query).fetch_all(&mut database).await.unwrap();
    assert_eq!(given, ["Missed", "Kept"], "each once, and the one that was missed at the start");
}

#[tokio::test]
async fn reminders_are_listed_soonest_first_and_are_nobody_elses() {
    let app = TestApp::spawn().await;
    let (person, joon) = (app.person("mina").await, app.person("joon").await.connect().await);
    let (mina, http) = (person.connect().await, person.http());
    let mut ids = Vec::new();
    for (text_of, year) in [("third", 2030), ("first", 2028), ("second", 2029)] {
        let at = format!("{year}-01-01T00:00:00Z");
        let (status, made) = http.post("/api/v1/reminders", &json!({ "text": text_of, "at": at })).await;
        assert_eq!(status, 201, "{made}");
        ids.push(text(&made["reminder"]["id"]));
    }
    let first = mina.call_ok("reminder:list", json!({ "limit": 2 })).await;
    let rest = mina.call_ok("reminder:list", json!({ "limit": 2, "cursor": first["cursor"] })).await;
    let texts: Vec<&Value> = [&first, &rest]
        .into_iter()
        .flat_map(|page| page["reminders"].as_array().unwrap())
        .map(|one| &one["text"])
        .collect();
    assert_eq!((texts, rest.get("cursor")), (vec![&json!("first"), &json!("second"), &json!("third")], None));
    assert!(waiting(&joon).await.is_empty());
    for id in [ids[0].as_str(), "01ARZ3NDEKTSV4RRFFQ69G5FAV", "?"] {
        assert_eq!(joon.call_refused("reminder:delete", json!({ "reminderId": id })).await["code"], "not_found");
    }
    mina.call_ok("reminder:delete", json!({ "reminderId": ids[0] })).await;
    assert_eq!(mina.call_refused("reminder:delete", json!({ "reminderId": ids[0] })).await["code"], "not_found");
    assert_eq!(http.delete(&format!("/api/v1/reminders/{}", ids[1])).await.0, 200);
    let (_, left) = http.get("/api/v1/reminders").await;
    assert_eq!((left["reminders"].as_array().unwrap().len(), &left["reminders"][0]["text"]), (1, &json!("second")));
}

#[tokio::test]
async fn a_reminder_of_a_room_that_one_left_leads_nowhere() {
    let app = TestApp::spawn().await;
    let (mina, person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let joon = person.connect().await;
    let room = mina.create_room("private", "Quiet", &[&person]).await;
    joon.hear("room:created").await;
    let said = mina.say(&room, "remember me").await;
    let asked = json!({ "text": "Look", "inSeconds": 2, "roomId": room, "messageId": said["messageId"] });
    joon.call_ok("reminder:create", asked).await;
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    let told = hear_reminder(&joon).await;
    assert_eq!((&told["message"], told.get("roomId"), told.get("messageId")), (&json!("Look"), None, None));
}
