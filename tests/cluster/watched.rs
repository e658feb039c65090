//! What operators are told of several servers: by figures, by the doctor, and by commands while one of them is frozen.

use std::collections::BTreeSet;
use std::fs::File;

use serde_json::Value;

use super::support::{TestApp, run_maru, until};
use super::{Pair, freeze, state};

const TOKEN: &str = "a-token-of-metrics-for-tests-alone-0123456789";
const GUIDE: &str = include_str!("../../docs/clustering.md");

async fn both_hear_each_other<R>(pair: &Pair<R>) {
    for server in [&pair.here, &pair.there] {
        until("the servers hear each other", async || state(server).await["servers"] == 2).await;
    }
}

/// Those that the guide's table of a cluster names.
fn documented() -> BTreeSet<&'static str> {
    let rows = GUIDE.lines().filter(|line| line.starts_with("| `maru_"));
    let words = rows.flat_map(|row| row.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    words.filter(|word| word.starts_with("maru_")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_a_cluster_in_the_guide_is_told() {
    let pair = Pair::with(|builder| builder.env("MARU_METRICS_TOKEN", TOKEN)).await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let asked = client.get(format!("{}/metrics", pair.here.url())).bearer_auth(TOKEN).send().await;
    let told = asked.expect("an answer").text().await.expect("a text");
    let documented = documented();
    assert!(documented.len() > 4, "{documented:?}");
    for metric in documented {
        assert!(told.contains(&format!("# TYPE {metric} ")), "{metric} is documented, and not told:\n{told}");
    }
}

/// What the doctor says, by name and outcome.
async fn examined(server: &TestApp) -> Vec<Value> {
    let output = server.run_cli(&["doctor", "--json"], "").await;
    let report: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output:?}"));
    report["checks"].as_array().expect("checks").clone()
}

fn of(checks: &[Value], name: &str) -> Vec<String> {
    let found = checks.iter().filter(|check| check["name"] == name);
    found
        .map(|check| format!("{}: {}", check["outcome"].as_str().expect("text"), check["seen"].as_str().expect("text")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_at_redis_and_at_each_server() {
    let mut pair = Pair::start().await;
    both_hear_each_other(&pair).await;
    let checks = examined(&pair.here).await;
    let servers = of(&checks, "server");
    assert_eq!(servers.len(), 2, "{servers:?}");
    for server in [&pair.here, &pair.there] {
        let address = server.url().replace("http://", "");
        let seen = format!(" on {address} (process {}), and hears 1 other", server.process_id());
        assert!(servers.iter().any(|said| said.starts_with("ok: ") && said.contains(&seen)), "{servers:?}");
    }
    let redis = of(&checks, "redis");
    assert!(redis.len() == 1 && redis[0].starts_with("ok: ") && redis[0].contains("has 2 servers"), "{redis:?}");
    assert_eq!(of(&checks, "settings").len(), 1, "{checks:?}");
    assert!(of(&checks, "settings")[0].starts_with("ok: ") && of(&checks, "port").is_empty(), "{checks:?}");

    pair.redis.kill();
    let redis = of(&examined(&pair.here).await, "redis");
    assert!(redis[0].starts_with("failure: ") && redis[0].contains("cannot be used"), "{redis:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_which_settings_servers_have_differently() {
    let redis = super::redis::Redis::start().await;
    let server = || TestApp::builder().generous().env("MARU_REDIS", redis.url());
    let here = server().spawn().await;
    let there = server().env("MARU_READ_RECEIPTS", "false").data_dir(here.data_dir()).spawn().await;
    there.logged("read_receipts is false here, and true at the server on").await;
    let settings = of(&examined(&here).await, "settings");
    let [said] = &settings[..] else { panic!("{settings:?}") };
    assert!(said.starts_with("warning: read_receipts is ") && !said.contains("; "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_address_is_well_whichever_server_of_the_folder_it_leads_to() {
    let redis = super::redis::Redis::start().await;
    let url = redis.url();
    let here = TestApp::builder().env("MARU_REDIS", &url).spawn().await;
    let there = TestApp::builder().env("MARU_REDIS", &url).data_dir(here.data_dir()).spawn().await;
    for leads_to in [here.url(), there.url()] {
        let folder = here.data_dir();
        let settings = [("MARU_PUBLIC_URL", leads_to.as_str()), ("MARU_REDIS", url.as_str())];
        let arguments = ["doctor", "--json", "--data-dir", folder.to_str().expect("UTF-8")];
        let output = run_maru(&arguments, &settings, "").await;
        let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
        let said = of(report["checks"].as_array().expect("checks"), "public address");
        assert!(said.len() == 1 && said[0].starts_with("ok: "), "{leads_to}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_go_on_to_the_next_server_when_one_is_frozen_and_name_it_when_none_answers() {
    let pair = Pair::start().await;
    for (frozen, other) in [(&pair.here, &pair.there), (&pair.there, &pair.here)] {
        freeze(frozen).await;
        let listed = other.run_cli(&["user", "list"], "").await;
        assert!(listed.status.success(), "{listed:?}");
        let health = other.run_cli(&["health"], "").await;
        let named = format!("process {}: it does not answer within 3 s", frozen.process_id());
        assert!(!health.status.success() && health.stderr.contains(&named), "{health:?}");
        frozen.send_signal("CONT");
        until("it goes on", async || other.run_cli(&["health"], "").await.status.success()).await;
    }
    freeze(&pair.here).await;
    pair.there.send_signal("STOP");
    let refused = pair.here.run_cli(&["user", "list"], "").await;
    for server in [&pair.here, &pair.there] {
        let named = format!("the server of process {}", server.process_id());
        assert!(refused.stderr.contains(&named) && refused.stderr.contains("no sign of life"), "{refused:?}");
        server.send_signal("CONT");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_all_servers_share_is_no_reason_for_a_load_balancer_to_take_one_out() {
    let pair = Pair::start().await;
    let mina = pair.here.person("mina").await;
    let socket = mina.connect().await;
    let room = socket.create_room("private", "Plans", &[]).await;
    let turn = File::open(pair.here.data_dir().join("write.turn")).expect("the line of who writes");
    turn.lock().expect("nobody writes");
    let refused = socket
        .call("message:send", serde_json::json!({ "roomId": room, "content": "lost?", "clientMessageId": "one" }))
        .await;
    assert_eq!(refused["error"]["code"], "unavailable", "{refused}");
    let asked = async |path: &str| pair.here.http().get(path).await.0;
    until("it says that it cannot write", async || asked("/readyz").await == 503).await;
    assert_eq!(asked("/readyz?of=server").await, 200);
    let process = std::process::id().to_string();
    pair.here.logged(&format!("processes=[{process}]")).await;
    turn.unlock().expect("given back");
    until("it writes again", async || asked("/readyz").await == 200).await;
}
