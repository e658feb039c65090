//! What was said is found again, by whom it was said to.

#[path = "../support/mod.rs"]
mod support;

mod changes;
mod finding;
mod input;
mod names;
mod paging;
mod privacy;
mod rebuilding;

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use support::{Socket, TestApp, text, until};

/// Waits until everything that was written is indexed, and no new index is being built.
async fn indexed(app: &TestApp) {
    until("a complete index", async || app.http().get("/readyz").await.1["search"]["state"] == "current").await;
}

/// Says so much in a room of its own that the words of whoever is in it are looked up in the index: what is said in
/// few small rooms is looked through without it.
async fn crowd(app: &TestApp, socket: &Socket) {
    let room = socket.create_room("private", "Crowd", &[]).await;
    say_many(socket, &room, 501, |number| format!("filler {number}")).await;
    indexed(app).await;
}

/// Sends so many messages at once.
async fn say_many(socket: &Socket, room: &str, count: usize, content: impl Fn(usize) -> String) {
    let send = |number| json!({ "roomId": room, "content": content(number) });
    let calls: Vec<_> = (0..count).map(|number| socket.start_call("message:send", send(number))).collect();
    for call in calls {
        assert_eq!(call.answer().await["success"], true);
    }
}

/// Sends texts and waits until they can be found.
async fn say_all(app: &TestApp, socket: &Socket, room: &str, contents: &[&str]) {
    for content in contents {
        socket.say(room, content).await;
    }
    indexed(app).await;
}

async fn search(socket: &Socket, query: &str) -> Value {
    socket.call_ok("messages:search", json!({ "query": query, "limit": 100 })).await
}

/// The contents of the hits.
fn contents(answer: &Value) -> Vec<String> {
    let hits = answer["hits"].as_array().unwrap_or_else(|| panic!("no hits: {answer}"));
    hits.iter().map(|hit| text(&hit["message"]["content"])).collect()
}

/// What a query finds, the newest first.
async fn found(socket: &Socket, query: &str) -> Vec<String> {
    contents(&search(socket, query).await)
}

/// The error that a query is refused with, which is its own.
async fn refused(socket: &Socket, query: &str) -> String {
    let error = socket.call_refused("messages:search", json!({ "query": query })).await;
    assert_eq!((&error["code"], &error["field"]), (&json!("invalid"), &json!("query")), "{query}: {error}");
    text(&error["message"])
}

/// The database itself, beside the program.
async fn database(app: &TestApp) -> SqliteConnection {
    let url = format!("sqlite://{}/maru.db", app.data_dir().display());
    SqliteConnection::connect(&url).await.expect("the database")
}
