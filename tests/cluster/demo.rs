//! `scripts/cluster-demo`: comes up, mends what dies, and leaves nothing behind.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;

use super::support::{Http, Process, free_port, installed, text, until, without_settings};

const UP_WITHIN: Duration = Duration::from_secs(60);
const ENDED_WITHIN: Duration = Duration::from_secs(60);

async fn servers(url: &str) -> serde_json::Value {
    let http = Http::elsewhere(url);
    http.send(http.request(Method::GET, "/readyz")).await.1["cluster"]["servers"].clone()
}

fn lives(process: &str) -> bool {
    Path::new("/proc").join(process).join("exe").exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_serves_starts_again_what_is_killed_and_ends_all_that_it_started() {
    // What it starts by itself has to be there.
    drop((installed("nginx"), installed("redis-server")));
    let mut command: Command = without_settings(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/cluster-demo"));
    let port = free_port();
    command.args(["--port", &port.to_string(), "--program", env!("CARGO_BIN_EXE_maru")]);
    let mut demo = Process::start(&mut command);
    let url = format!("http://127.0.0.1:{port}");
    let process_of = |name: &str| {
        let before = format!("  {name}: process ");
        move |line: &str| line.strip_prefix(&before).map(str::to_owned)
    };
    let mut started = Vec::new();
    for name in ["one", "two", "three", "redis", "nginx"] {
        started.push(demo.printed("its processes", UP_WITHIN, process_of(name)).await);
    }
    until("three servers know each other", async || servers(&url).await == 3).await;
    let setup =
        demo.printed("where it is set up", UP_WITHIN, |line| Some(line.rsplit_once("/setup#")?.1.to_owned())).await;
    let account = serde_json::json!({ "token": setup, "username": "admin", "displayName": "Admin",
        "password": super::support::PASSWORD, "tokenTransport": "body" });
    let made = Http::elsewhere(&url).post_ok("/api/v1/setup", &account).await;

    let killed = Command::new("kill").args(["-KILL", &started[1]]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let is_new = |line: &str| process_of("two")(line).filter(|process| *process != started[1]);
    started.push(demo.printed("the one that was started again", UP_WITHIN, is_new).await);
    let mina = Http::elsewhere(&url).bearer(text(&made["accessToken"]));
    assert_eq!(mina.get("/api/v1/rooms").await.0, 200);

    demo.send_signal("INT");
    demo.exited(ENDED_WITHIN).await;
    let left: Vec<&String> = started.iter().filter(|process| lives(process)).collect();
    assert!(left.is_empty(), "{left:?} still run\n{}", demo.stdout());
}
