//! A hundred thousand messages, read again and compared with the database, field by field.

use super::*;
use futures_util::TryStreamExt;
use sqlx::Row;
use std::io::{BufRead, BufReader};

/// Messages of everybody in every room, some in threads, edited, deleted, reacted to; made where nobody serves.
pub async fn fill(app: &TestApp, messages: i64) {
    let mut database = app.database().await;
    for statement in [
        "CREATE TEMP TABLE seat AS SELECT room_id, user_id, row_number() OVER (PARTITION BY room_id ORDER BY user_id) - 1 AS place,
            count(*) OVER (PARTITION BY room_id) AS places, (SELECT count(*) FROM rooms) AS rooms,
            (SELECT last_seq FROM rooms r WHERE r.id = m.room_id) AS last_seq, dense_rank() OVER (ORDER BY room_id) - 1 AS room
         FROM members m",
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
         INSERT INTO messages (room_id, seq, rev, ordinal, counts, kind, user_id, content, client_message_id, reply_to,
             thread_root, created_at, edited_at, deleted_at, pinned_at, reacted)
         SELECT s.room_id, s.last_seq + 1 + i / s.rooms, s.last_seq + 1 + i / s.rooms, i, i % 13 <> 5, 'text', s.user_id,
             CASE WHEN i % 17 = 3 THEN '' ELSE 'Message ' || i || ' 회의록 \"quoted\" \\ ' || char(10) || '<b>&amp; 👍' END,
             iif(i % 2, 'client-' || i, NULL), iif(i % 7 = 1, s.last_seq + 1, NULL), iif(i % 13 = 5, s.last_seq + 1, NULL),
             1700000000000 + i * 977, iif(i % 11 = 0, 1700000000001 + i * 977, NULL),
             iif(i % 17 = 3, 1700000000999 + i * 977, NULL), iif(i % 1009 = 0, 1700000000500, NULL), i % 10 = 0
         FROM n JOIN seat s ON s.room = i % s.rooms AND s.place = (i * 7) % s.places",
        "INSERT INTO reactions SELECT m.id, e.value, m.user_id, m.created_at + 5 FROM messages m JOIN json_each('[\"👍\",\":parrot:\"]') e
         WHERE m.reacted = 1",
        "UPDATE messages SET thread_replies = t.n, thread_last_seq = t.last FROM (
             SELECT room_id, thread_root, count(*) AS n, max(seq) AS last FROM messages
             WHERE thread_root IS NOT NULL AND deleted_at IS NULL GROUP BY room_id, thread_root) t
         WHERE messages.room_id = t.room_id AND messages.seq = t.thread_root",
        "UPDATE rooms SET last_seq = (SELECT max(seq) FROM messages m WHERE m.room_id = rooms.id),
             rev = (SELECT max(rev) FROM messages m WHERE m.room_id = rooms.id) WHERE ?1 > 0",
    ] {
        let query = sqlx::query(statement);
        let query = if statement.contains("?1") { query.bind(messages) } else { query };
        query.execute(&mut database).await.expect("it is filled");
    }
}

fn moment(millis: Option<i64>) -> Value {
    let written =
        |millis| jiff::Timestamp::from_millisecond(millis).unwrap().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    millis.map_or(Value::Null, |millis| json!(written(millis)))
}

#[tokio::test]
async fn a_hundred_thousand_messages_are_exported_as_the_database_has_them() {
    const MANY: i64 = 100_000;
    let mut app = builder().spawn().await;
    let (mina, joon) = (app.person("mina").await, app.person("joon").await);
    let socket = mina.connect().await;
    for name in ["One", "Two", "세 번째"] {
        socket.create_room("private", name, &[&joon]).await;
    }
    drop(socket);
    app.terminate().await;
    fill(&app, MANY).await;
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("leaving");
    export(&app, &to, &[]).await;

    let mut database = app.database().await;
    let query = "SELECT m.*, r.pid AS room, u.pid AS person,
            (SELECT json_group_array(json_object('emoji', emoji, 'by', pid, 'at', x.created_at)) FROM (
                SELECT * FROM reactions WHERE message_id = m.id ORDER BY emoji, user_id) x JOIN users p ON p.id = x.user_id) AS all_reactions
        FROM messages m JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id ORDER BY m.id";
    let mut rows = sqlx::query(query).fetch(&mut database);
    let mut written = BufReader::new(std::fs::File::open(to.join("messages.jsonl")).unwrap()).lines();
    let mut compared = 0;
    while let Some(row) = rows.try_next().await.expect("a row") {
        let line: Value = serde_json::from_str(&written.next().expect("a line").unwrap()).expect("JSON");
        let integer = |column: &str| row.get::<Option<i64>, _>(column).map_or(Value::Null, |number| json!(number));
        let string = |column: &str| row.get::<Option<String>, _>(column).map_or(Value::Null, |text| json!(text));
        let flag = |column: &str| json!(row.get::<i64, _>(column) == 1);
        let json_of = |column: &str| {
            row.get::<Option<String>, _>(column).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
        };
        let mut expected = json!({
            "room": string("room"), "by": string("person"), "seq": integer("seq"), "rev": integer("rev"), "kind": string("kind"),
            "content": string("content"), "system": json_of("system"), "stream": json_of("stream"), "replyTo": integer("reply_to"),
            "threadRoot": integer("thread_root"), "threadReplies": integer("thread_replies"), "threadLastSeq": integer("thread_last_seq"),
            "ordinal": integer("ordinal"), "counts": flag("counts"), "clientMessageId": string("client_message_id"),
            "mentioning": integer("mentioning"), "hasReactions": flag("reacted"), "isSaved": flag("saved"),
            "hasFiles": integer("files"), "hasPreviews": flag("previews"), "createdAt": moment(row.get("created_at")),
            "editedAt": moment(row.get("edited_at")), "deletedAt": moment(row.get("deleted_at")), "pinnedAt": moment(row.get("pinned_at")),
        });
        let mut reactions = json_of("all_reactions");
        for reaction in reactions.as_array_mut().unwrap() {
            reaction["at"] = moment(reaction["at"].as_i64());
        }
        let expected = expected.as_object_mut().unwrap();
        expected.insert("reactions".to_owned(), reactions);
        expected.retain(|_, value| !value.is_null() && *value != json!([]));
        assert_eq!(line.as_object(), Some(&*expected));
        compared += 1;
    }
    assert!(written.next().is_none() && compared >= MANY, "{compared}");
}
