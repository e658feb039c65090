//! What one server does for all goes on when that one dies.

use serde_json::json;

use super::Pair;
use super::support::{Http, number, text, until};

#[tokio::test(flavor = "multi_thread")]
async fn work_is_asked_for_and_looked_at_on_any_server() {
    let pair = Pair::start().await;
    pair.here.logged("this server does what one does for all").await;
    let admin = pair.here.admin().await;
    let (here, there) = (admin.http(), admin.at(&pair.there.http()).http());
    let runs = async |http: &Http| {
        let (status, found) = http.get("/api/v1/admin/jobs").await;
        assert_eq!(status, 200, "{found}");
        let jobs = found["jobs"].as_array().cloned().unwrap_or_default();
        jobs.iter().find(|job| job["name"] == "search").map(|job| number(&job["runs"])).expect("the job")
    };
    assert_eq!(runs(&there).await, 0);
    there.post_ok("/api/v1/admin/jobs/search/run", &json!({})).await;
    until("it has come round", async || runs(&there).await == 1).await;
    assert_eq!(runs(&here).await, 1, "the one that does it");
    let refused = async |path: &str| text(&there.post(path, &json!({})).await.1["error"]["code"]);
    assert_eq!(refused("/api/v1/admin/jobs/backup/run").await, "conflict", "it is switched off");
    assert_eq!(refused("/api/v1/admin/jobs/nothing/run").await, "not_found");
    let outsider = pair.here.person("mina").await.at(&pair.there.http()).http();
    for (status, _) in
        [outsider.get("/api/v1/admin/jobs").await, outsider.post("/api/v1/admin/jobs/search/run", &json!({})).await]
    {
        assert_eq!(status, 403);
    }
    let audit = here.get("/api/v1/admin/audit").await.1;
    let noted = audit["entries"].as_array().expect("entries").iter().filter(|entry| entry["act"] == "job.run");
    assert_eq!(noted.count(), 1, "{audit}");
    pair.redis.stand_still();
    pair.there.logged("is away").await;
    assert_eq!(refused("/api/v1/admin/jobs/search/run").await, "unavailable");
    pair.redis.go_on();
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_are_given_once_and_messages_found_after_the_server_that_saw_to_it_died() {
    let mut pair = Pair::start().await;
    // The first server sees to it.
    pair.here.logged("this server does what one does for all").await;
    let mina = pair.here.person("mina").await;
    let there = mina.at(&pair.there.http()).connect().await;
    let general = text(&there.ready["rooms"][0]["id"]);
    there.call_ok("reminder:create", json!({ "text": "call", "inSeconds": 1 })).await;
    there.hear("reminder:due").await;
    pair.here.kill9();
    there.say(&general, "pomegranate").await;
    there.call_ok("reminder:create", json!({ "text": "write", "inSeconds": 1 })).await;
    pair.there.logged("this server does what one does for all").await;
    there.hear("reminder:due").await;
    until("the message is found", async || {
        let found = there.call_ok("messages:search", json!({ "query": "pomegranate" })).await;
        found["hits"].as_array().is_some_and(|hits| hits.len() == 1)
    })
    .await;
    let heard = there.heard_events();
    assert_eq!(heard.iter().filter(|heard| heard.event == "reminder:due").count(), 2, "{heard:?}");
}
