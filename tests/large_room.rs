//! A room of five thousand is mentioned as a whole, and others go on meanwhile.

mod support;

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::SqliteConnection;
use support::TestApp;

/// The most that may be mentioned at once unless configured.
const MEMBERS: i64 = 5_000;
/// Many times what it takes: what would hold up everybody is found, a busy machine is not.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many times what the others' messages take alone is allowed on top: a machine that is slow is so before.
const SLOWER: u32 = 20;

async fn add_members(database: &mut SqliteConnection, room: &str, from: i64, to: i64) {
    for statement in [
        "WITH RECURSIVE n(i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
         INSERT INTO users (pid, username, username_key, display_name, role, created_at)
         SELECT printf('01ARZ3NDEKTSV4RRFF%08d', i), 'crowd' || i, 'crowd' || i, 'Crowd', 'member', 0 FROM n WHERE ?1 <> ''",
        "INSERT INTO members (room_id, user_id, role, read_seq, read_counted, joined_at)
         SELECT r.id, u.id, 'member', 0, 0, 0 FROM rooms r, users u WHERE r.pid = ?1 AND u.username LIKE 'crowd%'
            AND CAST(substr(u.username, 6) AS INTEGER) BETWEEN ?2 AND ?3",
        "UPDATE rooms SET member_count = (SELECT count(*) FROM members m WHERE m.room_id = rooms.id)
         WHERE pid = ?1 AND ?2 <= ?3",
    ] {
        sqlx::query(statement).bind(room).bind(from).bind(to).execute(&mut *database).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_of_five_thousand_is_mentioned_while_others_go_on_and_a_larger_one_is_not() {
    let app = TestApp::builder().generous().spawn().await;
    let (mina, joon_person) = (app.person("mina").await.connect().await, app.person("joon").await);
    let joon = joon_person.connect().await;
    let room = mina.create_room("private", "Crowd", &[&joon_person]).await;
    let elsewhere = joon.create_room("private", "Quiet", &[]).await;
    let mut database = app.database().await;
    add_members(&mut database, &room, 1, MEMBERS - 2).await;

    let talk = async || {
        let said = (0..50)
            .map(|at| joon.start_call("message:send", json!({ "roomId": elsewhere, "content": at.to_string() })));
        for call in said.collect::<Vec<_>>() {
            assert_eq!(call.answer().await["success"], true);
        }
    };
    let begun = Instant::now();
    talk().await;
    let patience = PATIENCE + begun.elapsed() * SLOWER;

    let begun = Instant::now();
    let call = mina.start_call("message:send", json!({ "roomId": room, "content": "@room hello" }));
    talk().await;
    eprintln!("50 messages elsewhere in {:?}", begun.elapsed());
    let sent = call.answer().await;
    assert_eq!(sent["success"], true, "{sent}");
    eprintln!("and mentioned {MEMBERS} in {:?}", begun.elapsed());
    assert!(begun.elapsed() < patience, "everybody waited for {:?}, more than {patience:?}", begun.elapsed());
    let told = joon.hear_where("notification", |told| told["messageId"] == sent["messageId"]).await;
    assert_eq!(told["type"], "mention");
    for table in ["notifications WHERE type = 'mention'", "mentions"] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let rows: i64 = sqlx::query_scalar(sql).fetch_one(&mut database).await.unwrap();
        assert_eq!(rows, MEMBERS - 1, "everybody but the author, in {table}");
    }

    mina.call_ok("message:delete", json!({ "messageId": sent["messageId"] })).await;
    eprintln!("and withdrawn in {:?}", begun.elapsed());
    joon.hear_where("notification:withdrawn", |gone| gone["notificationId"] == told["id"]).await;
    add_members(&mut database, &room, MEMBERS - 1, MEMBERS - 1).await;
    let refused = mina.call_refused("message:send", json!({ "roomId": room, "content": "@here hello" })).await;
    assert_eq!(refused["code"], "forbidden", "{refused}");
    joon.call_ok("message:send", json!({ "roomId": room, "content": "hello" })).await;
}
