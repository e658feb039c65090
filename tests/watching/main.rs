//! Watching the server: what Prometheus and administrators are told, who is told, and what the log says.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod exposition;
mod figures;
mod shipped;

use exposition::{Scrape, parse};
use serde_json::json;
use support::{Http, Options, TestApp, text, until};

const TOKEN: &str = "a-token-that-is-long-enough-for-anybody";

async fn scrape(http: &Http) -> Scrape {
    let (status, body) = http.get("/metrics").await;
    assert_eq!(status, 200, "{body}");
    parse(body.as_str().expect("text"))
}

async fn watched() -> TestApp {
    TestApp::builder().env("MARU_METRICS_TOKEN", TOKEN).spawn().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_counted_in_well_formed_text() {
    let app = watched().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let socket = mina.connect().await;
    let polling = joon.connect_with(Options::polling()).await.expect("a connection");
    let room = text(&socket.call_ok("room:create", json!({ "kind": "public", "name": "Seen" })).await["room"]["id"]);
    polling.call_ok("room:join", json!({ "roomId": room })).await;
    let before = scrape(&app.http().bearer(TOKEN)).await;
    for number in 0..5 {
        socket.call_ok("message:send", json!({ "roomId": room, "content": format!("number {number}") })).await;
    }
    polling.hear_where("message:new", |told| told["message"]["content"] == "number 4").await;
    socket.hear_where("message:new", |told| told["message"]["content"] == "number 4").await;
    let refused = socket.call("message:send", json!({ "roomId": "nonsense", "content": "x" })).await;
    assert_eq!(refused["error"]["code"], "not_found");
    let unknown = socket.call("no such command", json!({})).await;
    assert_eq!(unknown["error"]["code"], "invalid");
    let after = scrape(&app.http().bearer(TOKEN)).await;
    // What was never met has no sample.
    let grew = |sample: &str| after.value(sample) - before.samples.get(sample).copied().unwrap_or(0.0);

    assert_eq!(after.value("maru_connections{transport=\"websocket\"}"), 1.0);
    assert_eq!(after.value("maru_connections{transport=\"polling\"}"), 1.0);
    assert_eq!(after.value("maru_accounts_online"), 2.0);
    assert_eq!(grew("maru_messages_total"), 5.0);
    assert_eq!(grew("maru_commands_total{event=\"message:send\",code=\"ok\"}"), 5.0);
    assert_eq!(grew("maru_commands_total{event=\"message:send\",code=\"not_found\"}"), 1.0);
    assert_eq!(grew("maru_commands_total{event=\"unknown\",code=\"invalid\"}"), 1.0);
    assert_eq!(grew("maru_command_duration_seconds_count{event=\"message:send\"}"), 6.0);
    assert_eq!(grew("maru_refused_commands_total"), 2.0);
    assert!(grew("maru_commit_duration_seconds_count") >= 1.0 && grew("maru_commit_duration_seconds_sum") > 0.0);
    assert_eq!(after.value("maru_writable"), 1.0);
    assert_eq!(after.value("maru_commands_total{event=\"room:create\",code=\"internal\"}"), 0.0);
    // Both hear each message.
    assert!(grew("maru_deliveries_total") >= 10.0);
    assert!(grew("maru_delivery_duration_seconds_count") >= 6.0, "{}", grew("maru_delivery_duration_seconds_count"));
    assert!(after.value("maru_database_bytes") > 0.0 && after.value("process_resident_memory_bytes") > 1e6);
    assert!(after.value("process_open_fds") > 5.0 && after.value("process_cpu_seconds_total") > 0.0);
    assert!(
        after.value("process_start_time_seconds") > 1.7e9 && after.value("maru_log_lines_total{level=\"info\"}") > 0.0
    );
}

/// Both are counted at a commit, one after the other, and one may come between reading them.
#[tokio::test(flavor = "multi_thread")]
async fn every_commit_is_in_the_histograms() {
    let app = watched().await;
    let socket = app.person("mina").await.connect().await;
    socket.call_ok("room:create", json!({ "kind": "public", "name": "Commits" })).await;
    let http = app.http().bearer(TOKEN);
    until("the same count of commits", async || {
        let seen = scrape(&http).await;
        let counts = ["maru_commits_total", "maru_commit_duration_seconds_count", "maru_commit_commands_count"];
        let counts = counts.map(|sample| seen.value(sample));
        let commands = ["maru_commands_written_total", "maru_commit_commands_sum"].map(|sample| seen.value(sample));
        counts[0] > 0.0 && counts == [counts[0]; 3] && commands[0] == commands[1]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_their_answers() {
    let app = watched().await;
    let http = app.http().bearer(TOKEN);
    let requests =
        async |status: &str| scrape(&http).await.value(&format!("maru_http_requests_total{{status=\"{status}\"}}"));
    let (well, refused) = (requests("2xx").await, requests("4xx").await);
    assert_eq!(app.http().get("/api/v1/server").await.0, 200);
    assert_eq!(app.http().get("/api/v1/me").await.0, 401);
    assert_eq!((requests("2xx").await - well, requests("4xx").await - refused), (1.0, 1.0));
    assert_eq!((requests("abandoned").await, requests("5xx").await), (0.0, 0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_away_is_counted_by_what_became_of_them() {
    let app = watched().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let room = socket.call_ok("room:create", json!({ "kind": "public", "name": "Away" })).await["room"].clone();
    let room = text(&room["id"]);
    let sent = socket.call_ok("message:send", json!({ "roomId": room, "content": "missed" })).await;
    let rooms = json!({ room.clone(): sent["rev"].as_i64().expect("a rev") - 1 });
    let again = mina.connect_with(Options::websocket().auth("rooms", rooms)).await.expect("a connection");
    again.hear("sync").await;
    again.call_ok("room:rejoin", json!({ "roomId": room })).await;
    let seen = scrape(&app.http().bearer(TOKEN)).await;
    assert_eq!(seen.value("maru_recoveries_total{way=\"connect\",outcome=\"complete\"}"), 1.0);
    assert_eq!(seen.value("maru_recoveries_total{way=\"connect\",outcome=\"afresh\"}"), 0.0);
    let rejoined = ["complete", "afresh"];
    let rejoined =
        rejoined.map(|outcome| seen.value(&format!("maru_recoveries_total{{way=\"rejoin\",outcome=\"{outcome}\"}}")));
    assert_eq!(rejoined.iter().sum::<f64>(), 1.0, "{rejoined:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_statements_are_told_and_counted_without_what_they_were_given() {
    let app = TestApp::builder().env("MARU_METRICS_TOKEN", TOKEN).env("MARU_LOG_SLOW_QUERIES", "0s").spawn().await;
    let socket = app.person("mina").await.connect().await;
    let room = text(&socket.call_ok("room:create", json!({ "kind": "public", "name": "Slow" })).await["room"]["id"]);
    let sent = json!({ "roomId": room, "content": "unmistakable-content" });
    let message = socket.call_ok("message:send", sent).await["messageId"].clone();
    socket.call_ok("messages:search", json!({ "query": "unmistakable-question" })).await;
    socket.call_ok("message:react", json!({ "messageId": message, "emoji": "👍", "on": true })).await;
    // It comes after everything that the two before it may have said.
    app.logged("INTO reactions").await;
    assert!(scrape(&app.http().bearer(TOKEN)).await.value("maru_slow_queries_total") > 10.0);
    let told = app.transcript();
    assert!(!told.contains("unmistakable") && !told.contains(TOKEN), "the log quotes somebody");
}
