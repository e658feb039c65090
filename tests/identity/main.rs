//! Accounts, logins and invites of the real program, over HTTP and on sockets.

#[path = "../support/mod.rs"]
mod support;

mod cookies;
mod invites;
mod login;
mod passwords;
mod profile;
mod refresh;
mod registration;
mod sessions;
mod setup;
mod tokens;

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use support::{Http, Person, TestApp, code};

fn message(answer: &(u16, Value)) -> &str {
    answer.1["error"]["message"].as_str().expect("a message")
}

fn field(answer: &(u16, Value)) -> &str {
    answer.1["error"]["field"].as_str().unwrap_or("none")
}

/// Lets time pass for the program, by moving what it has written down: nobody waits 30 minutes for a test.
async fn change_database(app: &TestApp, statement: &'static str) {
    let url = format!("sqlite://{}/maru.db", app.data_dir().display());
    let mut database = SqliteConnection::connect(&url).await.expect("the database can be opened");
    let changed = sqlx::query(statement).execute(&mut database).await.expect("the statement is right");
    assert!(changed.rows_affected() > 0, "{statement} changed nothing");
    database.close().await.expect("the database can be closed");
}

async fn log_in(http: &Http, username: &str, password: &str) -> (u16, Value) {
    let login = json!({ "username": username, "password": password, "tokenTransport": "body" });
    http.post("/api/v1/auth/login", &login).await
}

async fn refresh(http: &Http, token: &str) -> (u16, Value) {
    http.post("/api/v1/auth/refresh", &json!({ "refreshToken": token })).await
}

/// Whether somebody's access token still lets them in.
async fn is_let_in(person: &Person) -> bool {
    let (status, answer) = person.http().get("/api/v1/me").await;
    assert!(status == 200 || status == 401, "{status} {answer}");
    status == 200
}

fn text(value: &Value) -> &str {
    match value.as_str() {
        Some(text) => text,
        None => panic!("{value} is no text"),
    }
}
