//! A new index is built beside the one that serves.

use super::support::{TestApp, until};
use super::{database, found, indexed, say_many};
use serde_json::json;

const MESSAGES: usize = 3_000;

/// A room with many messages.
async fn filled(app: &TestApp) -> (super::support::Person, String) {
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let room = socket.create_room("private", "Many", &[]).await;
    for chunk in 0..MESSAGES / 500 {
        say_many(&socket, &room, 500, |number| format!("almond {}", chunk * 500 + number)).await;
    }
    indexed(app).await;
    (mina, room)
}

async fn serving(app: &TestApp) -> (i64, i64) {
    let query = "SELECT id, tokeniser FROM search_indexes WHERE state = 'serving'";
    sqlx::query_as(query).fetch_one(&mut database(app).await).await.expect("an index")
}

async fn run(app: &TestApp, statement: impl Into<String>) {
    let statement = sqlx::AssertSqlSafe(statement.into());
    sqlx::query(statement).execute(&mut database(app).await).await.expect("a statement");
}

/// While it is there, no new index comes to serve; the last step of building one is tried again and again.
const HELD: &str = "CREATE TRIGGER held BEFORE UPDATE OF state ON search_indexes WHEN new.state = 'serving'
    BEGIN SELECT RAISE(ABORT, 'held back'); END";
const FREED: &str = "DROP TRIGGER held";

/// Waits until a new index is built but for the last step.
async fn nearly_built(app: &TestApp) -> i64 {
    let building = "SELECT id FROM search_indexes WHERE state = 'building' AND indexed_up_to > 2000";
    let of = async || -> Option<i64> {
        sqlx::query_scalar(building).fetch_optional(&mut database(app).await).await.expect("the indexes")
    };
    until("a new index", async || of().await.is_some()).await;
    of().await.expect("it is held")
}

#[tokio::test(flavor = "multi_thread")]
async fn other_rules_for_words_build_a_new_index_while_the_old_one_serves() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, room) = filled(&app).await;
    let (old, version) = serving(&app).await;
    app.terminate().await;
    // As if it had been made by an earlier program, and only a part of it were left.
    run(&app, "UPDATE search_indexes SET tokeniser = tokeniser - 1").await;
    run(&app, format!("DELETE FROM search_{old} WHERE rowid > 2000")).await;
    run(&app, HELD).await;
    app.restart().await;
    let socket = mina.connect().await;
    nearly_built(&app).await;
    let (early, late) = (found(&socket, "\"almond 5\"").await, found(&socket, "\"almond 2500\"").await);
    assert_eq!((early.len(), late.len()), (1, 0), "the old index serves");
    assert_eq!(serving(&app).await.0, old);
    run(&app, FREED).await;
    socket.say(&room, "pistachio meanwhile").await;
    indexed(&app).await;
    app.logged("indexed anew").await;
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
    let socket = mina.connect().await;
    let sent = socket.say(&room, "cashew before").await;
    indexed(&app).await;
    run(&app, HELD).await;
    let begun = app.run_cli(&["search", "reindex"], "").await;
    assert!(begun.status.success(), "{begun:?}");
    nearly_built(&app).await;
    socket.call_ok("message:edit", json!({ "messageId": sent["messageId"], "content": "cashew after" })).await;
    run(&app, FREED).await;
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

/// Ends the server when a new index is nearly built, whose number is returned.
async fn cut_off_while_building(app: &mut TestApp) -> i64 {
    run(app, HELD).await;
    app.run_cli(&["search", "reindex"], "").await;
    let building = nearly_built(app).await;
    app.kill9();
    run(app, FREED).await;
    building
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_goes_on_where_a_crash_left_it() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, _) = filled(&app).await;
    let (old, _) = serving(&app).await;
    cut_off_while_building(&mut app).await;
    app.restart().await;
    indexed(&app).await;
    let socket = mina.connect().await;
    assert_eq!(found(&socket, "almond 0").await, ["almond 0"]);
    let (new, _) = serving(&app).await;
    let rows = format!("SELECT count(*) FROM search_{new} WHERE search_{new} MATCH 'almond'");
    let rows: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_one(&mut database(&app).await).await.expect("the index");
    assert_eq!((rows, new > old), (MESSAGES as i64, true), "each message is in it once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_index_is_replaced_and_sending_goes_on() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, room) = filled(&app).await;
    let (old, _) = serving(&app).await;
    app.terminate().await;
    run(&app, format!("UPDATE search_{old}_data SET block = x'00' WHERE id = 10")).await;
    app.restart().await;
    let socket = mina.connect().await;
    socket.say(&room, "macadamia").await;
    until("the service of a new index", async || serving(&app).await.0 != old).await;
    indexed(&app).await;
    assert_eq!(found(&socket, "macadamia").await, ["macadamia"]);
    assert_eq!(found(&socket, "almond 5").await, ["almond 5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_damaged_while_it_is_built_is_begun_anew_and_holds_up_nothing() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, room) = filled(&app).await;
    let (old, _) = serving(&app).await;
    let building = cut_off_while_building(&mut app).await;
    run(&app, format!("UPDATE search_{building}_data SET block = x'00' WHERE id = 10")).await;
    app.restart().await;
    let socket = mina.connect().await;
    socket.say(&room, "hazelnut").await;
    until("the service of a new index", async || serving(&app).await.0 != old).await;
    indexed(&app).await;
    assert!(serving(&app).await.0 > building, "the damaged one never does");
    assert_eq!(found(&socket, "hazelnut").await, ["hazelnut"]);
    assert_eq!(found(&socket, "\"almond 5\"").await, ["almond 5"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_index_is_told_of_truthfully_and_built_anew() {
    let mut app = TestApp::builder().generous().spawn().await;
    let (mina, _) = filled(&app).await;
    let (old, _) = serving(&app).await;
    let socket = mina.connect().await;
    run(&app, format!("DROP TABLE search_{old}")).await;
    let error = socket.call_refused("messages:search", json!({ "query": "almond 5" })).await;
    assert_eq!(error["code"], "unavailable", "{error}");
    assert!(error["message"].as_str().is_some_and(|why| why.contains("built anew")), "{error}");
    until("the service of a new index", async || serving(&app).await.0 != old).await;
    indexed(&app).await;
    assert_eq!(found(&socket, "almond 5").await, ["almond 5"]);
    app.terminate().await;
    assert!(!app.transcript().contains("panicked"));
}
