//! What people may do on the whole server, and how their accounts are administered.

#[path = "../support/mod.rs"]
mod support;

mod administering;
mod ending;
mod erasing;
mod guests;
mod operating;
mod roles;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Http, Person, TestApp, code};

const NOWHERE: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
const PEOPLE: &str = "/api/v1/admin/people";

async fn patch(http: &Http, path: &str, body: Value) -> (u16, Value) {
    http.send(http.request(Method::PATCH, path).json(&body)).await
}

/// Gives somebody a role in the name of the owner.
async fn give(app: &TestApp, person: &Person, role: &str) {
    let path = format!("{PEOPLE}/{}", person.id);
    let (status, answer) = patch(&app.admin().await.http(), &path, json!({ "role": role })).await;
    assert_eq!((status, &answer["person"]["role"]), (200, &json!(role)), "{answer}");
}

/// An account as the owner sees it.
async fn seen(app: &TestApp, person: &Person) -> Value {
    let (status, answer) = app.admin().await.http().get(&format!("{PEOPLE}/{}", person.id)).await;
    assert_eq!(status, 200, "{answer}");
    answer["person"].clone()
}
