//! The list of people, their sessions, and who may ask for them.

use super::support::{Http, TestApp, text};
use super::{NOWHERE, PEOPLE, code, give, seen};
use reqwest::Method;
use serde_json::{Value, json};

/// Every request about people's accounts, with `{id}` and `{session}`.
const REQUESTS: [(&str, &str); 10] = [
    ("GET", ""),
    ("GET", "/{id}"),
    ("PATCH", "/{id}"),
    ("POST", "/{id}/deactivate"),
    ("POST", "/{id}/reactivate"),
    ("POST", "/{id}/reset"),
    ("DELETE", "/{id}/two-factor"),
    ("POST", "/{id}/erase"),
    ("GET", "/{id}/sessions"),
    ("DELETE", "/{id}/sessions"),
];

async fn ask(http: &Http, (method, path): (&str, &str), id: &str) -> (u16, Value) {
    let body = json!({ "role": "member", "username": "joon", "messages": "keep" });
    let path = format!("{PEOPLE}{}", path.replace("{id}", id));
    let request = http.request(Method::from_bytes(method.as_bytes()).expect("a method"), &path);
    http.send(if method == "GET" { request } else { request.json(&body) }).await
}

fn names(answer: &Value) -> Vec<String> {
    answer["people"].as_array().expect("people").iter().map(|person| text(&person["username"])).collect()
}

#[tokio::test]
async fn who_does_not_administer_is_refused_every_request_and_learns_nothing_from_it() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let owner = app.admin().await.connect().await;
    let room = owner.create_room("private", "Shop", &[]).await;
    let guest = app.guest("guest", &[&room]).await;
    let made = app.run_cli(&["bot", "create", "--username", "builder"], "").await;
    let bot = app.http().bearer(made.stdout.trim());
    let before = seen(&app, &joon).await;
    let one_session = ("DELETE", "/{id}/sessions/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    for request in REQUESTS.into_iter().chain([one_session]) {
        for (who, http) in [("a member", mina.http()), ("a guest", guest.http()), ("a bot", bot.clone())] {
            let refused = ask(&http, request, &joon.id).await;
            assert_eq!(code(&refused), (403, "forbidden"), "{request:?} by {who}");
            assert_eq!(refused, ask(&http, request, NOWHERE).await, "{request:?} by {who}");
        }
        assert_eq!(code(&ask(&app.http(), request, &joon.id).await), (401, "unauthenticated"), "{request:?}");
    }
    for request in REQUESTS.into_iter().skip(1) {
        assert_eq!(code(&ask(&app.admin().await.http(), request, NOWHERE).await), (404, "not_found"), "{request:?}");
    }
    assert_eq!(seen(&app, &joon).await, before);
}

#[tokio::test]
async fn an_administrator_may_nothing_to_another_one_or_an_owner() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    give(&app, &mina, "admin").await;
    give(&app, &joon, "admin").await;
    for id in [&joon.id, &app.admin().await.id] {
        for request in REQUESTS.into_iter().skip(2) {
            assert_eq!(code(&ask(&mina.http(), request, id).await), (403, "forbidden"), "{request:?}");
        }
    }
    assert_eq!(names(&mina.http().get(PEOPLE).await.1), ["admin", "joon", "mina"], "who they are may be seen");
}

#[tokio::test]
async fn the_list_has_everybody_by_name_and_can_be_searched_narrowed_and_paged() {
    let app = TestApp::builder().generous().spawn().await;
    let owner = app.admin().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let room = owner.connect().await.create_room("private", "Shop", &[&mina]).await;
    app.guest("guest", &[&room]).await;
    give(&app, &mina, "admin").await;
    app.run_cli(&["bot", "create", "--username", "builder"], "").await;
    owner.http().post_ok(&format!("{PEOPLE}/{}/deactivate", joon.id), &json!({})).await;
    let list = async |query: &str| {
        let (status, answer) = owner.http().get(&format!("{PEOPLE}{query}")).await;
        assert_eq!(status, 200, "{answer}");
        answer
    };
    for (query, expected) in [
        ("", &["admin", "builder", "guest", "joon", "mina"][..]),
        ("?state=active", &["admin", "builder", "guest", "mina"]),
        ("?state=deactivated", &["joon"]),
        ("?kind=owner", &["admin"]),
        ("?kind=admin", &["mina"]),
        ("?kind=guest", &["guest"]),
        ("?kind=member", &["joon"]),
        ("?kind=bot", &["builder"]),
        ("?query=MI", &["admin", "mina"]),
        ("?query=nobody", &[]),
    ] {
        assert_eq!(names(&list(query).await), expected, "{query}");
    }
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(&format!("?limit=2{cursor}")).await;
        all.extend(names(&page));
        let Some(next) = page["cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(all, ["admin", "builder", "guest", "joon", "mina"]);
    for (query, field) in [("?cursor=none", "cursor"), ("?state=asleep", "state"), ("?kind=king", "kind")] {
        let (status, answer) = owner.http().get(&format!("{PEOPLE}{query}")).await;
        assert_eq!((status, &answer["error"]["field"]), (422, &json!(field)), "{query}");
    }
}

#[tokio::test]
async fn an_entry_tells_of_sessions_rooms_and_whether_somebody_is_here() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let again = mina.log_in().await;
    let socket = mina.connect().await;
    socket.create_room("private", "Notes", &[]).await;
    socket.create_room("direct", "", &[]).await;
    let entry = seen(&app, &mina).await;
    assert_eq!((&entry["sessions"], &entry["rooms"], &entry["connections"]), (&json!(2), &json!(2), &json!(1)));
    assert_eq!((&entry["user"]["username"], &entry["role"]), (&json!("mina"), &json!("member")));
    drop(again);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_at_once() {
    let app = TestApp::builder().generous().spawn().await;
    let owner = app.admin().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let phone = mina.log_in().await;
    let (on_phone, on_desk) = (phone.connect().await, mina.connect().await);
    let path = format!("{PEOPLE}/{}/sessions", mina.id);
    let (_, answer) = owner.http().get(&path).await;
    let sessions = answer["sessions"].as_array().expect("sessions");
    assert_eq!(sessions.len(), 2, "{answer}");
    assert!(sessions.iter().all(|session| session["current"] == false), "{answer}");
    let of_phone = format!("{path}/{}", phone.session_id);
    let elsewhere = format!("{PEOPLE}/{}/sessions/{}", joon.id, phone.session_id);
    assert_eq!(code(&owner.http().delete(&elsewhere).await), (404, "not_found"), "it is not theirs");
    assert_eq!(owner.http().delete(&of_phone).await.1["ended"], 1);
    on_phone.hear("session:ended").await;
    on_phone.closed().await;
    assert_eq!(code(&owner.http().delete(&of_phone).await), (404, "not_found"));
    assert!(!on_desk.is_closed());
    assert_eq!(owner.http().delete(&path).await.1["ended"], 1);
    on_desk.closed().await;
    assert_eq!(code(&mina.http().get("/api/v1/me").await), (401, "unauthenticated"));
}

#[tokio::test]
async fn what_is_done_to_accounts_stands_in_the_audit_log() {
    let app = TestApp::builder().generous().spawn().await;
    let owner = app.admin().await;
    let mina = app.person("mina").await;
    give(&app, &mina, "guest").await;
    let path = format!("{PEOPLE}/{}", mina.id);
    for act in ["reset", "deactivate", "reactivate", "deactivate"] {
        owner.http().post_ok(&format!("{path}/{act}"), &json!({})).await;
    }
    owner.http().post_ok(&format!("{path}/erase"), &json!({ "username": "mina", "messages": "keep" })).await;
    let mut database = app.database().await;
    let noted: Vec<(String, Option<String>, Option<String>)> =
        sqlx::query_as("SELECT act, by_user, about FROM audit ORDER BY id").fetch_all(&mut database).await.expect("it");
    let of_mina: Vec<&str> =
        noted.iter().filter(|entry| entry.2.as_deref() == Some(&mina.id)).map(|entry| entry.0.as_str()).collect();
    let expected = [
        "person.made",
        "person.role",
        "person.reset",
        "person.deactivated",
        "person.reactivated",
        "person.deactivated",
        "person.erased",
    ];
    assert_eq!(of_mina, expected);
    let by_owner = |entry: &&(String, Option<String>, Option<String>)| {
        entry.1.as_deref() == Some(&owner.id) && entry.2.as_deref() == Some(&mina.id)
    };
    assert_eq!(noted.iter().filter(by_owner).count(), expected.len() - 1, "an account is made by who registers");
}
