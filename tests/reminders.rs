//! A reminder comes at its time, once, to whoever wanted it, whatever happened meanwhile.

mod support;

use maru::clock::{self, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use support::{Heard, Socket, TestApp, text};

/// How late a reminder may be.
const LATEST: Duration = Duration::from_secs(2);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn waiting(socket: &Socket) -> Vec<Value> {
    socket.call_ok("reminder:list", json!({})).await["reminders"].as_array().expect("reminders").clone()
}

async fn hear_reminder(socket: &Socket) -> Value {
    socket.hear_where("notification", |told| told["type"] == "reminder").await
}

/// Makes what was to come later due now, in the database.
async fn bring_forward(app: &TestApp, text: &str) {
    let query = sqlx::query("UPDATE reminders SET due_at = 1 WHERE text = ?").bind(text);
    assert_eq!(query.execute(&mut app.database().await).await.unwrap().rows_affected(), 1);
}

/// Makes a reminder for a later day, whereupon it is looked what is due.
async fn set_another(socket: &Socket) {
    socket.call_ok("reminder:create", json!({ "text": "Another", "at": (clock::now() + DAY).to_string() })).await;
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
    mina.call_ok("reminder:create", json!({ "text": "Sleep", "at": (clock::now() + DAY).to_string() })).await;
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
    let heard = joon.hear_the_rest(&mina, &general).await;
    let is_told = |heard: &Heard| heard.event.starts_with("reminder:") || heard.mentions("Turn it off");
    assert!(!heard.iter().any(is_told), "it is nobody else's business: {heard:?}");
}

#[tokio::test]
async fn a_reminder_survives_a_crash_and_comes_late_rather_than_never() {
    let mut app = TestApp::spawn().await;
    let person = app.person("mina").await;
    let mina = person.connect().await;
    for text in ["Missed", "Kept"] {
        mina.call_ok("reminder:create", json!({ "text": text, "inSeconds": 3_600 })).await;
    }
    app.kill9();
    bring_forward(&app, "Missed").await;
    app.restart().await;
    let mina = person.connect().await;
    let given = async || {
        let page = mina.call_ok("notifications:list", json!({})).await;
        page["notifications"].as_array().unwrap().iter().map(|told| text(&told["message"])).collect::<Vec<_>>()
    };
    // It may have come before anybody was there to hear it.
    while given().await.is_empty() {}
    assert_eq!(given().await, ["Missed"]);
    bring_forward(&app, "Kept").await;
    set_another(&mina).await;
    mina.hear_where("notification", |told| told["message"] == "Kept").await;
    assert_eq!(waiting(&mina).await.len(), 1, "the other one");
    assert_eq!(given().await, ["Kept", "Missed"], "each once, and the one that was missed at the start");
}

#[tokio::test]
async fn reminders_are_listed_soonest_first_and_are_nobody_elses() {
    let app = TestApp::spawn().await;
    let (person, joon) = (app.person("mina").await, app.person("joon").await.connect().await);
    let (mina, http) = (person.connect().await, person.http());
    let mut ids = Vec::new();
    for (text_of, days) in [("third", 3), ("first", 1), ("second", 2)] {
        let at = (clock::now() + DAY * days).to_string();
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
    let asked = json!({ "text": "Look", "inSeconds": 3_600, "roomId": room, "messageId": said["messageId"] });
    joon.call_ok("reminder:create", asked).await;
    joon.call_ok("room:leave", json!({ "roomId": room })).await;
    bring_forward(&app, "Look").await;
    set_another(&joon).await;
    let told = hear_reminder(&joon).await;
    assert_eq!((&told["message"], told.get("roomId"), told.get("messageId")), (&json!("Look"), None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_may_wait_and_those_that_are_due_together_come_each_once() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let at = (clock::now() + DAY).to_string();
    let ask = |number: usize| json!({ "text": format!("number {number}"), "at": at });
    let calls: Vec<_> = (0..1_000).map(|number| mina.start_call("reminder:create", ask(number))).collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
    assert_eq!(mina.call_refused("reminder:create", ask(1_000)).await["code"], "conflict");
    let first = waiting(&mina).await[0]["id"].clone();
    mina.call_ok("reminder:delete", json!({ "reminderId": first })).await;
    sqlx::query("UPDATE reminders SET due_at = 1").execute(&mut app.database().await).await.unwrap();
    set_another(&mina).await;
    mina.hear_as_many(999, "reminder:due", Duration::from_secs(20)).await;
    assert_eq!(waiting(&mina).await.len(), 1, "the other one");
    // Most of them have the same time: pages neither leave out nor repeat any.
    let (mut fields, mut seen) = (json!({ "limit": 50 }), Vec::new());
    loop {
        let page = mina.call_ok("notifications:list", fields.clone()).await;
        assert_eq!(page["unread"], 999);
        seen.extend(page["notifications"].as_array().unwrap().iter().map(|one| text(&one["message"])));
        match page.get("cursor") {
            Some(cursor) => fields["cursor"] = cursor.clone(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 999);
    assert_eq!(seen.into_iter().collect::<BTreeSet<String>>().len(), 999);
}
