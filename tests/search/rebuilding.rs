//! A new index is built beside the one that serves.

use super::support::TestApp;
use super::{database, found, indexed};
use serde_json::json;
use std::time::Duration;

const MESSAGES: i64 = 3_000;

/// A room with many messages.
async fn filled(app: &TestApp) -> (super::support::Person, String) {
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let room = socket.create_room("private", "Many", &[]).await;
    for chunk in 0..MESSAGES / 500 {
        let send = |number| json!({ "roomId": room, "content": format!("almond {}", chunk * 500 + number) });
        let calls: Vec<_> = (0..500).map(|number| socket.start_call("message:send", send(number))).collect();
        for call in calls {
            assert_eq!(call.answer().await["success"], true);
        }
    }
    indexed(app).await;
    (mina, room)
}

async fn serving(app: &TestApp) -> (i64, i64) {
    let query = "SELECT id, tokeniser FROM search_indexes WHERE state = 'serving'";
    sqlx::query_as(query).fetch_one(&mut database(app).await).await.expect("an index")
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rules_for_words_build_a_new_index_while_the_old_one_serves() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, room) = filled(&app).await;
    let (old, version) = serving(&app).await;
    app.terminate().await;
    // As if it had been made by an earlier program, and only a part of it were left.
    let mut beside = database(&app).await;
    for change in [
        "UPDATE search_indexes SET tokeniser = tokeniser - 1".to_owned(),
        format!("DELETE FROM search_{old} WHERE rowid > 2000"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut beside).await.expect("an older index");
    }
    drop(beside);
    app.restart().await;
    let socket = mina.connect().await;
    socket.say(&room, "pistachio meanwhile").await;
    assert!(found(&socket, "almond").await.len() == 100, "the old index serves");
    indexed(&app).await;
    assert!(app.transcript().contains("indexed anew"), "the log tells why");
    assert_eq!(serving(&app).await.1, version);
    assert!(serving(&app).await.0 > old);
    assert_eq!(found(&socket, "almond 2999").await, ["almond 2999"]);
    assert_eq!(found(&socket, "pistachio").await, ["pistachio meanwhile"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_rebuilds_beside_the_server_and_without_it() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, room) = filled(&app).await;
    let (first, _) = serving(&app).await;
    let begun = app.run_cli(&["search", "reindex"], "").await;
    assert!(begun.status.success(), "{begun:?}");
    // Changes while it is built reach both.
    let socket = mina.connect().await;
    let sent = socket.say(&room, "cashew before").await;
    socket.call_ok("message:edit", json!({ "messageId": sent["messageId"], "content": "cashew after" })).await;
    indexed(&app).await;
    let (second, _) = serving(&app).await;
    assert!(second > first);
    assert_eq!(found(&socket, "cashew").await, ["cashew after"]);
    assert_eq!(found(&socket, "almond 7").await, ["almond 7"]);
    let status = app.run_cli(&["search", "status"], "").await;
    assert!(status.stdout.contains("every message is indexed"), "{status:?}");

    app.terminate().await;
    let done = app.run_cli(&["search", "reindex"], "").await;
    assert!(done.status.success() && done.stdout.contains("a new search index was built"), "{done:?}");
    let status = app.run_cli(&["search", "status"], "").await;
    assert!(status.stdout.contains("every message is indexed"), "{status:?}");
    app.restart().await;
    assert!(serving(&app).await.0 > second);
    let socket = mina.connect().await;
    assert_eq!(found(&socket, "almond 2999").await, ["almond 2999"]);
    assert_eq!(found(&socket, "cashew").await, ["cashew after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_goes_on_where_a_crash_left_it() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, _) = filled(&app).await;
    let (old, _) = serving(&app).await;
    app.run_cli(&["search", "reindex"], "").await;
    app.kill9();
    app.restart().await;
    indexed(&app).await;
    let socket = mina.connect().await;
    assert_eq!(found(&socket, "almond 0").await, ["almond 0"]);
    let (new, _) = serving(&app).await;
    let rows = format!("SELECT count(*) FROM search_{new} WHERE search_{new} MATCH 'almond'");
    let rows: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_one(&mut database(&app).await).await.expect("the index");
    assert_eq!((rows, new > old), (MESSAGES, true), "each message is in it once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_index_is_replaced_and_sending_goes_on() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, room) = filled(&app).await;
    let (old, _) = serving(&app).await;
    app.terminate().await;
    let damage = format!("UPDATE search_{old}_data SET block = x'00' WHERE id = 10");
    sqlx::query(sqlx::AssertSqlSafe(damage)).execute(&mut database(&app).await).await.expect("the damage");
    app.restart().await;
    let socket = mina.connect().await;
    socket.say(&room, "macadamia").await;
    tokio::time::timeout(Duration::from_secs(15), async { while serving(&app).await.0 == old {} })
        .await
        .expect("a new index serves");
    indexed(&app).await;
    assert_eq!(found(&socket, "macadamia").await, ["macadamia"]);
    assert_eq!(found(&socket, "almond 5").await, ["almond 5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_index_is_told_of_truthfully_and_built_anew() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, _) = filled(&app).await;
    let (old, _) = serving(&app).await;
    let socket = mina.connect().await;
    let lost = format!("DROP TABLE search_{old}");
    sqlx::query(sqlx::AssertSqlSafe(lost)).execute(&mut database(&app).await).await.expect("the loss");
    let error = socket.call_refused("messages:search", json!({ "query": "almond 5" })).await;
    assert_eq!(error["code"], "unavailable", "{error}");
    assert!(error["message"].as_str().is_some_and(|why| why.contains("built anew")), "{error}");
    tokio::time::timeout(Duration::from_secs(15), async { while serving(&app).await.0 == old {} })
        .await
        .expect("a new index serves");
    indexed(&app).await;
    assert_eq!(found(&socket, "almond 5").await, ["almond 5"]);
    app.terminate().await;
    assert!(!app.transcript().contains("panicked"));
}
