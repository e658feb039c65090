//! Logging in with a second factor, from the app to the audit log.

#[path = "../support/mod.rs"]
mod support;

mod administering;
mod guessing;
mod keeping;
mod login;
mod own;
mod requiring;

use data_encoding::BASE32_NOPAD;
use maru::clock;
use ring::hmac;
use serde_json::{Value, json};
use support::{Http, PASSWORD, Person, TestApp, text};

const TWO_FACTOR: &str = "/api/v1/auth/two-factor";
const LOGIN: &str = "/api/v1/auth/login";
const CODE: &str = "/api/v1/auth/login/code";
/// A code that no app shows at that moment, but by a chance of one in a hundred thousand.
const WRONG: &str = "000000";

/// An app on somebody's phone, made from what the standard says and from nothing of the server.
struct App {
    secret: Vec<u8>,
    recovery_codes: Vec<String>,
}

impl App {
    fn new(secret: &str) -> Self {
        let secret = BASE32_NOPAD.decode(secret.as_bytes()).expect("base 32");
        Self { secret, recovery_codes: Vec::new() }
    }

    /// What it shows now, or so many half minutes later.
    fn code(&self, later: i64) -> String {
        let step = clock::now().as_millis() / 30_000 + later;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let at = usize::from(tag.as_ref()[19] & 15);
        let bytes: [u8; 4] = tag.as_ref()[at..at + 4].try_into().expect("four bytes");
        format!("{:06}", (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000)
    }
}

/// Turns the second factor of somebody on, in the way that their client does.
async fn turn_on(person: &Person) -> App {
    let begun = person.http().post_ok(TWO_FACTOR, &json!({ "password": PASSWORD })).await;
    let mut app = App::new(&text(&begun["secret"]));
    let confirmation = json!({ "enrolment": begun["enrolment"], "code": app.code(0) });
    let done = person.http().post_ok(&format!("{TWO_FACTOR}/on"), &confirmation).await;
    app.recovery_codes = done["recoveryCodes"].as_array().expect("codes").iter().map(text).collect();
    app
}

/// Lets half minutes pass: whatever was used is as if it were long ago.
async fn forget_used_codes(app: &TestApp) {
    change(app, "UPDATE two_factor SET last_step = 0").await;
}

async fn change(app: &TestApp, statement: &'static str) {
    let changed = sqlx::query(statement).execute(&mut app.database().await).await.expect("the statement is right");
    assert!(changed.rows_affected() > 0, "{statement} changed nothing");
}

/// The first step of a login.
async fn enter(http: &Http, username: &str) -> (u16, Value) {
    let login = json!({ "username": username, "password": PASSWORD, "tokenTransport": "body" });
    http.post(LOGIN, &login).await
}

/// The ticket that the first step gives.
async fn ticket(http: &Http, username: &str) -> String {
    let (status, answer) = enter(http, username).await;
    assert_eq!((status, answer.get("accessToken")), (200, None), "{answer}");
    text(&answer["secondFactor"]["ticket"])
}

/// The second step.
async fn finish(http: &Http, ticket: &str, code: &str) -> (u16, Value) {
    http.post(CODE, &json!({ "ticket": ticket, "code": code, "tokenTransport": "body" })).await
}

/// Both.
async fn log_in(app: &TestApp, username: &str, code: &str) -> (u16, Value) {
    let ticket = ticket(&app.http(), username).await;
    finish(&app.http(), &ticket, code).await
}

fn field(answer: &(u16, Value)) -> &str {
    answer.1["error"]["field"].as_str().unwrap_or("none")
}

/// Requires a second factor of some, in the name of the first administrator, who has one.
async fn require(app: &TestApp, of: &str) {
    let request = app.admin().await.http().request(reqwest::Method::PATCH, "/api/v1/admin/settings");
    let (status, answer) = app.http().send(request.json(&json!({ "requireTwoFactor": of }))).await;
    assert_eq!((status, &answer["settings"]["requireTwoFactor"]), (200, &json!(of)), "{answer}");
}

/// The acts of the audit log about somebody, the newest first.
async fn acts(app: &TestApp, about: &str) -> Vec<String> {
    let (_, log) = app.admin().await.http().get(&format!("/api/v1/admin/audit?person={about}")).await;
    log["entries"].as_array().expect("entries").iter().map(|entry| text(&entry["act"])).collect()
}
