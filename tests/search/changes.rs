//! The index follows what happens to messages.

use super::support::TestApp;
use super::{crowd, database, found, indexed, say_all};
use serde_json::json;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn an_edited_message_is_found_by_what_it_says_now() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Edits", &[]).await;
    crowd(&app, &mina).await;
    let sent = mina.say(&room, "the old wording").await;
    indexed(&app).await;
    let edit = json!({ "messageId": sent["messageId"], "content": "새로운 문장이에요" });
    mina.call_ok("message:edit", edit).await;
    assert_eq!(found(&mina, "wording").await, NONE, "from the acknowledgement on");
    indexed(&app).await;
    assert_eq!(found(&mina, "wording").await, NONE);
    assert_eq!(found(&mina, "문장").await, ["새로운 문장이에요"]);
    // Before it was ever indexed, too.
    let sent = mina.say(&room, "first thought").await;
    mina.call_ok("message:edit", json!({ "messageId": sent["messageId"], "content": "second thought" })).await;
    indexed(&app).await;
    assert_eq!(found(&mina, "first").await, NONE);
    assert_eq!(found(&mina, "thought").await, ["second thought"]);
}

#[tokio::test]
async fn a_deleted_message_is_found_no_more_from_the_acknowledgement_on() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Deletes", &[]).await;
    crowd(&app, &mina).await;
    let sent = mina.say(&room, "regret this").await;
    say_all(&app, &mina, &room, &["regret nothing"]).await;
    assert_eq!(found(&mina, "regret").await, ["regret nothing", "regret this"]);
    mina.call_ok("message:delete", json!({ "messageId": sent["messageId"] })).await;
    assert_eq!(found(&mina, "regret").await, ["regret nothing"]);
    indexed(&app).await;
    assert_eq!(found(&mina, "regret").await, ["regret nothing"]);
    let early = mina.say(&room, "gone at once").await;
    mina.call_ok("message:delete", json!({ "messageId": early["messageId"] })).await;
    indexed(&app).await;
    assert_eq!(found(&mina, "gone").await, NONE);
}

#[tokio::test]
async fn many_long_messages_that_were_changed_are_all_indexed_anew() {
    let app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await.connect().await;
    let room = mina.create_room("private", "Long", &[]).await;
    crowd(&app, &mina).await;
    let mut sent = Vec::new();
    for number in 0..30 {
        sent.push(mina.say(&room, &format!("draft {number}")).await["messageId"].clone());
    }
    indexed(&app).await;
    // More than are worked on at once.
    let long = "긴 글 ".repeat(3_000);
    for (number, id) in sent.iter().enumerate() {
        let edit = json!({ "messageId": id, "content": format!("{long} final{number}") });
        mina.call_ok("message:edit", edit).await;
    }
    indexed(&app).await;
    assert_eq!(found(&mina, "draft").await, NONE);
    for number in 0..30 {
        assert_eq!(found(&mina, &format!("\"final{number}\"")).await.len(), 1, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_written_right_before_a_crash_are_found_after_it() {
    let mut app = TestApp::builder().generous().spawn().await;
    let mina = app.person("mina").await;
    let socket = mina.connect().await;
    let room = socket.create_room("private", "Crash", &[]).await;
    let sent = socket.say(&room, "walnut before").await;
    indexed(&app).await;
    for round in 0..3 {
        let socket = mina.connect().await;
        let edit = json!({ "messageId": sent["messageId"], "content": format!("hazel {round}") });
        socket.call_ok("message:edit", edit).await;
        for number in 0..40 {
            socket.say(&room, &format!("walnut {round} {number}")).await;
        }
        app.kill9();
        app.restart().await;
        indexed(&app).await;
        let socket = mina.connect().await;
        assert_eq!(found(&socket, &format!("\"walnut {round}\"")).await.len(), 40);
        assert_eq!(found(&socket, "hazel").await, [format!("hazel {round}")]);
        assert_eq!(found(&socket, "\"walnut before\"").await, NONE);
    }
    let mut database = database(&app).await;
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM search_1 WHERE search_1 MATCH 'body : walnut'")
        .fetch_one(&mut database)
        .await
        .expect("the index");
    assert_eq!(rows, 120, "each is in the index once");
    let integrity: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut database).await.expect("a check");
    assert_eq!(integrity, "ok");
}
