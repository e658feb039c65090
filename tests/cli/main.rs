//! The command line of the real program, with and without a running server.

#[path = "../support/mod.rs"]
mod support;

mod alone;
mod beside_a_server;
mod configuration;
mod data_folder;

use serde_json::{Value, json};
use support::{Http, Output, TestApp, succeeded};

const SECRET: &str = "a secret that nobody guesses";

/// Runs `maru` on a folder without a server.
async fn maru(folder: &std::path::Path, arguments: &[&str], stdin: &str) -> Output {
    let folder = folder.to_str().expect("a plain path");
    support::run_maru(&[arguments, &["--data-dir", folder]].concat(), &[], stdin).await
}

/// The text of a failure, which names the program and comes with nothing on standard output.
#[track_caller]
fn failure(output: &Output) -> &str {
    assert_eq!((output.status.code(), output.stdout.as_str()), (Some(1), ""), "{output:?}");
    // A server that does not get up may have logged before.
    let mut spoken = output.stderr.match_indices("maru: ").map(|(at, _)| at);
    let begins_a_line = |at: &usize| *at == 0 || output.stderr[..*at].ends_with('\n');
    let at = spoken.find(begins_a_line).expect("it says who speaks");
    &output.stderr[at..]
}

async fn log_in(http: &Http, username: &str, password: &str) -> (u16, Value) {
    http.post("/api/v1/auth/login", &json!({ "username": username, "password": password })).await
}

/// The names of the rooms that the holder of a token is in.
async fn rooms(app: &TestApp, token: &str) -> Vec<String> {
    let (status, answer) = app.http().bearer(token).get("/api/v1/rooms").await;
    assert_eq!(status, 200, "{answer}");
    let rooms = answer["rooms"].as_array().expect("rooms");
    rooms.iter().map(|room| room["name"].as_str().expect("a name").to_owned()).collect()
}
