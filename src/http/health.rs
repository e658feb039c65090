//! Whether the process lives, and whether it can serve.

use crate::app::App;
use crate::backup::Record;
use crate::blobs::StoreState;
use crate::clock;
use crate::contract::CertificateStatus;
use crate::storage::SearchStatus;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;

/// The query that asks for what concerns this server alone.
const OF_THIS_SERVER: &str = "of=server";

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

/// How far the search index is, which is no reason not to serve.
async fn search(app: &App) -> Value {
    match app.storage.search_status().await {
        Ok(SearchStatus { fault: Some(_), .. }) => json!({ "state": "faulty" }),
        Ok(SearchStatus { rebuilt_percent: Some(percent), .. }) => json!({ "state": "reindexing", "percent": percent }),
        Ok(SearchStatus { behind: 0, .. }) => json!({ "state": "current" }),
        Ok(SearchStatus { behind, .. }) => json!({ "state": "behind", "messages": behind }),
        Err(_) => json!({ "state": "unknown" }),
    }
}

/// Whether files can be kept, which is no reason not to serve either.
fn files(app: &App) -> Value {
    match app.blobs.state() {
        StoreState::Usable => json!({ "state": "usable" }),
        StoreState::Unknown => json!({ "state": "unknown" }),
        StoreState::Failing(reason) => json!({ "state": "failing", "reason": reason }),
    }
}

/// Whether there is a backup to go back to.
async fn backup(app: &App) -> Value {
    let folder = app.data_dir().clone();
    // A disk that hangs is not to hold up anything else.
    let Ok(record) = tokio::task::spawn_blocking(move || Record::read(&folder)).await else {
        return json!({ "state": "unknown" });
    };
    let state = record.state(&app.config.backup, clock::now());
    match record.last_good {
        Some(good) => json!({ "state": state, "lastGoodAt": good.at }),
        None => json!({ "state": state }),
    }
}

/// 200 as soon as requests are served; 503 with what is wrong. A load balancer asks with [`OF_THIS_SERVER`]: what all servers
/// of a folder share, such as a full disk, is no reason to take each of them out, and with them what can still be read.
async fn ready(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> (StatusCode, Json<Value>) {
    if app.draining.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false, "reason": "the server is stopping" })));
    }
    if query.is_some_and(|query| query.split('&').any(|part| part == OF_THIS_SERVER)) {
        return (StatusCode::OK, Json(json!({ "ready": true })));
    }
    match app.storage.check().await {
        Ok(()) => {
            let (search, backup) = (search(&app).await, backup(&app).await);
            let mut found = json!({ "ready": true, "search": search, "files": files(&app), "backup": backup });
            // Whoever asks by HTTPS sees that by themselves. What is wrong names files and addresses, which concern the
            // operator alone: it stands in the log.
            if let Some(certificates) = &app.certificates {
                found["certificate"] = json!(CertificateStatus { problem: None, ..certificates.status() });
            }
            if let Some(cluster) = &app.cluster {
                found["cluster"] = match cluster.fault() {
                    // What is wrong names addresses, which concern the operator alone: it stands in the log.
                    Some(_) => json!({ "state": "alone" }),
                    None => json!({ "state": "connected", "servers": cluster.nodes().len() }),
                };
            }
            (StatusCode::OK, Json(found))
        }
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false, "reason": error.to_string() }))),
    }
}
