//! The dashboard and the alerts that come with Maru ask for metrics that there are.

use super::exposition::Scrape;
use super::support::{Builder, TestApp, Trust};
use super::{TOKEN, scrape};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const DASHBOARD: &str = include_str!("../../docs/grafana.json");
const ALERTS: &str = include_str!("../../docs/alerts.yml");
const GUIDE: &str = include_str!("../../docs/operating.md");
/// What only servers of a cluster have: that they have it is looked at with those (tests/cluster/watched.rs).
const OF_A_CLUSTER: &str = include_str!("../../docs/clustering.md");

/// Of a server that encrypts, certificates are told as well.
fn with_https(folder: &Path) -> Builder {
    let made = rcgen::generate_simple_self_signed(vec!["chat.example".to_owned()]).expect("a certificate");
    let paths = ["certificate.pem", "key.pem"].map(|name| folder.join(name));
    for (path, pem) in paths.iter().zip([made.cert.pem(), made.signing_key.serialize_pem()]) {
        fs::write(path, pem).expect("written");
    }
    let builder = TestApp::builder().env("MARU_METRICS_TOKEN", TOKEN).env("MARU_TLS_REDIRECT_LISTEN", "off");
    let builder = builder.env("MARU_TLS_CERTIFICATE", paths[0].display()).env("MARU_TLS_KEY", paths[1].display());
    builder.trust(Trust::new("chat.example", made.cert.pem()))
}

/// What stands behind `key` anywhere in a document.
fn all(document: &Value, key: &str, found: &mut Vec<String>) {
    match document {
        Value::Object(fields) => {
            found.extend(fields.get(key).and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| all(field, key, found));
        }
        Value::Array(items) => items.iter().for_each(|item| all(item, key, found)),
        _ => {}
    }
}

/// The metrics that queries name.
fn metrics(queries: &str) -> BTreeSet<&str> {
    let words = queries.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("maru_") || word.starts_with("process_")).collect()
}

/// What a query asks of labels: the metric, the label, and the values that it names.
fn selectors(query: &str) -> Vec<(&str, &str, Vec<&str>)> {
    let mut found = Vec::new();
    for (at, _) in query.match_indices('{') {
        let metric = query[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().expect("a metric");
        let inside = query[at + 1..].split('}').next().expect("an end");
        for matcher in inside.split(',') {
            let (label, values) = matcher.split_once('=').expect(query);
            let values = values.trim_start_matches('~').trim_matches('"');
            // Those of the machine are added by Prometheus.
            if !values.starts_with('$') && !["job", "instance"].contains(&label) {
                found.push((metric, label.trim_end_matches('!'), values.split('|').collect()));
            }
        }
    }
    found
}

/// The labels that a query sums by.
fn sums(query: &str) -> impl Iterator<Item = &str> {
    let lists = query.split("by (").skip(1).filter_map(|rest| rest.split(')').next());
    lists.flat_map(|list| list.split(", ")).filter(|label| !["job", "instance"].contains(label))
}

fn check_labels(query: &str, seen: &Scrape) {
    for (metric, label, values) in selectors(query) {
        let labels = seen.labels(metric);
        let known = labels.get(label).unwrap_or_else(|| panic!("{query}: {metric} has no {label}"));
        let unknown: Vec<_> = values.iter().filter(|value| !known.contains(*value)).collect();
        assert!(unknown.is_empty(), "{query}: {label} of {metric} is never {unknown:?}, but {known:?}");
    }
    let known: BTreeSet<&str> = metrics(query).into_iter().flat_map(|metric| seen.labels(metric).into_keys()).collect();
    assert!(sums(query).all(|label| known.contains(label)), "{query}: the labels are {known:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_names_metrics_that_a_used_server_has() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let mut queries = Vec::new();
    all(&dashboard, "expr", &mut queries);
    assert!(queries.len() > 15, "{queries:?}");
    let rules: Vec<&str> = ALERTS.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).collect();
    assert!(rules.len() > 5, "{rules:?}");

    let folder = tempfile::tempdir().expect("a folder");
    let app = with_https(folder.path()).spawn().await;
    let socket = app.person("mina").await.connect().await;
    socket.call_ok("room:create", json!({ "kind": "public", "name": "Used" })).await;
    let backups = folder.path().join("backups");
    let made = app.run_cli(&["backup", "--to", backups.to_str().expect("a path")], "").await;
    assert!(made.status.success(), "{made:?}");
    let seen = scrape(&app.http().bearer(TOKEN)).await;
    let names = seen.names();
    let of_a_cluster = metrics(OF_A_CLUSTER);
    let is_of_a_cluster =
        |name: &str| of_a_cluster.iter().any(|metric| name == *metric || name == format!("{metric}_bucket"));
    for query in queries.iter().map(String::as_str).chain(rules) {
        let asked = metrics(query);
        if asked.iter().any(|name| is_of_a_cluster(name)) {
            assert!(asked.iter().all(|name| is_of_a_cluster(name)), "{query}");
            continue;
        }
        let unknown: Vec<&str> = asked.into_iter().filter(|name| !names.contains(name)).collect();
        assert!(unknown.is_empty(), "{query} asks for {unknown:?}, which no server has");
        check_labels(query, &seen);
    }
    let ours = |names: BTreeSet<&str>| -> BTreeSet<String> {
        names.into_iter().filter(|name| name.starts_with("maru_")).map(str::to_owned).collect()
    };
    assert_eq!(
        ours(metrics(GUIDE)),
        ours(seen.kinds.keys().map(String::as_str).collect()),
        "the guide's and the server's"
    );
}

#[test]
fn every_panel_has_a_title_a_unit_and_a_place_of_its_own() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut places = BTreeSet::new();
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert!(panel["title"].as_str().is_some_and(|title| !title.is_empty()), "{panel}");
        assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{panel}");
        let place = &panel["gridPos"];
        let at = (place["x"].as_i64().expect("x"), place["y"].as_i64().expect("y"));
        assert!(places.insert(at) && at.0 + place["w"].as_i64().expect("w") <= 24, "{panel}");
    }
}
