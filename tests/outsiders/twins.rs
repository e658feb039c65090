//! The requests over HTTP that stand for commands, or name what somebody has.

use super::support::{Http, PROTOCOL, Place, documented, text, without_query};
use super::{NOWHERE, Outsider, scene, state};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Requests about somebody or about oneself, for which rooms are nothing; other tests are about them.
const OF_NO_ROOM: [&str; 27] = [
    "GET /api/v1/files/archive/{fileName}",
    "GET /api/v1/server/logo/{id}",
    "PATCH /api/v1/emoji/{id}",
    "DELETE /api/v1/emoji/{id}",
    "DELETE /api/v1/auth/sessions/{id}",
    "DELETE /api/v1/invites/{id}",
    "GET /api/v1/users/{id}",
    "GET /api/v1/users/{id}/connections",
    "POST /api/v1/users/{id}/events",
    "POST /api/v1/rooms/{id}/join",
    "GET /api/v1/admin/people/{id}",
    "PATCH /api/v1/admin/people/{id}",
    "POST /api/v1/admin/people/{id}/deactivate",
    "POST /api/v1/admin/people/{id}/reactivate",
    "POST /api/v1/admin/people/{id}/reset",
    "DELETE /api/v1/admin/people/{id}/two-factor",
    "POST /api/v1/admin/people/{id}/erase",
    "GET /api/v1/admin/people/{id}/sessions",
    "DELETE /api/v1/admin/people/{id}/sessions",
    "DELETE /api/v1/admin/people/{id}/sessions/{session}",
    "POST /api/v1/announcements/{id}/dismiss",
    // Of administrators, who are let in to none by them: `governing.rs`.
    "DELETE /api/v1/admin/announcements/{id}",
    "DELETE /api/v1/admin/rooms/{id}",
    "GET /api/v1/admin/rooms/{id}/retention",
    "PUT /api/v1/admin/rooms/{id}/retention",
    "PUT /api/v1/admin/rooms/{id}/owner",
    "POST /api/v1/admin/jobs/{name}/run",
];

/// A request as it is documented, and with something filled in.
struct Twin {
    name: &'static str,
    path: String,
    body: Value,
}

impl Twin {
    fn method(&self) -> Method {
        Method::from_bytes(self.name.split(' ').next().expect("a method").as_bytes()).expect("a method")
    }

    async fn send(&self, http: &Http) -> (u16, Value) {
        http.send(http.request(self.method(), &self.path).json(&self.body)).await
    }

    /// Who is no service learns that before it matters which room is meant.
    fn is_refused_to(&self, outsider: &Outsider) -> (u16, Value) {
        let is_service = ["an administrator", "a bot"].contains(&outsider.why);
        let for_services = self.name == "POST /api/v1/rooms/{id}/events" && !is_service;
        if for_services { (403, json!("forbidden")) } else { (404, json!("not_found")) }
    }
}

/// What somebody inside has for themselves.
struct Own {
    reminder: String,
    notification: String,
    /// What they handle.
    report: String,
}

/// Every request about a room, what is in it, or what somebody else has, once as a member may ask it, and once more
/// where there is something to refuse to them.
fn twins(place: &Place, own: &Own) -> Vec<Twin> {
    let Place { room, message, user, task } = place;
    let Own { reminder, notification, report } = own;
    let requests = [
        ("GET /api/v1/rooms/{id}", "", Value::Null),
        ("PATCH /api/v1/rooms/{id}", "", json!({ "name": "Other" })),
        ("DELETE /api/v1/rooms/{id}", "", Value::Null),
        ("POST /api/v1/rooms/{id}/leave", "", Value::Null),
        ("GET /api/v1/rooms/{id}/members", "", Value::Null),
        ("GET /api/v1/rooms/{id}/members", "?cursor=none", Value::Null),
        ("POST /api/v1/rooms/{id}/members", "", json!({ "userIds": [user] })),
        ("DELETE /api/v1/rooms/{id}/members/{userId}", "", Value::Null),
        ("PUT /api/v1/rooms/{id}/members/{userId}/role", "", json!({ "role": "moderator" })),
        ("GET /api/v1/rooms/{id}/messages", "", Value::Null),
        ("GET /api/v1/rooms/{id}/messages", "?before=2&after=1", Value::Null),
        ("POST /api/v1/rooms/{id}/messages", "", json!({ "content": "text" })),
        ("POST /api/v1/rooms/{id}/messages", "", json!({ "content": "" })),
        ("POST /api/v1/rooms/{id}/read", "", json!({ "seq": 1 })),
        ("POST /api/v1/rooms/{id}/unread", "", json!({ "seq": 1 })),
        ("POST /api/v1/rooms/{id}/notify", "", json!({ "level": "nothing" })),
        ("GET /api/v1/rooms/{id}/pins", "", Value::Null),
        ("GET /api/v1/rooms/{id}/pins", "?cursor=none", Value::Null),
        ("GET /api/v1/rooms/{id}/files", "", Value::Null),
        ("GET /api/v1/rooms/{id}/files", "?cursor=none", Value::Null),
        ("GET /api/v1/rooms/{id}/receipts", "", Value::Null),
        ("GET /api/v1/rooms/{id}/presence", "", Value::Null),
        ("POST /api/v1/rooms/{id}/events", "", json!({ "event": "app:test", "data": {} })),
        ("GET /api/v1/rooms/{id}/retention", "?days=1", Value::Null),
        ("GET /api/v1/rooms/{id}/retention", "?days=0", Value::Null),
        ("PUT /api/v1/rooms/{id}/retention", "", json!({ "days": 1 })),
        ("PUT /api/v1/rooms/{id}/retention", "", json!({ "days": 99_999 })),
        ("GET /api/v1/rooms/{id}/tasks", "", Value::Null),
        ("POST /api/v1/rooms/{id}/tasks", "", json!({ "title": "text" })),
        ("POST /api/v1/rooms/{id}/tasks", "", json!({ "title": "" })),
        ("GET /api/v1/tasks", "?room={id}", Value::Null),
        ("GET /api/v1/search", "?q=between&room={id}", Value::Null),
        ("GET /api/v1/search", "?q=between&room={id}&cursor=none", Value::Null),
        ("POST /api/v1/me/archive", "", json!({ "roomId": room, "language": "en", "timeZone": "UTC" })),
        ("POST /api/v1/me/archive", "", json!({ "roomId": room, "language": "en", "timeZone": "Mars/Base" })),
        ("POST /api/v1/reminders", "", json!({ "roomId": room, "text": "text", "inSeconds": 60 })),
        ("PATCH /api/v1/messages/{id}", "", json!({ "content": "text" })),
        ("DELETE /api/v1/messages/{id}", "", Value::Null),
        ("POST /api/v1/messages/{id}/reactions", "", json!({ "emoji": "👍", "on": true })),
        ("POST /api/v1/messages/{id}/pin", "", json!({ "on": true })),
        ("POST /api/v1/messages/{id}/previews", "", json!({ "url": "https://example.com/", "on": false })),
        ("POST /api/v1/messages/{id}/hide", "", json!({ "hidden": true })),
        ("GET /api/v1/messages/{id}/reveal", "", Value::Null),
        ("POST /api/v1/messages/{id}/report", "", json!({ "reason": "rude" })),
        ("POST /api/v1/messages/{id}/report", "", json!({ "reason": "" })),
        ("GET /api/v1/reports", "?room={id}", Value::Null),
        ("GET /api/v1/reports", "?room={id}&cursor=none", Value::Null),
        ("POST /api/v1/reports/{id}/resolve", "", json!({ "outcome": "deleted" })),
        ("POST /api/v1/messages/{id}/save", "", json!({ "on": true })),
        ("POST /api/v1/messages/{id}/follow", "", json!({ "on": true })),
        ("POST /api/v1/messages/{id}/thread/read", "", json!({ "seq": 1 })),
        ("PATCH /api/v1/tasks/{id}", "", json!({ "status": "done" })),
        ("DELETE /api/v1/tasks/{id}", "", Value::Null),
        ("DELETE /api/v1/reminders/{id}", "", Value::Null),
        ("POST /api/v1/notifications/read", "", json!({ "notificationId": notification })),
    ];
    let twin = |(name, query, body): (&'static str, &str, Value)| {
        let path = name.split(' ').nth(1).expect("a path").to_owned() + query;
        let id = match path.split('/').nth(3) {
            Some("messages") => message,
            Some("tasks") => task,
            Some("reminders") => reminder,
            Some("reports") if path.contains("{id}/") => report,
            _ => room,
        };
        Twin { name, path: path.replace("{id}", id).replace("{userId}", user), body }
    };
    requests.into_iter().map(twin).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_http_twin_finds_nothing_for_an_outsider_and_is_closed_to_who_is_not_logged_in() {
    let scene = scene("private").await;
    let (mina, place) = (&scene.mina, &scene.place);
    let reminder = mina.call_ok("reminder:create", json!({ "text": "Mine", "inSeconds": 3_600 })).await;
    let joon = scene.joon.connect().await;
    let said = joon.say(&place.room, "for @mina").await;
    let notification = text(&mina.hear("notification").await["id"]);
    mina.call_ok("message:report", json!({ "messageId": said["messageId"], "reason": "too short" })).await;
    let report = text(&mina.call_ok("reports:list", json!({})).await["reports"][0]["id"]);
    let own = Own { reminder: text(&reminder["reminder"]["id"]), notification, report };
    let nothing = Own { reminder: NOWHERE.to_owned(), notification: "999999".to_owned(), report: NOWHERE.to_owned() };
    let of_mina = async || {
        let reminders = mina.call_ok("reminder:list", json!({})).await;
        let reports = mina.call_ok("reports:list", json!({})).await;
        let notified = mina.call_ok("notifications:list", json!({})).await;
        json!([state(mina, &place.room).await, reminders, notified, reports])
    };
    let before = of_mina().await;
    let (mut here, mut elsewhere) = (twins(place, &own), twins(&place.elsewhere(), &nothing));
    for (twins, room) in [(&mut here, place.room.as_str()), (&mut elsewhere, NOWHERE)] {
        let (name, path) = ("POST /api/v1/rooms/{id}/join", format!("/api/v1/rooms/{room}/join"));
        twins.push(Twin { name, path, body: Value::Null });
    }
    for (here, elsewhere) in here.iter().zip(&elsewhere) {
        let asked = format!("{} {}", here.method(), here.path);
        for outsider in &scene.outsiders {
            let (status, answer) = here.send(&outsider.http).await;
            assert_eq!(
                (status, answer["error"]["code"].clone()),
                here.is_refused_to(outsider),
                "{asked} by {}",
                outsider.why
            );
            assert_eq!((status, answer), elsewhere.send(&outsider.http).await, "{asked} by {}", outsider.why);
        }
        let (status, answer) = here.send(&scene.app.http()).await;
        assert_eq!((status, &answer["error"]["code"]), (401, &json!("unauthenticated")), "{asked}");
    }
    assert_eq!(of_mina().await, before, "an outsider changed something");
}

#[test]
fn every_documented_request_that_names_a_room_or_what_is_in_one_is_asked_by_outsiders() {
    let nothing = Own { reminder: String::new(), notification: String::new(), report: String::new() };
    let [room, message, user, task] = [""; 4].map(str::to_owned);
    let twins = twins(&Place { room, message, user, task }, &nothing);
    let asked: BTreeSet<&str> = twins.iter().map(|twin| twin.name).chain(OF_NO_ROOM).collect();
    let names_something = |request: &&str| request.contains('{') || request.contains("room=");
    let named: BTreeSet<&str> = documented(PROTOCOL).into_iter().filter(names_something).map(without_query).collect();
    let in_the_body = ["POST /api/v1/notifications/read", "POST /api/v1/reminders", "POST /api/v1/me/archive"];
    assert_eq!(asked, named.into_iter().chain(in_the_body).collect());
}
