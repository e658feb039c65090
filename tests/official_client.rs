//! The official Socket.IO client tells the same story over every transport.

mod support;

use std::{path::Path, process::Command, time::Duration};

use serde_json::{Value, json};
use support::{Process, TestApp};

#[tokio::test]
async fn the_official_client_passes_the_whole_story_over_every_transport() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/js");
    assert!(
        folder.join("node_modules/socket.io-client").is_dir(),
        "the official client is not installed: run `npm ci` in tests/js (scripts/test does it)"
    );
    let app = TestApp::builder().generous().spawn().await;
    let mut people = Vec::new();
    for name in ["mina", "joon", "sora"] {
        let person = app.person(name).await;
        people.push(json!({ "id": person.id, "username": person.username, "token": person.access_token }));
    }
    let given = json!({ "url": app.url(), "people": people }).to_string();
    let mut story = Command::new("node");
    story.arg("story.mjs").current_dir(&folder);
    let told = Process::run(&mut story, &given, Duration::from_secs(100)).await;
    assert!(told.status.success(), "{}\n{}", told.stdout, told.stderr);
    let result: Value = serde_json::from_str(&told.stdout).expect("one line of JSON");
    assert_eq!(result["passed"], json!(["websocket", "polling+websocket", "polling"]), "{result}");
}
